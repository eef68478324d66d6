//! Every table's record before and after, and what the original lost or corrupted in it.

use serde_json::{Value, json};

use super::testing::{after, item, map, people, renamed, result};
use crate::engine::rewrite::Rewrite;

const ADA: &str = "ada.lovelace@example.edu";
const ALAN: &str = "alan.turing@example.edu";

/// The record goes to another key.
const MOVES: bool = true;
/// The record stays under its key.
const STAYS: bool = false;

fn becomes(key: &str, before: &Value, expected: &Value, moves: bool) {
    let before = item(before.clone());
    let (new, moved) = result(key, &before, renamed(key, &before, &people()));
    assert_eq!(new, item(expected.clone()), "{key}");
    assert_eq!(moved, moves, "{key}");
    let again = renamed(key, &new, &people());
    assert_eq!(again, Rewrite::Unchanged, "{key}: a second time");
}

#[test]
fn records_whose_key_has_the_id_move_with_everything_else_as_it_was() {
    for (key, id, rest) in [
        (
            "ACCOUNTS_DYNAMO_TABLE",
            "user",
            json!({"accounts": [{"id": "1000.2000", "name": "Lab", "isDefault": true,
                "rateLimit": {"period": "Monthly", "rate": 25}}]}),
        ),
        (
            "OPS_DYNAMODB_TABLE",
            "user",
            json!({"tag": "default", "id": "0f0e", "ops": [{"id": "sendMail", "url": "/x"}]}),
        ),
        (
            "OBJECT_ACCESS_DYNAMODB_TABLE",
            "principal_id",
            json!({"object_id": format!("{ADA}/2025-01-01/1"), "principal_type": "user",
                "object_type": "datasource", "permission_level": "owner", "policy": ""}),
        ),
        (
            "ASSISTANTS_ALIASES_DYNAMODB_TABLE",
            "user",
            json!({"assistantId": "astp/5a1c?type=latest", "aliasTo": "latest",
                "currentVersion": 4, "data": {"id": "ast/77aa"}}),
        ),
        ("USER_TAGS_DYNAMO_TABLE", "user", json!({"tags": ["math", "engines"]})),
        (
            "AGENT_STATE_DYNAMODB_TABLE",
            "user",
            json!({"sessionId": "7d0c", "state": "s",
                "memory": {"bucket": "b", "key": format!("{ADA}/7d0c/agent_state.json")}}),
        ),
        (
            "AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE",
            "user",
            json!({"tag": "notes", "prompt": "Summarise", "apiKeyId": "Notes/ownerKey/3c1a"}),
        ),
        (
            "EMAIL_SETTINGS_DYNAMO_TABLE",
            "email",
            json!({"tag": "notes", "allowedSenders": [ADA, ALAN, ".*@example\\.edu"]}),
        ),
        (
            "SCHEDULED_TASKS_TABLE",
            "user",
            json!({"taskId": "Digest_5a1e", "active": 1, "notifyEmailAddresses": [ADA],
                "logs": [{"executionId": "e", "detailsKey": format!("{ADA}/Digest_5a1e/logs/e.json")}]}),
        ),
        (
            "DATA_DISCLOSURE_ACCEPTANCE_TABLE",
            "user",
            json!({"acceptedDataDisclosure": true, "documentVersion": 3, "documentID": "d.pdf"}),
        ),
        (
            "COST_CALCULATIONS_DYNAMO_TABLE",
            "id",
            json!({"accountInfo": "general_account#NA", "dailyCost": 0.0421, "hourlyCost": [0, 1]}),
        ),
        ("OP_LOG_DYNAMO_TABLE", "user", json!({"timestamp": "2025-02-03", "resultCode": 200})),
        ("REQUEST_STATE_DYNAMO_TABLE", "user", json!({"requestId": "r-9", "exit": false})),
        (
            "JOB_STATUS_TABLE",
            "user",
            json!({"job_id": "j", "stored_result": {"key": format!("{ADA}/j/result.json")}}),
        ),
    ] {
        let with = |who: &str| {
            let mut record = rest.clone();
            record[id] = json!(who);
            record
        };
        becomes(key, &with(ADA), &with("lovelaa1"), MOVES);
        for other in [format!("{ADA}x"), "ada.lovelace".to_owned(), ADA.to_uppercase()] {
            becomes(key, &with(&other), &with(&other), STAYS);
        }
        becomes(key, &with("emmy.noether@example.edu"), &with("emmy.noether@example.edu"), STAYS);
    }
}

