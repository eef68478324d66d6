//! Moves of objects: what was about to be copied, what became of it, and where which object was left.

use std::ops::RangeInclusive;

use redb::{ReadableTable, TableDefinition};

use super::{Journal, JournalError, State};
use crate::engine::entry::Short;

pub(super) const MOVES: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("moves");
pub(super) const MOVE_STATES: TableDefinition<'_, (u64, u64), u8> =
    TableDefinition::new("move_states");
pub(super) const OBJECTS: TableDefinition<'_, (&str, Short), (u64, u64, u8, Short)> =
    TableDefinition::new("objects");

/// A move with its number and what became of it.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredMove {
    /// Its run.
    pub run: u64,
    /// Its number in its run.
    pub number: u64,
    /// What became of it.
    pub state: State,
    /// The move, as it was encoded.
    pub bytes: Vec<u8>,
}

/// What became of a move, and where that left its objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledMove {
    /// Its run.
    pub run: u64,
    /// Its number.
    pub number: u64,
    /// What became of it.
    pub state: State,
    /// Where its objects are now; of one that was rolled back, where it had left them.
    pub left: Vec<LeftObject>,
}

/// Where an object was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftObject {
    /// The bucket, by its key in the plan.
    pub bucket: String,
    /// Short form of its name in it.
    pub key: Short,
    /// What was done there.
    pub trace: ObjectTrace,
    /// Short form of its ETag.
    pub etag: Short,
}

/// The last that was done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectLeft {
    /// The run that did it.
    pub run: u64,
    /// The number of the move in it.
    pub number: u64,
    /// What was done.
    pub trace: ObjectTrace,
    /// Short form of its ETag.
    pub etag: Short,
}

/// What a move did to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectTrace {
    /// It was written, or stood there already as it was to be.
    Target,
    /// It was copied, and may go.
    Copied,
    /// It was copied, and stays until it is cleaned up.
    Kept,
    /// It was removed.
    Gone,
}

impl Journal {
    /// Commits what is about to be copied; answers the number of the first, the others follow.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing may be copied.
    pub fn intend_moves(&self, run: u64, moves: &[Vec<u8>]) -> Result<u64, JournalError> {
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        let first = {
            let mut table = transaction.open_table(MOVES).map_err(|e| self.failed(e))?;
            let mut states = transaction.open_table(MOVE_STATES).map_err(|e| self.failed(e))?;
            let last = {
                let mut own =
                    table.range((run, 0)..=(run, u64::MAX)).map_err(|e| self.failed(e))?;
                let last = own.next_back().transpose().map_err(|e| self.failed(e))?;
                last.map_or(0, |(key, _)| key.value().1)
            };
            for (number, one) in (last + 1..).zip(moves) {
                table.insert((run, number), one.as_slice()).map_err(|e| self.failed(e))?;
                let state = State::Intended.byte();
                states.insert((run, number), state).map_err(|e| self.failed(e))?;
            }
            last + 1
        };
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok(first)
    }

    /// Commits what became of moves.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn settle_moves(&self, settled: &[SettledMove]) -> Result<(), JournalError> {
        if settled.is_empty() {
            return Ok(());
        }
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut states = transaction.open_table(MOVE_STATES).map_err(|e| self.failed(e))?;
            let mut objects = transaction.open_table(OBJECTS).map_err(|e| self.failed(e))?;
            for one in settled {
                let number = (one.run, one.number);
                states.insert(number, one.state.byte()).map_err(|e| self.failed(e))?;
                for left in &one.left {
                    let key = (left.bucket.as_str(), left.key);
                    if one.state != State::RolledBack {
                        let value = (one.run, one.number, left.trace.byte(), left.etag);
                        objects.insert(key, value).map_err(|e| self.failed(e))?;
                        continue;
                    }
                    let known = objects.get(key).map_err(|e| self.failed(e))?.map(|at| at.value());
                    if known.is_some_and(|(run, at, ..)| (run, at) == number) {
                        objects.remove(key).map_err(|e| self.failed(e))?;
                    }
                }
            }
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Some moves of a run, those after number `after` in their order.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn moves_after(
        &self,
        run: u64,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<StoredMove>, JournalError> {
        let range = (run, after.saturating_add(1))..=(run, u64::MAX);
        self.moves(range, false, at_most)
    }

    /// Some moves of a run, those before number `before`, the last one first.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn moves_before(
        &self,
        run: u64,
        before: u64,
        at_most: usize,
    ) -> Result<Vec<StoredMove>, JournalError> {
        self.moves((run, 0)..=(run, before.saturating_sub(1)), true, at_most)
    }

    fn moves(
        &self,
        range: RangeInclusive<(u64, u64)>,
        backwards: bool,
        at_most: usize,
    ) -> Result<Vec<StoredMove>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let moves = transaction.open_table(MOVES).map_err(|e| self.failed(e))?;
        let states = transaction.open_table(MOVE_STATES).map_err(|e| self.failed(e))?;
        let mut range = moves.range(range).map_err(|e| self.failed(e))?;
        let mut all = Vec::new();
        while all.len() < at_most {
            let found = if backwards { range.next_back() } else { range.next() };
            let Some(found) = found else { break };
            let (key, bytes) = found.map_err(|e| self.failed(e))?;
            let (run, number) = key.value();
            let state = states.get((run, number)).map_err(|e| self.failed(e))?;
            let state = state.and_then(|state| State::of_byte(state.value()));
            let state = state
                .ok_or_else(|| self.damaged(format!("move {number} of run {run} has no state")))?;
            all.push(StoredMove { run, number, state, bytes: bytes.value().to_vec() });
        }
        Ok(all)
    }

    /// Run and number of all moves of which nobody knows whether they were made.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn intended_moves(&self) -> Result<Vec<(u64, u64)>, JournalError> {
        self.intended_in(MOVE_STATES)
    }

    /// How many moves of a run are in which state.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn count_moves(&self, run: u64) -> Result<Vec<(State, u64)>, JournalError> {
        self.counted(MOVE_STATES, run)
    }

    /// Where moves left the objects of a bucket with these names, in their order.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn objects_left(
        &self,
        bucket: &str,
        keys: &[Short],
    ) -> Result<Vec<Option<ObjectLeft>>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let objects = transaction.open_table(OBJECTS).map_err(|e| self.failed(e))?;
        let one = |key: &Short| {
            let Some(found) = objects.get((bucket, *key)).map_err(|e| self.failed(e))? else {
                return Ok(None);
            };
            let (run, number, trace, etag) = found.value();
            let trace = ObjectTrace::of_byte(trace).ok_or_else(|| {
                self.damaged("an object was left in a way that is not known".to_owned())
            })?;
            Ok(Some(ObjectLeft { run, number, trace, etag }))
        };
        keys.iter().map(one).collect()
    }
}

impl ObjectTrace {
    const ALL: [Self; 4] = [Self::Target, Self::Copied, Self::Kept, Self::Gone];

    /// As it stands in the file; the numbers never change their meaning.
    const fn byte(self) -> u8 {
        match self {
            Self::Target => 0,
            Self::Copied => 1,
            Self::Kept => 2,
            Self::Gone => 3,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|trace| trace.byte() == byte)
    }
}

/// Numbers only: moves have names of objects, which have ids of users.
impl std::fmt::Debug for StoredMove {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "StoredMove({}.{}, {:?})", self.run, self.number, self.state)
    }
}
