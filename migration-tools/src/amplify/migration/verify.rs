//! Whether a migration is done: the whole of every table against what it should be, and the journal
//! against what stands there.
//!
//! Of each record: that nothing is left to be done to it, that no old id stands where none should, and,
//! where the journal has it, that it is there. Records that the migration had no business with are
//! compared as a whole with what they were when the run began, by a sum over all of them: the same sum
//! says that not a byte of them changed; another one says that somebody wrote in between, and not who.

mod missing;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::rename::Rename;
use super::survey::digest_text;
use super::targets::{Target, Targets};
use crate::engine::apply::{Rule, is_marked};
use crate::engine::entry::{Short, short};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Journal, Kind, Trace};
use crate::engine::pass::{PAGES_AT_ONCE, Search};
use crate::engine::read::{Reader, segments};
use crate::engine::rewrite::{Here, Merge, Put, Record, Rewrite};
use crate::engine::stop::{Ended, Stop};
use crate::engine::typed_json::encode;

/// Most findings that are kept one by one; all are counted.
const MAX_FINDINGS: usize = 10_000;

/// What is verified.
pub struct Verify<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// What earlier runs did, where that is known.
    pub journal: Option<&'a Journal>,
    /// All tables that exist.
    pub targets: &'a Targets,
    /// Those that took part.
    pub takes: &'a [&'a Target],
    /// What was to become of records.
    pub rule: Rename<'a>,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// So many records of each table; nothing means all.
    pub sample: Option<u64>,
    /// What the last run's plan says of records that it does not touch, by table: how many, and their
    /// sum.
    pub untouched: BTreeMap<String, (u64, String)>,
}

/// What was found of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The table, by its key.
    pub table: String,
    /// Records that were looked at.
    pub records: u64,
    /// Records that should have been moved or rewritten.
    pub unmigrated: u64,
    /// Places where an old id stands and should not.
    pub leftovers: u64,
    /// Records that are refused: only a person can decide.
    pub refused: u64,
    /// Old records that stay until they are cleaned up.
    pub kept: u64,
    /// Records that the run wrote and that stand as it left them.
    pub as_left: u64,
    /// Records that the run wrote and that somebody has changed since.
    pub changed_since: u64,
    /// Records that the run wrote and that are not there.
    pub missing: u64,
    /// Records that no run wrote.
    pub untouched: u64,
    /// Whether all of these are what they were before the run, to the byte; nothing where that is not
    /// known.
    pub untouched_same: Option<bool>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// For each table.
    pub tables: Vec<Verified>,
    /// What is not as it should be, one by one, as many as are kept.
    pub findings: Vec<Finding>,
}

impl Verified {
    /// How many differences there are.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.unmigrated + self.leftovers + self.refused + self.missing
    }
}

impl Verification {
    /// How many differences there are in all tables.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.tables.iter().map(Verified::differences).sum()
    }
}

#[derive(Default)]
struct Found {
    verified: Verified,
    digest: Short,
    findings: Vec<Finding>,
    /// Keys of records that a run wrote and that are there.
    seen: HashSet<Short>,
}

impl Found {
    fn unmigrated(&mut self, target: &Target, item: &Item) {
        self.verified.unmigrated += 1;
        if self.findings.len() < MAX_FINDINGS {
            let own = &target.described.table;
            let key = own.key_of(item).ok().and_then(|key| encode(&key).ok());
            self.findings.push(Finding {
                table: target.table.key.to_owned(),
                key: key.unwrap_or_default(),
                kind: Kind::Leftover,
                reason: "the record should have been rewritten or copied, and was not".to_owned(),
                remedy: "run `migration-tools id-migration` again".to_owned(),
            });
        }
    }
}

