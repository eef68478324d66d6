//! Rows of user storage: every application's, in every shape that was ever written.

use serde_json::{Value, json};

use super::people::Person;
use super::{OLD_STORAGE, Size};

/// The forms of keys that an earlier version of the application wrote wrongly.
pub const MALFORMED: [(&str, &str); 4] = [
    ("amplify-workflows", "workflow-templates"),
    ("amplify-user-settings", "user-settings"),
    ("amplify-artifacts", "artifact-content"),
    ("amplify-agent-logs", "scheduled-task-logs"),
];

/// How keys hold a user.
pub fn user_part(id: &str) -> String {
    replaced(id, "@._-")
}

/// How keys hold an application.
pub fn app_part(app: &str) -> String {
    replaced(app, "-")
}

fn replaced(text: &str, besides: &str) -> String {
    let stays = |c: char| c.is_ascii_alphanumeric() || besides.contains(c);
    text.chars().map(|c| if stays(c) { c } else { '-' }).collect()
}

/// A row in the person's shape.
pub fn row(key: &str, person: &Person<'_>, size: &Size) -> Value {
    let Person { id, was, new, other, other_was, unique: u, shape, .. } = *person;
    let owner = user_part(id);
    let (app, kind) = MALFORMED[u.bytes().map(usize::from).sum::<usize>() % 4];
    let malformed =
        if person.is_before() { format!("{}-{app}", app_part(was)) } else { app.to_owned() };
    let shared = format!("{other}#2025-10-01#{u}");
    let object = format!("{was}/{other_was}/2025-10-01/{u}.json");
    let mut row = match shape % 20 {
        0 => with_kind(&owner, "amplify-memory", "note", u, json!({"t": "x", "n": {"$n": "1.0"}})),
        1 => {
            let data = json!({"sharedBy": other, "note": "", "key": object});
            let mut row = with_kind(&owner, "amplify-shares", "received", &shared, data);
            row["itemId"] = json!(shared);
            row
        }
        2 => {
            let data = json!({"sharedBy": {"S": other}, "key": {"S": format!("shares/{object}")}});
            with_kind(&owner, "amplify-shares", "received", &shared, data)
        }
        3 => {
            let data =
                json!({"M": {"sharedBy": {"S": other}, "key": {"S": object}, "n": {"N": "1"}}});
            with_kind(&owner, "amplify-shares", "received", &shared, data)
        }
        4 => {
            let sort = format!("shared-with-{other}#20250305/Game:v3-{u}");
            let mut row =
                with_kind(&owner, "amplify-artifacts", "artifact-content", &sort, json!({}));
            row["itemId"] = json!(sort);
            row
        }
        5 => {
            let sort = format!("shared-with-{other}#{u}");
            let mut row =
                with_kind(&owner, "amplify-artifacts", "artifact-content", &sort, json!([]));
            row["itemId"] = json!(format!("shared-with-{other}"));
            row["rangeKey"] = json!(u);
            row
        }
        // The rows of tools have keys and data only.
        6 => json!({"PK": format!("{owner}#amplify-mcp#mcp_servers"), "SK": format!("mcp_{u}"),
            "data": {"url": "https://example.edu", "user": "x"}}),
        7 => {
            let prefixed = |prefix| user_part(&format!("{}_{id}", str::to_lowercase(prefix)));
            let owner = size.idp_prefix.map_or(owner, prefixed);
            json!({"PK": format!("{owner}#amplify-mcp#mcp_servers"), "SK": format!("mcp_{u}"),
                "data": {"enabled": true}})
        }
        8 => with_kind(&owner, &malformed, kind, u, json!({"steps": []})),
        // As an earlier migration left it: under the new id, and as wrong as before.
        9 => with_kind(&user_part(new), &malformed, kind, u, json!({"t": "x"})),
        10 => {
            let data = json!({"taskId": u, "user": id, "logs": {"user": "x"}});
            with_kind(&owner, "amplify-agent-logs", "scheduled-task-logs", u, data)
        }
        // A key that was written without replacing anything.
        11 => {
            let owner = if person.is_before() { was } else { &*owner };
            with_kind(owner, "amplify-tools", "api_keys", u, json!({"data": {"$b": "\u{1}"}}))
        }
        12 => {
            let sort = format!("{id}#2025-10-01#{u}");
            let data = json!({"sharedBy": id, "key": format!("shares/{was}/{was}/{u}.json")});
            with_kind(&owner, "amplify-shares", "received", &sort, data)
        }
        // As an earlier migration left it: only the copy of the key is stale.
        13 => {
            let sort = format!("{new}#2025-10-01#{u}");
            let data = json!({"sharedBy": new, "key": format!("shares/{new}/{new}/{u}.json")});
            let mut row = with_kind(&user_part(new), "amplify-shares", "received", &sort, data);
            row["itemId"] = json!(format!("{id}#2025-10-01#{u}"));
            row
        }
        14 => {
            let data = match shape % 4 {
                0 => json!({"key": {"S": {"S": object}}, "sharedBy": null}),
                1 => json!(["y"]),
                2 => json!(null),
                _ => json!({"M": "x", "sharedBy": ["y"]}),
            };
            with_kind(&owner, "amplify-shares", "received", &format!("bob#{u}"), data)
        }
        15 => {
            let data =
                json!({"settings": {"theme": "dark", "featureOptions": {"a": {"$n": "1E1"}}}});
            let sort = "user-settings";
            let mut row = with_kind(&owner, "amplify-user-settings", sort, sort, data);
            // A user may have them in both tables.
            if key == OLD_STORAGE {
                row["createdAt"] = json!(1740000000);
            }
            row
        }
        16 => with_kind(&owner, "amplify-tools", "note#more", u, json!({"sharedBy": other})),
        // The sharer's id is in front, but this is no share.
        17 => {
            let sort = format!("{}#{u}", if size.words { was } else { "x" });
            with_kind(&owner, "amplify-memory", "note", &sort, json!({"user": "x"}))
        }
        // No other key is wrong in this way, by its application or by its kind.
        18 => json!({"PK": format!("{owner}#{}-amplify-workflows#note", app_part(was)), "SK": u,
            "data": {"t": ""}}),
        _ => json!({"PK": format!("{owner}#{}-amplify-memory#note", app_part(was)), "SK": u,
            "data": {"t": ""}}),
    };
    if row.get("createdAt").is_some() {
        row["UUID"] = json!(format!("uuid-{u}"));
    }
    row
}

fn with_kind(owner: &str, app: &str, kind: &str, sort: &str, data: Value) -> Value {
    json!({"PK": format!("{owner}#{app}#{kind}"), "SK": sort,
        "appId": format!("{owner}#{app}"), "entityType": kind, "createdAt": 1750000000, "data": data})
}
