//! What becomes of one row of each table but user storage, table by table.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue::{self, Bool, L, M, N, S, Ss};
use migration_tools::engine::item::Item;

use super::oracle::Who;

/// The row after the migration.
pub fn renamed(key: &str, row: &Item, who: &Who) -> Item {
    let mut row = row.clone();
    let item = &mut row;
    match key {
        // The id is all of `user`, in the key or not, and nowhere else.
        "ACCOUNTS_DYNAMO_TABLE"
        | "AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE"
        | "AGENT_STATE_DYNAMODB_TABLE"
        | "AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE"
        | "AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE"
        | "ASSISTANTS_ALIASES_DYNAMODB_TABLE"
        | "CHAT_USAGE_DYNAMO_TABLE"
        | "DATA_DISCLOSURE_ACCEPTANCE_TABLE"
        | "DB_CONNECTIONS_TABLE"
        | "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE"
        | "JOB_STATUS_TABLE"
        | "OAUTH_STATE_TABLE"
        | "OPS_DYNAMODB_TABLE"
        | "OP_LOG_DYNAMO_TABLE"
        | "REQUEST_STATE_DYNAMO_TABLE"
        | "SCHEDULED_TASKS_TABLE"
        | "SKILLS_DYNAMODB_TABLE"
        | "USER_TAGS_DYNAMO_TABLE" => who.id(item, "user"),
        "ADDITIONAL_CHARGES_TABLE" => {
            let id = text(item, "id");
            item.insert("id".to_owned(), S(charge(&id, who)));
            who.id(item, "user");
        }
        "AMPLIFY_ADMIN_DYNAMODB_TABLE" => admin(item, who),
        "API_KEYS_DYNAMODB_TABLE" => {
            who.id(item, "owner");
            who.id(item, "delegate");
        }
        "ARTIFACTS_DYNAMODB_TABLE" => {
            who.id(item, "user_id");
            each_map(item.get_mut("artifacts"), |artifact| who.id(artifact, "sharedBy"));
        }
        "ASSISTANTS_DYNAMODB_TABLE" => {
            who.id(item, "user");
            let path = field(field(item.get_mut("data"), "astPathData"), "accessTo");
            who.ids(field(path, "users"));
        }
        "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE" | "ASSISTANT_THREADS_DYNAMODB_TABLE" => {
            who.prefix(item, "id", "/");
            who.id(item, "user");
        }
        "ASSISTANT_GROUPS_DYNAMO_TABLE" => {
            who.id(item, "createdBy");
            if let Some(M(members)) = item.get_mut("members") {
                *members = permissions(members, who);
            }
        }
        "ASSISTANT_LOOKUP_DYNAMODB_TABLE" => {
            who.id(item, "createdBy");
            who.ids(field(item.get_mut("accessTo"), "users"));
            each_map(item.get_mut("pathHistory"), |entry| who.id(entry, "changedBy"));
        }
        "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE" => {
            who.prefix(item, "id", "/run/");
            who.prefix(item, "assistant_key", "/ast/");
            who.prefix(item, "thread_key", "/thr/");
            who.id(item, "user");
        }
        "COGNITO_USERS_DYNAMODB_TABLE" => {
            let old = text(item, "user_id");
            let address = who.pairs.contains_key(&old) && old.contains('@');
            if address && !item.contains_key("email") {
                item.insert("email".to_owned(), S(old));
            }
            who.id(item, "user_id");
        }
        "COMMON_DATA_DYNAMO_TABLE" => {
            who.prefix(item, "PK", "#");
            who.id(item, "app_id");
        }
        "CONVERSATION_METADATA_TABLE" => {
            who.id(item, "user_id");
            who.prefix(item, "code_interpreter_assistant_id", "/ast/");
        }
        "COST_CALCULATIONS_DYNAMO_TABLE" => who.id(item, "id"),
        "DATA_DISCLOSURE_VERSIONS_TABLE" => {}
        "DYNAMO_DYNAMIC_CODE_TABLE" => {
            who.id(item, "creator");
            who.id(item, "mapped_by");
        }
        "EMAIL_SETTINGS_DYNAMO_TABLE" => who.id(item, "email"),
        "EMBEDDING_PROGRESS_TABLE" | "HASH_FILES_DYNAMO_TABLE" => who.id(item, "originalCreator"),
        "FILES_DYNAMO_TABLE" => {
            who.id(item, "createdBy");
            who.id(item, "updatedBy");
        }
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE" => who.prefix(item, "userDate", "#"),
        "LAYERED_ASSISTANTS_DYNAMODB_TABLE" => who.id(item, "createdBy"),
        "MEMORY_DYNAMO_TABLE" => {
            who.id(item, "user");
            let of_a_user = S("user".to_owned());
            if item.get("memory_type").is_none_or(|kind| *kind == of_a_user) {
                who.id(item, "memory_type_id");
            }
        }
        "OAUTH_USER_TABLE" => who.prefix(item, "user_integration", "/"),
        "OBJECT_ACCESS_DYNAMODB_TABLE" => who.id(item, "principal_id"),
        "SHARES_DYNAMODB_TABLE" => {
            who.prefix(item, "id", "/");
            who.id(item, "user");
            each_map(item.get_mut("data"), |share| who.id(share, "sharedBy"));
        }
        "SKILL_SHARES_DYNAMODB_TABLE" => {
            who.id(item, "sharedBy");
            who.id(item, "sharedWith");
        }
        "WORKFLOW_TEMPLATES_TABLE" => {
            if who.pairs.contains_key(&text(item, "user")) {
                let public = item.get("isPublic").cloned();
                if let Some(Bool(is)) = public {
                    let number = if is { "1" } else { "0" };
                    item.insert("isPublic".to_owned(), N(number.to_owned()));
                }
            }
            who.id(item, "user");
        }
        other => panic!("nothing is known of {other}"),
    }
    row
}

