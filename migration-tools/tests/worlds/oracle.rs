//! What a world must look like after its migration, told slowly and once more: nothing here asks the
//! code that migrates.
//!
//! Objects stay where they are, and login rows keep an address that was their id.

use std::collections::BTreeMap;

use migration_tools::engine::item::{Item, same};
use migration_tools::engine::size::{MAX_ITEM_BYTES, item_bytes};

use super::merges::{ADDED, merged};
use super::renames::renamed;
use super::storage_renames::storage_renamed;
use super::{OLD_STORAGE, Rows, STORAGE, World, key_of};

/// How a migration is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Records that move stay under their old key as well.
    pub keep_old: bool,
    /// Tables that the original leaves out are migrated.
    pub include_unlisted: bool,
}

/// Tables that take part only where they are asked for.
const UNLISTED: [&str; 7] = [
    "AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE",
    "AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE",
    "JOB_STATUS_TABLE",
    "OP_LOG_DYNAMO_TABLE",
    "REQUEST_STATE_DYNAMO_TABLE",
    "SKILLS_DYNAMODB_TABLE",
    "SKILL_SHARES_DYNAMODB_TABLE",
];
/// Tables whose rows expire or tell of the past.
const NEVER: [&str; 2] = ["CRITICAL_ERRORS_DYNAMODB_TABLE", "POLL_STATUS_TABLE"];

/// Who is renamed: nobody whose id stays.
pub struct Who {
    pub pairs: BTreeMap<String, String>,
    pub idp_prefix: Option<String>,
}

impl Who {
    pub fn of(world: &World) -> Self {
        let pairs = world.pairs.iter().filter(|(old, new)| old != new).cloned().collect();
        Self { pairs, idp_prefix: world.idp_prefix.map(str::to_lowercase) }
    }

    pub fn new_id<'a>(&'a self, id: &'a str) -> &'a str {
        self.pairs.get(id).map_or(id, String::as_str)
    }

    /// The text with a new id, where it begins with an old one and this mark.
    pub fn with_new_prefix(&self, text: &str, mark: &str) -> String {
        for (old, new) in &self.pairs {
            if let Some(rest) = text.strip_prefix(&format!("{old}{mark}")) {
                return format!("{new}{mark}{rest}");
            }
        }
        text.to_owned()
    }
}

/// The world after the migration. Records that must be refused stay as they are.
pub fn expected(world: &World, options: &Options) -> Rows {
    let who = Who::of(world);
    let mut after = Rows::new();
    for (key, rows) in &world.tables {
        let left_out = UNLISTED.contains(key) && !options.include_unlisted;
        let rows = match *key {
            OLD_STORAGE => rows.clone(),
            STORAGE => {
                let rows = moved(STORAGE, rows, options, |row| storage_renamed(row, &who));
                copied(world.tables.get(OLD_STORAGE), rows, &who)
            }
            key if left_out || NEVER.contains(&key) => rows.clone(),
            key => moved(key, rows, options, |row| renamed(key, row, &who)),
        };
        after.insert(key, rows);
    }
    after
}

/// The rows of a table after each was renamed, first those that stay under their key.
fn moved(key: &str, rows: &[Item], options: &Options, rename: impl Fn(&Item) -> Item) -> Vec<Item> {
    let mut table: BTreeMap<Vec<u8>, Item> =
        rows.iter().map(|row| (key_of(key, row), row.clone())).collect();
    let mut moves = Vec::new();
    for row in rows {
        let new = rename(row);
        if same(row, &new) || item_bytes(&new) > MAX_ITEM_BYTES {
            continue;
        }
        let (from, to) = (key_of(key, row), key_of(key, &new));
        if from == to {
            table.insert(to, new);
        } else {
            moves.push((from, to, new));
        }
    }
    for (from, to, new) in moves {
        let Some(row) = met(key, table.get(&to), new) else { continue };
        table.insert(to, row);
        if !options.keep_old {
            table.remove(&from);
        }
    }
    table.into_values().collect()
}

/// User storage with what the old table has. A row that cannot be copied is left out.
fn copied(old: Option<&Vec<Item>>, rows: Vec<Item>, who: &Who) -> Vec<Item> {
    let mut table: BTreeMap<Vec<u8>, Item> =
        rows.into_iter().map(|row| (key_of(STORAGE, &row), row)).collect();
    for row in old.into_iter().flatten() {
        let new = storage_renamed(row, who);
        let to = key_of(STORAGE, &new);
        if let Some(row) = met(STORAGE, table.get(&to), new) {
            table.insert(to, row);
        }
    }
    table.into_values().collect()
}

/// What stands where a row comes; nothing where only a person can tell.
fn met(key: &str, existing: Option<&Item>, incoming: Item) -> Option<Item> {
    let row = match existing {
        Some(existing) if !same(existing, &incoming) || ADDED.contains(&key) => {
            merged(key, existing, &incoming)?
        }
        _ => incoming,
    };
    (item_bytes(&row) <= MAX_ITEM_BYTES).then_some(row)
}
