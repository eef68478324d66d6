//! What a run found that a person has to know of, and what must not be done twice.

use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::mirror::Change;
use super::{DONE, FINDINGS, Journal, JournalError};

/// A record that was left alone, or was not as it should be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The table, by its key in the plan.
    pub table: String,
    /// The record's key, in DynamoDB's JSON; empty where it is about the table. It has ids of users:
    /// shown only if asked for.
    pub key: String,
    /// What kind of a finding.
    pub kind: Kind,
    /// What is the matter, without content.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It must stay as it is until a person has acted.
    Refused,
    /// It could not be written or read.
    Failed,
    /// Somebody changed it since.
    Changed,
    /// An old id still stands in it.
    Leftover,
    /// It is not there, and should be.
    Missing,
    /// It stays as it is, where it still does its work; nobody has to act.
    Stays,
    /// It was done as it should be, and a person should know something about it.
    Noted,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Changed => "changed",
            Self::Leftover => "leftover",
            Self::Missing => "missing",
            Self::Stays => "stays",
            Self::Noted => "noted",
        }
    }
}

impl Journal {
    /// Adds findings of a run.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn find(&self, run: u64, findings: &[Finding]) -> Result<(), JournalError> {
        self.tell(|| Change::Find(run, findings.to_vec()))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut table = transaction.open_table(FINDINGS).map_err(|e| self.failed(e))?;
            let last = {
                let mut own =
                    table.range((run, 0)..=(run, u64::MAX)).map_err(|e| self.failed(e))?;
                let last = own.next_back().transpose().map_err(|e| self.failed(e))?;
                last.map_or(0, |(key, _)| key.value().1)
            };
            for (number, finding) in (last + 1..).zip(findings) {
                let text = serde_json::to_vec(finding);
                let text = text.map_err(|error| self.damaged(error.to_string()))?;
                table.insert((run, number), text.as_slice()).map_err(|e| self.failed(e))?;
            }
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Forgets the findings of a run: a later pass found what there is to find.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn forget_findings(&self, run: u64) -> Result<(), JournalError> {
        self.tell(|| Change::ForgetFindings(run))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut table = transaction.open_table(FINDINGS).map_err(|e| self.failed(e))?;
            let range = (run, 0)..=(run, u64::MAX);
            table.retain_in(range, |_, _| false).map_err(|e| self.failed(e))?;
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Some findings of a run, those after number `after`, with their numbers.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn findings(
        &self,
        run: u64,
        after: u64,
        at_most: usize,
    ) -> Result<Vec<(u64, Finding)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let table = transaction.open_table(FINDINGS).map_err(|e| self.failed(e))?;
        let range = table.range((run, after.saturating_add(1))..=(run, u64::MAX));
        let mut all = Vec::new();
        for found in range.map_err(|e| self.failed(e))?.take(at_most) {
            let (key, finding) = found.map_err(|e| self.failed(e))?;
            let number = key.value().1;
            let finding = serde_json::from_slice(finding.value())
                .map_err(|error| self.damaged(format!("finding {number} of run {run}: {error}")))?;
            all.push((number, finding));
        }
        Ok(all)
    }

    /// Says that a part of a migration is complete and must not be done again.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn set_done(&self, part: &str, run: u64) -> Result<(), JournalError> {
        self.tell(|| Change::SetDone(part.to_owned(), run))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut done = transaction.open_table(DONE).map_err(|e| self.failed(e))?;
            done.insert(part, run).map_err(|e| self.failed(e))?;
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Takes back what [`Journal::set_done`] said: what it was about was rolled back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn set_undone(&self, run: u64) -> Result<(), JournalError> {
        self.tell(|| Change::SetUndone(run))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut done = transaction.open_table(DONE).map_err(|e| self.failed(e))?;
            done.retain(|_, of| of != run).map_err(|e| self.failed(e))?;
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Which run completed a part of a migration.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn done(&self, part: &str) -> Result<Option<u64>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let done = transaction.open_table(DONE).map_err(|e| self.failed(e))?;
        Ok(done.get(part).map_err(|e| self.failed(e))?.map(|run| run.value()))
    }

    /// All parts that are complete, with the runs that completed them.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn done_parts(&self) -> Result<Vec<(String, u64)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let done = transaction.open_table(DONE).map_err(|e| self.failed(e))?;
        let mut all = Vec::new();
        for found in done.iter().map_err(|e| self.failed(e))? {
            let (part, run) = found.map_err(|e| self.failed(e))?;
            all.push((part.value().to_owned(), run.value()));
        }
        Ok(all)
    }
}

/// Without the record's key, which has ids of users.
impl std::fmt::Debug for Finding {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Finding({}, {:?}, {}; {})", self.table, self.kind, self.reason, self.remedy)
    }
}
