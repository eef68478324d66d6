//! The table of profiles, as it is described.

use super::rewrite::{PROFILES, WATCHED};
use crate::engine::read::{Described, ReadError, Reader};
use crate::engine::table::Tables;

/// Why there is nothing to work on.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be asked for, or does not exist.
    #[error("the table of profiles: {0}")]
    Unread(#[from] ReadError),
    /// `version` is a part of its key.
    #[error(
        "`version` is a key of the table `{0}`, so that no profile can get another one; give the name of another table"
    )]
    VersionIsKey(String),
}

/// Asks for the table. What its keys are called is its own affair.
///
/// # Errors
///
/// Where it does not exist or cannot be asked for, or no version could be changed in it.
pub async fn described(reader: &Reader, name: &str) -> Result<Described, TableError> {
    let described = reader.describe(name).await?;
    if described.table.keys.iter().any(|key| key == super::VERSION) {
        return Err(TableError::VersionIsKey(name.to_owned()));
    }
    let table = described.table.watching(&WATCHED);
    Ok(Described { table, ..described })
}

/// For the engine.
#[must_use]
pub fn tables(described: &Described) -> Tables {
    [(PROFILES, described.table.clone())].into()
}

/// What tells this table from a later one of the same name.
#[must_use]
pub fn identity(described: &Described) -> String {
    format!("{} ({})", described.table.name, described.id)
}
