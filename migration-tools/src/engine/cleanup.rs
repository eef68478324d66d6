//! Old records that were kept are deleted, once each is proven to be copied.
//!
//! The proof is the journal's entry and what stands now: the old record is as it was when it was copied,
//! and every copy is there, as it was put or as the application has changed it since. Both are conditions
//! of the transaction that deletes, as far as it holds so many. Where there is no journal of the run
//! ([`Cleanup::clean_exactly`]), copies have to be exactly what the migration would make.
//!
//! A deletion is an entry of its own run, with the whole record, and says which entry it cleans up after;
//! that one becomes *cleaned*. So a clean-up that is killed is settled like any other run, a clean-up can
//! be taken back alone, and who takes back the migration gets the old records back
//! ([`undo`](super::undo)).

mod counts;
mod verdict;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use futures::{StreamExt, stream};

use super::entry::{Entry, Placed, Short};
use super::journal::{Finding, Journal, Kind, Settled, State, Stored};
use super::read::Reader;
use super::rewrite::{Edit, Here};
use super::standing::{Standing, Unseen, known, standing};
use super::stop::Stop;
use super::stored::{decoded, finding};
use super::table::Tables;
use super::write::{MAX_WRITES, Write};
use super::writer::{Unmade, Writer};
pub use counts::{Cleaned, Counts, Tally};
use counts::{count, lock};
pub use verdict::{Verdict, is_kept, verdict};

/// Entries whose records are read together.
const CHUNK: usize = 100;
/// How often one record is looked at again because somebody was faster.
const MAX_ROUNDS: u32 = 5;

/// Deletes old records that were copied.
pub struct Cleanup<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// The tables, by their keys in the plan.
    pub tables: &'a Tables,
    /// What writes; nothing in a dry run, which writes not even the journal.
    pub writer: Option<&'a Writer>,
    /// Records that are deleted at once.
    pub at_once: usize,
    /// From which tables records may be deleted at all, by their keys in the plan.
    pub may: &'a dyn Fn(&str) -> bool,
    /// Whether the operator wants an end.
    pub interrupted: &'a dyn Fn() -> bool,
    /// Who hears of what cannot be deleted.
    pub found: &'a dyn Fn(&Finding),
    /// Who hears how many entries more are through.
    pub through: &'a dyn Fn(usize),
}

/// An entry whose record was kept, with its run and number where it is from a journal.
struct Kept {
    of: Option<(u64, u64)>,
    entry: Entry,
}

/// Copies of records that took more than one transaction, by table and key of the record.
type Parts = HashMap<(String, Short), Vec<Placed>>;