#[test]
fn ids_before_a_mark_are_found_there_only() {
    for (key, before, expected, moves) in [
        (
            "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE",
            json!({"id": format!("{ADA}/ast/2b1d"), "user": ADA, "fileKeys": [format!("{ADA}/f")]}),
            json!({"id": "lovelaa1/ast/2b1d", "user": "lovelaa1", "fileKeys": [format!("{ADA}/f")]}),
            MOVES,
        ),
        (
            "ASSISTANT_THREADS_DYNAMODB_TABLE",
            json!({"id": format!("{ADA}/thr/4423"), "user": ADA, "data": {"azure": {"threadId": "1"}}}),
            json!({"id": "lovelaa1/thr/4423", "user": "lovelaa1", "data": {"azure": {"threadId": "1"}}}),
            MOVES,
        ),
        // The original deleted a record whose id had another form.
        (
            "ASSISTANT_THREADS_DYNAMODB_TABLE",
            json!({"id": "thread-1", "user": ADA}),
            json!({"id": "thread-1", "user": "lovelaa1"}),
            STAYS,
        ),
        (
            "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE",
            json!({"id": format!("{ADA}/run/9c"), "user": ADA, "thread_key": format!("{ADA}/thr/44"),
                "assistant_key": format!("{ALAN}/ast/2b")}),
            json!({"id": "lovelaa1/run/9c", "user": "lovelaa1", "thread_key": "lovelaa1/thr/44",
                "assistant_key": "turinga1/ast/2b"}),
            MOVES,
        ),
        // A null stopped the original.
        (
            "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE",
            json!({"id": "run-1", "user": ADA, "assistant_key": null}),
            json!({"id": "run-1", "user": "lovelaa1", "assistant_key": null}),
            STAYS,
        ),
        (
            "OAUTH_USER_TABLE",
            json!({"user_integration": format!("{ADA}/google"), "integrations": {"drive": "Z0FB"}}),
            json!({"user_integration": "lovelaa1/google", "integrations": {"drive": "Z0FB"}}),
            MOVES,
        ),
        // The original deleted what only begins alike.
        (
            "OAUTH_USER_TABLE",
            json!({"user_integration": format!("{ADA}1/google"), "integrations": {}}),
            json!({"user_integration": format!("{ADA}1/google"), "integrations": {}}),
            STAYS,
        ),
        (
            "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE",
            json!({"userDate": format!("{ADA}#2025-02-28"), "accountInfo": "a#NA", "dailyCost": 0.31}),
            json!({"userDate": "lovelaa1#2025-02-28", "accountInfo": "a#NA", "dailyCost": 0.31}),
            MOVES,
        ),
        (
            "COMMON_DATA_DYNAMO_TABLE",
            json!({"PK": format!("{ALAN}#snippets"), "SK": "s-1", "app_id": ALAN, "data": {"t": ALAN}}),
            json!({"PK": "turinga1#snippets", "SK": "s-1", "app_id": "turinga1", "data": {"t": ALAN}}),
            MOVES,
        ),
        (
            "ADDITIONAL_CHARGES_TABLE",
            json!({"id": format!("{ADA}/thr/11/{ALAN}/ast/22"), "user": ADA, "details": {}}),
            json!({"id": "lovelaa1/thr/11/turinga1/ast/22", "user": "lovelaa1", "details": {}}),
            MOVES,
        ),
        // Of another user, with the assistant of one who is renamed.
        (
            "ADDITIONAL_CHARGES_TABLE",
            json!({"id": format!("bob/thr/11/{ADA}/ast/22"), "user": "bob"}),
            json!({"id": "bob/thr/11/lovelaa1/ast/22", "user": "bob"}),
            MOVES,
        ),
        (
            "ADDITIONAL_CHARGES_TABLE",
            json!({"id": "2b6f", "user": ADA}),
            json!({"id": "2b6f", "user": "lovelaa1"}),
            STAYS,
        ),
        (
            "CONVERSATION_METADATA_TABLE",
            json!({"user_id": ADA, "conversation_id": "3d1b", "s3_key": format!("{ADA}/3d1b"),
                "code_interpreter_assistant_id": format!("{ADA}/ast/2b"), "last_modified": 1}),
            json!({"user_id": "lovelaa1", "conversation_id": "3d1b", "s3_key": format!("{ADA}/3d1b"),
                "code_interpreter_assistant_id": "lovelaa1/ast/2b", "last_modified": 1}),
            MOVES,
        ),
    ] {
        becomes(key, &before, &expected, moves);
    }
}

