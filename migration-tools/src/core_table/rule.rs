//! The rewrites, as the engine asks for them.

use super::tables::{CORE, MEMBERSHIPS, SERVERS, USERS};
use super::{membership, server, user};
use crate::engine::apply::Rule;
use crate::engine::item::{Item, differing};
use crate::engine::pass::Search;
use crate::engine::rewrite::{Changes, Here, Merge, Put, Record, Refusal, Rewrite};

/// Copies every old row into CoreTable.
#[derive(Clone, Copy, Debug, Default)]
pub struct CoreRule;

impl CoreRule {
    /// The row of CoreTable for a record of one of the old tables.
    ///
    /// # Errors
    ///
    /// Where it can have none.
    pub fn row(table: &str, record: &Item) -> Result<Item, Refusal> {
        match table {
            SERVERS => server(record),
            MEMBERSHIPS => membership(record),
            USERS => user(record),
            _ => Err(Refusal::new("the table is none of the old ones", "report this")),
        }
    }
}

impl Rule for CoreRule {
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        match Self::row(table, &record.item) {
            Ok(item) => Rewrite::Changes(Changes {
                puts: vec![Put { table: CORE, item }],
                here: Here::Keep,
                notes: Vec::new(),
            }),
            Err(refusal) => Rewrite::Refused(refusal),
        }
    }

    fn merge(&self, _table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        match fits(existing, incoming) {
            Ok(()) => Merge::Same,
            Err(refusal) => Merge::Conflict(refusal),
        }
    }
}

impl Search for CoreRule {
    fn leftovers(&self, _table: &'static str, _item: &Item) -> Vec<String> {
        Vec::new()
    }
}

/// Whether the row that stands in CoreTable is the one that is to stand there.
///
/// # Errors
///
/// Where it is another one, with the names of the attributes that differ.
pub fn fits(existing: &Item, incoming: &Item) -> Result<(), Refusal> {
    let differing = differing(existing, incoming);
    if differing.is_empty() {
        return Ok(());
    }
    Err(Refusal::new(
        format!("CoreTable has another row for it: `{}` differ", differing.join("`, `")),
        "decide which one is right: change the old row, or delete the one in CoreTable and run again",
    ))
}
