//! Objects in a run: copied before the records that point to them, removed after.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::facts::{Family, ORIGINS, Origin};
use super::place::place;
use super::proof::Seen;
use super::quiet::Quiet;
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::{ARTIFACTS, CONSOLIDATION, TEMPLATES};
use crate::amplify::tables::{Goal, Moved};
use crate::engine::entry::Short;
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::journal::{Finding, Kind};
use crate::engine::objects::{Source, Storage, Sweep, Transfer, short_text};
use crate::engine::patience::PATIENCE;
use crate::engine::read::Reader;
use crate::engine::stop::Stop;
use crate::engine::writer::{Old, Writer};

/// Most names that are remembered of what records point to. Where there are more, nothing is removed.
const MAX_HELD: usize = 4_000_000;

/// How objects are moved.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Objects that are copied at once.
    pub at_once: NonZeroUsize,
    /// How long a busy service is waited for.
    pub patience: Duration,
    /// Objects above this size are copied in parts.
    pub single: u64,
    /// How long a change of what a bucket sets off is given to be in force.
    pub takes: Duration,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            at_once: NonZeroUsize::MIN.saturating_add(63),
            patience: PATIENCE,
            single: crate::engine::objects::MAX_SINGLE_COPY,
            takes: crate::engine::objects::notifications::TAKES,
        }
    }
}

/// Objects in a run.
pub struct Objects<'a> {
    /// Where they are.
    pub storage: &'a Storage,
    /// Which of them take part.
    pub families: &'a BTreeSet<Family>,
    /// What writes records, with the journal and the lease.
    pub writer: &'a Writer,
    /// What reads records.
    pub reader: &'a Reader,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// How.
    pub setting: Setting,
    /// What was seen of the goals of names in records.
    pub(super) seen: Mutex<Seen>,
    /// What records of this pass point to.
    held: Mutex<Held>,
    /// What of contents a person has to see to, or another run.
    open: Mutex<BTreeMap<&'static str, Counts>>,
}

#[derive(Default)]
struct Held {
    names: HashSet<Short>,
    too_many: bool,
}

/// What a pass over all sources did.
#[derive(Debug, Default)]
pub struct Copies {
    /// For each source, in the order of work.
    pub counts: Vec<(&'static str, Counts)>,
    /// Sources that could not be worked on to their end, and why.
    pub failed: Vec<(&'static str, String)>,
}

impl<'a> Objects<'a> {
    /// Objects of these families.
    #[must_use]
    pub fn new(
        storage: &'a Storage,
        families: &'a BTreeSet<Family>,
        (reader, writer): (&'a Reader, &'a Writer),
        listener: &'a dyn Listener,
        interrupted: &'a (dyn Fn() -> bool + Sync),
        setting: Setting,
    ) -> Self {
        Self {
            storage,
            families,
            writer,
            reader,
            listener,
            interrupted,
            setting,
            seen: Mutex::default(),
            held: Mutex::default(),
            open: Mutex::default(),
        }
    }

    /// The sources that take part, of buckets that exist. Without a bucket to copy to there are none.
    pub(super) fn origins(&self) -> impl Iterator<Item = &'static Origin> {
        let to = self.storage.name(CONSOLIDATION).is_some();
        ORIGINS.iter().filter(move |origin| {
            to && self.families.contains(&origin.family)
                && self.storage.name(origin.bucket).is_some()
        })
    }

    fn keep(&self) -> bool {
        self.writer.old != Old::Delete
    }

    /// Copies what is not where it belongs.
    ///
    /// # Errors
    ///
    /// What ends the run; what is about one source only is in the answer.
    pub async fn copy(&self, pass: u32, map: &IdMap) -> Result<Copies, Stop> {
        // What records point to is found anew by each pass.
        *lock(&self.held) = Held::default();
        lock(&self.open).clear();
        let mut copies = Copies::default();
        let mut quiet = Quiet::of(self);
        for origin in self.origins() {
            let ended = match quiet.before(origin, map).await {
                Ok(()) => {
                    let place = |key: &str| place(origin, key, map);
                    let (label, bucket, prefix) = (origin.label, origin.bucket, origin.prefix);
                    let source = Source { label, bucket, prefix, place: &place };
                    let (counts, ended) = self.transfer(pass).over(&source).await;
                    copies.counts.push((label, counts));
                    ended
                }
                Err(stop) => Err(stop),
            };
            match ended {
                Ok(()) => {}
                Err(Stop::Table { why, .. }) => copies.failed.push((origin.label, why)),
                Err(stop) => {
                    quiet.end().await?;
                    return Err(stop);
                }
            }
        }
        quiet.end().await?;
        Ok(copies)
    }

    fn transfer(&self, pass: u32) -> Transfer<'_> {
        Transfer {
            storage: self.storage,
            recorder: &self.writer.recorder,
            lease: &self.writer.lease,
            keep: self.keep(),
            listener: self.listener,
            interrupted: self.interrupted,
            at_once: self.setting.at_once,
            pass,
            patience: self.setting.patience,
            single: self.setting.single,
        }
    }

