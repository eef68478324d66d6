//! Functions of the live application that an object would set off are kept quiet while objects are copied
//! that are not new: a disclosure that was copied would become the newest version, which all users have
//! to agree to again, and a template would be registered as it was when it was uploaded first.

use futures::StreamExt;

use super::facts::Origin;
use super::place::place;
use super::work::Objects;
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::CONSOLIDATION;
use crate::engine::journal::{JournalError, ObjectTrace, SettledMove, State};
use crate::engine::objects::notifications::{NotifyError, Trigger, resume, suspend, triggers};
use crate::engine::objects::{Destination, Move, Placement, image, pages, short_text};
use crate::engine::stop::Stop;

/// What is suspended at the moment.
pub(super) struct Quiet<'o, 'a> {
    objects: &'o Objects<'a>,
    suspended: Option<(u64, Vec<Trigger>)>,
}

impl<'o, 'a> Quiet<'o, 'a> {
    pub(super) fn of(objects: &'o Objects<'a>) -> Self {
        Self { objects, suspended: None }
    }

    /// Before a source is copied: where that would set something off, it is suspended.
    pub(super) async fn before(&mut self, origin: &Origin, map: &IdMap) -> Result<(), Stop> {
        let Some(prefix) = origin.family.sets_off() else { return Ok(()) };
        let Some(bucket) = self.objects.storage.name(CONSOLIDATION) else { return Ok(()) };
        if !self.has_work(origin, map).await? {
            return Ok(());
        }
        let client = &self.objects.storage.client;
        let table = origin.label;
        let found = triggers(client, bucket, &[prefix]).await.map_err(|failure| Stop::Table {
            table,
            why: format!(
                "what a copy would set off cannot be asked for ({failure}), and copies that set off the application would make new versions; it needs s3:GetBucketNotification"
            ),
        })?;
        if found.is_empty() {
            return Ok(());
        }
        let before = self.suspended.take();
        let mut all = before.as_ref().map(|(_, all)| all.clone()).unwrap_or_default();
        all.extend(found.iter().filter(|one| !all.contains(one)).cloned().collect::<Vec<_>>());
        let number = self.note(&all)?;
        if let Some((earlier, _)) = before {
            self.over(earlier)?;
        }
        self.suspended = Some((number, all));
        self.objects.writer.lease.check()?;
        let suspended = suspend(client, bucket, &found).await;
        suspended.map_err(|error| Stop::Table {
            table,
            why: format!(
                "what a copy would set off cannot be suspended ({error}); it needs s3:PutBucketNotification"
            ),
        })?;
        tokio::time::sleep(self.objects.setting.takes).await;
        Ok(())
    }

    /// After the last source: everything is as it was.
    pub(super) async fn end(&mut self) -> Result<(), Stop> {
        let Some((number, all)) = self.suspended.take() else { return Ok(()) };
        let Some(bucket) = self.objects.storage.name(CONSOLIDATION) else { return Ok(()) };
        // What was copied last is not to be heard of either.
        tokio::time::sleep(self.objects.setting.takes).await;
        let resumed = resume(&self.objects.storage.client, bucket, &all).await;
        resumed.map_err(|error: NotifyError| Stop::Table {
            table: CONSOLIDATION,
            why: format!(
                "what objects set off is still suspended, and could not be put back ({error}); the next run does it first"
            ),
        })?;
        self.over(number)
    }

    /// Whether anything is still to be copied.
    async fn has_work(&self, origin: &Origin, map: &IdMap) -> Result<bool, Stop> {
        let storage = self.objects.storage;
        let Some(bucket) = storage.name(origin.bucket) else { return Ok(false) };
        let pages = pages(&storage.client, bucket, origin.prefix);
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            let page = page.map_err(|failure| Stop::Table {
                table: origin.label,
                why: format!("it cannot be listed: {failure}"),
            })?;
            let keys: Vec<_> = page.iter().map(|listed| short_text(&listed.key)).collect();
            let journal = self.objects.writer.recorder.journal();
            let left = journal.objects_left(origin.bucket, &keys)?;
            for (listed, left) in page.iter().zip(left) {
                let copied = left.is_some_and(|left| {
                    left.trace != ObjectTrace::Target && left.etag == short_text(&listed.etag)
                });
                if let Placement::To(to, key) = place(origin, &listed.key, map)
                    && !copied
                    && self.would_be_made(to, &key).await?
                {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether a copy to there would make an object: nothing stands there, or a copy that may be made
    /// anew.
    async fn would_be_made(&self, bucket: &'static str, key: &str) -> Result<bool, Stop> {
        let storage = self.objects.storage;
        let Some(name) = storage.name(bucket) else { return Ok(false) };
        // Of one that cannot be asked for nobody knows.
        let Ok(Some(found)) = image(&storage.client, name, key).await else { return Ok(true) };
        let journal = self.objects.writer.recorder.journal();
        let left = journal.objects_left(bucket, &[short_text(key)])?;
        Ok(left
            .into_iter()
            .flatten()
            .any(|left| left.trace == ObjectTrace::Target && left.etag == short_text(&found.etag)))
    }

    fn note(&self, all: &[Trigger]) -> Result<u64, Stop> {
        let recorder = &self.objects.writer.recorder;
        let one = Move {
            bucket: CONSOLIDATION.to_owned(),
            key: String::new(),
            etag: String::new(),
            size: 0,
            to: Destination::Suspended(all.to_vec()),
            keep: false,
            was_there: false,
        };
        let bytes = one.encode().map_err(|error| {
            let path = recorder.journal().path().to_owned();
            Stop::from(JournalError::Damaged { path, what: error.to_string() })
        })?;
        Ok(recorder.journal().intend_moves(recorder.run(), &[bytes])?)
    }

    fn over(&self, number: u64) -> Result<(), Stop> {
        let recorder = &self.objects.writer.recorder;
        let (run, state) = (recorder.run(), State::Void);
        let over = SettledMove { run, number, state, left: Vec::new() };
        Ok(recorder.journal().settle_moves(&[over])?)
    }
}
