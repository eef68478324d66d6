//! Made-up deployments with objects: everything that buckets of Amplify are known to hold, with the rows
//! that point to it, as it was left by the application before and after its deployment and by scripts
//! that were stopped half-way.
//!
//! What must have become of it is not said object by object: [`reader`] opens what the application opens,
//! and [`check`] compares what it finds before and after.
//!
//! Everything follows from the seed.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

pub mod bodies;
pub mod check;
mod global;
pub mod live;
mod names;
mod private;
pub mod reader;
pub mod scene;
mod shared;
mod stands;
mod tasks;
pub mod undo;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use migration_tools::amplify::objects::Family;
use migration_tools::amplify::{Kind, RESOURCES};
use migration_tools::engine::item::Item;
use serde_json::Value;

use crate::running::Moves;
use crate::worlds::people::STRANGERS;
use crate::worlds::{Rows, Size, World, item, key_of};
use bodies::{Body, Parsed};
pub(crate) use stands::{At, Stand};

pub const CONSOLIDATION: &str = "S3_CONSOLIDATION_BUCKET_NAME";
pub const CONVERSATIONS: &str = "S3_CONVERSATIONS_BUCKET_NAME";
pub const SHARES: &str = "S3_SHARE_BUCKET_NAME";
pub const INTERPRETER: &str = "ASSISTANTS_CODE_INTERPRETER_FILES_BUCKET_NAME";
pub const STATES: &str = "AGENT_STATE_BUCKET";
pub const LOGS: &str = "SCHEDULED_TASKS_LOGS_BUCKET";
pub const ARTIFACTS: &str = "S3_ARTIFACTS_BUCKET";
pub const TEMPLATES: &str = "WORKFLOW_TEMPLATES_BUCKET";
pub const GROUPS: &str = "S3_GROUP_ASSISTANT_CONVERSATIONS_BUCKET_NAME";
pub const DISCLOSURES: &str = "DATA_DISCLOSURE_STORAGE_BUCKET";
pub const DOCUMENTS: &str = "S3_API_DOCUMENTATION_BUCKET";
pub const PRESENTATIONS: &str = "S3_CONVERSION_OUTPUT_BUCKET_NAME";

pub const T_STATES: &str = "AGENT_STATE_DYNAMODB_TABLE";
pub const T_ARTIFACTS: &str = "ARTIFACTS_DYNAMODB_TABLE";
pub const T_LOGINS: &str = "COGNITO_USERS_DYNAMODB_TABLE";
pub const T_CONVERSATIONS: &str = "CONVERSATION_METADATA_TABLE";
pub const T_DISCLOSURES: &str = "DATA_DISCLOSURE_VERSIONS_TABLE";
pub const T_GROUPS: &str = "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE";
pub const T_TASKS: &str = "SCHEDULED_TASKS_TABLE";
pub const T_SHARES: &str = "SHARES_DYNAMODB_TABLE";
pub const T_STORAGE: &str = "USER_DATA_STORAGE_TABLE";
pub const T_TEMPLATES: &str = "WORKFLOW_TEMPLATES_TABLE";

const TABLES: [&str; 10] = [
    T_STATES,
    T_ARTIFACTS,
    T_LOGINS,
    T_CONVERSATIONS,
    T_DISCLOSURES,
    T_GROUPS,
    T_TASKS,
    T_SHARES,
    T_STORAGE,
    T_TEMPLATES,
];

/// A bucket by its key, and a name in it.
pub type Place = (&'static str, String);

/// What is in an object.
#[derive(Clone, PartialEq, Eq)]
pub struct Thing {
    pub bytes: Vec<u8>,
    pub metadata: BTreeMap<String, String>,
}

/// What is in buckets.
pub type Things = BTreeMap<Place, Thing>;

impl std::fmt::Debug for Thing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text: String = String::from_utf8_lossy(&self.bytes).chars().take(80).collect();
        write!(out, "{text:?} {:?}", self.metadata)
    }
}

/// How much there is.
#[derive(Clone, Debug)]
pub struct Much {
    /// People in the map. One of them keeps his id.
    pub people: usize,
    /// People who are not in it.
    pub strangers: usize,
    /// Things of each kind that each of them has.
    pub each: usize,
    /// What there is.
    pub families: Vec<Family>,
    /// Whether names are of all characters, and contents of all kinds.
    pub odd: bool,
    /// Whether other contents stand where things belong, which nobody can decide about.
    pub conflicts: bool,
}

impl Default for Much {
    fn default() -> Self {
        let families = Family::ALL.to_vec();
        Self { people: 4, strangers: 2, each: 4, families, odd: true, conflicts: false }
    }
}

/// A deployment before the migration.
#[derive(Clone)]
pub struct Deployed {
    pub world: World,
    pub things: Things,
    pub parsed: Parsed,
    /// Buckets that there are not.
    pub absent: BTreeSet<&'static str>,
    strangers: usize,
    everyone: bool,
}

impl Deployed {
    /// A few things of some families, to be worked on again and again.
    pub fn small(seed: u64, families: &[Family]) -> Self {
        let families = families.to_vec();
        let much =
            Much { people: 2, strangers: 0, each: 3, families, odd: false, conflicts: false };
        Self::generate(seed, &much)
    }