    /// Counts what was left open by this pass in contents that are to become items.
    pub(super) fn open(&self, label: &'static str, kind: Kind) {
        let mut open = lock(&self.open);
        let counts = open.entry(label).or_default();
        counts.refused += u64::from(kind == Kind::Refused);
        counts.failed += u64::from(kind == Kind::Failed);
    }

    /// What the last pass left open in contents that are to become items, by source.
    #[must_use]
    pub fn left_open(&self) -> BTreeMap<&'static str, Counts> {
        lock(&self.open).clone()
    }

    pub(super) fn hold(&self, name: Short) {
        let mut held = lock(&self.held);
        held.names.insert(name);
        if held.names.len() > MAX_HELD {
            held.names.clear();
            held.too_many = true;
        }
    }

    /// Removes sources that were copied and that no record of the last pass points to.
    ///
    /// # Errors
    ///
    /// What ends the run.
    pub async fn sweep(&self, map: &IdMap) -> Result<Copies, Stop> {
        let mut copies = Copies::default();
        let held = |bucket: &str, key: &str| {
            let held = lock(&self.held);
            held.too_many || held.names.contains(&short_name(bucket, key))
        };
        let found = |finding: Finding| self.find(finding);
        let sweep = Sweep {
            storage: self.storage,
            journal: self.writer.recorder.journal(),
            lease: Some(&self.writer.lease),
            run: self.writer.recorder.run(),
            kept_too: false,
            held: &held,
            interrupted: self.interrupted,
            found: &found,
            patience: self.setting.patience,
        };
        for origin in self.origins() {
            let orphan = |key: &str| self.orphan(origin, key, map);
            let swept = sweep.over(origin.label, (origin.bucket, origin.prefix), &orphan).await;
            match swept {
                Ok(swept) => {
                    let counts = Counts {
                        deleted: swept.removed,
                        kept: swept.kept + swept.held,
                        failed: swept.refused,
                        ..Counts::default()
                    };
                    copies.counts.push((origin.label, counts));
                }
                Err(Stop::Table { why, .. }) => copies.failed.push((origin.label, why)),
                Err(stop) => return Err(stop),
            }
        }
        Ok(copies)
    }

    /// What is to become items and no record points to is told.
    fn orphan(&self, origin: &Origin, key: &str, map: &IdMap) -> Result<(), Stop> {
        let by_record = origin.bucket == ARTIFACTS || origin.bucket == TEMPLATES;
        let known = key.split_once('/').is_some_and(|(user, _)| map.owner(user).is_some());
        let is_held = lock(&self.held).names.contains(&short_name(origin.bucket, key));
        if !by_record || !known || is_held {
            return Ok(());
        }
        self.find(Finding {
            table: origin.label.to_owned(),
            key: key.to_owned(),
            kind: Kind::Stays,
            reason: "no record points to it, so that nobody could open it before either".to_owned(),
            remedy: "nothing has to be done".to_owned(),
        })
    }

    pub(super) fn find(&self, finding: Finding) -> Result<(), Stop> {
        self.listener.hear(&Event::Found(&finding));
        self.writer.recorder.find(finding)
    }
}

impl Moved for Objects<'_> {
    fn is_there(&self, goal: &Goal) -> bool {
        lock(&self.seen).is_there(short_goal(goal))
    }

    fn bucket(&self, key: &str) -> Option<&str> {
        self.storage.name(key)
    }
}

pub(super) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn short_name(bucket: &str, key: &str) -> Short {
    short_text(&format!("{bucket}/{key}"))
}

pub(super) fn short_goal(goal: &Goal) -> Short {
    match goal {
        Goal::Object(key) => short_name(CONSOLIDATION, key),
        Goal::Item { pk, sk } => short_text(&format!("{pk}\n{sk}")),
    }
}

impl std::fmt::Debug for Objects<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Objects({:?})", self.families)
    }
}
