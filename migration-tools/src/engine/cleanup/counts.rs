//! What became of old records.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::engine::stop::Stop;

/// What became of old records so far, by table.
pub type Tally = Mutex<BTreeMap<String, Counts>>;

/// What became of old records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They were deleted; in a dry run, they would be.
    pub deleted: u64,
    /// How many of these have copies that the application has changed since.
    pub changed_copies: u64,
    /// They were not there any more.
    pub gone: u64,
    /// They stay, each with a finding.
    pub refused: u64,
}

/// What was cleaned up.
#[derive(Debug, Default)]
pub struct Cleaned {
    /// By table, by their keys in the plan.
    pub tables: BTreeMap<String, Counts>,
    /// What ended it before its end. What was done until then is done.
    pub stopped: Option<Stop>,
}

impl Cleaned {
    /// Of all tables together.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.tables.values().fold(Counts::default(), |total, one| Counts {
            deleted: total.deleted + one.deleted,
            changed_copies: total.changed_copies + one.changed_copies,
            gone: total.gone + one.gone,
            refused: total.refused + one.refused,
        })
    }
}

/// Adds to the counts of a table.
pub(super) fn count(counts: &Tally, table: &str, add: impl FnOnce(&mut Counts)) {
    add(lock(counts).entry(table.to_owned()).or_default());
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