    pub fn generate(seed: u64, much: &Much) -> Self {
        let size = Size {
            users: much.people,
            rows: 0,
            filler: 0,
            tables: vec![T_LOGINS],
            ..Size::default()
        };
        let mut world = World::generate(seed, &size);
        let keeps = world.pairs.iter().any(|(old, new)| old == new);
        if let (false, Some(last)) = (keeps, world.pairs.last_mut()) {
            last.1.clone_from(&last.0);
        }
        let mut builder = Builder::new(seed, &world.pairs, much.clone());
        builder.people();
        builder.global();
        let things = builder.things;
        let takes_part = |key: &str| {
            [T_LOGINS, T_STORAGE].contains(&key)
                || much.families.iter().any(|family| family.table() == Some(key))
        };
        builder.rows.retain(|key, _| takes_part(key));
        let one =
            |(key, rows): (&'static str, BTreeMap<_, Item>)| (key, rows.into_values().collect());
        world.tables = builder.rows.into_iter().map(one).collect();
        let strangers = much.strangers;
        Self {
            world,
            things,
            parsed: builder.parsed,
            absent: BTreeSet::new(),
            strangers,
            everyone: false,
        }
    }

    /// The same without a bucket and what is in it.
    pub fn without(mut self, bucket: &'static str) -> Self {
        self.things.retain(|(of, _), _| *of != bucket);
        self.absent.insert(bucket);
        self
    }

    /// The buckets that there are, by their keys.
    pub fn buckets(&self) -> Vec<&'static str> {
        let buckets = RESOURCES.iter().filter(|resource| resource.kind == Kind::Bucket);
        buckets.map(|one| one.key).filter(|key| !self.absent.contains(key)).collect()
    }

    pub fn moves(&self) -> Moves {
        Moves::of(&self.buckets())
    }

    /// Those who are not in the map are not left alone.
    pub fn strangers_take_part(&mut self) {
        self.everyone = true;
    }

    /// Everybody: the id before, the id after, and whether the map has them.
    pub fn people(&self) -> Vec<Person> {
        let mut all = people(&self.world.pairs, self.strangers);
        all.iter_mut().for_each(|one| one.listed |= self.everyone);
        all
    }
}

/// Somebody, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub old: String,
    pub new: String,
    pub listed: bool,
}

fn people(pairs: &[(String, String)], strangers: usize) -> Vec<Person> {
    let listed = pairs.iter().map(|(old, new)| (old.as_str(), new.as_str(), true));
    let strangers = STRANGERS.iter().take(strangers).map(|id| (*id, *id, false));
    let one = |(old, new, listed): (&str, &str, bool)| Person {
        old: old.to_owned(),
        new: new.to_owned(),
        listed,
    };
    listed.chain(strangers).map(one).collect()
}

pub(crate) struct Builder {
    rng: Rng,
    pairs: Vec<(String, String)>,
    much: Much,
    things: Things,
    rows: BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>,
    parsed: Parsed,
    count: usize,
}

impl Builder {
    fn new(seed: u64, pairs: &[(String, String)], much: Much) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            pairs: pairs.to_vec(),
            much,
            things: Things::new(),
            rows: TABLES.iter().map(|key| (*key, BTreeMap::new())).collect(),
            parsed: Parsed::new(),
            count: 0,
        }
    }

    /// A text that nothing else has.
    pub(crate) fn unique(&mut self) -> String {
        self.count += 1;
        format!("{:04x}-{:08x}", self.count, self.rng.u32(..))
    }

    pub(crate) fn put(&mut self, place: Place, body: &Body) {
        if let Some(parsed) = &body.parsed {
            self.parsed.insert(body.bytes.clone(), parsed.clone());
        }
        let thing = Thing { bytes: body.bytes.clone(), metadata: BTreeMap::new() };
        self.things.entry(place).or_insert(thing);
    }

    pub(crate) fn text(&mut self, place: Place, text: &str) {
        self.put(place, &Body::text(text));
    }

    pub(crate) fn row(&mut self, table: &'static str, row: Value) {
        let row = item(row);
        let rows = self.rows.get_mut(table).unwrap();
        rows.entry(key_of(table, &row)).or_insert(row);
    }

    fn people(&mut self) {
        for person in people(&self.pairs, self.much.strangers) {
            self.row(T_LOGINS, serde_json::json!({"user_id": person.old, "email": "a@b.example"}));
            for family in self.much.families.clone() {
                match family {
                    Family::Conversations => self.conversations(&person),
                    Family::CodeInterpreter => self.interpreter(&person),
                    Family::AgentState => self.states(&person),
                    Family::WorkflowTemplates => self.templates(&person),
                    Family::Artifacts => self.artifacts(&person),
                    Family::Shares => self.shares(&person),
                    Family::TaskLogs => self.tasks(&person),
                    _ => {}
                }
            }
        }
    }

    /// Somebody else, or the same.
    pub(crate) fn somebody(&mut self) -> Person {
        let all = people(&self.pairs, self.much.strangers);
        all[self.rng.usize(..all.len())].clone()
    }
}

/// Everything that there is at a time.
#[derive(Clone, PartialEq)]
pub struct Snapshot {
    pub things: Things,
    pub rows: Rows,
}
