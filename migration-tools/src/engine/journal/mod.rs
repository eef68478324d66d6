//! The journal: what is about to be changed, with how it was before, and what became of it.
//!
//! One file for each deployment, a `redb` database: a commit that returned survives a crash of the
//! process and of the machine, and one process at a time has the file open. Before a change its
//! before-images are committed as *intended*; after it, its proof. A run that was killed is gone on with
//! from the records themselves, because rewrites are pure; the journal says what is left to be settled,
//! cleaned up and rolled back.
//!
//! # Format, version 1
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | `format`, `deployment`, `mark …` | text: `1`; whose records these are; what was kept under a name |
//! | `runs` | run, counted from 1 | JSON: [`Run`] |
//! | `entries` | run, number of the entry in it, counted from 1 | the entry, as the engine encodes it |
//! | `states` | run, number | one byte: [`State`] |
//! | `keys` | table, short form of a record's key | run, number, one byte: [`Trace`], short form of the record |
//! | `findings` | run, number | JSON: [`Finding`] |
//! | `done` | text: a part of a migration that must not be done twice | run |
//!
//! Entries and findings have content of records and ids of users: the file is as confidential as the
//! tables. An entry is about as large as the record that it is about, and each record that was written
//! takes about 60 bytes in `keys`. The pages of the file are never full: 20,000 moved records of 2 KB
//! take 137 MB, so that three and a half times what is moved has to be free on the disk. A journal of
//! another format version, or of another deployment, is refused and left as it is.

mod entries;
mod findings;
mod lookups;
mod mirror;
mod store;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, DatabaseError, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

pub use entries::{Place, Settled, Stored, Trace};
pub use findings::{Finding, Kind};
use mirror::Change;
pub use mirror::Mirror;
use store::Store;

/// The file in its folder.
const FILE: &str = "journal.redb";
/// Bytes of the file that are held in memory.
const CACHE: usize = 32 * 1024 * 1024;
const FORMAT: &str = "1";
const META: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
const RUNS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("runs");
const ENTRIES: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("entries");
const STATES: TableDefinition<'_, (u64, u64), u8> = TableDefinition::new("states");
const KEYS: TableDefinition<'_, (&str, u128), (u64, u64, u8, u128)> = TableDefinition::new("keys");
const FINDINGS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("findings");
const DONE: TableDefinition<'_, &str, u64> = TableDefinition::new("done");

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The change was about to be made; whether it was has to be looked up.
    Intended,
    /// The change was made.
    Proven,
    /// The change was not made.
    Void,
    /// What the change left behind was removed.
    Cleaned,
    /// The change was taken back.
    RolledBack,
}

