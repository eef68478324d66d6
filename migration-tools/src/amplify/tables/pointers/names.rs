//! The names of objects in the records of each table, and what becomes of them.

use aws_sdk_dynamodb::types::AttributeValue;

use super::{
    AGENT_STATE, ARTIFACTS, CONSOLIDATION, CONVERSATIONS, DISCLOSURE, GROUPS, Goal, LOGS, Moved,
    Pointer, TEMPLATES, artifact, shared,
};
use crate::amplify::id_map::{IdMap, sanitise_user};
use crate::amplify::tables::table::Table;
use crate::amplify::tables::user_storage::STORAGE;
use crate::engine::item::Item;
use crate::engine::rewrite::Edit;

/// The names of objects in one record.
pub(super) struct Names<'a> {
    pub(super) item: &'a Item,
    pub(super) map: &'a IdMap,
    pub(super) moved: &'a dyn Moved,
    /// Whether names count, whoever they belong to.
    pub(super) whoever: bool,
}

/// Whether what a name points to is where it is to be.
type IsThere<'f> = dyn FnMut(&Pointer) -> bool + 'f;

impl Names<'_> {
    pub(super) fn edit(&self, table: &Table, is_there: &mut IsThere<'_>) -> Edit {
        match table.key {
            "AGENT_STATE_DYNAMODB_TABLE" => self.agent_state(is_there),
            "ARTIFACTS_DYNAMODB_TABLE" => self.artifacts(is_there),
            "CONVERSATION_METADATA_TABLE" => self.conversation(is_there),
            "DATA_DISCLOSURE_VERSIONS_TABLE" => self.disclosure(is_there),
            "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE" => self.group_conversation(is_there),
            "SCHEDULED_TASKS_TABLE" => self.task(is_there),
            "WORKFLOW_TEMPLATES_TABLE" => self.template(is_there),
            // Their rewrites go by `share`.
            "SHARES_DYNAMODB_TABLE" | STORAGE => self.shares(is_there),
            _ => Edit::default(),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.item.get(name)?.as_s().ok().map(String::as_str).filter(|text| !text.is_empty())
    }

    /// The id of an attribute, and the one that its user has afterwards.
    fn owner(&self, name: &str) -> Option<(&str, &str)> {
        let old = self.text(name)?;
        Some((old, self.map.owner(old)?))
    }

    /// What is left of a name behind an id of the user who has this id afterwards.
    fn of_user<'t>(&self, path: &'t str, new: &str) -> Option<&'t str> {
        let (id, rest) = path.split_once('/')?;
        (self.whoever || self.map.owner(id) == Some(new)).then_some(rest)
    }

    fn conversation(&self, is_there: &mut IsThere<'_>) -> Edit {
        let found = || {
            let (_, new) = self.owner("user_id")?;
            let key = self.text("s3_key")?;
            let consolidated = key.strip_prefix("conversations/");
            let rest = self.of_user(consolidated.unwrap_or(key), new)?;
            let bucket = if consolidated.is_some() { CONSOLIDATION } else { CONVERSATIONS };
            Some((bucket, key, format!("conversations/{new}/{rest}")))
        };
        self.whole("s3_key", found(), is_there)
    }

    fn group_conversation(&self, is_there: &mut IsThere<'_>) -> Edit {
        let found = || {
            let (_, key) = self.text("s3Location")?.strip_prefix("s3://")?.split_once('/')?;
            key.starts_with("astgp/").then(|| (GROUPS, key, format!("agentConversations/{key}")))
        };
        self.whole("s3Location", found(), is_there)
    }

    /// An attribute that becomes the new name as a whole.
    fn whole(
        &self,
        name: &str,
        found: Option<(&'static str, &str, String)>,
        is_there: &mut IsThere<'_>,
    ) -> Edit {
        let mut edit = Edit::default();
        let Some((bucket, key, new)) = found else { return edit };
        if bucket == CONSOLIDATION && key == new {
            return edit;
        }
        let goal = Some(Goal::Object(new.clone()));
        if is_there(&Pointer { bucket, key: key.to_owned(), goal }) {
            edit.set.insert(name.to_owned(), AttributeValue::S(new));
        }
        edit
    }

    /// Without `bucket` the application looks in the consolidation bucket.
    fn agent_state(&self, is_there: &mut IsThere<'_>) -> Edit {
        let mut edit = Edit::default();
        let Some(AttributeValue::M(memory)) = self.item.get("memory") else { return edit };
        let Some((_, new)) = self.owner("user") else { return edit };
        let Some(key) = memory.get("key").and_then(unwrapped) else { return edit };
        let named = memory.get("bucket").and_then(unwrapped);
        let consolidated = key.strip_prefix("agentState/");
        let path = consolidated.unwrap_or(key);
        let Some(rest) = self.of_user(path, new) else { return edit };
        // What is in another bucket is nobody's to move.
        let own = if consolidated.is_some() { CONSOLIDATION } else { AGENT_STATE };
        if named.is_some_and(|named| self.moved.bucket(own) != Some(named)) {
            return edit;
        }
        let goal = format!("agentState/{new}/{rest}");
        if goal == key && named.is_none() {
            return edit;
        }
        let (key, to) = (key.to_owned(), Some(Goal::Object(goal.clone())));
        if is_there(&Pointer { bucket: own, key, goal: to }) {
            let mut memory = memory.clone();
            memory.remove("bucket");
            memory.insert("key".to_owned(), AttributeValue::S(goal));
            edit.set.insert("memory".to_owned(), AttributeValue::M(memory));
        }
        edit
    }

    fn disclosure(&self, is_there: &mut IsThere<'_>) -> Edit {
        let mut edit = Edit::default();
        let reference = self.text("s3_reference").and_then(|text| text.strip_prefix("s3://"));
        let Some((bucket, key)) = reference.and_then(|text| text.split_once('/')) else {
            return edit;
        };
        let to = self.moved.bucket(CONSOLIDATION);
        let (true, Some(to)) = (self.moved.bucket(DISCLOSURE) == Some(bucket), to) else {
            return edit;
        };
        let new = format!("dataDisclosure/{key}");
        let goal = Some(Goal::Object(new.clone()));
        if is_there(&Pointer { bucket: DISCLOSURE, key: key.to_owned(), goal }) {
            let reference = AttributeValue::S(format!("s3://{to}/{new}"));
            edit.set.insert("s3_reference".to_owned(), reference);
            if self.text("pdf_id") == Some(key) {
                edit.set.insert("pdf_id".to_owned(), AttributeValue::S(new));
            }
        }
        edit
    }

    /// Without `detailsKey` the application looks in the user storage, and then for the archived log
    /// under the names of user, task and execution.
    fn task(&self, is_there: &mut IsThere<'_>) -> Edit {
        let mut edit = Edit::default();
        let Some(AttributeValue::L(logs)) = self.item.get("logs") else { return edit };
        let mut new = logs.clone();
        let mut changed = false;
        for log in &mut new {
            let AttributeValue::M(fields) = log else { continue };
            let Some(key) = fields.get("detailsKey").and_then(|key| key.as_s().ok()) else {
                continue;
            };
            let execution = match fields.get("executionId") {
                Some(AttributeValue::S(id) | AttributeValue::N(id)) => Some(id.as_str()),
                _ => None,
            };
            let goal = self.owner("user").zip(self.text("taskId")).zip(execution);
            let goal = goal.map(|(((_, new), task), execution)| {
                Goal::Object(format!("scheduledTaskLogs/{new}/{task}/{execution}.json"))
            });
            if key.is_empty() {
                continue;
            }
            if is_there(&Pointer { bucket: LOGS, key: key.clone(), goal: goal.clone() })
                && goal.is_some()
            {
                fields.remove("detailsKey");
                changed = true;
            }
        }
        if changed {
            edit.set.insert("logs".to_owned(), AttributeValue::L(new));
        }
        edit
    }

    /// A name without an owner is an item of the user, or, where somebody shared it, of the sharer.
    fn artifacts(&self, is_there: &mut IsThere<'_>) -> Edit {
        let mut edit = Edit::default();
        let Some(AttributeValue::L(entries)) = self.item.get("artifacts") else { return edit };
        let mut new = entries.clone();
        let mut changed = false;
        for entry in &mut new {
            let AttributeValue::M(fields) = entry else { continue };
            let Some(AttributeValue::S(key)) = fields.get("key") else { continue };
            // `12345678/20250305/Game:v3` is one of a user whose id is a number of eight digits.
            let Some(name) = artifact(key) else { continue };
            let own = self.owner("user_id");
            let goal = match (own, fields.get("sharedBy")) {
                (Some((_, new)), None) => Some(("", new, name.to_owned())),
                (Some((_, new)), Some(AttributeValue::S(sharer))) => {
                    let sharer = self.map.owner(sharer).unwrap_or(sharer);
                    Some(("", sharer, format!("shared-with-{new}#{name}")))
                }
                _ => None,
            };
            let goal = goal.map(|(_, user, sk)| Goal::Item {
                pk: format!("{}#amplify-artifacts#artifact-content", sanitise_user(user)),
                sk,
            });
            let is_goal = goal.is_some();
            if is_there(&Pointer { bucket: ARTIFACTS, key: key.clone(), goal }) && is_goal {
                let name = AttributeValue::S(name.to_owned());
                fields.insert("key".to_owned(), name);
                changed = true;
            }
        }
        if changed {
            edit.set.insert("artifacts".to_owned(), AttributeValue::L(new));
        }
        edit
    }

    /// The application looks for a template without `s3Key` in the storage of whoever reads it, so that
    /// one that is public has to stay where everybody finds it.
    fn template(&self, is_there: &mut IsThere<'_>) -> Edit {
        let mut edit = Edit::default();
        let Some(key) = self.text("s3Key") else { return edit };
        let public = match self.item.get("isPublic") {
            Some(AttributeValue::N(number)) => number.trim() != "0",
            Some(AttributeValue::Bool(is)) => *is,
            _ => false,
        };
        let goal = self.owner("user").zip(self.text("templateId")).filter(|_| !public);
        let goal = goal.map(|((_, new), template)| Goal::Item {
            pk: format!("{}#amplify-workflows#workflow-templates", sanitise_user(new)),
            sk: template.to_owned(),
        });
        let is_goal = goal.is_some();
        if is_there(&Pointer { bucket: TEMPLATES, key: key.to_owned(), goal }) && is_goal {
            edit.remove.insert("s3Key".to_owned());
        }
        edit
    }

    fn shares(&self, is_there: &mut IsThere<'_>) -> Edit {
        let entries = match self.item.get("data") {
            Some(AttributeValue::L(entries)) => entries.as_slice(),
            Some(one @ AttributeValue::M(_)) => std::slice::from_ref(one),
            _ => &[],
        };
        for entry in entries {
            let AttributeValue::M(fields) = entry else { continue };
            let inner = match fields.get("M") {
                Some(AttributeValue::M(inner)) if fields.len() == 1 => inner,
                _ => fields,
            };
            let pointer =
                inner.get("key").and_then(unwrapped).and_then(|key| shared(key, self.map));
            if let Some(pointer) = pointer {
                is_there(&pointer);
            }
        }
        Edit::default()
    }
}

/// A text, also where earlier versions wrote it with its type around it, once or twice.
fn unwrapped(value: &AttributeValue) -> Option<&str> {
    match value {
        AttributeValue::S(text) => Some(text),
        AttributeValue::M(typed) if typed.len() == 1 => unwrapped(typed.get("S")?),
        _ => None,
    }
}