impl Cleanup<'_> {
    /// Cleans up after these runs.
    pub async fn clean(&self, journal: &Journal, runs: &[u64]) -> Cleaned {
        let counts = Tally::default();
        let mut ended = Ok(());
        for run in runs {
            ended = self.run(journal, *run, &counts).await;
            if ended.is_err() {
                break;
            }
        }
        self.ended(counts, ended).await
    }

    /// Cleans up records of which no journal tells. The entries say what their copies are.
    ///
    /// # Errors
    ///
    /// What ends it before its end.
    pub async fn clean_exactly(&self, entries: Vec<Entry>, counts: &Tally) -> Result<(), Stop> {
        let mut chunk: Vec<Kept> = Vec::with_capacity(CHUNK.min(entries.len()));
        for entry in entries {
            chunk.push(Kept { of: None, entry });
            if chunk.len() == CHUNK {
                self.chunk(&chunk, counts).await?;
                chunk.clear();
            }
        }
        self.chunk(&chunk, counts).await
    }

    /// Leaves a record alone of which no journal tells, and says so.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written any more.
    pub fn leave(
        &self,
        entry: Entry,
        (because, remedy): (&str, &str),
        counts: &Tally,
    ) -> Result<(), Stop> {
        let kept = Kept { of: None, entry };
        self.refuse(&kept, None, Kind::Refused, (because.to_owned(), remedy), counts)
    }

    /// What was cleaned up, once it is all in the journal.
    pub async fn ended(&self, counts: Tally, ended: Result<(), Stop>) -> Cleaned {
        let flushed = match self.writer {
            Some(writer) => writer.recorder.flush().await,
            None => Ok(()),
        };
        let tables = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        Cleaned { tables, stopped: ended.and(flushed).err() }
    }

    async fn run(&self, journal: &Journal, run: u64, counts: &Tally) -> Result<(), Stop> {
        let mut after = 0;
        let mut parts = Parts::new();
        loop {
            let page = journal.entries_after(run, after, CHUNK)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.number;
            let read = page.len();
            let mut chunk = Vec::new();
            for stored in page.into_iter().filter(|stored| stored.state == State::Proven) {
                chunk.extend(self.kept((journal, run), &stored, &mut parts)?);
            }
            self.chunk(&chunk, counts).await?;
            (self.through)(read);
        }
    }

    /// What this entry leaves to be cleaned up.
    fn kept(
        &self,
        (journal, run): (&Journal, u64),
        stored: &Stored,
        parts: &mut Parts,
    ) -> Result<Option<Kept>, Stop> {
        let number = stored.number;
        let mut entry = decoded(journal, run, stored)?;
        if !(self.may)(&entry.table) {
            return Ok(None);
        }
        let Some((_, own)) = known(self.tables, &entry.table) else { return Ok(None) };
        let Ok(key) = own.short_key(&entry.record) else { return Ok(None) };
        let at = (entry.table.clone(), key);
        if matches!(&entry.here, Here::Edit(edit) if *edit == Edit::default()) {
            // An item that was made of an object is no part of anything.
            if entry
                .puts
                .iter()
                .any(|put| put.table == entry.table && own.short_key(&put.after).ok() == Some(key))
            {
                return Ok(None);
            }
            parts.entry(at).or_default().extend(entry.puts);
            return Ok(None);
        }
        if !is_kept(&entry) {
            return Ok(None);
        }
        // What a later entry has left there is not what this one is about.
        let place = journal.place(&at.0, key)?;
        if place.is_some_and(|(last, entry, _)| (last, entry) != (run, number)) {
            return Ok(None);
        }
        if let Some(earlier) = parts.remove(&at) {
            self.join(&mut entry.puts, earlier);
        }
        Ok(Some(Kept { of: Some((run, number)), entry }))
    }

    /// Adds copies, the last where several are of the same key.
    fn join(&self, puts: &mut Vec<Placed>, earlier: Vec<Placed>) {
        let key = |put: &Placed| {
            let (name, own) = known(self.tables, &put.table)?;
            Some((name, own.short_key(&put.after).ok()?))
        };
        let mut seen: HashSet<_> = puts.iter().filter_map(key).collect();
        for put in earlier.into_iter().rev() {
            if key(&put).is_none_or(|key| seen.insert(key)) {
                puts.push(put);
            }
        }
    }

    async fn chunk(&self, chunk: &[Kept], counts: &Tally) -> Result<(), Stop> {
        if (self.interrupted)() {
            return Err(Stop::Interrupted);
        }
        let only: Vec<&Entry> = chunk.iter().map(|kept| &kept.entry).collect();
        let seen = standing(self.reader, self.tables, &only).await?;
        let stopped = Mutex::new(None);
        let each = chunk.iter().zip(seen).map(|(kept, seen)| async {
            // What is in flight is finished, nothing more is begun.
            if lock(&stopped).is_some() {
                return;
            }
            if let Err(stop) = self.one(kept, seen, counts).await {
                lock(&stopped).get_or_insert(stop);
            }
        });
        stream::iter(each).buffer_unordered(self.at_once.max(1)).collect::<()>().await;
        stopped.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    async fn one(
        &self,
        kept: &Kept,
        seen: Result<Standing, Unseen>,
        counts: &Tally,
    ) -> Result<(), Stop> {
        let mut seen = seen;
        for _ in 0..MAX_ROUNDS {
            let stands = match seen {
                Ok(stands) => stands,
                Err(unseen) => {
                    return self.refuse(kept, None, Kind::Failed, (unseen.0, AGAIN), counts);
                }
            };
            let changed = match verdict(&kept.entry, &stands, kept.of.is_none()) {
                Verdict::Gone => {
                    count(counts, &kept.entry.table, |all| all.gone += 1);
                    return Ok(());
                }
                Verdict::Refused { put, kind, because, remedy } => {
                    return self.refuse(kept, put, kind, (because.to_owned(), remedy), counts);
                }
                Verdict::Delete { changed } => changed,
            };
            let deleted = |all: &mut Counts| {
                all.deleted += 1;
                all.changed_copies += u64::from(changed > 0);
            };
            let Some(writer) = self.writer else {
                count(counts, &kept.entry.table, deleted);
                return Ok(());
            };
            match self.delete(writer, kept, stands).await {
                Ok(()) => {
                    count(counts, &kept.entry.table, deleted);
                    return Ok(());
                }
                Err(Unmade::Stop(stop)) => return Err(stop),
                Err(Unmade::Failed(why)) => {
                    return self.refuse(kept, None, Kind::Failed, (why, AGAIN), counts);
                }
                Err(Unmade::Lost(_)) => {
                    let again = standing(self.reader, self.tables, &[&kept.entry]).await?.pop();
                    seen = again.unwrap_or_else(|| Err(Unseen("it was not read".to_owned())));
                }
            }
        }
        let because = "others were changing it or its copies again and again";
        self.refuse(kept, None, Kind::Failed, (because.to_owned(), AGAIN), counts)
    }

    async fn delete(&self, writer: &Writer, kept: &Kept, stands: Standing) -> Result<(), Unmade> {
        let Some((name, _)) = known(self.tables, &kept.entry.table) else { return Ok(()) };
        let Some(record) = stands.record else { return Ok(()) };
        let copies = kept.entry.puts.iter().zip(stands.puts);
        let checks = copies.filter_map(|(put, copy)| {
            Some((known(self.tables, &put.table)?.0, Write::Check(copy?)))
        });
        let mut writes: Vec<(&'static str, Write)> = checks.take(MAX_WRITES - 1).collect();
        writes.push((name, Write::Delete(record.clone())));
        let entry = Entry {
            table: kept.entry.table.clone(),
            record,
            here: Here::Delete,
            puts: Vec::new(),
            left: None,
            of: kept.of,
        };
        writer.transact(&entry, &writes).await?;
        let Some((run, number)) = kept.of else { return Ok(()) };
        let (state, places) = (State::Cleaned, Vec::new());
        writer.recorder.settle_of(Settled { run, number, state, places })?;
        Ok(())
    }

    fn refuse(
        &self,
        kept: &Kept,
        put: Option<usize>,
        kind: Kind,
        what: (String, &str),
        counts: &Tally,
    ) -> Result<(), Stop> {
        count(counts, &kept.entry.table, |all| all.refused += 1);
        let finding = finding(self.tables, &kept.entry, put, kind, what);
        (self.found)(&finding);
        match self.writer {
            Some(writer) => writer.recorder.find(finding),
            None => Ok(()),
        }
    }
}

const AGAIN: &str = "see to that, and run the clean-up again";
