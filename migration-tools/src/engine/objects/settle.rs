//! Moves that killed runs had in flight: whether they were made is looked up in S3.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use required_env_vars::Failure;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::compare::{image, same};
use super::list::Listed;
use super::notifications::{NotifyError, resume};
use super::record::{Destination, Move};
use super::{Storage, short_text, stop_of};
use crate::engine::journal::{Journal, JournalError, LeftObject, ObjectTrace, SettledMove, State};
use crate::engine::settle::Settlement;
use crate::engine::stop::Stop;

/// Moves that are looked up together.
const CHUNK: usize = 100;
/// Calls at once.
const AT_ONCE: usize = 16;

/// Looks up what all earlier runs left open, and gives up their uploads.
///
/// A copy is taken for one of that run where it is the same as its source and was not written before the
/// run began. Where this machine's clock is ahead of S3's, a copy may be taken for an older one: then a
/// rollback leaves it, and nothing is lost.
///
/// # Errors
///
/// When the journal cannot be read or written, or S3 cannot be asked.
pub async fn settle(storage: &Storage, journal: &Journal, run: u64) -> Result<Settlement, Stop> {
    let mut counts = Settlement::default();
    let started = started(journal)?;
    let open = journal.intended_moves()?.into_iter().filter(|(of, _)| *of != run);
    let open: Vec<(u64, u64)> = open.collect();
    for chunk in open.chunks(CHUNK) {
        let each = chunk.iter().map(|(run, number)| one(storage, journal, &started, *run, *number));
        let mut each = stream::iter(each).buffer_unordered(AT_ONCE);
        let mut settled = Vec::new();
        while let Some(one) = each.next().await {
            if let Some(one) = one? {
                counts.proven += u64::from(one.state == State::Proven);
                counts.void += u64::from(one.state == State::Void);
                settled.push(one);
            }
        }
        journal.settle_moves(&settled)?;
    }
    Ok(counts)
}

/// When runs began, seconds since 1970.
fn started(journal: &Journal) -> Result<BTreeMap<u64, i64>, Stop> {
    let runs = journal.runs()?.into_iter().map(|(number, run)| {
        let started = OffsetDateTime::parse(&run.started, &Rfc3339);
        (number, started.map_or(i64::MAX, OffsetDateTime::unix_timestamp))
    });
    Ok(runs.collect())
}

async fn one(
    storage: &Storage,
    journal: &Journal,
    started: &BTreeMap<u64, i64>,
    run: u64,
    number: u64,
) -> Result<Option<SettledMove>, Stop> {
    let stored = journal.moves_after(run, number.saturating_sub(1), 1)?;
    let Some(stored) = stored.into_iter().next() else { return Ok(None) };
    let of = Move::decode(&stored.bytes).map_err(|error| {
        let what = format!("move {number} of run {run}: {error}");
        Stop::from(JournalError::Damaged { path: journal.path().to_owned(), what })
    })?;
    let void = SettledMove { run, number, state: State::Void, left: Vec::new() };
    let failed = |failure: Failure| {
        let label = storage.key(&of.bucket).unwrap_or("objects");
        stop_of(label, &failure)
            .unwrap_or_else(|| failed_with(&of.bucket, storage, failure.to_string()))
    };
    match &of.to {
        Destination::Upload(id) => {
            let Some(bucket) = storage.name(&of.bucket) else { return Ok(None) };
            let abort = storage.client.abort_multipart_upload().bucket(bucket).key(&of.key);
            match abort.upload_id(id).send().await {
                Ok(_) => Ok(Some(void)),
                Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_upload()) => {
                    Ok(Some(void))
                }
                Err(error) => Err(failed(Failure::of(&error))),
            }
        }
        Destination::Suspended(triggers) => {
            let Some(bucket) = storage.name(&of.bucket) else { return Ok(None) };
            let resumed = resume(&storage.client, bucket, triggers).await;
            resumed.map_err(|error| match error {
                NotifyError::Failed(failure) => failed(failure),
                error => failed_with(&of.bucket, storage, error.to_string()),
            })?;
            Ok(Some(void))
        }
        // Items have entries of their own, and an object that became one is converted again.
        Destination::Items(_) => Ok(Some(void)),
        Destination::Object { bucket, key } => {
            let names = storage.name(&of.bucket).zip(storage.name(bucket));
            let Some((from, to)) = names else { return Ok(None) };
            let Some(found) = image(&storage.client, to, key).await.map_err(failed)? else {
                return Ok(Some(void));
            };
            // Of a run that does not say when it began, no copy is taken for its own.
            let began = started.get(&run).copied().unwrap_or(i64::MAX);
            let listed = Listed {
                key: of.key.clone(),
                etag: of.etag.clone(),
                size: of.size,
                class: None,
                modified: 0,
            };
            let own = (from, &listed);
            let is_same = same(&storage.client, own, (to, key, &found)).await.map_err(failed)?;
            if found.modified < began || !is_same {
                return Ok(Some(void));
            }
            let left = |bucket: &str, key: &str, trace, etag: &str| LeftObject {
                bucket: bucket.to_owned(),
                key: short_text(key),
                trace,
                etag: short_text(etag),
            };
            let trace = if of.keep { ObjectTrace::Kept } else { ObjectTrace::Copied };
            let target = left(bucket, key, ObjectTrace::Target, &found.etag);
            let source = left(&of.bucket, &of.key, trace, &of.etag);
            let (state, left) = (State::Proven, vec![target, source]);
            Ok(Some(SettledMove { run, number, state, left }))
        }
    }
}

fn failed_with(bucket: &str, storage: &Storage, why: String) -> Stop {
    Stop::Table { table: storage.key(bucket).unwrap_or("objects"), why }
}
