//! The journal of a Lambda: the engine's own, in a file that may be gone, and in a table that stays.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use required_env_vars::Failure;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::log::{Log, Parts, Place, number, read};
use crate::engine::journal::{Journal, JournalError};
use crate::engine::patience::{PATIENCE, Patience, passes};

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The table cannot be read.
    #[error("the table `{table}` of journals: {failure}")]
    Unread {
        /// The table.
        table: String,
        /// Why.
        failure: Failure,
    },
    /// The file cannot be written, or a change cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The journals of a container: one that is open, for the next invocation. For a `static`.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Option<Open>>);

#[derive(Debug)]
struct Open {
    place: Place,
    journal: Arc<Journal>,
    log: Arc<Log>,
    _folder: Folder,
}

impl Ledger {
    /// None is open.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::const_new(None))
    }

    /// The journal of this name in a table, with all that any container has written. It costs one call
    /// where this container wrote last; else everything is read: a megabyte of changes is about a thousand
    /// changed records. Its file is in the folder for temporary files and has to find room there: about
    /// three times what is read.
    ///
    /// # Errors
    ///
    /// When the table cannot be read, or the file cannot be written.
    pub async fn journal(
        &self,
        config: &SdkConfig,
        table: &str,
        of: &str,
    ) -> Result<Arc<Journal>, LedgerError> {
        let place = Place { table: table.to_owned(), of: of.to_owned() };
        let client = Client::new(config);
        let mut open = self.0.lock().await;
        if let Some(known) = open.as_ref().filter(|known| known.place == place)
            && let Some(next) = known.log.next()
            && pages(&client, &place, next, Some(1)).await?.0.is_empty()
        {
            return Ok(Arc::clone(&known.journal));
        }
        // Whatever has the file goes first.
        *open = None;
        let made = Open::read(config, &client, place).await?;
        let journal = Arc::clone(&made.journal);
        *open = Some(made);
        Ok(journal)
    }
}

impl Open {
    async fn read(config: &SdkConfig, client: &Client, place: Place) -> Result<Self, LedgerError> {
        let folder = Folder::new();
        let journal = Journal::open(&folder.0, &place.of)?;
        let (mut from, mut parts) = (1, Parts::default());
        let mut next = Some(from);
        while let Some(start) = next {
            let (items, more) = pages(client, &place, start, None).await?;
            for item in &items {
                from = number(item).map_or(from, |number| number + 1);
                if let Some(change) = parts.take(item) {
                    journal.follow(&change)?;
                }
            }
            next = more;
        }
        let log = Arc::new(Log::from(config, place.clone(), from));
        let journal = Arc::new(journal.mirrored(Arc::clone(&log) as _));
        Ok(Self { place, journal, log, _folder: folder })
    }
}

async fn pages(
    client: &Client,
    place: &Place,
    from: u64,
    at_most: Option<i32>,
) -> Result<(Vec<crate::engine::item::Item>, Option<u64>), LedgerError> {
    let mut patience = Patience::of(PATIENCE);
    loop {
        let failure = match read(client, place, from, at_most).await {
            Ok(read) => return Ok(read),
            Err(failure) => failure,
        };
        if !passes(failure.reason()) || !patience.wait().await {
            return Err(LedgerError::Unread { table: place.table.clone(), failure });
        }
    }
}

/// A folder that is gone with the journal in it.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = Uuid::from_u64_pair(fastrand::u64(..), fastrand::u64(..));
        Self(std::env::temp_dir().join(format!("migration-tools-{name}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