impl Who {
    /// The attribute is an id, or is not there, or is something else.
    fn id(&self, item: &mut Item, name: &str) {
        if let Some(S(id)) = item.get_mut(name) {
            *id = self.new_id(id).to_owned();
        }
    }

    fn prefix(&self, item: &mut Item, name: &str, mark: &str) {
        if let Some(S(text)) = item.get_mut(name) {
            *text = self.with_new_prefix(text, mark);
        }
    }

    /// A list or set of ids, in its order, with nobody in it twice.
    fn ids(&self, value: Option<&mut AttributeValue>) {
        match value {
            Some(L(all)) if all.iter().any(|each| self.is_old(each)) => {
                let mut seen = BTreeSet::new();
                let mut new = Vec::new();
                for each in all.iter() {
                    match each {
                        S(id) if seen.insert(self.new_id(id).to_owned()) => {
                            new.push(S(self.new_id(id).to_owned()));
                        }
                        S(_) => {}
                        other => new.push(other.clone()),
                    }
                }
                *all = new;
            }
            Some(Ss(all)) => {
                let new: BTreeSet<String> =
                    all.iter().map(|id| self.new_id(id).to_owned()).collect();
                *all = new.into_iter().collect();
            }
            _ => {}
        }
    }

    fn is_old(&self, value: &AttributeValue) -> bool {
        value.as_s().is_ok_and(|id| self.pairs.contains_key(id))
    }
}

/// `{user}/thr/{thread}/{owner}/ast/{assistant}`, or `{user}#…`, or something else.
fn charge(id: &str, who: &Who) -> String {
    let parts: Vec<&str> = id.split('/').collect();
    if parts.len() == 6 && parts[1] == "thr" && parts[4] == "ast" {
        let (user, owner) = (who.new_id(parts[0]), who.new_id(parts[3]));
        return format!("{user}/thr/{}/{owner}/ast/{}", parts[2], parts[5]);
    }
    who.with_new_prefix(id, "#")
}

fn admin(item: &mut Item, who: &Who) {
    let data = |item| Item::get_mut(item, "data");
    match text(item, "config_id").as_str() {
        "admins" => who.ids(data(item)),
        "amplifyGroups" => {
            if let Some(M(groups)) = data(item) {
                for group in groups.values_mut() {
                    if let M(group) = group {
                        who.id(group, "createdBy");
                        who.ids(group.get_mut("members"));
                    }
                }
            }
        }
        "featureFlags" => {
            if let Some(M(flags)) = data(item) {
                flags.values_mut().for_each(|flag| who.ids(field(Some(flag), "userExceptions")));
            }
        }
        _ => {}
    }
}

/// Who may do what in a group: where somebody is in it under both ids, the stronger one.
fn permissions(members: &Item, who: &Who) -> Item {
    let strength = |value: &AttributeValue| match value.as_s().map(String::as_str) {
        Ok("admin") => 3,
        Ok("write") => 2,
        Ok("read") => 1,
        _ => 0,
    };
    let mut new = Item::new();
    for (id, permission) in members {
        let id = who.new_id(id);
        if new.get(id).is_none_or(|other| strength(other) < strength(permission)) {
            new.insert(id.to_owned(), permission.clone());
        }
    }
    new
}

fn text(item: &Item, name: &str) -> String {
    item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

fn field<'v>(value: Option<&'v mut AttributeValue>, name: &str) -> Option<&'v mut AttributeValue> {
    match value {
        Some(M(fields)) => fields.get_mut(name),
        _ => None,
    }
}

/// Every map in a list.
fn each_map(value: Option<&mut AttributeValue>, then: impl Fn(&mut Item)) {
    if let Some(L(all)) = value {
        for each in all {
            if let M(fields) = each {
                then(fields);
            }
        }
    }
}
