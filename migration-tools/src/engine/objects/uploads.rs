//! Uploads in parts are in the journal while they are under way, so that none stays open for ever.

use super::Storage;
use super::copy::Uploads;
use super::record::{Destination, Move};
use super::transfer::Transfer;
use crate::engine::journal::{Journal, JournalError, SettledMove, State};
use crate::engine::stop::Stop;

impl Uploads for Transfer<'_> {
    fn begun(&self, bucket: &str, key: &str, id: &str) -> Result<u64, Stop> {
        begun(self.storage, self.journal(), self.recorder.run(), (bucket, key, id))
    }

    fn over(&self, upload: u64) -> Result<(), Stop> {
        ended(self.journal(), self.recorder.run(), upload)
    }
}

/// Notes an upload in parts that was begun.
pub(super) fn begun(
    storage: &Storage,
    journal: &Journal,
    run: u64,
    (bucket, key, id): (&str, &str, &str),
) -> Result<u64, Stop> {
    let own = storage.buckets.iter().find(|(_, name)| *name == bucket);
    let upload = Move {
        bucket: own.map(|(key, _)| (*key).to_owned()).unwrap_or_default(),
        key: key.to_owned(),
        etag: String::new(),
        size: 0,
        to: Destination::Upload(id.to_owned()),
        keep: false,
        was_there: false,
    };
    let bytes = upload.encode().map_err(|error| {
        let path = journal.path().to_owned();
        Stop::from(JournalError::Damaged { path, what: error.to_string() })
    })?;
    Ok(journal.intend_moves(run, &[bytes])?)
}

/// Notes that it is over.
pub(super) fn ended(journal: &Journal, run: u64, upload: u64) -> Result<(), Stop> {
    let over = SettledMove { run, number: upload, state: State::Void, left: Vec::new() };
    Ok(journal.settle_moves(&[over])?)
}
