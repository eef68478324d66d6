//! Runs are taken back, their last entry first.
//!
//! Each entry is one guarded transaction, and after it the journal has it as rolled back. A rollback that
//! was killed is gone on with by doing it again: what stands as before is noted and not written.
//!
//! A kept record that was cleaned up ([`cleanup`](super::cleanup)) is put back before its copies go, and
//! the entry of the clean-up is rolled back with it. The other way round, where a clean-up alone is taken
//! back, its records are kept ones again.

mod one;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{StreamExt, stream};
use serde::Serialize;

use super::entry::{Entry, Short};
use super::item::Item;
use super::journal::{Finding, Journal, Run, State};
use super::read::Reader;
use super::standing::standing;
use super::stop::Stop;
use super::table::Tables;
use super::writer::Writer;
use one::Known;

/// Entries whose records are read together. Memory holds so many with what stands there.
const CHUNK: usize = 100;

/// Takes runs back.
pub struct Undo<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// The tables, by their keys in the plan.
    pub tables: &'a Tables,
    /// Where the runs are.
    pub journal: &'a Journal,
    /// What writes; nothing in a dry run, which writes not even the journal.
    pub writer: Option<&'a Writer>,
    /// Entries that are taken back at once.
    pub at_once: usize,
    /// Whether the operator wants an end.
    pub interrupted: &'a dyn Fn() -> bool,
    /// Who hears of what cannot be taken back.
    pub found: &'a dyn Fn(&Finding),
    /// Who hears how many entries more are through.
    pub through: &'a dyn Fn(usize),
}

/// What became of entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// They were taken back; in a dry run, they would be.
    pub rolled_back: u64,
    /// Their records stood as before already.
    pub already: u64,
    /// They were not, each with a finding.
    pub refused: u64,
}

/// What was taken back.
#[derive(Debug, Default)]
pub struct Undone {
    /// By table, by their keys in the plan.
    pub tables: BTreeMap<String, Counts>,
    /// What ended it before its end. What was done until then is done.
    pub stopped: Option<Stop>,
}

impl Undone {
    /// Of all tables together.
    #[must_use]
    pub fn total(&self) -> Counts {
        self.tables.values().fold(Counts::default(), |total, one| Counts {
            rolled_back: total.rolled_back + one.rolled_back,
            already: total.already + one.already,
            refused: total.refused + one.refused,
        })
    }
}

/// A run with all that belong to the same work: those it goes on with, and those that go on with it. The
/// newest first.
#[must_use]
pub fn chain(runs: &[(u64, Run)], of: u64) -> Vec<u64> {
    let continues: BTreeMap<u64, u64> =
        runs.iter().filter_map(|(number, run)| Some((*number, run.continues?))).collect();
    let first = |mut run: u64| {
        // A run goes on with an earlier one only.
        while let Some(earlier) = continues.get(&run).filter(|earlier| **earlier < run) {
            run = *earlier;
        }
        run
    };
    let own = first(of);
    runs.iter().rev().map(|(number, _)| *number).filter(|run| first(*run) == own).collect()
}

/// A key that an entry is about.
type Key = (String, Short);

/// What all that are taken back have in common.
#[derive(Default)]
struct Shared {
    done: Undone,
    /// What was not taken back: nothing earlier of the same records is either.
    refused: HashSet<Key>,
    /// Nothing more is begun.
    ended: bool,
}

