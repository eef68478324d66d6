//! What is kept between invocations, and what is told.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::super::{Answer, Capped};
use crate::core_table::{Position, SERVERS};
use crate::engine::events::{Event, Listener};
use crate::engine::journal::{Journal, JournalError};

/// How an action ended.
pub(super) struct Told {
    pub(super) answer: Answer,
    /// The exit code of the command that would have done the same.
    pub(super) exit: u8,
}

/// How far an action has come that is not complete.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The last run of it.
    pub(super) run: u64,
    pub(super) position: Position,
    /// Writes that were in flight when the time was over, and that were made.
    #[serde(default)]
    pub(super) settled: u64,
    pub(super) found: Capped,
}

impl Kept {
    /// What was kept of a command, if anything was that can be read.
    pub(super) fn of(journal: &Journal, command: &str) -> Result<Option<Self>, JournalError> {
        let kept = journal.mark(command)?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
    }

    pub(super) fn keep(&self, journal: &Journal, command: &str) -> Result<(), JournalError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        journal.set_mark(command, Some(&text))
    }
}

/// Remembers what was found in the pass that is being made.
#[derive(Default)]
pub(super) struct Heard(Mutex<Capped>);

impl Heard {
    pub(super) fn from(found: Capped) -> Self {
        Self(Mutex::new(found))
    }

    pub(super) fn found(&self) -> MutexGuard<'_, Capped> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Heard {
    fn hear(&self, event: &Event<'_>) {
        match event {
            // A pass begins; what is still so, it finds again.
            Event::Began { table, .. } if *table == SERVERS => *self.found() = Capped::default(),
            Event::Found(finding) => self.found().take(finding),
            _ => {}
        }
    }
}