#[test]
fn attributes_change_in_place_and_what_must_stay_stays() {
    let key = format!("{ADA}/delegateKey/1b4e28ba-2fa1-41d2-883f-0016d3cca427");
    for (table, before, expected) in [
        (
            "API_KEYS_DYNAMODB_TABLE",
            json!({"api_owner_id": key, "owner": ADA, "delegate": ALAN, "apiKey": "MIGRATED",
                "systemId": null}),
            json!({"api_owner_id": key, "owner": "lovelaa1", "delegate": "turinga1",
                "apiKey": "MIGRATED", "systemId": null}),
        ),
        // The assistant's copy of who may open a path goes back to the path when it is edited.
        (
            "ASSISTANTS_DYNAMODB_TABLE",
            json!({"id": "ast/7", "user": ADA, "version": 4, "dataSources": [{"id": format!("{ADA}/f")}],
                "data": {"astPathData": {"accessTo": {"users": [ALAN, "bob"]}}, "note": ADA}}),
            json!({"id": "ast/7", "user": "lovelaa1", "version": 4,
                "dataSources": [{"id": format!("{ADA}/f")}],
                "data": {"astPathData": {"accessTo": {"users": ["turinga1", "bob"]}}, "note": ADA}}),
        ),
        (
            "FILES_DYNAMO_TABLE",
            json!({"id": format!("{ADA}/2025-02-03/0f.json"), "createdBy": ADA, "updatedBy": ALAN}),
            json!({"id": format!("{ADA}/2025-02-03/0f.json"), "createdBy": "lovelaa1",
                "updatedBy": "turinga1"}),
        ),
        // Not found by the original, since another user created it.
        (
            "FILES_DYNAMO_TABLE",
            json!({"id": "f", "createdBy": "Group_1", "updatedBy": ADA}),
            json!({"id": "f", "createdBy": "Group_1", "updatedBy": "lovelaa1"}),
        ),
        (
            "HASH_FILES_DYNAMO_TABLE",
            json!({"id": "9f86", "originalCreator": ADA, "textLocationKey": "global/9f86"}),
            json!({"id": "9f86", "originalCreator": "lovelaa1", "textLocationKey": "global/9f86"}),
        ),
        (
            "EMBEDDING_PROGRESS_TABLE",
            json!({"object_id": "global/9f86", "originalCreator": ALAN, "totalChunks": 2}),
            json!({"object_id": "global/9f86", "originalCreator": "turinga1", "totalChunks": 2}),
        ),
        (
            "DB_CONNECTIONS_TABLE",
            json!({"id": "c0ff", "user": ADA, "username": ADA, "password": "p"}),
            json!({"id": "c0ff", "user": "lovelaa1", "username": ADA, "password": "p"}),
        ),
        (
            "OAUTH_STATE_TABLE",
            json!({"state": "Zk3", "user": ALAN, "ttl": 1740993600}),
            json!({"state": "Zk3", "user": "turinga1", "ttl": 1740993600}),
        ),
        (
            "CHAT_USAGE_DYNAMO_TABLE",
            json!({"id": "77e1", "user": ALAN, "inputTokens": 120, "details": {}}),
            json!({"id": "77e1", "user": "turinga1", "inputTokens": 120, "details": {}}),
        ),
        (
            "MEMORY_DYNAMO_TABLE",
            json!({"id": "6e", "user": ADA, "memory_type": "user", "memory_type_id": ADA}),
            json!({"id": "6e", "user": "lovelaa1", "memory_type": "user", "memory_type_id": "lovelaa1"}),
        ),
        // The original detached memories from their projects.
        (
            "MEMORY_DYNAMO_TABLE",
            json!({"id": "6e", "user": ADA, "memory_type": "project", "memory_type_id": "proj-7"}),
            json!({"id": "6e", "user": "lovelaa1", "memory_type": "project", "memory_type_id": "proj-7"}),
        ),
        (
            "DYNAMO_DYNAMIC_CODE_TABLE",
            json!({"uuid": "code/4f", "creator": ADA, "mapped_by": ALAN, "s3Key": format!("b/{ADA}/4f.py")}),
            json!({"uuid": "code/4f", "creator": "lovelaa1", "mapped_by": "turinga1",
                "s3Key": format!("b/{ADA}/4f.py")}),
        ),
        (
            "LAYERED_ASSISTANTS_DYNAMODB_TABLE",
            json!({"assistantId": "astr/0a", "createdBy": ADA, "updatedAt": "2025-05-02T00:00:00Z"}),
            json!({"assistantId": "astr/0a", "createdBy": "lovelaa1", "updatedAt": "2025-05-02T00:00:00Z"}),
        ),
        (
            "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE",
            json!({"conversationId": "c1", "user": ADA, "s3Location": "s3://b/astgp/8d/c1.txt"}),
            json!({"conversationId": "c1", "user": "lovelaa1", "s3Location": "s3://b/astgp/8d/c1.txt"}),
        ),
        // Users who may open a path of someone else kept their old ids in the original.
        (
            "ASSISTANT_LOOKUP_DYNAMODB_TABLE",
            json!({"astPath": "math/engine", "createdBy": "bob",
                "accessTo": {"amplifyGroups": [], "users": [ALAN, "turinga1"]},
                "pathHistory": [{"path": "math/engine", "changedBy": ADA}]}),
            json!({"astPath": "math/engine", "createdBy": "bob",
                "accessTo": {"amplifyGroups": [], "users": ["turinga1"]},
                "pathHistory": [{"path": "math/engine", "changedBy": "lovelaa1"}]}),
        ),
        // The original let the weaker permission of the old id replace the stronger one.
        (
            "ASSISTANT_GROUPS_DYNAMO_TABLE",
            json!({"group_id": "MathLab_6f", "createdBy": ADA, "assistants": [{"id": ADA}],
                "members": {ADA: "read", "lovelaa1": "admin", ALAN: "write"}}),
            json!({"group_id": "MathLab_6f", "createdBy": "lovelaa1", "assistants": [{"id": ADA}],
                "members": {"lovelaa1": "admin", "turinga1": "write"}}),
        ),
        // The artifacts of the user stay as they are; their keys change with the objects.
        (
            "ARTIFACTS_DYNAMODB_TABLE",
            json!({"user_id": "bob", "artifacts": [{"key": format!("bob/1/{ADA}/:v1"), "sharedBy": ADA}]}),
            json!({"user_id": "bob",
                "artifacts": [{"key": format!("bob/1/{ADA}/:v1"), "sharedBy": "lovelaa1"}]}),
        ),
        (
            "AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE",
            json!({"log_id": format!("{ADA}/8c"), "user": ADA, "details": format!("{ADA} is not")}),
            json!({"log_id": format!("{ADA}/8c"), "user": "lovelaa1", "details": format!("{ADA} is not")}),
        ),
        (
            "AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE",
            json!({"log_id": format!("{ALAN}/1d"), "user": ALAN, "details": "Members updated"}),
            json!({"log_id": format!("{ALAN}/1d"), "user": "turinga1", "details": "Members updated"}),
        ),
        (
            "SKILLS_DYNAMODB_TABLE",
            json!({"id": "s", "user": ADA, "isPublic": "true"}),
            json!({"id": "s", "user": "lovelaa1", "isPublic": "true"}),
        ),
        (
            "SKILL_SHARES_DYNAMODB_TABLE",
            json!({"shareId": "h", "sharedBy": ADA, "sharedWith": ALAN}),
            json!({"shareId": "h", "sharedBy": "lovelaa1", "sharedWith": "turinga1"}),
        ),
    ] {
        becomes(table, &before, &expected, STAYS);
    }
}

