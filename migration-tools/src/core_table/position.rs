//! How far a run has come, so that another process can go on with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Tally;
use crate::engine::events::Counts;

/// Which part of a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// The servers.
    #[default]
    Servers,
    /// The memberships, and the users that they are of.
    Memberships,
    /// Rows of CoreTable that are of no old row; a comparison only.
    Core,
    /// Nothing is left of the pass.
    End,
}

/// How far a run has come. The beginning is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Passes that are complete.
    pub passes: u32,
    /// Whether the last of them found nothing to write.
    pub quiet: bool,
    /// The part of the pass that is being made.
    pub step: Step,
    /// The key of the last row that was read of it, in DynamoDB's JSON; of a run for some users, how many
    /// of them are done.
    pub after: Option<String>,
    /// What the passes that are complete have counted, by table.
    pub before: BTreeMap<String, Counts>,
    /// What this one has counted.
    pub counts: BTreeMap<String, Counts>,
    /// What a comparison has counted, by table.
    pub tally: BTreeMap<String, Tally>,
}

impl Position {
    /// What was counted for a table by all passes.
    #[must_use]
    pub fn total(&self, table: &str) -> Counts {
        let of = |all: &BTreeMap<String, Counts>| all.get(table).copied().unwrap_or_default();
        match self.counts.contains_key(table) {
            true => of(&self.before).then(of(&self.counts)),
            false => of(&self.before),
        }
    }

    /// What was counted for all tables by all passes.
    #[must_use]
    pub fn totals(&self) -> BTreeMap<String, Counts> {
        let tables = self.before.keys().chain(self.counts.keys());
        tables.map(|table| (table.clone(), self.total(table))).collect()
    }

    /// The next part of the pass, from its beginning.
    pub(super) fn step(&mut self, step: Step) {
        self.step = step;
        self.after = None;
    }
}
