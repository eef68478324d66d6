//! Rows that meet others: what stands already under a new id, as a user left it who came back under
//! that one.

use aws_sdk_dynamodb::types::AttributeValue::{self, L, N};
use fastrand::Rng;
use migration_tools::engine::item::Item;
use migration_tools::engine::size::MAX_ITEM_BYTES;
use serde_json::{Value, json};

use super::people::Person;
use super::storage_rows::user_part;
use super::values::{item, pad};
use super::{OLD_STORAGE, STORAGE, private_rows};

/// `createdAt` of rows of user storage, where nothing else is said.
const NOW: u64 = 1_750_000_000;

/// Changes a row that is the same as the one that will meet it: such that both can be one, or that
/// only a person can tell.
pub fn vary(key: &str, target: &mut Item, conflicts: bool, rng: &mut Rng) {
    if conflicts && key != OLD_STORAGE && rng.bool() {
        return contradict(key, target);
    }
    let pick = rng.usize(..4);
    let set = match (key, pick) {
        // Of two that are the same, nobody can tell whether one is a copy of the other.
        ("COST_CALCULATIONS_DYNAMO_TABLE" | "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE", 0)
            if !conflicts =>
        {
            json!({"dailyCost": 3})
        }
        (_, 0) => return,
        ("ACCOUNTS_DYNAMO_TABLE", 1) => json!({"accounts": [{"id": "1000.2000", "name": "Mine"},
            {"id": "t9", "name": "New"}, {"name": "without an id"}]}),
        ("ACCOUNTS_DYNAMO_TABLE", 2) => json!({"accounts": []}),
        ("ACCOUNTS_DYNAMO_TABLE", _) => without(target, &["accounts"]),
        ("OPS_DYNAMODB_TABLE", _) => json!({"id": "other", "ops": [
            {"id": "readMail", "url": "/mine"}, {"id": "third"}]}),
        ("ARTIFACTS_DYNAMODB_TABLE", 1) if target["artifacts"].is_l() => {
            without(target, &["artifacts"])
        }
        ("ARTIFACTS_DYNAMODB_TABLE", _) => {
            let Some(L(all)) = target.get_mut("artifacts") else { return };
            all.truncate(pick - 1);
            let more = json!({"a": {"key": "20250401/Mine:v1", "sharedBy": "bob"}});
            all.insert(0, item(more).remove("a").unwrap());
            json!({"createdAt": "2025-06-01T00:00:00"})
        }
        ("ASSISTANTS_ALIASES_DYNAMODB_TABLE", _) => {
            let version = ["3", "4.0", "1E1"][pick - 1];
            json!({"currentVersion": {"$n": version}, "aliasTo": "mine"})
        }
        ("CONVERSATION_METADATA_TABLE", _) => {
            let time = 1_738_576_800_000_i64 + [-1, 0, 1][pick - 1];
            json!({"last_modified": time, "name": "Mine", "cached_at": 1})
        }
        ("DATA_DISCLOSURE_ACCEPTANCE_TABLE", _) => {
            let (version, time) = [
                ("2", "2025-06-01T00:00:00"),
                ("3.0", "2025-01-05T12:00:01"),
                ("3", "2024-12-31T23:59:59"),
            ][pick - 1];
            json!({"documentVersion": {"$n": version}, "acceptedTimestamp": time, "mine": true})
        }
        ("COST_CALCULATIONS_DYNAMO_TABLE", 1) => json!({"dailyCost": {"$n": "0.00790"},
            "monthlyCost": 7, "hourlyCost": [1, {"$n": "1E-10"}, {"$n": "0.5"}]}),
        ("COST_CALCULATIONS_DYNAMO_TABLE", 2) => {
            without(target, &["monthlyCost"]);
            json!({"dailyCost": {"$n": "12345678901234.5"}})
        }
        ("COST_CALCULATIONS_DYNAMO_TABLE", _) => {
            without(target, &["hourlyCost", "dailyCost"]);
            json!({"mine": true})
        }
        ("HISTORY_COST_CALCULATIONS_DYNAMO_TABLE", _) => {
            let times =
                ["2025-03-01T00:00:03.999Z", "2025-03-01T00:00:04.001Z", "2025-04-01T00:00:04Z"];
            json!({"monthlyCost": 1, "dailyCost": {"$n": "-0.01"}, "timestamp": times[pick - 1]})
        }
        ("EMAIL_SETTINGS_DYNAMO_TABLE", _) => match target.get("allowedSenders") {
            Some(L(_)) => json!({"allowedSenders": ["mine@example.edu", ".*@example\\.edu"]}),
            _ => json!({"allowedSenders": {"$ss": ["mine@example.edu", "x@example.edu"]}}),
        },
        ("USER_TAGS_DYNAMO_TABLE", 1) => without(target, &["tags"]),
        ("USER_TAGS_DYNAMO_TABLE", _) => json!({"tags": {"$ss": ["math", "mine"]}}),
        ("OAUTH_USER_TABLE", _) => {
            let times = [
                "2025-02-02T09:59:59+00:00",
                "2025-02-02T10:00:00.5+00:00",
                "2025-03-01T00:00:00Z",
            ];
            json!({"last_updated": times[pick - 1],
                "integrations": {"gmail": "bWluZQ", "calendar": "bmV3"}})
        }
        ("OBJECT_ACCESS_DYNAMODB_TABLE", _) => {
            let level = ["none", "write", "owner"][pick - 1];
            json!({"permission_level": level, "policy": "public"})
        }
        ("COGNITO_USERS_DYNAMODB_TABLE", _) => {
            without(target, &[["email", "given_name", "custom:saml_groups"][pick - 1]]);
            json!({"family_name": "Byron", "updated_at": "2025-06-01T00:00:00"})
        }
        (STORAGE, 1) => json!({"UUID": "mine"}),
        (STORAGE, _) if target.contains_key("createdAt") => {
            let time = if pick == 2 { NOW - 1 } else { NOW + 1 };
            json!({"createdAt": time, "data": {"mine": time}})
        }
        (OLD_STORAGE, _) if target.contains_key("createdAt") => {
            let time = if pick == 2 { NOW - 2000 } else { NOW + 2000 };
            json!({"createdAt": time, "data": {"mine": time}})
        }
        _ => return,
    };
    target.extend(item(set));
}

