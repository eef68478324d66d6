//! Backups of a table as a file: every row without loss, and proof that none is missing.
//!
//! A file is made of lines. The first one is a [`Header`], each further one a row in
//! [typed JSON](crate::engine::typed_json), the last one a [`Footer`] with the number of rows and a
//! SHA-256 of all bytes before it. A row that is written to the table while the backup runs may be in it
//! or not; a backup is no snapshot of one moment.

mod read;
mod table;
mod write;

use serde::{Deserialize, Serialize};

pub use read::{BackupError, BackupReader};
pub use table::{Page, Restored, Table, TableError};
pub use write::{BackupWriter, WriteError};

/// Which files these are.
pub const FORMAT: &str = "migration-tools table backup";
/// The version of the format that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The name of the table.
    pub table: String,
    /// The table's region.
    pub region: String,
    /// When the backup began: UTC, RFC 3339.
    pub time: String,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// How many rows there are.
    pub rows: u64,
    /// Of all bytes before this line, in hexadecimal digits.
    pub sha256: String,
}

#[cfg(test)]
mod tests;
