//! The facts: every table of the original's configuration, what its records hold and what becomes of
//! them.
//!
//! Where a path is in none of the three lists, no id is known to live there.

use super::charges;
use super::place::{Place, by, up_to, whole};
use super::table::{Clash, Code, Find, Group, Table, Turn};

const KEY: &[Find] = &[Find::Key];
const BY_USER: &[Find] = &[Find::Index { name: "UserIndex", attribute: "user" }];
const USER: &[Place] = &[whole("user")];
/// Who may what, weakest first.
const LEVELS: &[&str] = &["none", "read", "write", "owner"];
const MEMBERS: &[&str] = &["read", "write", "admin"];

/// All of them, in the order of their keys.
pub(super) const LISTED: [Table; 45] = [
    Table::new("ACCOUNTS_DYNAMO_TABLE", &["user"], USER)
        .find(KEY)
        .clash(Clash::Union("accounts", "id")),
    // Sessions of the code interpreter name two users, maybe two different ones.
    Table::new("ADDITIONAL_CHARGES_TABLE", &["id"], &[by("id", charges::id), whole("user")]),
    Table::new("AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE", &["user", "tag"], USER)
        .find(KEY)
        .keeping(&["apiKeyId"]),
    Table::new("AGENT_STATE_DYNAMODB_TABLE", &["user", "sessionId"], USER)
        .find(KEY)
        .pointing(&["memory"])
        .group(Group::Always),
    Table::new(
        "AMPLIFY_ADMIN_DYNAMODB_TABLE",
        &["config_id"],
        &[
            whole("data.[]").when("config_id", "admins"),
            whole("data.*.members.[]").when("config_id", "amplifyGroups"),
            whole("data.*.createdBy").when("config_id", "amplifyGroups"),
            whole("data.*.userExceptions.[]").when("config_id", "featureFlags"),
        ],
    )
    // Addresses that mail goes to.
    .keeping(&["data.email"]),
    // What happened was done under the old id: only who is asked for changes.
    Table::new("AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE", &["log_id"], USER)
        .keeping(&["log_id", "details"])
        .group(Group::OptIn),
    Table::new("AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE", &["log_id"], USER)
        .keeping(&["log_id", "details"])
        .group(Group::OptIn),
    // The id of a key is referred to from elsewhere and only says of what kind the key is.
    Table::new("API_KEYS_DYNAMODB_TABLE", &["api_owner_id"], &[whole("owner"), whole("delegate")])
        .keeping(&["api_owner_id", "systemId", "apiKey"]),
    Table::new(
        "ARTIFACTS_DYNAMODB_TABLE",
        &["user_id"],
        &[whole("user_id"), whole("artifacts.[].sharedBy")],
    )
    .pointing(&["artifacts.[].key"])
    .clash(Clash::UnionOrRefuse("artifacts", "key"))
    .group(Group::Always),
    Table::new("ASSISTANTS_ALIASES_DYNAMODB_TABLE", &["user", "assistantId"], USER)
        .find(KEY)
        .clash(Clash::Greatest(&["currentVersion"])),
    // The copy of who may open a path is written back to the path by whoever edits the assistant.
    Table::new(
        "ASSISTANTS_DYNAMODB_TABLE",
        &["id"],
        &[whole("user"), whole("data.astPathData.accessTo.users.[]")],
    )
    .keeping(&["dataSources"]),
    Table::new(
        "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE",
        &["id"],
        &[up_to("id", "/"), whole("user")],
    )
    .keeping(&["fileKeys"])
    .group(Group::Always),
    Table::new(
        "ASSISTANT_GROUPS_DYNAMO_TABLE",
        &["group_id"],
        &[whole("createdBy"), whole("members.{}").ranked(MEMBERS)],
    )
    .keeping(&["assistants", "systemUsers", "inactive_old_keys"]),
    Table::new(
        "ASSISTANT_LOOKUP_DYNAMODB_TABLE",
        &["astPath"],
        &[whole("createdBy"), whole("accessTo.users.[]"), whole("pathHistory.[].changedBy")],
    )
    .keeping(&["astPath", "pathHistory.[].path"]),
    Table::new("ASSISTANT_THREADS_DYNAMODB_TABLE", &["id"], &[up_to("id", "/"), whole("user")]),
    Table::new(
        "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE",
        &["id"],
        &[
            up_to("id", "/run/"),
            whole("user"),
            up_to("assistant_key", "/ast/"),
            up_to("thread_key", "/thr/"),
        ],
    ),
    // The index by user leaves out records without a time.
    Table::new("CHAT_USAGE_DYNAMO_TABLE", &["id"], USER)
        .keeping(&["accountId", "details.api_key_id"]),
    Table::new("COGNITO_USERS_DYNAMODB_TABLE", &["user_id"], &[whole("user_id")])
        .find(KEY)
        .keeping(&["email"])
        .clash(Clash::FillMissing)
        .turn(Turn::Login)
        .code(Code::Login),
    Table::new("COMMON_DATA_DYNAMO_TABLE", &["PK", "SK"], &[up_to("PK", "#"), whole("app_id")]),
    // A cache, which hides what is not in it while it is incomplete. Records of others may name an
    // assistant of the user.
    Table::new(
        "CONVERSATION_METADATA_TABLE",
        &["user_id", "conversation_id"],
        &[whole("user_id"), up_to("code_interpreter_assistant_id", "/ast/")],
    )
    .pointing(&["s3_key"])
    .clash(Clash::Greatest(&["last_modified"]))
    .group(Group::Always),
    Table::new("COST_CALCULATIONS_DYNAMO_TABLE", &["id", "accountInfo"], &[whole("id")])
        .find(KEY)
        .keeping(&["accountInfo"])
        .clash(Clash::Sum(&["dailyCost", "monthlyCost", "hourlyCost"], &[])),
    Table::new("DATA_DISCLOSURE_ACCEPTANCE_TABLE", &["user"], USER)
        .find(KEY)
        .keeping(&["documentID"])
        .clash(Clash::Greatest(&["documentVersion", "acceptedTimestamp"])),
    Table::new("DATA_DISCLOSURE_VERSIONS_TABLE", &["key", "version"], &[])
        .keeping(&["html_content"])
        .pointing(&["pdf_id", "s3_reference"])
        .group(Group::Always),
    // `username` is that of the database.
    Table::new("DB_CONNECTIONS_TABLE", &["id"], USER).find(BY_USER).keeping(&["username"]),
    Table::new("DYNAMO_DYNAMIC_CODE_TABLE", &["uuid"], &[whole("creator"), whole("mapped_by")])
        .keeping(&["s3Key"]),
    // `email` is the owner's id. Senders write from their addresses, whatever their ids are.
    Table::new("EMAIL_SETTINGS_DYNAMO_TABLE", &["email", "tag"], &[whole("email")])
        .find(KEY)
        .keeping(&["allowedSenders"])
        .clash(Clash::UnionOfTexts("allowedSenders")),
    Table::new("EMBEDDING_PROGRESS_TABLE", &["object_id"], &[whole("originalCreator")]),
    // The id is the key of the file in S3, and is referred to from everywhere.
    Table::new("FILES_DYNAMO_TABLE", &["id"], &[whole("createdBy"), whole("updatedBy")])
        .keeping(&["id"]),
    // `s3Location` holds no id.
    Table::new("GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE", &["conversationId"], USER)
        .pointing(&["s3Location"])
        .group(Group::Always),
    Table::new("HASH_FILES_DYNAMO_TABLE", &["id"], &[whole("originalCreator")]).keeping(&["id"]),
    // The index by type leaves out records that no backfill has reached.
    Table::new(
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE",
        &["userDate", "accountInfo"],
        &[up_to("userDate", "#")],
    )
    .keeping(&["accountInfo"])
    .clash(Clash::Sum(&["dailyCost", "monthlyCost"], &["timestamp"])),
    // The index by creator leaves out records without `updatedAt`.
    Table::new("LAYERED_ASSISTANTS_DYNAMODB_TABLE", &["assistantId"], &[whole("createdBy")]),
    Table::new(
        "MEMORY_DYNAMO_TABLE",
        &["id"],
        &[whole("user"), whole("memory_type_id").when_or_absent("memory_type", "user")],
    )
    .keeping(&["content"]),
    Table::new("OAUTH_STATE_TABLE", &["state"], USER).keeping(&["oauth2Config"]),
    Table::new("OAUTH_USER_TABLE", &["user_integration"], &[up_to("user_integration", "/")])
        .clash(Clash::UnionOfFields("integrations", "last_updated")),
    // What may be done with an object goes by the object's name, which stays.
    Table::new(
        "OBJECT_ACCESS_DYNAMODB_TABLE",
        &["object_id", "principal_id"],
        &[whole("principal_id")],
    )
    .find(&[Find::Index { name: "PrincipalIdIndex", attribute: "principal_id" }])
    .keeping(&["object_id"])
    .clash(Clash::Strongest("permission_level", LEVELS)),
    // Its records stay: they are copied, and the table goes with its stack.
    Table::new("OLD_USER_STORAGE_TABLE", &["PK", "SK"], &[])
        .keeping(&["PK", "SK", "appId", "itemId", "data"])
        .group(Group::Always)
        .turn(Turn::OldStorage)
        .code(Code::OldStorage),
    Table::new("OPS_DYNAMODB_TABLE", &["user", "tag"], USER)
        .find(KEY)
        .clash(Clash::Union("ops", "id")),
    Table::new("OP_LOG_DYNAMO_TABLE", &["user", "timestamp"], USER)
        .find(KEY)
        .keeping(&["metadata", "operationDefinition", "actionPayload", "result", "resultMessage"])
        .group(Group::OptIn),
    // Lives a day at most, and belongs to a request that runs.
    Table::new("REQUEST_STATE_DYNAMO_TABLE", &["user", "requestId"], USER)
        .find(KEY)
        .group(Group::OptIn),
    Table::new("SCHEDULED_TASKS_TABLE", &["user", "taskId"], USER)
        .find(KEY)
        .keeping(&["notifyEmailAddresses", "apiKeyId"])
        .pointing(&["logs.[].detailsKey"])
        .group(Group::Always),
    // Shares of others name the user too, and their files.
    Table::new(
        "SHARES_DYNAMODB_TABLE",
        &["id"],
        &[up_to("id", "/"), whole("user"), whole("data.[].sharedBy")],
    )
    .pointing(&["data.[].key"])
    .group(Group::Always)
    .code(Code::Shares),
    // Keys are made of the sanitised id, the application and the kind.
    Table::new("USER_DATA_STORAGE_TABLE", &["PK", "SK"], &[])
        .pointing(&["data.key", "data.M.key"])
        .clash(Clash::Storage)
        .turn(Turn::Storage)
        .code(Code::Storage),
    Table::new("USER_TAGS_DYNAMO_TABLE", &["user"], USER)
        .find(KEY)
        .keeping(&["tags"])
        .clash(Clash::UnionOfTexts("tags")),
    Table::new("WORKFLOW_TEMPLATES_TABLE", &["user", "templateId"], USER)
        .find(KEY)
        .pointing(&["s3Key"])
        .group(Group::Always)
        .code(Code::Workflows),
];

