//! Whether objects are where they belong: every source and every target is listed, and nothing written.

use std::collections::{BTreeSet, HashSet};

use futures::StreamExt;
use serde::Serialize;

use super::facts::{Family, ORIGINS, Origin};
use super::place::place;
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::CONSOLIDATION;
use crate::engine::entry::Short;
use crate::engine::journal::{Finding, Journal, JournalError, Kind, ObjectTrace, State};
use crate::engine::objects::{
    Destination, Listed, Move, Placement, Storage, image, pages, short_text,
};
use crate::engine::stop::Stop;

/// Findings that are held.
const MAX_FINDINGS: usize = 1_000;

/// What was found of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VerifiedObjects {
    /// What it is called.
    pub label: String,
    /// Its objects.
    pub objects: u64,
    /// Those that belong elsewhere, stay, and have copies there: kept, or of an older content.
    pub copied: u64,
    /// Those that belong elsewhere, and have no copy there.
    pub unmigrated: u64,
    /// Copies that a run has made and that are gone. The application may have removed them.
    pub missing: u64,
}

/// What was found of all sources.
#[derive(Debug, Default)]
pub struct ObjectsVerified {
    /// By source.
    pub sources: Vec<VerifiedObjects>,
    /// What is not as it should be, the first thousand.
    pub findings: Vec<Finding>,
}

impl ObjectsVerified {
    /// How many objects are not where they belong.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.sources.iter().map(|one| one.unmigrated).sum()
    }

    fn find(&mut self, label: &str, key: &str, kind: Kind, reason: &str, remedy: &str) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding {
                table: label.to_owned(),
                key: key.to_owned(),
                kind,
                reason: reason.to_owned(),
                remedy: remedy.to_owned(),
            });
        }
    }
}

/// Lists the sources of these families and the consolidation bucket.
///
/// An object that belongs elsewhere and still stands is looked for there, one call each. With a journal,
/// every copy that a run has made is looked for in the listing.
///
/// # Errors
///
/// When something cannot be listed or asked for.
pub async fn verify(
    storage: &Storage,
    families: &BTreeSet<Family>,
    map: &IdMap,
    journal: Option<&Journal>,
    interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<ObjectsVerified, Stop> {
    let mut all = ObjectsVerified::default();
    for origin in ORIGINS.iter().filter(|origin| families.contains(&origin.family)) {
        let Some(bucket) = storage.name(origin.bucket) else { continue };
        let mut one = VerifiedObjects { label: origin.label.to_owned(), ..Default::default() };
        let pages = pages(&storage.client, bucket, origin.prefix);
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            if interrupted() {
                return Err(Stop::Interrupted);
            }
            let page = page.map_err(|failure| failed(origin.label, &failure.to_string()))?;
            for listed in page {
                one.objects += 1;
                if let Placement::To(to, key) = place(origin, &listed.key, map)
                    && (to != origin.bucket || key != listed.key)
                {
                    let stands = stands(storage, origin, (to, &key)).await?;
                    count(&mut all, &mut one, &listed, stands);
                }
            }
        }
        all.sources.push(one);
    }
    if let Some(journal) = journal {
        missing(storage, journal, &mut all).await?;
    }
    Ok(all)
}

async fn stands(
    storage: &Storage,
    origin: &Origin,
    (bucket, key): (&str, &str),
) -> Result<bool, Stop> {
    let Some(name) = storage.name(bucket) else { return Ok(false) };
    let found = image(&storage.client, name, key).await;
    Ok(found.map_err(|failure| failed(origin.label, &failure.to_string()))?.is_some())
}

fn count(all: &mut ObjectsVerified, one: &mut VerifiedObjects, listed: &Listed, stands: bool) {
    if stands {
        one.copied += 1;
        return;
    }
    one.unmigrated += 1;
    let remedy = "run `migration-tools id-migration` or `s3-data-migration` again";
    let reason = "the object belongs elsewhere, and has no copy there";
    all.find(&one.label, &listed.key, Kind::Leftover, reason, remedy);
}

/// Copies that runs have made, and that are in no listing.
async fn missing(
    storage: &Storage,
    journal: &Journal,
    all: &mut ObjectsVerified,
) -> Result<(), Stop> {
    let Some(bucket) = storage.name(CONSOLIDATION) else { return Ok(()) };
    let mut seen: HashSet<Short> = HashSet::new();
    let pages = pages(&storage.client, bucket, "");
    let mut pages = std::pin::pin!(pages);
    while let Some(page) = pages.next().await {
        let page = page.map_err(|failure| failed(CONSOLIDATION, &failure.to_string()))?;
        let keys: Vec<Short> = page.iter().map(|listed| short_text(&listed.key)).collect();
        let left = journal.objects_left(CONSOLIDATION, &keys)?;
        let of_runs = keys.into_iter().zip(left);
        seen.extend(of_runs.filter_map(|(key, left)| left.map(|_| key)));
    }
    for (run, _) in journal.runs()? {
        let mut after = 0;
        loop {
            let page = journal.moves_after(run, after, 1_000)?;
            let Some(last) = page.last() else { break };
            after = last.number;
            for stored in &page {
                if !matches!(stored.state, State::Proven | State::Cleaned) {
                    continue;
                }
                let of = Move::decode(&stored.bytes).map_err(|error| {
                    let what = format!("move {} of run {run}: {error}", stored.number);
                    Stop::from(JournalError::Damaged { path: journal.path().to_owned(), what })
                })?;
                let Destination::Object { bucket, key } = &of.to else { continue };
                let short = short_text(key);
                let left = journal.objects_left(bucket, &[short])?;
                // What a later move took further is not missing here.
                let is_target = left.into_iter().flatten().any(|left| {
                    (left.run, left.number) == (run, stored.number)
                        && left.trace == ObjectTrace::Target
                });
                if bucket != CONSOLIDATION || !is_target || seen.contains(&short) {
                    continue;
                }
                let label = ORIGINS
                    .iter()
                    .find(|origin| origin.bucket == of.bucket && of.key.starts_with(origin.prefix));
                let label = label.map_or(of.bucket.as_str(), |origin| origin.label).to_owned();
                if let Some(one) = all.sources.iter_mut().find(|one| one.label == label) {
                    one.missing += 1;
                }
                let reason = "a copy that a run has made is gone";
                let remedy = "the application removes what its users delete; otherwise `migration-tools rollback` says what can be put back";
                all.find(&label, key, Kind::Missing, reason, remedy);
            }
        }
    }
    Ok(())
}

fn failed(label: &'static str, why: &str) -> Stop {
    Stop::Table { table: label, why: why.to_owned() }
}
