//! The ids of additional charges.

use crate::amplify::id_map::IdMap;

/// One of `{user}/thr/{uuid}/{user}/ast/{uuid}`, whose second user is the owner of the assistant and
/// may be another one, or `{user}#{kind}#{id}`. Threads and assistants of the code interpreter are
/// renamed alike, so that the application finds a session's charges again.
pub(super) fn id(id: &str, map: &IdMap) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let [user, "thr", thread, owner, "ast", assistant] = parts[..] else {
        return map.up_to(id, "#");
    };
    let (new_user, new_owner) = (map.whole(user), map.whole(owner));
    if new_user.is_none() && new_owner.is_none() {
        return None;
    }
    let user = new_user.as_deref().unwrap_or(user);
    let owner = new_owner.as_deref().unwrap_or(owner);
    Some(format!("{user}/thr/{thread}/{owner}/ast/{assistant}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::map;

    #[test]
    fn both_users_of_a_session_are_found_and_nothing_else() {
        let map = map(&[("ada", "lovelaa1"), ("al", "turinga1"), ("11", "x")]);
        for (id, expected) in [
            ("ada/thr/11/ada/ast/22", Some("lovelaa1/thr/11/lovelaa1/ast/22")),
            ("ada/thr/11/al/ast/11", Some("lovelaa1/thr/11/turinga1/ast/11")),
            ("bob/thr/11/al/ast/22", Some("bob/thr/11/turinga1/ast/22")),
            ("bob/thr/11/bob/ast/22", None),
            ("ada#lambda#11", Some("lovelaa1#lambda#11")),
            ("ada#ada#ada", Some("lovelaa1#ada#ada")),
            ("adah#lambda#al", None),
            ("ada/thr/11", None),
            ("0f0e-al-11", None),
        ] {
            assert_eq!(super::id(id, &map).as_deref(), expected, "{id}");
        }
    }
}
