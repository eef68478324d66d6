//! One pass over a source of objects: what belongs elsewhere is copied there.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use required_env_vars::Failure;
use tokio::sync::Semaphore;

use super::list::pages;
use super::page::Page;
use super::{Storage, stop_of};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::journal::Journal;
use crate::engine::keeper::Keeper;
use crate::engine::recorder::Recorder;
use crate::engine::stop::Stop;

/// Pages that are worked on at once, so that the slowest object of one does not hold up all.
const PAGES: usize = 4;

/// A prefix of a bucket whose objects may belong elsewhere.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// What it is called in counts and findings.
    pub label: &'static str,
    /// Its bucket, by its key in the plan.
    pub bucket: &'static str,
    /// What all of its names begin with.
    pub prefix: &'a str,
    /// Where a name belongs.
    pub place: &'a (dyn Fn(&str) -> Placement + Sync),
}

/// Where an object belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// To this name of another bucket, or of the same.
    To(&'static str, String),
    /// It stays, and nobody has to know.
    Stays,
    /// It stays, and a person is told why.
    Told(&'static str),
}

/// Copies objects, and writes the journal about it.
pub struct Transfer<'a> {
    /// Where objects are.
    pub storage: &'a Storage,
    /// Where it is noted.
    pub recorder: &'a Recorder,
    /// Whether writing is still allowed.
    pub lease: &'a Keeper,
    /// Whether sources stay until they are cleaned up.
    pub keep: bool,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Objects that are copied at once.
    pub at_once: NonZeroUsize,
    /// Which pass this is, from 1.
    pub pass: u32,
    /// How long a busy service is waited for.
    pub patience: Duration,
    /// Objects above this size are copied in parts.
    pub single: u64,
}

impl Transfer<'_> {
    /// Goes over a source: what was done, and why it ended before its end if it did.
    pub async fn over(&self, source: &Source<'_>) -> (Counts, Result<(), Stop>) {
        let label = source.label;
        let Some(bucket) = self.storage.name(source.bucket) else {
            return (Counts::default(), Ok(()));
        };
        self.listener.hear(&Event::Began { table: label, pass: self.pass, records: 0 });
        let counts = Mutex::new(Counts::default());
        let permits = Semaphore::new(self.at_once.get());
        let page = Page { transfer: self, source, bucket, permits: &permits, counts: &counts };
        let read = pages(&self.storage.client, bucket, source.prefix);
        let done = read.map(|listed| async {
            match listed {
                Ok(listed) => page.copy(listed).await,
                Err(failure) => Err(unlisted(label, &failure)),
            }
        });
        let mut done = std::pin::pin!(done.buffer_unordered(PAGES));
        let mut ended = Ok(());
        while let Some(one) = done.next().await {
            let stop = one.is_err();
            ended = ended.and(one);
            if stop {
                break;
            }
        }
        let counts = *counts.lock().unwrap_or_else(PoisonError::into_inner);
        self.listener.hear(&Event::Ended { table: label, pass: self.pass, counts });
        (counts, ended)
    }

    pub(super) fn journal(&self) -> &Journal {
        self.recorder.journal()
    }
}

/// What it means that a source cannot be listed.
pub(super) fn unlisted(label: &'static str, failure: &Failure) -> Stop {
    stop_of(label, failure).unwrap_or_else(|| Stop::Table {
        table: label,
        why: format!("it cannot be listed: {failure}"),
    })
}
