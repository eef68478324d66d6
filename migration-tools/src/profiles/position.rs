//! How far a run has come, so that another process can go on with it; and what a look has counted.

use serde::{Deserialize, Serialize};

use crate::engine::events::Counts;

/// How far a run or a look has come. The beginning is the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Passes that are complete.
    pub passes: u32,
    /// Whether the last of them found nothing to write.
    pub quiet: bool,
    /// The key of the last profile that was read in this pass, in DynamoDB's JSON.
    pub after: Option<String>,
    /// What the passes that are complete have counted.
    pub before: Counts,
    /// What this one has counted.
    pub counts: Counts,
    /// What a look has counted.
    pub tally: Tally,
}

/// How the profiles of a table stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All of them.
    pub profiles: u64,
    /// Those that have the version.
    pub at_target: u64,
    /// Those that are older and can be migrated.
    pub older: u64,
    /// Those that have to be seen to.
    pub refused: u64,
}

impl Position {
    /// What was counted by all passes.
    #[must_use]
    pub fn total(&self) -> Counts {
        match self.counts == Counts::default() {
            true => self.before,
            false => self.before.then(self.counts),
        }
    }
}

impl Tally {
    /// Those that do not have the version.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.older + self.refused
    }

    /// Of two parts of a table.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            profiles: self.profiles + other.profiles,
            at_target: self.at_target + other.at_target,
            older: self.older + other.older,
            refused: self.refused + other.refused,
        }
    }
}