/// One run of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The command with its flags that matter; never an id of a user.
    pub command: String,
    /// What it is about: the digest of an id map, or the run that is taken back.
    #[serde(default)]
    pub subject: String,
    /// Version of the tool.
    pub version: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// When it ended; `None` while it runs, and for ever if it was killed.
    pub ended: Option<String>,
    /// Its exit code.
    pub exit: Option<u8>,
    /// The run that this one goes on with: that one did not come to its end.
    pub continues: Option<u64>,
    /// What it did, as the report shows it.
    pub summary: Option<serde_json::Value>,
}

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process has it open.
    #[error("the journal `{}` is in use by another run on this machine; wait for it or stop it", .0.display())]
    InUse(PathBuf),
    /// It was written by another version of the tool.
    #[error("the journal `{}` has the format {found}, and this version of migration-tools knows {FORMAT}; use the version that wrote it", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// It is about another deployment.
    #[error("the journal `{}` is of {found}, not of {wanted}; give another --journal", path.display())]
    OtherDeployment {
        /// The file.
        path: PathBuf,
        /// Whose it is.
        found: String,
        /// Whose was expected.
        wanted: String,
    },
    /// The folder cannot be made.
    #[error("the folder `{}` of the journal cannot be made: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be read or written: the disk is full, or the file is none of ours.
    #[error("the journal `{}`: {source}; nothing is changed that is not in the journal", path.display())]
    Storage {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// The second place where it is kept does not take it.
    #[error("the journal cannot be kept: {0}; nothing is changed that is not in the journal")]
    Mirror(String),
    /// A value in it cannot be read.
    #[error("the journal `{}` is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// The open journal of one deployment.
#[derive(Debug)]
pub struct Journal {
    database: Store,
    path: PathBuf,
    mirror: Option<Arc<dyn Mirror>>,
}

impl Journal {
    /// Whether there is a journal in a folder.
    #[must_use]
    pub fn is_in(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Opens the journal in a folder, or begins it. `deployment` says whose records it is about, such as
    /// `v6-dev in eu-west-1`.
    ///
    /// # Errors
    ///
    /// When it is in use, of another deployment or format, or cannot be written.
    pub fn open(folder: &Path, deployment: &str) -> Result<Self, JournalError> {
        fs::create_dir_all(folder)
            .map_err(|source| JournalError::Folder { path: folder.to_owned(), source })?;
        let path = folder.join(FILE);
        let database = Database::builder().set_cache_size(CACHE).create(&path);
        let database = database.map_err(|error| unopened(&path, error))?;
        let journal = Self { database: Store::Own(database), path, mirror: None };
        journal.claim(deployment)?;
        Ok(journal)
    }

    fn claim(&self, deployment: &str) -> Result<(), JournalError> {
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut meta = transaction.open_table(META).map_err(|e| self.failed(e))?;
            for (name, own) in [("format", FORMAT), ("deployment", deployment)] {
                let found = meta.get(name).map_err(|e| self.failed(e))?;
                let found = found.map(|found| found.value().to_owned());
                match found {
                    Some(found) if found == own => {}
                    None => {
                        meta.insert(name, own).map_err(|e| self.failed(e))?;
                    }
                    Some(found) if name == "format" => {
                        return Err(JournalError::Format { path: self.path.clone(), found });
                    }
                    Some(found) => {
                        let (path, wanted) = (self.path.clone(), own.to_owned());
                        return Err(JournalError::OtherDeployment { path, found, wanted });
                    }
                }
            }
            transaction.open_table(RUNS).map_err(|e| self.failed(e))?;
            transaction.open_table(ENTRIES).map_err(|e| self.failed(e))?;
            transaction.open_table(STATES).map_err(|e| self.failed(e))?;
            transaction.open_table(KEYS).map_err(|e| self.failed(e))?;
            transaction.open_table(FINDINGS).map_err(|e| self.failed(e))?;
            transaction.open_table(DONE).map_err(|e| self.failed(e))?;
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// Begins a run; answers its number.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn begin(&self, run: &Run) -> Result<u64, JournalError> {
        self.tell(|| Change::Begin(run.clone()))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        let number = {
            let mut runs = transaction.open_table(RUNS).map_err(|e| self.failed(e))?;
            let last = runs.last().map_err(|e| self.failed(e))?;
            let number = last.map_or(0, |(number, _)| number.value()) + 1;
            runs.insert(number, self.encoded(run)?.as_slice()).map_err(|e| self.failed(e))?;
            number
        };
        transaction.commit().map_err(|e| self.failed(e))?;
        Ok(number)
    }

    /// Says how a run ended, or anything else about it that has changed.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn update(&self, number: u64, run: &Run) -> Result<(), JournalError> {
        self.tell(|| Change::Update(number, run.clone()))?;
        let transaction = self.database.begin_write().map_err(|e| self.failed(e))?;
        {
            let mut runs = transaction.open_table(RUNS).map_err(|e| self.failed(e))?;
            runs.insert(number, self.encoded(run)?.as_slice()).map_err(|e| self.failed(e))?;
        }
        transaction.commit().map_err(|e| self.failed(e))
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn runs(&self) -> Result<Vec<(u64, Run)>, JournalError> {
        let transaction = self.database.begin_read().map_err(|e| self.failed(e))?;
        let runs = transaction.open_table(RUNS).map_err(|e| self.failed(e))?;
        let mut all = Vec::new();
        for run in runs.iter().map_err(|e| self.failed(e))? {
            let (number, run) = run.map_err(|e| self.failed(e))?;
            let run = serde_json::from_slice(run.value())
                .map_err(|error| self.damaged(format!("run {}: {error}", number.value())))?;
            all.push((number.value(), run));
        }
        Ok(all)
    }

    /// Where the file is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn encoded(&self, run: &Run) -> Result<Vec<u8>, JournalError> {
        serde_json::to_vec(run).map_err(|error| self.damaged(error.to_string()))
    }

    fn failed(&self, error: impl Into<redb::Error>) -> JournalError {
        storage(&self.path, error)
    }

    fn damaged(&self, what: String) -> JournalError {
        JournalError::Damaged { path: self.path.clone(), what }
    }
}

fn unopened(path: &Path, error: DatabaseError) -> JournalError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => JournalError::InUse(path.to_owned()),
        other => storage(path, other),
    }
}

fn storage(path: &Path, error: impl Into<redb::Error>) -> JournalError {
    JournalError::Storage { path: path.to_owned(), source: Box::new(error.into()) }
}

impl State {
    const ALL: [Self; 5] =
        [Self::Intended, Self::Proven, Self::Void, Self::Cleaned, Self::RolledBack];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Proven => "proven",
            Self::Void => "void",
            Self::Cleaned => "cleaned",
            Self::RolledBack => "rolled back",
        }
    }

    /// As it stands in the file; the numbers never change their meaning.
    const fn byte(self) -> u8 {
        match self {
            Self::Intended => 0,
            Self::Proven => 1,
            Self::Void => 2,
            Self::Cleaned => 3,
            Self::RolledBack => 4,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.byte() == byte)
    }
}
