//! Entries that are looked for by what became of them, or by their number.

use redb::{ReadableTable, TableDefinition};

use super::{Journal, JournalError, STATES, State, Stored};

/// A table with the states of entries, or of moves.
type States = TableDefinition<'static, (u64, u64), u8>;

impl Journal {
    /// Run and number of all entries of which nobody knows whether they were made: as many as were in
    /// flight when runs were killed. It looks at the state of every entry, a few million in a second.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn intended(&self) -> Result<Vec<(u64, u64)>, JournalError> {
        self.intended_in(STATES)
    }

    /// One entry, if there is one with this number.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn entry(&self, run: u64, number: u64) -> Result<Option<Stored>, JournalError> {
        let found = self.entries_before(run, number.saturating_add(1), 1)?;
        Ok(found.into_iter().find(|stored| stored.number == number))
    }

    /// Run and number of everything that a table of states has as intended.
    pub(super) fn intended_in(&self, of: States) -> Result<Vec<(u64, u64)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let states = transaction.open_table(of).map_err(|e| self.failed(e))?;
        let mut all = Vec::new();
        for state in states.iter().map_err(|e| self.failed(e))? {
            let (key, state) = state.map_err(|e| self.failed(e))?;
            if state.value() == State::Intended.byte() {
                all.push(key.value());
            }
        }
        Ok(all)
    }

    /// How much of a run a table of states has in which state.
    pub(super) fn counted(&self, of: States, run: u64) -> Result<Vec<(State, u64)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let states = transaction.open_table(of).map_err(|e| self.failed(e))?;
        let mut counts: Vec<(State, u64)> = State::ALL.map(|state| (state, 0)).to_vec();
        for state in states.range((run, 0)..=(run, u64::MAX)).map_err(|e| self.failed(e))? {
            let (_, state) = state.map_err(|e| self.failed(e))?;
            let state = State::of_byte(state.value());
            for (_, count) in counts.iter_mut().filter(|(one, _)| Some(*one) == state) {
                *count += 1;
            }
        }
        Ok(counts)
    }
}
