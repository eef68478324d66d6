//! The journal's file, open for a run or only to be looked at.

use std::io;
use std::path::Path;

use redb::{
    Database, DatabaseError, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, StorageError,
    TableError, TransactionError, WriteTransaction,
};

use super::{FILE, FORMAT, Journal, JournalError, META, unopened};

/// An open file.
pub(super) enum Store {
    /// One process has it, and may write.
    Own(Database),
    /// Others may look at it, too.
    Look(ReadOnlyDatabase),
}

impl Store {
    /// Opens a file to look at it. A run that was killed leaves a file that has to be put in order
    /// before anybody can read it, which takes a moment of writing; nothing in it becomes another.
    pub(super) fn look(path: &Path) -> Result<Self, DatabaseError> {
        match ReadOnlyDatabase::open(path) {
            Err(DatabaseError::RepairAborted) => {
                drop(Database::open(path)?);
                ReadOnlyDatabase::open(path).map(Self::Look)
            }
            opened => opened.map(Self::Look),
        }
    }

    pub(super) fn begin_read(&self) -> Result<ReadTransaction, TransactionError> {
        match self {
            Self::Own(database) => database.begin_read(),
            Self::Look(database) => database.begin_read(),
        }
    }

    pub(super) fn begin_write(&self) -> Result<WriteTransaction, TransactionError> {
        match self {
            Self::Own(database) => database.begin_write(),
            Self::Look(_) => {
                let why = io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "it is only looked at");
                Err(TransactionError::Storage(StorageError::Io(why)))
            }
        }
    }
}

impl Journal {
    /// Opens the journal in a folder to look at it, whosever records it is about: nothing can be written
    /// with it, and others may look at it at the same time.
    ///
    /// # Errors
    ///
    /// When there is none, it is in use by a run, of another format, or cannot be read.
    pub fn open_existing(folder: &Path) -> Result<Self, JournalError> {
        let path = folder.join(FILE);
        let database = Store::look(&path).map_err(|error| unopened(&path, error))?;
        let journal = Self { database, path, mirror: None };
        match journal.meta("format")? {
            Some(found) if found == FORMAT => Ok(journal),
            Some(found) => Err(JournalError::Format { path: journal.path, found }),
            None => Err(journal.damaged("it does not say which format it has".to_owned())),
        }
    }

    /// Whose records it is about, such as `v6-dev in eu-west-1`.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn deployment(&self) -> Result<String, JournalError> {
        let found = self.meta("deployment")?;
        found.ok_or_else(|| self.damaged("it does not say whose it is".to_owned()))
    }

    pub(super) fn meta(&self, name: &str) -> Result<Option<String>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        match transaction.open_table(META) {
            Ok(meta) => {
                let found = meta.get(name).map_err(|e| self.failed(e))?;
                Ok(found.map(|found| found.value().to_owned()))
            }
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Own(_) => "Own",
            Self::Look(_) => "Look",
        })
    }
}
