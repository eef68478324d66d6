//! Entries that are looked for by what became of them, or by their number.

use redb::ReadableTable;

use super::{Journal, JournalError, STATES, State, Stored};

impl Journal {
    /// Run and number of all entries of which nobody knows whether they were made: as many as were in
    /// flight when runs were killed. It looks at the state of every entry, a few million in a second.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn intended(&self) -> Result<Vec<(u64, u64)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let states = transaction.open_table(STATES).map_err(|e| self.failed(e))?;
        let mut all = Vec::new();
        for state in states.iter().map_err(|e| self.failed(e))? {
            let (key, state) = state.map_err(|e| self.failed(e))?;
            if state.value() == State::Intended.byte() {
                all.push(key.value());
            }
        }
        Ok(all)
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
}