/// Tables with ids that the original's configuration does not have.
///
/// Not among them, since no template says their names or keys: the archive of chat usage
/// (`CHAT_USAGE_ARCHIVE_DYNAMO_TABLE`), what an external scheduler keeps
/// (`AI_SCHEDULER_STORAGE_TABLE`), and the projects of the memory service.
pub(super) const UNLISTED: [Table; 5] = [
    Table::new("SKILLS_DYNAMODB_TABLE", &["id"], USER)
        .unlisted("amplify-js", "skills")
        .find(&[Find::Index { name: "user-index", attribute: "user" }]),
    Table::new(
        "SKILL_SHARES_DYNAMODB_TABLE",
        &["shareId"],
        &[whole("sharedBy"), whole("sharedWith")],
    )
    .unlisted("amplify-js", "skill-shares"),
    Table::new("JOB_STATUS_TABLE", &["user", "job_id"], USER)
        .unlisted("assistants-api", "job-status")
        .find(KEY)
        .pointing(&["stored_result.key"]),
    // Its records expire by themselves.
    Table::new("POLL_STATUS_TABLE", &["requestId", "user"], USER)
        .unlisted("lambda", "poll-status")
        .group(Group::Never),
    // Who was affected by an error in the past.
    Table::new(
        "CRITICAL_ERRORS_DYNAMODB_TABLE",
        &["error_id"],
        &[whole("current_user"), whole("affected_users.{}")],
    )
    .unlisted("admin", "critical-errors")
    .group(Group::Never),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::all;
    use super::super::place::{Form, When};
    use super::*;
    use crate::amplify::{Deployment, Kind, RESOURCES, check_name};

    #[test]
    fn every_table_of_the_configuration_is_there_once_and_five_more() {
        let tables = RESOURCES.iter().filter(|resource| resource.kind == Kind::Table);
        let expected: Vec<&str> = tables.map(|resource| resource.key).collect();
        let listed: Vec<&str> =
            all().filter(|table| table.is_listed()).map(|table| table.key).collect();
        assert_eq!(listed, expected);
        let keys: BTreeSet<&str> = all().map(|table| table.key).collect();
        assert_eq!(keys.len(), 50);
        let of = Deployment::new("v6", "dev").unwrap();
        let names: BTreeSet<String> = all().map(|table| table.name(&of)).collect();
        assert_eq!(names.len(), 50);
        assert!(names.iter().all(|name| check_name(Kind::Table, name).is_ok()));
    }

    #[test]
    fn no_place_is_told_twice() {
        for table in all() {
            let rewritten = table.places.iter().map(|place| place.path);
            let paths = rewritten.chain(table.kept.iter().chain(table.pointers).copied());
            let paths: Vec<&str> = paths.collect();
            for (at, path) in paths.iter().enumerate() {
                for other in &paths[at + 1..] {
                    let within = |a: &str, b: &str| a == b || a.starts_with(&format!("{b}."));
                    let apart = !within(path, other) && !within(other, path);
                    assert!(apart, "{}: {path} {other}", table.key);
                }
            }
        }
    }

    #[test]
    fn a_look_up_is_by_an_attribute_that_is_an_id_as_a_whole() {
        for table in all() {
            let whole = |name: &str| {
                table.places.iter().any(|place| {
                    place.path == name
                        && matches!(place.form, Form::Whole)
                        && matches!(place.when, When::Always)
                })
            };
            for find in table.find {
                match find {
                    Find::Key => assert!(whole(table.keys[0]), "{}", table.key),
                    Find::Index { attribute, .. } => assert!(whole(attribute), "{}", table.key),
                }
            }
        }
    }

    #[test]
    fn a_look_up_reaches_every_record_that_is_rewritten() {
        for table in all().filter(|table| !table.find.is_empty()) {
            for place in table.places {
                let reached = table.find.iter().any(|find| match find {
                    Find::Key => place.path == table.keys[0],
                    Find::Index { attribute, .. } => place.path == *attribute,
                });
                assert!(reached, "{}: {}", table.key, place.path);
            }
        }
    }

    #[test]
    fn login_comes_last_and_user_storage_first() {
        let turn = |turn: Turn| -> Vec<&str> {
            all().filter(|table| table.turn == turn).map(|table| table.key).collect()
        };
        assert_eq!(turn(Turn::Login), ["COGNITO_USERS_DYNAMODB_TABLE"]);
        assert_eq!(turn(Turn::Storage), ["USER_DATA_STORAGE_TABLE"]);
        assert_eq!(turn(Turn::OldStorage), ["OLD_USER_STORAGE_TABLE"]);
        assert!(Turn::Storage < Turn::OldStorage && Turn::OldStorage < Turn::Any);
        assert!(Turn::Any < Turn::Login);
    }

    #[test]
    fn a_move_that_may_meet_another_record_has_a_rule() {
        // Keys that are unique for reasons of their own: a person is asked if two meet after all.
        let unique = [
            "ADDITIONAL_CHARGES_TABLE",
            "AGENT_STATE_DYNAMODB_TABLE",
            "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE",
            "ASSISTANT_THREADS_DYNAMODB_TABLE",
            "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE",
            "SCHEDULED_TASKS_TABLE",
            "SHARES_DYNAMODB_TABLE",
            "WORKFLOW_TEMPLATES_TABLE",
            "JOB_STATUS_TABLE",
            // Neither of the two is right by itself.
            "AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE",
            "COMMON_DATA_DYNAMO_TABLE",
            // Logs and requests.
            "OP_LOG_DYNAMO_TABLE",
            "REQUEST_STATE_DYNAMO_TABLE",
        ];
        for table in all().filter(|table| table.group != Group::Never) {
            let moves = table.places.iter().any(|place| table.keys.contains(&place.path));
            if moves {
                let refuses = table.clash == Clash::Refuse;
                assert_eq!(refuses, unique.contains(&table.key), "{}", table.key);
            }
        }
    }
}
