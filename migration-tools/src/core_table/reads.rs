//! Which users' memberships a page has in full.

use crate::engine::item::Item;

/// A user whose memberships begin in a page.
pub(super) struct Member {
    /// The user's id.
    pub(super) id: String,
    /// The user's memberships in the page.
    pub(super) rows: Vec<Item>,
    /// Whether they are all that the user has.
    pub(super) whole: bool,
}

/// The users whose memberships begin in this page, in its order. `before` is the user of the last row
/// before the page, who begins in an earlier one; `more` is whether a page follows, in which the last user
/// may go on. Rows whose id is no text are nobody's.
pub(super) fn members(page: &[Item], before: Option<&str>, more: bool) -> Vec<Member> {
    let mut all: Vec<Member> = Vec::new();
    let mut last: Option<&str> = before;
    for row in page {
        let Some(id) = user(row) else { continue };
        let is_next = last == Some(id);
        last = Some(id);
        if before == Some(id) {
            continue;
        }
        match all.last_mut().filter(|_| is_next) {
            Some(member) => member.rows.push(row.clone()),
            // Whoever comes a second time does not stand together: then nothing is taken for granted.
            None => match all.iter_mut().find(|known| known.id == id) {
                Some(known) => known.whole = false,
                None => {
                    let (id, rows) = (id.to_owned(), vec![row.clone()]);
                    all.push(Member { id, rows, whole: true });
                }
            },
        }
    }
    if more && let Some(last) = all.last_mut() {
        last.whole = false;
    }
    all
}

/// Whose a membership is.
pub(super) fn user(row: &Item) -> Option<&str> {
    let id = row.get("userId")?.as_s().ok()?;
    (!id.is_empty()).then_some(id)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    use proptest::prelude::*;

    use super::*;

    fn rows(users: &str) -> Vec<Item> {
        users.chars().map(|user| [("userId".to_owned(), S(user.to_string()))].into()).collect()
    }

    fn told(users: &str, before: Option<&str>, more: bool) -> String {
        let all = members(&rows(users), before, more);
        let one = |one: &Member| {
            format!("{}{}{}", one.id, one.rows.len(), if one.whole { "" } else { "?" })
        };
        all.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn only_who_is_cut_by_the_pages_end_is_not_whole() {
        assert_eq!(told("aabc", None, false), "a2 b1 c1");
        assert_eq!(told("aabc", None, true), "a2 b1 c1?");
        assert_eq!(told("aabc", Some("a"), true), "b1 c1?");
        assert_eq!(told("aa", Some("a"), true), "");
        assert_eq!(told("aba", None, false), "a1? b1");
    }

    proptest! {
        /// However a table is cut into pages, every user is met once, and only in full.
        #[test]
        fn every_user_is_met_once(sizes in proptest::collection::vec(1..4_usize, 1..8), page in 1..5_usize) {
            let mut users = String::new();
            for (at, size) in sizes.iter().enumerate() {
                let name = char::from(b'a' + u8::try_from(at).unwrap());
                users.extend(std::iter::repeat_n(name, *size));
            }
            let all = rows(&users);
            let mut met = Vec::new();
            let mut before: Option<String> = None;
            let count = all.len().div_ceil(page);
            for (at, part) in all.chunks(page).enumerate() {
                for member in members(part, before.as_deref(), at + 1 < count) {
                    let has = users.chars().filter(|user| user.to_string() == member.id).count();
                    prop_assert!(!member.whole || member.rows.len() == has);
                    met.push(member.id);
                }
                before = part.last().and_then(user).map(str::to_owned);
            }
            let expected: Vec<String> =
                (0..sizes.len()).map(|at| char::from(b'a' + u8::try_from(at).unwrap()).to_string()).collect();
            prop_assert_eq!(met, expected);
        }
    }
}