#[test]
fn admin_records_keep_their_order_and_everything_beside_the_lists() {
    let time = "2025-03-05T10:11:12+00:00";
    for (before, expected) in [
        (
            json!({"config_id": "admins", "data": ["zoe", ADA, "lovelaa1", ALAN], "last_updated": time}),
            json!({"config_id": "admins", "data": ["zoe", "lovelaa1", "turinga1"], "last_updated": time}),
        ),
        (
            json!({"config_id": "amplifyGroups", "last_updated": time, "data": {
                "Billing": {"createdBy": ADA, "members": [ADA, ALAN], "isBillingGroup": true},
                "Other": {"createdBy": "Cognito_Sync", "includeFromOtherGroups": [ADA]}}}),
            json!({"config_id": "amplifyGroups", "last_updated": time, "data": {
                "Billing": {"createdBy": "lovelaa1", "members": ["lovelaa1", "turinga1"],
                    "isBillingGroup": true},
                "Other": {"createdBy": "Cognito_Sync", "includeFromOtherGroups": [ADA]}}}),
        ),
        (
            json!({"config_id": "featureFlags", "data": {
                "f": {"enabled": false, "userExceptions": [ALAN], "amplifyGroupExceptions": [ALAN]}}}),
            json!({"config_id": "featureFlags", "data": {
                "f": {"enabled": false, "userExceptions": ["turinga1"],
                    "amplifyGroupExceptions": [ALAN]}}}),
        ),
    ] {
        becomes("AMPLIFY_ADMIN_DYNAMODB_TABLE", &before, &expected, STAYS);
    }
    for same in [
        json!({"config_id": "emailSupport", "data": {"email": ADA}}),
        json!({"config_id": "integrations", "data": [ADA], "provider_settings": {"a": ADA}}),
        json!({"config_id": "admins", "data": null}),
        json!({"config_id": "amplifyGroups", "data": "text"}),
    ] {
        becomes("AMPLIFY_ADMIN_DYNAMODB_TABLE", &same, &same, STAYS);
    }
}

