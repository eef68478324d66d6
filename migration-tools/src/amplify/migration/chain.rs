//! A map with chains: its phases, one after the other.
//!
//! Each phase is a complete migration, over all tables, until a pass finds nothing to do. That it is
//! complete is written into the journal before the next one begins, and it is never done again: a record
//! under an id that was old in an earlier phase may be somebody else's by then. So a chain that was begun
//! can only be gone on with by the journal that it was begun with, and nobody may write under old ids
//! while it is done.
//!
//! The old user storage is copied in the last phase, by the whole map: its records keep their ids.

use super::Migration;
use super::rename::Rename;
use super::run::Done;
use super::targets::Target;
use crate::amplify::id_map::{IdMap, Phase};
use crate::amplify::tables::{Table, Turn};
use crate::engine::apply::Rule;
use crate::engine::item::Item;
use crate::engine::journal::{Journal, JournalError};
use crate::engine::pass::Search;
use crate::engine::rewrite::{Merge, Record, Rewrite};
use crate::engine::stop::Stop;

/// The phases of a map, and how the journal calls them.
#[derive(Debug)]
pub struct Chain<'m> {
    map: &'m IdMap,
    phases: Vec<Phase<'m>>,
    of: String,
}

/// Why a chain must not be begun or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// It was begun over other tables.
    #[error(
        "phases of this id map were done {} --include-unlisted, so that a part of the tables is further than the others; go on as it was begun, or take these runs back", if *.0 { "with" } else { "without" }
    )]
    OtherTables(bool),
    /// Another one was begun.
    #[error(
        "a chain of another id map was begun and is not done: {done} of its {of} phases; finish it with the id map that it was begun with, or take its runs back"
    )]
    OtherMap {
        /// Phases that are done.
        done: usize,
        /// All of them.
        of: usize,
    },
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// What a phase is called in the journal.
struct Mark<'t> {
    phase: usize,
    phases: usize,
    /// The map, and the tables that take part.
    of: &'t str,
}

const UNLISTED: &str = " with unlisted tables";

impl<'m> Chain<'m> {
    /// The phases of a map. One, which is the map itself, where it has no chains; the journal is not
    /// asked then, nor told.
    #[must_use]
    pub fn of(map: &'m IdMap, include_unlisted: bool) -> Self {
        let digest: String =
            map.digest_of_pairs().iter().map(|byte| format!("{byte:02x}")).collect();
        let tables = if include_unlisted { UNLISTED } else { "" };
        Self { map, phases: map.phases(), of: format!("{digest}{tables}") }
    }

    /// How many phases there are.
    #[must_use]
    pub fn phases(&self) -> usize {
        self.phases.len()
    }

    /// How many of them are done, where the chain may be gone on with.
    ///
    /// # Errors
    ///
    /// When the journal says that a chain was begun that is not this one and not done, or that this one
    /// was begun over other tables.
    pub fn done(&self, journal: &Journal) -> Result<usize, ChainError> {
        let parts = journal.done_parts()?;
        let marks: Vec<Mark<'_>> = parts.iter().filter_map(|(part, _)| Mark::read(part)).collect();
        let own = self.of.trim_end_matches(UNLISTED);
        for mark in &marks {
            let done = marks.iter().filter(|other| other.of == mark.of).count();
            let same_map = mark.of.trim_end_matches(UNLISTED) == own;
            if same_map && mark.of != self.of {
                return Err(ChainError::OtherTables(mark.of.ends_with(UNLISTED)));
            }
            if !same_map && done < mark.phases {
                return Err(ChainError::OtherMap { done, of: mark.phases });
            }
        }
        if self.phases.len() == 1 {
            return Ok(0);
        }
        // In their order: of a run that was taken back, the later ones were taken back before.
        let is_done =
            |phase: &usize| marks.iter().any(|mark| mark.of == self.of && mark.phase == *phase);
        Ok((1..=self.phases.len()).take_while(is_done).count())
    }

    /// What is still to be renamed once so many phases are done, as one map.
    #[must_use]
    pub fn rest(&self, done: usize) -> IdMap {
        self.map.composed(&self.phases[done.min(self.phases.len())..])
    }

