//! Where an object belongs, by its name.

use super::facts::{Origin, Shape};
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::{CONSOLIDATION, share, task_log};
use crate::engine::objects::Placement;

const UNKNOWN: &str =
    "its name is none that the application gives, so that nobody knows whose it is";

/// Where the object with this name belongs after the migration of a map's users.
///
/// ```
/// use migration_tools::amplify::id_map::{IdMap, Rules};
/// use migration_tools::amplify::objects::{ORIGINS, place};
/// use migration_tools::engine::objects::Placement;
///
/// let map = IdMap::from_pairs([("ada", "lovelaa1")], &Rules::default())?;
/// let origin = ORIGINS.iter().find(|origin| origin.label == "conversations");
/// let place = |key| origin.map(|origin| place(origin, key, &map));
/// let target = "conversations/lovelaa1/5b6f".to_owned();
/// assert_eq!(place("ada/5b6f"), Some(Placement::To("S3_CONSOLIDATION_BUCKET_NAME", target)));
/// assert_eq!(place("adah/5b6f"), Some(Placement::Stays));
/// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
/// ```
#[must_use]
pub fn place(origin: &Origin, key: &str, map: &IdMap) -> Placement {
    let Some(path) = key.strip_prefix(origin.prefix) else { return Placement::Stays };
    let to = |key: String| Placement::To(CONSOLIDATION, key);
    match origin.shape {
        Shape::User(prefix) => match path.split_once('/') {
            None | Some(("", _)) => Placement::Told(UNKNOWN),
            Some((user, rest)) => match map.owner(user) {
                Some(new) => to(format!("{prefix}{new}/{rest}")),
                None => Placement::Stays,
            },
        },
        Shape::Shares => match path.splitn(3, '/').count() {
            3 => share(path, map).map_or(Placement::Stays, to),
            _ => Placement::Told(UNKNOWN),
        },
        Shape::Logs => {
            let Some(user) = path.split('/').next().filter(|user| *user != path) else {
                return Placement::Told(UNKNOWN);
            };
            let Some(new) = map.owner(user) else { return Placement::Stays };
            match task_log(path) {
                Some((_, task, execution)) => {
                    to(format!("scheduledTaskLogs/{new}/{task}/{execution}.json"))
                }
                None => Placement::Told(UNKNOWN),
            }
        }
        Shape::All(own, prefix) => match key.strip_prefix(own) {
            Some("") => Placement::Stays,
            // The application's own marks of folders.
            Some(rest) if origin.prefix == "templates/" && rest.ends_with('/') => Placement::Stays,
            Some(rest) => to(format!("{prefix}{rest}")),
            None => Placement::Told("only what begins with `astgp/` is a conversation"),
        },
        // Records say what becomes of them.
        Shape::Items => Placement::Stays,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::facts::ORIGINS;
    use super::*;
    use crate::amplify::id_map::Rules;

    fn map() -> IdMap {
        let pairs = [("ada@ex.edu", "lovelaa1"), ("alan", "turinga1"), ("emmy", "emmy")];
        IdMap::from_pairs(pairs, &Rules::default()).unwrap()
    }

    fn of(label: &str, key: &str) -> Placement {
        let origin = ORIGINS.iter().find(|origin| origin.label == label).unwrap();
        place(origin, key, &map())
    }

    #[test]
    fn names_go_where_the_application_looks_for_them() {
        for (label, key, expected) in [
            ("conversations", "ada@ex.edu/5b6f", "conversations/lovelaa1/5b6f"),
            ("conversations", "lovelaa1/5b6f", "conversations/lovelaa1/5b6f"),
            ("conversations", "ada@ex.edu/a/b", "conversations/lovelaa1/a/b"),
            ("conversations", "emmy/", "conversations/emmy/"),
            (
                "conversations in the consolidation bucket",
                "conversations/ada@ex.edu/5",
                "conversations/lovelaa1/5",
            ),
            (
                "shares",
                "ada@ex.edu/alan/2025-03-05/0d.json",
                "shares/lovelaa1/turinga1/2025-03-05/0d.json",
            ),
            ("shares", "bob/alan/0d.json", "shares/bob/turinga1/0d.json"),
            ("shares", "alan/alan/alan/0d.json", "shares/turinga1/turinga1/alan/0d.json"),
            ("agent states", "alan/s/index.json", "agentState/turinga1/s/index.json"),
            (
                "scheduled task logs",
                "alan/a/logs/b/logs/execution-1.json",
                "scheduledTaskLogs/turinga1/a/logs/b/execution-1.json",
            ),
            (
                "scheduled task logs in the consolidation bucket",
                "scheduledTaskLogs/alan/t/e.json",
                "scheduledTaskLogs/turinga1/t/e.json",
            ),
            ("group conversations", "astgp/5a/c.txt", "agentConversations/astgp/5a/c.txt"),
            ("data disclosures", "d.pdf", "dataDisclosure/d.pdf"),
            ("PowerPoint templates", "templates/a/b.pptx", "powerPointTemplates/a/b.pptx"),
        ] {
            let to = Placement::To(CONSOLIDATION, expected.to_owned());
            assert_eq!(of(label, key), to, "{label} {key}");
        }
    }

    #[test]
    fn others_stay_and_what_nobody_knows_is_told() {
        for (label, key, told) in [
            ("conversations", "bob/5b6f", false),
            ("conversations", "ada@ex.edux/5b6f", false),
            ("conversations", "5b6f", true),
            ("conversations", "/5b6f", true),
            ("shares", "bob/carl/1.json", false),
            ("shares", "alan/1.json", true),
            ("scheduled task logs", "alan/t/1.json", true),
            ("scheduled task logs", "bob/t/1.json", false),
            ("group conversations", "conversation_data_astgp/1.json", true),
            ("PowerPoint templates", "templates/", false),
            ("PowerPoint templates", "templates/a/", false),
            ("artifacts", "alan/20250305/Game:v3", false),
        ] {
            let placed = of(label, key);
            assert_eq!(matches!(placed, Placement::Told(_)), told, "{label} {key}: {placed:?}");
            assert!(told || placed == Placement::Stays, "{label} {key}: {placed:?}");
        }
    }

    proptest! {
        #[test]
        fn what_was_moved_stays_where_it_is(at in 0..ORIGINS.len(), key in "(ada@ex.edu|alan|emmy|bob|lovelaa1)/[a-z/.#+é]{0,12}") {
            let map = map();
            let origin = ORIGINS[at];
            if let Placement::To(_, moved) = place(&origin, &format!("{}{key}", origin.prefix), &map) {
                for own in ORIGINS.iter().filter(|own| own.bucket == CONSOLIDATION) {
                    if let Placement::To(_, again) = place(own, &moved, &map) {
                        prop_assert_eq!(&again, &moved);
                    }
                }
            }
        }
    }
}
