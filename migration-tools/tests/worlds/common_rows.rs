//! Rows of what several users have to do with: each names two, or many.

use migration_tools::engine::item::Item;
use serde_json::{Value, json};

use super::people::{Person, STRANGERS};
use super::values::item;

/// A row of the table in the person's shape.
pub fn row(key: &str, person: &Person<'_>) -> Option<Value> {
    let Person { id, was, other, other_was, unique: u, shape, .. } = *person;
    Some(match key {
        "ADDITIONAL_CHARGES_TABLE" => {
            let charge = match shape % 7 {
                0 => format!("{id}/thr/{u}/{id}/ast/22"),
                1 => format!("{id}/thr/{u}/{other}/ast/22"),
                2 => format!("{other}/thr/{u}/{id}/ast/22"),
                3 => format!("{id}#lambda#{u}"),
                4 => format!("{id}#web-{was}#{u}"),
                // Of none of these forms.
                5 => format!("{was}-thr/{u}"),
                _ => format!("0f0e-{was}-{u}"),
            };
            let user = if shape % 7 == 2 { other } else { id };
            json!({"id": charge, "user": if shape % 9 == 8 { "system" } else { user },
                "cost": {"$n": "0.50"}, "details": {"itemType": "codeInterpreter", "sessions": []}})
        }
        "AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE" => json!({"log_id": format!("{was}/{u}"), "user": id,
            "details": format!("{was} is not authorized"), "configuration": null}),
        "AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE" => json!({"log_id": format!("{was}/{u}"), "user": id,
            "details": was, "action": "Update Members"}),
        "API_KEYS_DYNAMODB_TABLE" => {
            let delegate = match shape % 3 {
                0 => json!(null),
                1 => json!(other),
                _ => json!(id),
            };
            let mut row = json!({"api_owner_id": format!("{was}/ownerKey/{u}"), "owner": id,
                "systemId": was, "apiKey": was, "active": true, "delegate": delegate});
            if shape % 4 == 3 {
                row.as_object_mut().unwrap().remove("delegate");
            }
            row
        }
        "ARTIFACTS_DYNAMODB_TABLE" => {
            let legacy = json!({"key": format!("{was}/20250305/Game:v3"), "tags": [], "name": ""});
            let shared = json!({"key": format!("{was}/20250306/{was}/Plan:v1"), "sharedBy": other});
            let artifacts = match shape % 4 {
                0 => json!([legacy, shared]),
                1 => json!([{"key": "20250307/New:v1"}, shared, "no map", {"sharedBy": id}]),
                2 => json!([]),
                _ => json!(null),
            };
            json!({"user_id": id, "artifacts": artifacts, "createdAt": "2025-03-05T10:00:00"})
        }
        "ASSISTANTS_DYNAMODB_TABLE" => {
            let data = match shape % 3 {
                0 => {
                    json!({"astPathData": {"accessTo": {"users": [other, "bob", id], "groups": ["g"]}}})
                }
                1 => json!({"astPathData": null, "note": format!("by {was}")}),
                _ => json!({}),
            };
            let mut row = json!({"id": format!("ast/{u}"), "user": id, "version": 4, "data": data,
                "dataSources": [{"id": format!("{was}/2025/{u}.json")}, was]});
            if shape % 4 != 3 {
                row["name"] = json!("Engine");
            }
            row
        }
        "ASSISTANT_GROUPS_DYNAMO_TABLE" => {
            let members = match shape % 3 {
                0 => json!({id: "admin", other: "read", "bob": "write"}),
                // Somebody is in it under both ids: the stronger permission is his.
                1 => json!({id: "read", person.new: "write", "turing2": "admin"}),
                _ => json!({}),
            };
            json!({"group_id": format!("MathLab_{u}"), "members": members,
                "createdBy": if shape % 4 == 2 { "Cognito_Sync" } else { id },
                "assistants": [{"id": was}], "systemUsers": [was], "inactive_old_keys": [was]})
        }
        "ASSISTANT_LOOKUP_DYNAMODB_TABLE" => {
            let access = match shape % 4 {
                0 => json!({"users": [other, id, "carol"], "amplifyGroups": []}),
                1 => json!({"users": [id, "carol", person.new]}),
                2 => json!({"amplifyGroups": ["g"]}),
                _ => json!(null),
            };
            json!({"astPath": format!("{was}/engine-{u}"), "public": false, "accessTo": access,
                "createdBy": if shape % 3 == 2 { other } else { id }, "pathHistory": [
                    {"path": format!("{was}/engine"), "changedBy": id, "assistant_id": null},
                    {"path": "math", "changedBy": other}, {"path": "math"}]})
        }
        "CRITICAL_ERRORS_DYNAMODB_TABLE" => json!({"error_id": u, "current_user": was,
            "affected_users": {was: 1, other_was: 2}}),
        "DYNAMO_DYNAMIC_CODE_TABLE" => {
            let mut row = json!({"uuid": format!("code/{u}"), "creator": id,
                "s3Key": format!("b/{was}/02-03-2025/code/{u}.py")});
            if shape % 2 == 1 {
                row["mapped_by"] = json!(other);
            }
            row
        }
        "EMBEDDING_PROGRESS_TABLE" => {
            let mut row = json!({"object_id": format!("global/{u}.content.json"), "totalChunks": 2,
                "data": {"childChunks": {"1": {"status": "completed", "version": {"$n": "3.0"}}}}});
            match shape % 3 {
                0 => row["originalCreator"] = json!(id),
                1 => row["originalCreator"] = json!("unknown"),
                _ => {}
            }
            row
        }
        "FILES_DYNAMO_TABLE" => json!({"id": format!("{was}/2025-02-03/{u}.json"), "tags": ["a"],
            "createdBy": if shape % 4 == 3 { "Group_1" } else { id },
            "updatedBy": if shape % 2 == 1 { other } else { id }, "totalTokens": 812}),
        "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE" => {
            let mut row = json!({"conversationId": format!("c-{u}"), "numberPrompts": 2,
                "s3Location": format!("s3://legacy/astgp/8d/c-{u}.txt")});
            if shape % 4 != 3 {
                row["user"] = json!(id);
            }
            row
        }
        "HASH_FILES_DYNAMO_TABLE" => match shape % 3 {
            0 => json!({"id": u, "originalCreator": id, "textLocationKey": format!("global/{u}")}),
            1 => json!({"id": format!("{was}/2025-02-03/{u}.json"), "hash": u}),
            _ => json!({"id": u, "originalCreator": "unknown"}),
        },
        "LAYERED_ASSISTANTS_DYNAMODB_TABLE" => json!({"assistantId": format!("astr/{u}"),
            "createdBy": id, "rootNode": {"id": "ast/1", "children": []}}),
        "SHARES_DYNAMODB_TABLE" => {
            let entry = |sharer: &str, key: String| {
                json!({"sharedBy": sharer, "note": "see this",
                "sharedAt": 1720714099836i64, "key": key})
            };
            let entries = match shape % 5 {
                0 => json!([entry(other, format!("{was}/{other_was}/2024-07-11/{u}.json"))]),
                1 => json!([entry(id, format!("shares/{was}/{was}/{u}.json")),
                    entry(other, format!("{was}/{other_was}/{u}.json")), {"note": "bad"}, "worse"]),
                2 => json!([]),
                3 => json!(null),
                _ => json!([{"sharedBy": "", "key": ""}]),
            };
            let mut row = json!({"id": format!("{id}/{u}"), "user": id, "name": "/state/share",
                "data": entries, "createdAt": 1720714099836i64});
            if shape % 5 == 2 {
                row["id"] = json!(u);
            }
            if shape % 3 == 0 {
                row["settings"] = json!({"theme": "dark", "featureOptions": {"n": {"$n": "1.50"}}});
            }
            row
        }
        "SKILL_SHARES_DYNAMODB_TABLE" => json!({"shareId": format!("share-{u}"), "sharedBy": id,
            "sharedWith": if shape % 2 == 0 { other } else { "Group_1" }, "ttl": 1741076400}),
        _ => return None,
    })
}