#[test]
fn a_login_row_keeps_its_address_and_never_loses_one() {
    let names = json!({"family_name": "Lovelace", "custom:saml_groups": "[Staff]"});
    let row = |id: &str, email: Option<&str>| {
        let mut row = names.clone();
        row["user_id"] = json!(id);
        if let Some(email) = email {
            row["email"] = json!(email);
        }
        row
    };
    let table = "COGNITO_USERS_DYNAMODB_TABLE";
    becomes(table, &row(ADA, Some(ADA)), &row("lovelaa1", Some(ADA)), MOVES);
    becomes(table, &row(ADA, None), &row("lovelaa1", Some(ADA)), MOVES);
    becomes(table, &row("bob", Some(ADA)), &row("bob", Some(ADA)), STAYS);
    let plain = map(&[("ada", "lovelaa1")]);
    let (new, _) = after(table, &item(row("ada", None)), &plain);
    assert_eq!(new, item(row("lovelaa1", None)), "an id that is no address is none");
}

#[test]
fn workflow_rows_get_a_number_where_the_index_needs_one() {
    let row = |user: &str, public: Value| {
        json!({"user": user, "templateId": "2b6f", "s3Key": format!("{ADA}/2b6f.json"),
            "isPublic": public})
    };
    let table = "WORKFLOW_TEMPLATES_TABLE";
    becomes(table, &row(ADA, json!(true)), &row("lovelaa1", json!(1)), MOVES);
    becomes(table, &row(ADA, json!(0)), &row("lovelaa1", json!(0)), MOVES);
    becomes(table, &row("bob", json!(true)), &row("bob", json!(true)), STAYS);
}