    /// Does the phases that are not done, each completely before the next one. `migration` says how; its
    /// rule's map is that of the chain. Old records must go ([`Old::Delete`]): one that stayed would be
    /// taken for somebody else's in the next phase. `ended` hears of each phase that is complete.
    ///
    /// Answers what all of them did, which is complete where all of them are, and why all of it ended
    /// before its end if it did. What was done until then is done, and the same command goes on.
    ///
    /// [`Old::Delete`]: crate::engine::writer::Old::Delete
    pub async fn run(
        &self,
        migration: &Migration<'_>,
        done: usize,
        ended: &(dyn Fn(usize) + Sync),
    ) -> (Done, Result<(), Stop>) {
        let count = self.phases.len();
        if count == 1 {
            return migration.run().await;
        }
        let mut all = Done { quiet: true, ..Done::default() };
        for (number, phase) in (1..).zip(&self.phases).skip(done) {
            let last = number == count;
            let takes: Vec<&Target> = migration
                .takes
                .iter()
                .copied()
                .filter(|target| last || target.table.turn != Turn::OldStorage)
                .collect();
            let one = Migration {
                reader: migration.reader,
                writer: migration.writer,
                objects: migration.objects.map(|(objects, _)| (objects, phase.map())),
                rule: InTurn::new(phase.map(), &migration.rule),
                takes: &takes,
                listener: migration.listener,
                interrupted: migration.interrupted,
                at_once: migration.at_once,
            };
            let (found, stopped) = one.run().await;
            let complete = found.complete();
            all = all.then(found);
            if !complete || stopped.is_err() {
                return (all, stopped);
            }
            let recorder = &migration.writer.recorder;
            let mark = Mark { phase: number, phases: count, of: &self.of };
            if let Err(error) = recorder.journal().set_done(&mark.written(), recorder.run()) {
                return (Done { quiet: false, ..all }, Err(error.into()));
            }
            ended(number);
        }
        (all, Ok(()))
    }
}

impl<'t> Mark<'t> {
    fn written(&self) -> String {
        format!("phase {} of {} of map {}", self.phase, self.phases, self.of)
    }

    fn read(text: &'t str) -> Option<Self> {
        let (phase, rest) = text.strip_prefix("phase ")?.split_once(" of ")?;
        let (phases, of) = rest.split_once(" of map ")?;
        Some(Self { phase: phase.parse().ok()?, phases: phases.parse().ok()?, of })
    }
}

/// Renames by a phase, and copies the old user storage by the whole map.
#[derive(Clone, Copy)]
struct InTurn<'a> {
    phase: Rename<'a>,
    whole: Rename<'a>,
}

impl<'a> InTurn<'a> {
    fn new(phase: &'a IdMap, whole: &Rename<'a>) -> Self {
        Self { phase: Rename { map: phase, ..*whole }, whole: *whole }
    }

    fn of(&self, table: &str) -> &Rename<'a> {
        let table = Table::of_key(table);
        match table.is_some_and(|table| table.turn == Turn::OldStorage) {
            true => &self.whole,
            false => &self.phase,
        }
    }
}

impl Rule for InTurn<'_> {
    async fn prepare(&self, table: &'static str, items: &[Item]) -> Result<(), Stop> {
        self.of(table).prepare(table, items).await
    }

    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        self.of(table).rewrite(table, record)
    }

    fn merge(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        self.of(table).merge(table, existing, incoming)
    }

    fn merge_apart(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        self.of(table).merge_apart(table, existing, incoming)
    }

    fn repeats_safely(&self, table: &'static str) -> bool {
        self.of(table).repeats_safely(table)
    }
}

impl Search for InTurn<'_> {
    fn leftovers(&self, table: &'static str, item: &Item) -> Vec<String> {
        self.of(table).leftovers(table, item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_they_were_written() {
        let mark = Mark { phase: 2, phases: 3, of: "ab12 with unlisted tables" };
        let written = mark.written();
        assert_eq!(written, "phase 2 of 3 of map ab12 with unlisted tables");
        let read = Mark::read(&written).map(|mark| (mark.phase, mark.phases, mark.of));
        assert_eq!(read, Some((2, 3, "ab12 with unlisted tables")));
        assert!(Mark::read("something else of map x").is_none());
    }
}