impl Verify<'_> {
    /// Reads and compares everything. Writes nothing.
    ///
    /// # Errors
    ///
    /// When a table or the journal cannot be read.
    pub async fn run(&self) -> Result<Verification, Stop> {
        let mut all = Verification::default();
        let mut seen: BTreeMap<&'static str, HashSet<Short>> = BTreeMap::new();
        for target in self.takes {
            let found = self.table(target).await?;
            all.tables.push(found.verified);
            let room = MAX_FINDINGS.saturating_sub(all.findings.len());
            all.findings.extend(found.findings.into_iter().take(room));
            seen.insert(target.table.key, found.seen);
        }
        if let (Some(journal), None) = (self.journal, self.sample) {
            self.missing(journal, &seen, &mut all).await?;
        }
        Ok(all)
    }

    async fn table(&self, target: &Target) -> Result<Found, Stop> {
        let described = &target.described;
        let key = target.table.key;
        self.listener.hear(&Event::Began { table: key, pass: 0, records: described.items });
        let found = Mutex::new(Found::default());
        let segments = segments(described.bytes, PAGES_AT_ONCE);
        let visit = |items| self.page(target, items, &found);
        let name = &described.table.name;
        let read = self.reader.pages(name, segments, PAGES_AT_ONCE, visit).await;
        read.or_else(|ended: Ended| ended.of(key))?;
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let before = self.untouched.get(key).filter(|_| self.sample.is_none());
        found.verified.untouched_same =
            before.map(|(_, digest)| *digest == digest_text(found.digest));
        found.verified.table = key.to_owned();
        let counts = Counts { records: found.verified.records, ..Counts::default() };
        self.listener.hear(&Event::Ended { table: key, pass: 0, counts });
        Ok(found)
    }

    async fn page(
        &self,
        target: &Target,
        items: Vec<Item>,
        found: &Mutex<Found>,
    ) -> Result<(), Ended> {
        if (self.interrupted)() {
            return Err(Ended::Stop(Stop::Interrupted));
        }
        let records = u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.listener.hear(&Event::Read { table: target.table.key, records, bytes: 0 });
        self.rule.prepare(target.table.key, &items).await.map_err(Ended::Stop)?;
        let mut copies = Vec::new();
        {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            for item in items {
                if self.sample.is_some_and(|most| found.verified.records >= most) {
                    return Err(Ended::Enough);
                }
                found.verified.records += 1;
                copies.extend(self.record(target, item, &mut found)?);
            }
        }
        self.copied(target, copies, found).await
    }

    /// Records that are to be copied and stay, where no journal says that they were: their copies stand
    /// where they belong, or something that is to win over them.
    async fn copied(
        &self,
        target: &Target,
        copies: Vec<(Item, Put)>,
        found: &Mutex<Found>,
    ) -> Result<(), Ended> {
        let mut tables: BTreeMap<&'static str, Vec<(Item, Put)>> = BTreeMap::new();
        for (record, put) in copies {
            tables.entry(put.table).or_default().push((record, put));
        }
        for (table, copies) in tables {
            let Some(own) = self.targets.of_key(table).map(|one| &one.described.table) else {
                continue;
            };
            let keys = copies.iter().map(|(_, put)| own.key_of(&put.item).unwrap_or_default());
            let images = self.reader.images(own, &keys.collect::<Vec<_>>()).await?;
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            for ((record, put), image) in copies.iter().zip(images) {
                let stands = image.is_some_and(|image| {
                    let merge = self.rule.merge(table, &image, &put.item);
                    matches!(merge, Merge::Same | Merge::KeepExisting { .. })
                });
                if stands {
                    found.verified.kept += 1;
                } else {
                    found.unmigrated(target, record);
                }
            }
        }
        Ok(())
    }

    /// Looks at one record; answers what only its copies can tell.
    fn record(
        &self,
        target: &Target,
        item: Item,
        found: &mut Found,
    ) -> Result<Vec<(Item, Put)>, Ended> {
        let table = target.table.key;
        let own = &target.described.table;
        let place = match (self.journal, own.short_key(&item)) {
            (Some(journal), Ok(key)) => journal.place(table, key)?.map(|(_, _, place)| place),
            _ => None,
        };
        let now = short(&item);
        match &place {
            Some(place) if place.trace == Trace::Written => {
                found.seen.insert(place.key);
                match place.record == now {
                    true => found.verified.as_left += 1,
                    false => found.verified.changed_since += 1,
                }
            }
            Some(_) => {}
            None => {
                found.verified.untouched += 1;
                found.digest = found.digest.wrapping_add(now);
            }
        }
        let copied = match &place {
            Some(place) => place.trace == Trace::Source && place.record == now,
            None => is_marked(&item),
        };
        if copied {
            found.verified.kept += 1;
            return Ok(Vec::new());
        }
        let mut find = |item: &Item, kind, reason: String, remedy: &str| {
            if found.findings.len() < MAX_FINDINGS {
                let key = own.key_of(item).ok().and_then(|key| encode(&key).ok());
                let (table, key) = (table.to_owned(), key.unwrap_or_default());
                found.findings.push(Finding {
                    table,
                    key,
                    kind,
                    reason,
                    remedy: remedy.to_owned(),
                });
            }
        };
        let record = Record { item };
        match self.rule.rewrite(table, &record) {
            Rewrite::Unchanged => {
                for path in self.rule.leftovers(table, &record.item) {
                    found.verified.leftovers += 1;
                    let reason = format!("an old id stands in `{path}`");
                    find(&record.item, Kind::Leftover, reason, "see whether it should");
                }
            }
            Rewrite::Refused(refusal) => {
                found.verified.refused += 1;
                find(&record.item, Kind::Refused, refusal.reason, &refusal.remedy);
            }
            // Of the old user storage everything is to be copied, whoever's it is.
            Rewrite::Changes(changes) if changes.here == Here::Keep && self.journal.is_none() => {
                let puts = changes.puts.into_iter();
                return Ok(puts.map(|put| (record.item.clone(), put)).collect());
            }
            Rewrite::Changes(_) => found.unmigrated(target, &record.item),
        }
        Ok(Vec::new())
    }
}
