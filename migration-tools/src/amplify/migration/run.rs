//! A run: passes over all tables, until one finds nothing to do.

use std::collections::BTreeMap;

use super::rename::Rename;
use super::targets::Target;
use crate::amplify::id_map::IdMap;
use crate::amplify::objects::{ORIGINS, Objects};
use crate::amplify::tables::Turn;
use crate::engine::apply::Rule;
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::journal::{Finding, Kind};
use crate::engine::pass::{Pass, Search};
use crate::engine::read::Reader;
use crate::engine::stop::Stop;
use crate::engine::writer::Writer;

/// Most passes: an application that keeps writing under old ids is not waited for for ever.
pub const MAX_PASSES: u32 = 5;

/// A run that is about to be made.
pub struct Migration<'a, R = Rename<'a>> {
    /// The objects that are moved before records, and with which ids.
    pub objects: Option<(&'a Objects<'a>, &'a IdMap)>,
    /// What reads.
    pub reader: &'a Reader,
    /// What writes.
    pub writer: &'a Writer,
    /// What becomes of records.
    pub rule: R,
    /// The tables that take part, in the order in which they are worked on.
    pub takes: &'a [&'a Target],
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Records that are written at once.
    pub at_once: usize,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// For each table, by its key, in the order of work.
    pub tables: Vec<(&'static str, Counts)>,
    /// How many passes were made.
    pub passes: u32,
    /// Whether the last one found nothing to do: then what it found is all there is to find.
    pub quiet: bool,
    /// Tables that could not be worked on to their end.
    pub failed: Vec<&'static str>,
    /// Whether login rows were left alone because something before them failed.
    pub logins_held: bool,
}

impl Done {
    /// All tables together.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.tables.iter().fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts))
    }

    /// Whether everything is done and was seen to be.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.quiet && self.failed.is_empty() && !self.logins_held && self.total().open() == 0
    }

    /// Of this run and a later one over the same tables, which says what is open.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        for (key, counts) in later.tables {
            match self.tables.iter_mut().find(|(known, _)| *known == key) {
                Some((_, before)) => *before = before.then(counts),
                None => self.tables.push((key, counts)),
            }
        }
        Self { tables: self.tables, passes: self.passes + later.passes, ..later }
    }
}

/// What was done, by table or source.
type All = BTreeMap<&'static str, Counts>;

impl<R: Rule + Search> Migration<'_, R> {
    /// Makes the run: what was done, and why all of it ended before its end if it did. What was done until
    /// then is done, and the same command goes on.
    pub async fn run(&self) -> (Done, Result<(), Stop>) {
        let mut all = All::new();
        let mut done = Done::default();
        let ended = self.passes(&mut all, &mut done).await;
        let counts = |key: &'static str| Some((key, *all.get(key)?));
        let sources = ORIGINS.iter().filter_map(|origin| counts(origin.label));
        let tables = self.takes.iter().filter_map(|target| counts(target.table.key));
        done.tables = sources.chain(tables).collect();
        (done, ended)
    }

    async fn passes(&self, all: &mut All, done: &mut Done) -> Result<(), Stop> {
        let recorder = &self.writer.recorder;
        while done.passes < MAX_PASSES && !done.quiet {
            done.passes += 1;
            // What is still so, this pass finds again.
            recorder.flush().await?;
            recorder.journal().forget_findings(recorder.run())?;
            let written = self.pass(all, done).await?;
            done.quiet = written == 0;
        }
        self.sweep(all, done).await?;
        recorder.flush().await
    }

    /// Objects that were copied go, once every record that pointed to them was seen to point elsewhere.
    async fn sweep(&self, all: &mut All, done: &mut Done) -> Result<(), Stop> {
        let Some((objects, map)) = self.objects else { return Ok(()) };
        for (label, open) in objects.left_open() {
            let counts = all.entry(label).or_default();
            *counts = counts.plus(open);
        }
        if !done.quiet || !done.failed.is_empty() {
            return Ok(());
        }
        let swept = objects.sweep(map).await?;
        for (label, counts) in swept.counts {
            let before = all.entry(label).or_default();
            let kept = counts.kept;
            *before = Counts { kept, ..before.plus(counts) };
        }
        for (label, why) in swept.failed {
            done.failed.push(label);
            self.find(label, &why, "see what the service says, and run the same command again")?;
        }
        Ok(())
    }

    /// Copies objects; answers how many were.
    async fn copy(&self, all: &mut All, done: &mut Done) -> Result<(u64, u64), Stop> {
        let Some((objects, map)) = self.objects else { return Ok((0, 0)) };
        let copies = objects.copy(done.passes, map).await?;
        let (mut written, mut failed) = (0, 0);
        for (label, counts) in copies.counts {
            written += counts.written() + counts.merged;
            failed += counts.failed;
            let before = all.remove(label).unwrap_or_default();
            all.insert(label, before.then(counts));
        }
        for (label, why) in copies.failed {
            done.failed.push(label);
            self.find(label, &why, "see what the service says, and run the same command again")?;
        }
        Ok((written, failed))
    }

    /// One pass; answers how many records it wrote.
    async fn pass(&self, all: &mut All, done: &mut Done) -> Result<u64, Stop> {
        let pass = Pass {
            reader: self.reader,
            writer: self.writer,
            rule: &self.rule,
            listener: self.listener,
            interrupted: self.interrupted,
            at_once: self.at_once,
            number: done.passes,
        };
        done.failed.clear();
        done.logins_held = false;
        // Records point to objects that are there.
        let (mut written, mut failed) = self.copy(all, done).await?;
        for target in self.takes {
            let key = target.table.key;
            if target.table.turn == Turn::Login && (failed > 0 || !done.failed.is_empty()) {
                done.logins_held = true;
                let why = "the login rows were left as they are, since data could not be moved";
                self.find(key, why, "run the same command again when the rest can be done")?;
                continue;
            }
            let (counts, ended) = pass.over(key, (&target.described, &target.reading)).await;
            written += counts.written();
            failed += counts.failed;
            let before = all.remove(key).unwrap_or_default();
            all.insert(key, before.then(counts));
            match ended {
                Ok(()) => {}
                Err(Stop::Table { why, .. }) => {
                    done.failed.push(key);
                    let remedy = "see what the service says, and run the same command again";
                    self.find(key, &why, remedy)?;
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(written)
    }

    fn find(&self, table: &str, reason: &str, remedy: &str) -> Result<(), Stop> {
        let finding = Finding {
            table: table.to_owned(),
            key: String::new(),
            kind: Kind::Failed,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        };
        self.listener.hear(&Event::Found(&finding));
        self.writer.recorder.find(finding)
    }
}
