//! What was seen of a deployment.

use required_env_vars::{Failure, Reason};

use super::csv::CsvFile;
use super::logins::Logins;
use super::parameters::Parameters;
use super::stacks::BasicOps;
use crate::amplify::Existence;

/// What was seen, or why it could not be.
pub type Seen<T> = Result<T, Failure>;

/// Whether a table has rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// There is no such table.
    NoTable,
    /// It is empty.
    None,
    /// It has some.
    Some,
}

/// Point-in-time recovery of the tables that exist.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// How many tables have it.
    pub on: usize,
    /// Names of those that do not.
    pub off: Vec<String>,
    /// Names of those that could not be asked.
    pub unknown: Vec<String>,
    /// Why the first of these could not.
    pub failure: Option<Failure>,
}

/// A deployment as it was seen. Each part stands for itself.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Name of the stack of the basic-ops service.
    pub stack_name: String,
    /// Name of the consolidation bucket.
    pub bucket_name: String,
    /// Name of the user data storage table.
    pub storage_name: String,
    /// Name of the old user storage table.
    pub old_storage_name: String,
    /// Name of the users table.
    pub users_name: String,
    /// What is published in Parameter Store.
    pub parameters: Seen<Parameters>,
    /// The stack of the basic-ops service; `None` where there is none.
    pub basic_ops: Seen<Option<BasicOps>>,
    /// The consolidation bucket.
    pub bucket: Existence,
    /// Rows of the user data storage table.
    pub storage: Seen<Rows>,
    /// Rows of the old user storage table.
    pub old_storage: Seen<Rows>,
    /// How many of the tables and buckets exist.
    pub existing: usize,
    /// Point-in-time recovery of all tables that exist.
    pub recovery: Recovery,
    /// The id map.
    pub csv: CsvFile,
    /// Login rows; `None` where there is no users table.
    pub logins: Seen<Option<Logins>>,
}

impl Facts {
    /// Whether there is certainly nothing to migrate: no user and no row of user storage.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let without = |rows: &Seen<Rows>| matches!(rows, Ok(Rows::NoTable | Rows::None));
        let nobody = match &self.logins {
            Ok(None) => true,
            Ok(Some(logins)) => logins.rows == 0,
            Err(_) => false,
        };
        nobody && without(&self.storage) && without(&self.old_storage)
    }

    /// Why nothing at all could be seen, if that is about who asked or the way there.
    #[must_use]
    pub fn barred(&self) -> Option<&Failure> {
        let bucket = match &self.bucket {
            Existence::Unknown(failure) => Some(failure),
            _ => None,
        };
        let failures = [
            self.parameters.as_ref().err(),
            self.basic_ops.as_ref().err(),
            bucket,
            self.storage.as_ref().err(),
            self.old_storage.as_ref().err(),
            self.logins.as_ref().err(),
        ];
        let barred = |one: &Option<&Failure>| {
            one.is_some_and(|failure| {
                matches!(failure.reason(), Reason::BadCredentials | Reason::Unreachable)
            })
        };
        if failures.iter().all(barred) { failures.first().copied().flatten() } else { None }
    }
}