/// Rows that a table has once, with everyone in them.
pub fn of_everyone(key: &str, pairs: &[(String, String)]) -> Vec<Item> {
    let everyone: Vec<&str> = pairs.iter().map(|(old, _)| old.as_str()).collect();
    // One who is renamed is there under both ids, and one twice.
    let mut renamed = pairs.iter().filter(|(old, new)| old != new);
    let both = renamed.next().map(|(_, new)| new.as_str());
    let again = renamed.next_back().map(|(old, _)| old.as_str());
    let list: Vec<&str> = both
        .into_iter()
        .chain([STRANGERS[0]])
        .chain(everyone.iter().copied())
        .chain(again)
        .collect();
    let first = everyone[0];
    let time = "2025-03-05T10:11:12+00:00";
    let rows = match key {
        "AMPLIFY_ADMIN_DYNAMODB_TABLE" => vec![
            json!({"config_id": "admins", "data": list, "last_updated": time}),
            json!({"config_id": "amplifyGroups", "last_updated": time, "data": {
                "Billing": {"createdBy": first, "members": list, "isBillingGroup": true},
                "Synced": {"createdBy": "Cognito_Sync", "members": [],
                    "includeFromOtherGroups": ["Billing"]},
                "Set": {"createdBy": "JIT_PROVISIONER", "members": {"$ss": everyone}},
                "None": {"members": null, "rateLimit": {"period": "Daily", "rate": {"$n": "1.0"}}}}}),
            json!({"config_id": "featureFlags", "data": {
                "one": {"enabled": false, "userExceptions": list, "amplifyGroupExceptions": ["g"]},
                "two": {"enabled": true}}}),
            json!({"config_id": "emailSupport", "data": {"email": first, "isActive": true}}),
            json!({"config_id": "integrations", "data": {"a": ["b"]}, "provider_settings": {}}),
        ],
        "DATA_DISCLOSURE_VERSIONS_TABLE" => (0..3)
            .map(|version| {
                let pdf = format!("data_disclosure_{version}.pdf");
                json!({"key": "latest", "version": version, "pdf_id": pdf,
                    "html_content": format!("<p>{first}</p>"),
                    "s3_reference": format!("s3://amplify-v6-data-disclosure-dev-storage/{pdf}")})
            })
            .collect(),
        "OPS_DYNAMODB_TABLE" => {
            vec![json!({"user": "system", "tag": "all", "ops": [{"id": "sendMail"}]})]
        }
        _ => Vec::new(),
    };
    rows.into_iter().map(item).collect()
}
