//! Names of S3 objects in records: what each is to be once its object was moved.
//!
//! A name changes only once its object is proven to be where the new name says, or its content to be the
//! item that the application looks for instead. Until then it stays, and the application finds the object
//! where it was.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::Table;
use crate::amplify::id_map::{IdMap, sanitise_user};
use crate::engine::item::Item;
use crate::engine::rewrite::Edit;

pub(crate) const CONSOLIDATION: &str = "S3_CONSOLIDATION_BUCKET_NAME";
pub(crate) const CONVERSATIONS: &str = "S3_CONVERSATIONS_BUCKET_NAME";
pub(crate) const SHARES: &str = "S3_SHARE_BUCKET_NAME";
pub(crate) const AGENT_STATE: &str = "AGENT_STATE_BUCKET";
pub(crate) const GROUPS: &str = "S3_GROUP_ASSISTANT_CONVERSATIONS_BUCKET_NAME";
pub(crate) const DISCLOSURE: &str = "DATA_DISCLOSURE_STORAGE_BUCKET";
pub(crate) const LOGS: &str = "SCHEDULED_TASKS_LOGS_BUCKET";
pub(crate) const ARTIFACTS: &str = "S3_ARTIFACTS_BUCKET";
pub(crate) const TEMPLATES: &str = "WORKFLOW_TEMPLATES_BUCKET";

/// Where the content of an object is found after it was moved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// An object of the consolidation bucket.
    Object(String),
    /// An item of the user storage.
    Item {
        /// Its partition key, `{user}#{app}#{kind}`.
        pk: String,
        /// Its sort key.
        sk: String,
    },
}

/// The name of an object in a record.
#[derive(Clone, PartialEq, Eq)]
pub struct Pointer {
    /// The bucket, by its key in the configuration.
    pub bucket: &'static str,
    /// The object's name in it.
    pub key: String,
    /// Where its content is to be; nothing where it is to stay.
    pub goal: Option<Goal>,
}

/// Who knows which contents are where they are to be.
pub trait Moved: Sync {
    /// Whether it is there for certain.
    fn is_there(&self, goal: &Goal) -> bool;

    /// The name of a bucket, by its key in the configuration.
    fn bucket(&self, key: &str) -> Option<&str>;
}

/// Everything is taken to be there, as after a migration in which nothing went wrong.
#[derive(Clone, Debug, Default)]
pub struct Everything(pub BTreeMap<&'static str, String>);

impl Moved for Everything {
    fn is_there(&self, _goal: &Goal) -> bool {
        true
    }

    fn bucket(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// What is to change in the names of objects in a record. Each is shown with its goal, and changes
/// where `is_there` says so.
pub(super) fn edit(
    table: &Table,
    item: &Item,
    (map, moved): (&IdMap, &dyn Moved),
    is_there: &mut dyn FnMut(&Pointer) -> bool,
) -> Edit {
    Names { item, map, moved, whoever: false }.edit(table, is_there)
}

/// The names of all objects in a record, whoever they belong to, with the keys of their buckets.
#[must_use]
pub fn object_names(table: &Table, item: &Item, moved: &dyn Moved) -> Vec<(&'static str, String)> {
    let mut all = Vec::new();
    let mut see = |pointer: &Pointer| {
        all.push((pointer.bucket, pointer.key.clone()));
        false
    };
    let map = IdMap::everyone();
    Names { item, map: &map, moved, whoever: true }.edit(table, &mut see);
    all
}

/// The name that an object of shares has in the consolidation bucket, `shares/{recipient}/{sharer}/…`;
/// nothing where nobody in it is known.
pub(crate) fn share(path: &str, map: &IdMap) -> Option<String> {
    let users = path.strip_prefix("shares/").unwrap_or(path);
    let (recipient, rest) = users.split_once('/')?;
    let (sharer, rest) = rest.split_once('/')?;
    let (one, other) = (map.owner(recipient), map.owner(sharer));
    if one.is_none() && other.is_none() {
        return None;
    }
    Some(format!("shares/{}/{}/{rest}", one.unwrap_or(recipient), other.unwrap_or(sharer)))
}

/// The pointer of a share's name, and its goal.
pub(super) fn shared(path: &str, map: &IdMap) -> Option<Pointer> {
    let goal = share(path, map)?;
    let (bucket, key) = match path.starts_with("shares/") {
        true => (CONSOLIDATION, path.to_owned()),
        false => (SHARES, path.to_owned()),
    };
    Some(Pointer { bucket, key, goal: Some(Goal::Object(goal)) })
}

/// An artifact's name without its owner, `20250305/Game:v3`, where it is one that the application would
/// look for in the bucket.
pub(crate) fn artifact(key: &str) -> Option<&str> {
    let (_, rest) = key.split_once('/')?;
    is_artifact(rest).then_some(rest)
}

/// Whether a text is `{YYYYMMDD}/{name}:v{number}`, the name without a slash.
fn is_artifact(text: &str) -> bool {
    let Some((day, name)) = text.split_once('/') else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let version =
        name.rsplit_once(":v").is_some_and(|(name, version)| !name.is_empty() && digits(version));
    day.len() == 8 && digits(day) && !name.contains('/') && version
}

/// The archived log of a task that a legacy name belongs to: `{user}/{task}/logs/{execution}.json`, as
/// user, task and execution.
pub(crate) fn task_log(key: &str) -> Option<(&str, &str, &str)> {
    let (user, rest) = key.split_once('/')?;
    let (task, file) = rest.rsplit_once("/logs/")?;
    let execution = file.strip_suffix(".json")?;
    let whole = !task.is_empty() && !execution.is_empty() && !execution.contains('/');
    whole.then_some((user, task, execution))
}

struct Names<'a> {
    item: &'a Item,
    map: &'a IdMap,
    moved: &'a dyn Moved,
    /// Whether names count, whoever they belong to.
    whoever: bool,
}

type IsThere<'f> = dyn FnMut(&Pointer) -> bool + 'f;

impl Names<'_> {
    fn edit(&self, table: &Table, is_there: &mut IsThere<'_>) -> Edit {
        match table.key {
            "AGENT_STATE_DYNAMODB_TABLE" => self.agent_state(is_there),
            "ARTIFACTS_DYNAMODB_TABLE" => self.artifacts(is_there),
            "CONVERSATION_METADATA_TABLE" => self.conversation(is_there),
            "DATA_DISCLOSURE_VERSIONS_TABLE" => self.disclosure(is_there),
            "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE" => self.group_conversation(is_there),
            "SCHEDULED_TASKS_TABLE" => self.task(is_there),
            "WORKFLOW_TEMPLATES_TABLE" => self.template(is_there),
            // Their rewrites go by `share`.
            "SHARES_DYNAMODB_TABLE" | super::user_storage::STORAGE => self.shares(is_there),
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

/// The kind of goal, without ids.
impl std::fmt::Debug for Goal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Object(_) => "Object",
            Self::Item { .. } => "Item",
        })
    }
}

/// The bucket, without ids.
impl std::fmt::Debug for Pointer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Pointer({}, {:?})", self.bucket, self.goal)
    }
}
