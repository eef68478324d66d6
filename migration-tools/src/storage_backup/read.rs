//! Reading a backup, and finding out whether it is complete.

use std::io::{self, BufRead, Read};

use sha2::{Digest, Sha256};

use super::write::hexadecimal;
use super::{FORMAT, Footer, Header, VERSION};
use crate::engine::item::Item;
use crate::engine::typed_json::{ItemError, decode};

/// Longest line, in bytes. A row of 400 KB in which every character is escaped takes 2.4 MB.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// Why a file is no backup that can be relied on.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Reading failed.
    #[error("it cannot be read: {0}; check the file and the disk")]
    Read(#[from] io::Error),
    /// The first line is no header.
    #[error("line 1: this is no backup of a table; give a file that `user-storage-backup` wrote")]
    NoBackup,
    /// A newer version wrote it.
    #[error("line 1: it has version {0} of the format, and these tools read 1; use newer ones")]
    Version(u32),
    /// A line is longer than a row can be.
    #[error("line {0}: it is longer than any row; the file is damaged, use another copy")]
    TooLong(u64),
    /// A line is no row.
    #[error("line {line}, {source}; the file is damaged, use another copy")]
    Row {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        source: ItemError,
    },
    /// A row lacks an attribute of the table's key.
    #[error("line {0}: it lacks an attribute of the table's key; give a backup of this table")]
    Key(u64),
    /// The last line is not the one that ends every backup.
    #[error("line {0}: the end of the backup is missing; use another copy")]
    Incomplete(u64),
    /// Rows are missing, or there are too many.
    #[error(
        "line {line}: the backup had {expected} rows, and the file has {found}; use another copy"
    )]
    Count {
        /// That of the footer.
        line: u64,
        /// What the footer says.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Something was changed.
    #[error("line {0}: the checksum is another one, so the file was changed; use another copy")]
    Checksum(u64),
}

/// Reads the rows of a backup one after the other.
///
/// Only a reader that has come to the end without an error has proved that the backup is complete.
pub struct BackupReader<R> {
    from: R,
    hash: Sha256,
    /// The line before the one that is read next, which is the footer if there is none.
    held: Vec<u8>,
    /// The number of the line that is held.
    line: u64,
}

impl<R: BufRead> BackupReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// Where there is none, or it is that of another version.
    pub fn new(from: R) -> Result<(Self, Header), BackupError> {
        let mut reader = Self { from, hash: Sha256::new(), held: Vec::new(), line: 0 };
        if reader.advance()?.is_none() {
            return Err(BackupError::NoBackup);
        }
        let value: serde_json::Value =
            serde_json::from_slice(&reader.held).map_err(|_| BackupError::NoBackup)?;
        if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
            return Err(BackupError::NoBackup);
        }
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        match version.and_then(|version| u32::try_from(version).ok()) {
            Some(VERSION) => {}
            Some(other) => return Err(BackupError::Version(other)),
            None => return Err(BackupError::NoBackup),
        }
        let header = serde_json::from_value(value).map_err(|_| BackupError::NoBackup)?;
        match reader.advance()? {
            Some(_) => Ok((reader, header)),
            None => Err(BackupError::Incomplete(1)),
        }
    }

    /// The next row and its line, counted from 1; `None` where all rows were read and are those that
    /// were backed up.
    ///
    /// # Errors
    ///
    /// Where a line is no row, and where footer and rows do not agree.
    pub fn row(&mut self) -> Result<Option<(u64, Item)>, BackupError> {
        let line = self.line;
        match self.advance()? {
            None => self.finish().map(|()| None),
            Some(row) => {
                let text = std::str::from_utf8(&row);
                let text =
                    text.map_err(|error| ItemError::Json { column: error.valid_up_to() + 1 });
                let item = text.and_then(decode);
                Ok(Some((line, item.map_err(|source| BackupError::Row { line, source })?)))
            }
        }
    }

    /// Reads a line, holds it, and gives the one that was held; `None` at the end, which leaves the last
    /// one.
    fn advance(&mut self) -> Result<Option<Vec<u8>>, BackupError> {
        let mut next = Vec::new();
        (&mut self.from).take(MAX_LINE_BYTES).read_until(b'\n', &mut next)?;
        if next.is_empty() {
            return Ok(None);
        }
        if !next.ends_with(b"\n") {
            let line = self.line + 1;
            let long = next.len() as u64 >= MAX_LINE_BYTES;
            return Err(if long {
                BackupError::TooLong(line)
            } else {
                BackupError::Incomplete(line)
            });
        }
        self.line += 1;
        self.hash.update(&self.held);
        Ok(Some(std::mem::replace(&mut self.held, next)))
    }

    fn finish(&self) -> Result<(), BackupError> {
        let line = self.line;
        let footer = serde_json::from_slice(&self.held);
        let footer: Footer = footer.map_err(|_| BackupError::Incomplete(line))?;
        // Without header and footer.
        let found = line.saturating_sub(2);
        if footer.rows != found {
            return Err(BackupError::Count { line, expected: footer.rows, found });
        }
        if footer.sha256 != hexadecimal(self.hash.clone()) {
            return Err(BackupError::Checksum(line));
        }
        Ok(())
    }
}
