//! The entries of runs, what became of them, and where which record was left.

use redb::ReadableTable;

use super::mirror::{Change, Told};
use super::{ENTRIES, Journal, JournalError, KEYS, STATES, State};
use crate::engine::entry::Short;

/// An entry with its number and what became of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number in its run.
    pub number: u64,
    /// What became of it.
    pub state: State,
    /// The entry, as it was encoded.
    pub entry: Vec<u8>,
}

/// What became of an entry, and where that left its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Its run.
    pub run: u64,
    /// Its number.
    pub number: u64,
    /// What became of it.
    pub state: State,
    /// Where its records are now. Of an entry that was rolled back, where it had left them: that is
    /// forgotten, unless a later entry has left them elsewhere.
    pub places: Vec<Place>,
}

/// Where a record was left by a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table, by its key in the plan.
    pub table: String,
    /// Short form of the record's key.
    pub key: Short,
    /// What was done there.
    pub trace: Trace,
    /// Short form of the record as it was left; 0 where it is gone.
    pub record: Short,
}

/// What a change did under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// A record was written there.
    Written,
    /// The record there was copied, and stays until it is cleaned up.
    Source,
    /// The record there was removed.
    Gone,
}

impl Journal {
    /// Commits what is about to be changed by a run and, in the same commit, what became of earlier
    /// entries. When this returns, both survive a crash. Answers the numbers of the new entries, in
    /// order.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing may be changed.
    pub fn commit(
        &self,
        run: u64,
        intended: &[Vec<u8>],
        settled: &[Settled],
    ) -> Result<Vec<u64>, JournalError> {
        self.tell(|| Change::Commit {
            run,
            entries: intended.iter().map(|entry| Self::told(entry)).collect(),
            settled: settled.iter().map(Told::of).collect(),
        })?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        let numbers = {
            let mut entries = transaction.open_table(ENTRIES).map_err(|e| self.failed(e))?;
            let mut states = transaction.open_table(STATES).map_err(|e| self.failed(e))?;
            let mut keys = transaction.open_table(KEYS).map_err(|e| self.failed(e))?;
            let last = {
                let mut own =
                    entries.range((run, 0)..=(run, u64::MAX)).map_err(|e| self.failed(e))?;
                let last = own.next_back().transpose().map_err(|e| self.failed(e))?;
                last.map_or(0, |(key, _)| key.value().1)
            };
            let mut numbers = Vec::with_capacity(intended.len());
            for (number, entry) in (last + 1..).zip(intended) {
                let state = State::Intended.byte();
                entries.insert((run, number), entry.as_slice()).map_err(|e| self.failed(e))?;
                states.insert((run, number), state).map_err(|e| self.failed(e))?;
                numbers.push(number);
            }
            for one in settled {
                let key = (one.run, one.number);
                states.insert(key, one.state.byte()).map_err(|e| self.failed(e))?;
                for place in &one.places {
                    let key = (place.table.as_str(), place.key);
                    if one.state != State::RolledBack {
                        let value = (one.run, one.number, place.trace.byte(), place.record);
                        keys.insert(key, value).map_err(|e| self.failed(e))?;
                        continue;
                    }
                    let known = keys.get(key).map_err(|e| self.failed(e))?.map(|at| at.value());
                    if known.is_some_and(|(run, number, ..)| (run, number) == (one.run, one.number))
                    {
                        keys.remove(key).map_err(|e| self.failed(e))?;
                    }
                }
            }
            numbers
        };
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok(numbers)
    }

    /// Some entries of a run, those after number `after` in their order: a run's entries need not fit
    /// into memory together.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn entries_after(
        &self,
        run: u64,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<Stored>, JournalError> {
        self.entries(run, after.saturating_add(1), u64::MAX, at_most, false)
    }

    /// Some entries of a run, those before number `before`, the last of them first.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn entries_before(
        &self,
        run: u64,
        before: u64,
        at_most: usize,
    ) -> Result<Vec<Stored>, JournalError> {
        match before.checked_sub(1) {
            Some(last) => self.entries(run, 0, last, at_most, true),
            None => Ok(Vec::new()),
        }
    }

    fn entries(
        &self,
        run: u64,
        first: u64,
        last: u64,
        at_most: usize,
        backwards: bool,
    ) -> Result<Vec<Stored>, JournalError> {
        if first > last {
            return Ok(Vec::new());
        }
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let entries = transaction.open_table(ENTRIES).map_err(|e| self.failed(e))?;
        let states = transaction.open_table(STATES).map_err(|e| self.failed(e))?;
        let range = entries.range((run, first)..=(run, last)).map_err(|e| self.failed(e))?;
        let one =
            |(key, entry): (redb::AccessGuard<'_, (u64, u64)>, redb::AccessGuard<'_, &[u8]>)| {
                let number = key.value().1;
                let state = states.get((run, number)).map_err(|e| self.failed(e))?;
                let state = state.and_then(|state| State::of_byte(state.value()));
                let state = state.ok_or_else(|| {
                    self.damaged(format!("entry {number} of run {run} has no state"))
                })?;
                Ok(Stored { number, state, entry: entry.value().to_vec() })
            };
        let mut all = Vec::new();
        if backwards {
            for found in range.rev().take(at_most) {
                all.push(one(found.map_err(|e| self.failed(e))?)?);
            }
        } else {
            for found in range.take(at_most) {
                all.push(one(found.map_err(|e| self.failed(e))?)?);
            }
        }
        Ok(all)
    }

    /// How many entries of a run are in which state.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn count(&self, run: u64) -> Result<Vec<(State, u64)>, JournalError> {
        self.counted(STATES, run)
    }

    /// Where the last change left the record with this key: the run, the entry, and how.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn place(
        &self,
        table: &str,
        key: Short,
    ) -> Result<Option<(u64, u64, Place)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let keys = transaction.open_table(KEYS).map_err(|e| self.failed(e))?;
        let Some(found) = keys.get((table, key)).map_err(|e| self.failed(e))? else {
            return Ok(None);
        };
        let (run, number, trace, record) = found.value();
        let trace = Trace::of_byte(trace).ok_or_else(|| {
            self.damaged("a record was left in a way that is not known".to_owned())
        })?;
        Ok(Some((run, number, Place { table: table.to_owned(), key, trace, record })))
    }
}

impl Trace {
    const ALL: [Self; 3] = [Self::Written, Self::Source, Self::Gone];

    /// As it stands in the file; the numbers never change their meaning.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Written => 0,
            Self::Source => 1,
            Self::Gone => 2,
        }
    }

    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|trace| trace.byte() == byte)
    }
}

/// Numbers only: entries have content of records.
impl std::fmt::Debug for Stored {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Stored({}, {:?}, {} bytes)", self.number, self.state, self.entry.len())
    }
}
