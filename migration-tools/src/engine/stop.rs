//! What ends more than one record's change.

use std::sync::Arc;

use required_env_vars::{Failure, Reason};

use super::journal::JournalError;
use super::lease::LeaseError;
use super::read::ReadError;

/// Why a run, or its work on a table, cannot go on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Stop {
    /// The journal cannot be written: nothing may be changed that is not in it.
    #[error("{0}")]
    Journal(Arc<JournalError>),
    /// Somebody else may be at work, or nobody knows.
    #[error("{0}")]
    Lease(LeaseError),
    /// No call will succeed until someone signs in.
    #[error("the credentials are not valid any more: {0}")]
    Credentials(Failure),
    /// A table cannot be worked on; others can.
    #[error("{table}: {why}")]
    Table {
        /// The table, by its key in the plan.
        table: &'static str,
        /// Why.
        why: String,
    },
    /// The operator wants an end.
    #[error("stopped by the operator")]
    Interrupted,
}

impl Stop {
    /// What a failed call of a table means, where it means more than that the call failed.
    #[must_use]
    pub fn of(table: &'static str, failure: &Failure) -> Option<Self> {
        match failure.reason() {
            Reason::BadCredentials => Some(Self::Credentials(failure.clone())),
            Reason::AccessDenied => Some(Self::Table { table, why: failure.to_string() }),
            _ if failure.detail().starts_with("ResourceNotFoundException") => {
                Some(Self::Table { table, why: failure.to_string() })
            }
            _ => None,
        }
    }

    /// What it means that a table cannot be read.
    #[must_use]
    pub fn reading(table: &'static str, error: ReadError) -> Self {
        match error {
            ReadError::Failed { failure, .. } if failure.reason() == Reason::BadCredentials => {
                Self::Credentials(failure)
            }
            error => Self::Table { table, why: error.to_string() },
        }
    }

    /// Whether other tables can still be worked on.
    #[must_use]
    pub fn is_of_one_table(&self) -> bool {
        matches!(self, Self::Table { .. })
    }
}

/// Why reading a table ended before its end.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It could not be read.
    Read(ReadError),
    /// What was read could not be worked on.
    Stop(Stop),
    /// What was read is enough.
    Enough,
}

impl Ended {
    /// What it means for a run that was reading this table.
    ///
    /// # Errors
    ///
    /// Unless what was read is enough.
    pub fn of(self, table: &'static str) -> Result<(), Stop> {
        match self {
            Self::Read(error) => Err(Stop::reading(table, error)),
            Self::Stop(stop) => Err(stop),
            Self::Enough => Ok(()),
        }
    }
}

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<JournalError> for Ended {
    fn from(error: JournalError) -> Self {
        Self::Stop(error.into())
    }
}

impl From<JournalError> for Stop {
    fn from(error: JournalError) -> Self {
        Self::Journal(Arc::new(error))
    }
}

impl From<LeaseError> for Stop {
    fn from(error: LeaseError) -> Self {
        Self::Lease(error)
    }
}