/// Takes attributes away, and gives none.
fn without(target: &mut Item, names: &[&str]) -> Value {
    target.retain(|name, _| !names.contains(&name.as_str()));
    json!({})
}

/// Changes a row such that it cannot be one with the other.
fn contradict(key: &str, target: &mut Item) {
    target.extend(item(match key {
        "ARTIFACTS_DYNAMODB_TABLE" => json!({"artifacts": "none", "createdAt": "x"}),
        "COST_CALCULATIONS_DYNAMO_TABLE" => json!({"hourlyCost": [1]}),
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE" => {
            json!({"dailyCost": "text", "monthlyCost": "text"})
        }
        "OBJECT_ACCESS_DYNAMODB_TABLE" => json!({"permission_level": "boss"}),
        "EMAIL_SETTINGS_DYNAMO_TABLE" => json!({"allowedSenders": "all"}),
        // What is in the row wins, whatever it is.
        "COGNITO_USERS_DYNAMODB_TABLE" => return,
        _ => json!({"data": {"mine": 2}, "zzMine": true}),
    }));
}

/// A row that is too large for a longer id.
pub fn too_large(key: &str, person: &Person<'_>) -> Option<Item> {
    let keys = ["DB_CONNECTIONS_TABLE", "SKILLS_DYNAMODB_TABLE", "OPS_DYNAMODB_TABLE"];
    let grows = person.new.len() > person.was.len();
    if !grows || !keys.contains(&key) || person.shape != 0 {
        return None;
    }
    let unique = format!("{}-large", person.unique);
    let person = Person { unique: &unique, ..*person };
    let mut item = item(private_rows::row(key, &person)?);
    pad(&mut item, MAX_ITEM_BYTES);
    Some(item)
}

/// The row that the application wrote last under the sanitised key, where this one's is not.
pub fn sanitised(of: &Item) -> Option<Item> {
    let key = of["PK"].as_s().unwrap();
    let (user, rest) = key.split_once('#')?;
    let stored = user_part(user);
    if stored == user {
        return None;
    }
    let mut item = of.clone();
    item.extend(super::values::item(json!({"PK": format!("{stored}#{rest}"), "UUID": "twin",
        "createdAt": 1990000000, "data": {"twin": true}})));
    Some(item)
}

/// The row as the old table has it: the same, or the same but for its UUID, or with other content that
/// is older or newer.
pub fn copied_before(mut item: Item, at: usize) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    match at % 4 {
        0 => {
            item.insert("UUID".to_owned(), text("older"));
        }
        1 if item.contains_key("createdAt") => {
            item.insert("createdAt".to_owned(), N((NOW - 1000).to_string()));
            item.insert("data".to_owned(), text("older"));
            item.remove("itemId");
        }
        2 if item.contains_key("createdAt") => {
            item.insert("createdAt".to_owned(), N((NOW + 1_000_000_000).to_string()));
            item.insert("data".to_owned(), text("newer, whyever"));
        }
        _ => {}
    }
    item
}
