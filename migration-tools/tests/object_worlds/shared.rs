//! What users share with each other.

use serde_json::{Value, json};

use super::bodies::Body;
use super::private::stored;
use super::{At, Builder, CONSOLIDATION, Person, SHARES, T_SHARES, T_STORAGE};

impl Builder {
    /// What somebody was given, in the table of shares and in the user storage.
    pub(crate) fn shares(&mut self, person: &Person) {
        let mut entries = Vec::new();
        for (n, stand) in self.stands(person).into_iter().enumerate() {
            let (sharer, unique) = (self.somebody(), self.unique());
            let rest = match n % 4 {
                1 => format!("{unique}.json"),
                2 if self.much.odd => format!("2025-03-05/{}/{unique} é+.json", person.old),
                _ => format!("2025-03-05/{unique}.json"),
            };
            let (old, new) = (
                format!("{}/{}", person.old, sharer.old),
                format!("{}/{}", person.new, sharer.new),
            );
            let at = At {
                legacy: (SHARES, format!("{old}/{rest}")),
                old: (CONSOLIDATION, format!("shares/{old}/{rest}")),
                new: (CONSOLIDATION, format!("shares/{new}/{rest}")),
            };
            self.spread(stand, &at, Body::text);
            let prefix = if n % 3 == 2 { "shares/" } else { "" };
            let data = json!({"sharedBy": sharer.old, "note": "see this", "sharedAt": 1741170000000i64,
                "key": format!("{prefix}{old}/{rest}")});
            if n % 2 == 0 {
                entries.push(data);
                continue;
            }
            let (user, sk) = (stored(&person.old), format!("{}#2025-03-05#{unique}", sharer.old));
            self.row(
                T_STORAGE,
                json!({"PK": format!("{user}#amplify-shares#received"), "SK": sk,
                "UUID": unique, "appId": format!("{user}#amplify-shares"), "entityType": "received",
                "itemId": sk, "createdAt": 1741170000, "data": data}),
            );
        }
        let unique = self.unique();
        let mut row = json!({"id": format!("{}/{unique}", person.old), "user": person.old,
            "name": "/state/share", "data": Value::Array(entries), "createdAt": 1741170000000i64,
            "updatedAt": 1741170000000i64});
        if self.rng.bool() {
            row["settings"] = json!({"theme": unique, "featureOptions": {"memory": true}});
        }
        self.row(T_SHARES, row);
    }
}
