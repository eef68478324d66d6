//! Writing a backup.

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Footer, Header};
use crate::engine::item::Item;
use crate::engine::typed_json::{UnknownTypeError, encode};

/// Writes header, rows and footer.
pub struct BackupWriter<W> {
    out: W,
    hash: Sha256,
    rows: u64,
}

/// Why a backup cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The file cannot be written.
    #[error("it cannot be written: {0}; check the folder and the disk")]
    Io(#[from] io::Error),
    /// A row cannot be kept without loss.
    #[error("row {row} cannot be kept: {source}")]
    Row {
        /// Counted from 1, in the order of the backup.
        row: u64,
        /// Why.
        source: UnknownTypeError,
    },
}

impl<W: Write> BackupWriter<W> {
    /// Begins a backup.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn new(out: W, header: &Header) -> io::Result<Self> {
        let mut backup = Self { out, hash: Sha256::new(), rows: 0 };
        backup.line(&json(header)?)?;
        Ok(backup)
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or has a value of an unknown type.
    pub fn row(&mut self, item: &Item) -> Result<(), WriteError> {
        let row = self.rows + 1;
        let line = encode(item).map_err(|source| WriteError::Row { row, source })?;
        self.line(&line)?;
        self.rows = row;
        Ok(())
    }

    /// Completes the backup: what it was written to, and how many rows there are.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub fn finish(mut self) -> io::Result<(W, u64)> {
        let footer = Footer { rows: self.rows, sha256: hexadecimal(self.hash.clone()) };
        self.line(&json(&footer)?)?;
        self.out.flush()?;
        Ok((self.out, self.rows))
    }

    fn line(&mut self, text: &str) -> io::Result<()> {
        for part in [text.as_bytes(), b"\n"] {
            self.hash.update(part);
            self.out.write_all(part)?;
        }
        Ok(())
    }
}

fn json(value: &impl Serialize) -> io::Result<String> {
    serde_json::to_string(value).map_err(io::Error::from)
}

pub(super) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
