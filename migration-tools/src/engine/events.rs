//! What happens in a run, as it happens: terminal, log, JSON document and report all listen to this.

use serde::{Deserialize, Serialize};

use super::apply::Outcome;
use super::journal::Finding;
use super::write::Write;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'e> {
    /// Work on a table begins.
    Began {
        /// The table, by its key in the plan.
        table: &'static str,
        /// Which pass this is, from 1.
        pass: u32,
        /// How many records it has about.
        records: u64,
    },
    /// A page was read.
    Read {
        /// The table.
        table: &'static str,
        /// Its records.
        records: u64,
        /// Their bytes.
        bytes: u64,
    },
    /// Something became of a record that was not to stay as it is.
    Record {
        /// The table.
        table: &'static str,
        /// What.
        outcome: &'e Outcome,
    },
    /// Something that a person has to know.
    Found(&'e Finding),
    /// Work on a table ended.
    Ended {
        /// The table.
        table: &'static str,
        /// Which pass this was.
        pass: u32,
        /// What was done to it.
        counts: Counts,
    },
}

/// Who is told of events. From several tasks at once, so it is quick about it.
pub trait Listener: Sync {
    /// Hears of one.
    fn hear(&self, event: &Event<'_>);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Listener for Silence {
    fn hear(&self, _event: &Event<'_>) {}
}

impl<L: Listener + ?Sized> Listener for &L {
    fn hear(&self, event: &Event<'_>) {
        (**self).hear(event);
    }
}

/// Several listeners are one.
impl Listener for [&dyn Listener] {
    fn hear(&self, event: &Event<'_>) {
        for listener in self {
            listener.hear(event);
        }
    }
}

/// What was read of a table, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records that were read.
    pub records: u64,
    /// Their bytes, as DynamoDB counts them.
    pub bytes: u64,
    /// Records that went to another key or table.
    pub moved: u64,
    /// Records that were copied and stayed.
    pub copied: u64,
    /// Records that were changed in place.
    pub edited: u64,
    /// Records that only went, since what they become was there already.
    pub deleted: u64,
    /// Those among all of these that were brought together with one that stood there.
    pub merged: u64,
    /// Records that an earlier run copied and that stay until they are cleaned up.
    pub kept: u64,
    /// Records that somebody else removed meanwhile.
    pub gone: u64,
    /// Records that a person has to look at.
    pub refused: u64,
    /// Records that could not be written.
    pub failed: u64,
    /// Places where an old id still stands.
    pub leftovers: u64,
    /// Records larger than nine tenths of the 400 KB that DynamoDB takes.
    pub large: u64,
}

impl Counts {
    /// How many records were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.moved + self.copied + self.edited + self.deleted
    }

    /// How many records need a person or another run.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.refused + self.failed + self.leftovers
    }

    /// Counts what became of a record.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Kept => self.kept += 1,
            Outcome::Gone => self.gone += 1,
            Outcome::Refused(_) => self.refused += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Changed { writes, .. } => {
                let any = |is: fn(&Write) -> bool| writes.iter().any(|(_, write)| is(write));
                let put = any(|write| matches!(write, Write::Put(_) | Write::Replace { .. }));
                let deleted = any(|write| matches!(write, Write::Delete(_)));
                let count = match (put, deleted) {
                    (true, true) => &mut self.moved,
                    (true, false) => &mut self.copied,
                    (false, true) => &mut self.deleted,
                    (false, false) => &mut self.edited,
                };
                *count += 1;
                self.merged += u64::from(any(|write| matches!(write, Write::Replace { .. })));
            }
        }
    }

    /// Those of two parts of one pass.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            records: self.records + other.records,
            bytes: self.bytes + other.bytes,
            moved: self.moved + other.moved,
            copied: self.copied + other.copied,
            edited: self.edited + other.edited,
            deleted: self.deleted + other.deleted,
            merged: self.merged + other.merged,
            kept: self.kept + other.kept,
            gone: self.gone + other.gone,
            refused: self.refused + other.refused,
            failed: self.failed + other.failed,
            leftovers: self.leftovers + other.leftovers,
            large: self.large + other.large,
        }
    }

    /// Those of a pass and a later one over the same records: what was written adds up, what there is
    /// and what is open is as the later one found it.
    #[must_use]
    pub fn then(self, later: Self) -> Self {
        let written = Self {
            moved: self.moved,
            copied: self.copied,
            edited: self.edited,
            deleted: self.deleted,
            merged: self.merged,
            gone: self.gone,
            ..Self::default()
        };
        written.plus(later)
    }
}
