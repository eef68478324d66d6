//! The keys of user storage: `{user}#{app}#{kind}`, user and application sanitised, and `{user}#{app}`.

use crate::amplify::id_map::{IdMap, Pair, sanitise_app, sanitise_user};

/// The application whose keys may hold the user with the identity provider's prefix.
const PREFIXED_APP: &str = "amplify-mcp";
/// Applications that an earlier version wrote with the user's id before their name, and their kind.
const MALFORMED: [(&str, &str); 4] = [
    ("amplify-workflows", "workflow-templates"),
    ("amplify-user-settings", "user-settings"),
    ("amplify-artifacts", "artifact-content"),
    ("amplify-agent-logs", "scheduled-task-logs"),
];

/// A key, taken apart.
#[derive(Clone, Copy)]
pub(super) struct StorageKey<'t> {
    user: &'t str,
    /// The application, sanitised.
    pub(super) app: &'t str,
    /// The kind of record; `None` in an `appId`.
    pub(super) kind: Option<&'t str>,
}

impl<'t> StorageKey<'t> {
    /// Neither user nor application have a `#`.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let mut parts = text.splitn(3, '#');
        Some(Self { user: parts.next()?, app: parts.next()?, kind: parts.next() })
    }

    /// The key under the new id and with the right name of the application, where either is not so yet.
    pub(super) fn renamed(&self, map: &IdMap) -> Option<String> {
        let stored = map.stored(self.user).or_else(|| map.stored_new(self.user));
        let prefixed = || map.prefixed(self.user).filter(|_| self.app == PREFIXED_APP);
        let (user, app) = match stored.or_else(prefixed) {
            Some(pair) if pair.is_identity() => return None,
            Some(pair) => (self.user_of(pair, map), self.repaired(pair).unwrap_or(self.app)),
            None => return None,
        };
        if user == self.user && app == self.app {
            return None;
        }
        let kind = self.kind.map(|kind| format!("#{kind}")).unwrap_or_default();
        Some(format!("{user}#{app}{kind}"))
    }

    /// The new id as the key should hold it, also where it stands there already, maybe not sanitised.
    fn user_of(&self, pair: Pair<'_>, map: &IdMap) -> String {
        if map.stored(self.user).is_some() || map.stored_new(self.user).is_some() {
            sanitise_user(pair.new).into_owned()
        } else {
            map.with_prefix(pair.new)
        }
    }

    /// The application's name without the id in it.
    fn repaired(&self, pair: Pair<'_>) -> Option<&'t str> {
        let id = sanitise_app(pair.old);
        let app = self.app.strip_prefix(&*id)?.strip_prefix('-')?;
        let known = |(name, kind): &(&str, &str)| {
            *name == app && self.kind.is_none_or(|found| found == *kind)
        };
        MALFORMED.iter().any(known).then_some(app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amplify::id_map::Rules;

    #[test]
    fn users_are_found_in_every_form_and_as_a_whole_only() {
        let rules = Rules { idp_prefix: Some("Campus".into()), ..Rules::default() };
        let pairs = [("ada.l_x+y@ex.edu", "love+1"), ("turing", "turinga1"), ("same", "same")];
        let map = IdMap::from_pairs(pairs, &rules).unwrap();
        for (key, expected) in [
            ("ada.l_x+y@ex.edu#amplify-memory#note", Some("love-1#amplify-memory#note")),
            ("ada.l_x-y@ex.edu#amplify-memory#note", Some("love-1#amplify-memory#note")),
            ("ada.l_x-y@ex.edu#amplify-memory#a#b", Some("love-1#amplify-memory#a#b")),
            ("ada.l_x-y@ex.edu#amplify-memory", Some("love-1#amplify-memory")),
            (
                "campus_turing#amplify-mcp#mcp_servers",
                Some("campus_turinga1#amplify-mcp#mcp_servers"),
            ),
            ("campus_ada.l_x-y@ex.edu#amplify-mcp#x", Some("campus_love-1#amplify-mcp#x")),
            ("turing#amplify-mcp#mcp_servers", Some("turinga1#amplify-mcp#mcp_servers")),
            ("campus_turing#amplify-memory#note", None),
            ("turinga1#amplify-memory#note", None),
            ("turing1#amplify-memory#note", None),
            ("Turing#amplify-memory#note", None),
            ("love-1#amplify-memory#note", None),
            ("love+1#amplify-shares#received", Some("love-1#amplify-shares#received")),
            ("same#same-amplify-workflows#workflow-templates", None),
            ("turing", None),
        ] {
            let new = StorageKey::parse(key).and_then(|parsed| parsed.renamed(&map));
            assert_eq!(new.as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn malformed_keys_are_repaired_under_the_old_and_the_new_id() {
        let map = IdMap::from_pairs([("a.l_x+y@ex.edu", "love+1")], &Rules::default()).unwrap();
        let right = "love-1#amplify-workflows#workflow-templates";
        for user in ["a.l_x+y@ex.edu", "a.l_x-y@ex.edu", "love-1"] {
            let key = format!("{user}#a-l-x-y-ex-edu-amplify-workflows#workflow-templates");
            let new = StorageKey::parse(&key).and_then(|parsed| parsed.renamed(&map));
            assert_eq!(new.as_deref(), Some(right), "{key}");
        }
        for (app, kind) in MALFORMED {
            let key = format!("love-1#a-l-x-y-ex-edu-{app}#{kind}");
            let new = StorageKey::parse(&key).and_then(|parsed| parsed.renamed(&map));
            assert_eq!(new, Some(format!("love-1#{app}#{kind}")));
        }
        for other in [
            "love-1#a-l-x-y-ex-edu-amplify-workflows#user-settings",
            "love-1#a-l-x-y-ex-edu-amplify-memory#note",
            "love-1#b-l-x-y-ex-edu-amplify-workflows#workflow-templates",
            "bob#a-l-x-y-ex-edu-amplify-workflows#workflow-templates",
        ] {
            assert!(StorageKey::parse(other).and_then(|parsed| parsed.renamed(&map)).is_none());
        }
    }
}
