//! Rows that belong to one user, whose id is in their key or in their `user`.

use serde_json::{Value, json};

use super::people::Person;

/// A row of the table in the person's shape; nothing for tables whose rows are told elsewhere.
pub fn row(key: &str, person: &Person<'_>) -> Option<Value> {
    let Person { id, was, other, other_was, unique: u, shape, .. } = *person;
    let mut row = match key {
        "ACCOUNTS_DYNAMO_TABLE" => json!({"user": id, "accounts": match shape % 3 {
            0 => json!([{"id": "1000.2000", "name": "Lab", "isDefault": true,
                "rateLimit": {"period": "Monthly", "rate": {"$n": "25.0"}}},
                {"id": "", "name": "", "rateLimit": {"period": "Unlimited", "rate": null}}]),
            1 => json!([]),
            _ => json!([{"id": "7", "name": u}, {"name": "without an id"}]),
        }}),
        "AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE" => json!({"user": id, "tag": format!("notes-{u}"),
            "prompt": "Summarise", "apiKeyId": format!("{was}/ownerKey/{u}"),
            "assistantId": format!("astp/{u}")}),
        "AGENT_STATE_DYNAMODB_TABLE" => {
            let path = format!("{was}/{u}/agent_state.json");
            let memory = match shape % 5 {
                0 => json!({"bucket": "legacy", "key": path, "lastModified": "2025-01-02"}),
                1 => json!({"key": format!("agentState/{path}"), "n": {"N": "1E2"}}),
                2 => json!({"key": {"S": {"S": path}}, "bucket": {"S": "legacy"}}),
                3 => json!(null),
                _ => json!({}),
            };
            json!({"user": id, "sessionId": u, "state": "s", "memory": memory,
                "eventId": "agent/prompt/action/raw_result"})
        }
        "ASSISTANTS_ALIASES_DYNAMODB_TABLE" => json!({"user": id, "aliasTo": "latest",
            "assistantId": format!("astp/{u}?type=latest"), "currentVersion": 4,
            "data": {"id": format!("ast/{u}")}, "createdAt": "2025-01-01T00:00:00"}),
        "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE" => json!({
            "id": if shape % 4 == 3 { format!("assistant-{u}") } else { format!("{id}/ast/{u}") },
            "user": id, "fileKeys": [format!("{was}/2025-01-01/{u}.json")], "tags": [],
            "data": {"assistantId": "asst_1", "provider": "azure"}, "createdAt": 1720714099836i64}),
        "ASSISTANT_THREADS_DYNAMODB_TABLE" => json!({
            "id": if shape % 4 == 3 { format!("thread-{u}") } else { format!("{id}/thr/{u}") },
            "user": id, "data": {"azure": {"threadId": "thread_1"}}}),
        "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE" => {
            let assistant = match shape % 4 {
                0 => json!(format!("{id}/ast/{u}")),
                1 => json!(format!("{other}/ast/{u}")),
                2 => json!(null),
                _ => json!(format!("{was}-{u}")),
            };
            let run = match shape % 5 {
                // Not of the form that is rewritten.
                4 => format!("{was}-run/{u}"),
                _ => format!("{id}/run/{u}"),
            };
            json!({"id": run, "user": id, "thread_key": format!("{id}/thr/{u}"),
                "assistant_key": assistant, "assistant": "codeInterpreter", "status": "completed"})
        }
        "CHAT_USAGE_DYNAMO_TABLE" => json!({"id": format!("chat-{u}"), "user": id,
            "accountId": was, "inputTokens": 120, "details": {"api_key_id": was}}),
        "COGNITO_USERS_DYNAMODB_TABLE" => {
            let mut row = json!({"user_id": id, "family_name": "Lovelace", "given_name": null,
                "custom:saml_groups": "[Staff]", "updated_at": "2025-03-05T10:11:12"});
            // An address that was the id only is kept.
            if shape % 3 != 0 || (!person.is_before() && was.contains('@')) {
                row["email"] = json!(was);
            }
            row
        }
        "COMMON_DATA_DYNAMO_TABLE" => json!({"PK": format!("{id}#snippets"), "SK": u,
            "app_id": if shape % 3 == 2 { "shared-app" } else { id }, "data": {"title": "t"}}),
        "CONVERSATION_METADATA_TABLE" => {
            let interpreter = match shape % 3 {
                0 => json!(null),
                1 => json!(format!("{id}/ast/{u}")),
                _ => json!(format!("asst_{u}")),
            };
            let folder = if shape % 4 == 1 { "conversations/" } else { "" };
            json!({"user_id": id, "conversation_id": u, "name": "Bernoulli", "tags": [],
                "s3_key": format!("{folder}{was}/{u}"), "is_local": false,
                "last_modified": 1738576800000i64, "code_interpreter_assistant_id": interpreter})
        }
        "COST_CALCULATIONS_DYNAMO_TABLE" => {
            let mut row = json!({"id": id, "accountInfo": format!("general_account#{u}"),
                "dailyCost": {"$n": "0.0421"}, "hourlyCost": [0, {"$n": "4.210E-2"}, {"$n": "1.50"}]});
            if shape % 2 == 0 {
                row["monthlyCost"] = json!({"$n": "1.75"});
                row["record_type"] = json!("cost");
            }
            row
        }
        "DATA_DISCLOSURE_ACCEPTANCE_TABLE" => json!({"user": id, "acceptedDataDisclosure": true,
            "acceptedTimestamp": "2025-01-05T12:00:00", "completedTraining": false,
            "documentVersion": 3, "documentID": format!("s3://old/{was}/v3.pdf")}),
        "DB_CONNECTIONS_TABLE" => json!({"id": format!("db-{u}"), "user": id, "username": was,
            "password": "hunter2", "port": "5432"}),
        "EMAIL_SETTINGS_DYNAMO_TABLE" => {
            let senders = match shape % 3 {
                0 => json!([was, other_was, ".*@example\\.edu"]),
                1 => json!({"$ss": [was, "x@example.edu"]}),
                _ => json!([]),
            };
            json!({"email": id, "tag": format!("notes-{u}"), "allowedSenders": senders})
        }
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE" => {
            let month = shape % 2 == 0;
            let mut row = json!({"accountInfo": format!("1000.2000#{was}/{u}"),
                "userDate": format!("{id}#2025-02{}", if month { "" } else { "-28" }),
                "timestamp": "2025-03-01T00:00:04.000Z"});
            row[if month { "monthlyCost" } else { "dailyCost" }] = json!({"$n": "0.310"});
            row
        }
        "JOB_STATUS_TABLE" => json!({"user": id, "job_id": u,
            "stored_result": {"key": format!("{was}/{u}/result.json")}}),
        "MEMORY_DYNAMO_TABLE" => {
            let mut row = json!({"id": format!("memory-{u}"), "user": id, "content": was});
            match shape % 4 {
                0 => (row["memory_type"], row["memory_type_id"]) = (json!("user"), json!(id)),
                1 => (row["memory_type"], row["memory_type_id"]) = (json!("project"), json!("p-7")),
                2 => row["memory_type_id"] = json!(id),
                _ => row["memory_type"] = json!("assistant"),
            }
            row
        }
        "OAUTH_STATE_TABLE" => json!({"state": format!("Zk-{u}"), "user": id, "ttl": 1740993600,
            "oauth2Config": {"clientId": was, "clientSecret": "s"}}),
        "OAUTH_USER_TABLE" => json!({
            "user_integration": format!("{id}/{}", if shape % 3 == 1 { "a/b" } else { "google" }),
            "integrations": {"google_drive": "Z0FBQUFB", "gmail": "R01B"},
            "last_updated": "2025-02-02T10:00:00+00:00"}),
        "OBJECT_ACCESS_DYNAMODB_TABLE" => json!({"principal_id": id, "principal_type": "user",
            "object_id": if shape % 2 == 0 { format!("{was}/2025-01-01/{u}") } else { format!("astp/{u}") },
            "permission_level": (["owner", "write", "read", "none"][shape % 4]), "policy": null}),
        "OPS_DYNAMODB_TABLE" => json!({"user": id, "tag": format!("tag-{u}"), "id": u, "ops": [
            {"id": "sendMail", "url": "/x", "tags": ["default"]}, {"id": "readMail", "url": "/y"}]}),
        "OP_LOG_DYNAMO_TABLE" => {
            json!({"user": id, "timestamp": format!("2025-02-03T09:00:00.{u}"),
            "metadata": {"who": was}, "resultMessage": format!("{was}/x"), "resultCode": 200})
        }
        "POLL_STATUS_TABLE" => json!({"requestId": u, "user": was, "ttl": 1741076400}),
        "REQUEST_STATE_DYNAMO_TABLE" => json!({"user": id, "requestId": u, "exit": false}),
        "SCHEDULED_TASKS_TABLE" => {
            let log = |n: u8| {
                json!({"executionId": format!("execution-{n}"), "status": "success",
                "detailsKey": format!("{was}/Digest_{u}/logs/execution-{n}.json")})
            };
            let mut row = json!({"user": id, "taskId": format!("Digest_{u}"), "active": 1,
                "cronExpression": "0 8 * * *", "notifyEmailAddresses": [was, other_was],
                "apiKeyId": format!("{was}/ownerKey/{u}")});
            match shape % 3 {
                0 => row["logs"] = json!([log(1), log(2), {"executionId": "execution-3"}]),
                1 => row["logs"] = json!([]),
                _ => {}
            }
            row
        }
        "SKILLS_DYNAMODB_TABLE" => {
            json!({"id": format!("skill-{u}"), "user": id, "isPublic": "true"})
        }
        "USER_TAGS_DYNAMO_TABLE" => match shape % 3 {
            0 => json!({"user": id, "tags": {"$ss": ["math", "engines", was]}}),
            1 => json!({"user": id, "tags": {"$ss": [""]}}),
            _ => json!({"user": id}),
        },
        "WORKFLOW_TEMPLATES_TABLE" => {
            let public = match shape % 4 {
                0 if person.is_before() => json!(true),
                0 | 1 => json!(1),
                2 => json!(0),
                _ if person.is_before() => json!(false),
                _ => json!(0),
            };
            json!({"user": id, "templateId": u, "s3Key": format!("{was}/{u}.json"),
                "isPublic": public, "isBaseTemplate": false, "inputSchema": {}})
        }
        _ => return None,
    };
    if shape % 5 == 0 {
        row["zzShape"] = json!(shape);
    }
    Some(row)
}