impl Undo<'_> {
    /// Takes runs back in this order, each from its last entry to its first.
    pub async fn undo(&self, runs: &[u64]) -> Undone {
        let shared = Mutex::new(Shared::default());
        let mut ended = Ok(());
        for run in runs {
            ended = self.run(*run, &shared).await;
            if ended.is_err() {
                break;
            }
        }
        let flushed = match self.writer {
            Some(writer) => writer.recorder.flush().await,
            None => Ok(()),
        };
        let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        Undone { stopped: ended.and(flushed).err(), ..shared.done }
    }

    async fn run(&self, run: u64, shared: &Mutex<Shared>) -> Result<(), Stop> {
        if self.writer.is_some() {
            // From here on it is not complete any more, whatever comes.
            self.journal.set_undone(run)?;
        }
        let mut before = u64::MAX;
        let mut chunk: Vec<Known> = Vec::new();
        let mut keys: BTreeSet<Key> = BTreeSet::new();
        loop {
            let page = self.journal.entries_before(run, before, CHUNK)?;
            let Some(last) = page.last() else { break };
            before = last.number;
            let read = page.len();
            for stored in page {
                if matches!(stored.state, State::Void | State::RolledBack) {
                    continue;
                }
                let known = self.known(run, &stored)?;
                let own = self.keys(&known.entry);
                // Entries of one record have to wait for each other.
                if chunk.len() >= CHUNK || own.iter().any(|key| keys.contains(key)) {
                    self.take_back(std::mem::take(&mut chunk), shared).await?;
                    keys.clear();
                }
                keys.extend(own);
                chunk.push(known);
            }
            (self.through)(read);
        }
        self.take_back(chunk, shared).await
    }

    /// Takes back entries that are about different records.
    async fn take_back(&self, chunk: Vec<Known>, shared: &Mutex<Shared>) -> Result<(), Stop> {
        if (self.interrupted)() {
            return Err(Stop::Interrupted);
        }
        // First the records that were cleaned up stand again.
        let mut cleaned = Vec::new();
        for known in &chunk {
            cleaned.extend(self.cleaned(known)?);
        }
        let mut stand_again = BTreeMap::new();
        if self.writer.is_some() {
            self.all(&cleaned, &stand_again, shared).await?;
        } else {
            for known in &cleaned {
                let mut shared = lock(shared);
                let own = shared.done.tables.entry(known.entry.table.clone()).or_default();
                own.rolled_back += 1;
            }
            let of = |known: Known| Some((known.entry.of?, known.entry.record));
            stand_again.extend(cleaned.into_iter().filter_map(of));
        }
        self.all(&chunk, &stand_again, shared).await
    }

    /// `stand_again` has the records that a dry run only would have put back, by run and number.
    async fn all(
        &self,
        chunk: &[Known],
        stand_again: &BTreeMap<(u64, u64), Item>,
        shared: &Mutex<Shared>,
    ) -> Result<(), Stop> {
        if chunk.is_empty() {
            return Ok(());
        }
        let only: Vec<&Entry> = chunk.iter().map(|known| &known.entry).collect();
        let mut seen = standing(self.reader, self.tables, &only).await?;
        for (known, seen) in chunk.iter().zip(&mut seen) {
            if let (Some(record), Ok(seen)) = (stand_again.get(&(known.run, known.number)), seen) {
                seen.record = Some(record.clone());
            }
        }
        let each = chunk.iter().zip(seen).map(|(known, seen)| self.one(known, seen, shared));
        let mut each = stream::iter(each).buffer_unordered(self.at_once.max(1));
        let mut ended = Ok(());
        while let Some(one) = each.next().await {
            // What is in flight is finished.
            lock(shared).ended |= one.is_err();
            ended = ended.and(one);
        }
        ended
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_everything_of_the_same_work_the_newest_first() {
        let continues = [None, None, Some(1), Some(3), None, Some(2), Some(6), Some(99)];
        let runs: Vec<(u64, Run)> = (1..)
            .zip(continues)
            .map(|(n, continues)| (n, Run { continues, ..Run::default() }))
            .collect();
        for (of, expected) in [
            (1, vec![4, 3, 1]),
            (3, vec![4, 3, 1]),
            (2, vec![7, 6, 2]),
            (7, vec![7, 6, 2]),
            (5, vec![5]),
            (8, vec![8]),
            (9, vec![]),
        ] {
            assert_eq!(chain(&runs, of), expected, "{of}");
        }
    }
}
