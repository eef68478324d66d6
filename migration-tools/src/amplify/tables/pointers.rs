//! Names of S3 objects in records: what each is to be once its object was moved.
//!
//! A name changes only once its object is proven to be where the new name says, or its content to be the
//! item that the application looks for instead. Until then it stays, and the application finds the object
//! where it was.

mod names;

use std::collections::BTreeMap;

use super::table::Table;
use crate::amplify::id_map::IdMap;
use crate::engine::item::Item;
use crate::engine::rewrite::Edit;
use names::Names;

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
