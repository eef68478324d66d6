//! One entry is taken back, or is left alone with a finding.

use std::sync::Mutex;

use super::{Counts, Key, Shared, Undo, lock};
use crate::engine::entry::Entry;
use crate::engine::journal::{Finding, Kind, Settled, State, Stored, Trace};
use crate::engine::places::places;
use crate::engine::reverse::{Reversal, reverse};
use crate::engine::rewrite::Here;
use crate::engine::settle::{Made, made, writes};
use crate::engine::standing::{Standing, Unseen, known, standing};
use crate::engine::stop::Stop;
use crate::engine::stored::{decoded, finding};
use crate::engine::write::Write;
use crate::engine::writer::Unmade;

/// How often one entry is looked at again because somebody was faster.
const MAX_ROUNDS: u32 = 5;

/// An entry and where it is from.
pub(super) struct Known {
    pub(super) run: u64,
    pub(super) number: u64,
    pub(super) state: State,
    pub(super) entry: Entry,
}

/// How it ended with one entry.
enum End {
    RolledBack,
    Already,
    /// It had never been made.
    Void,
    /// Which put stands in the way, or the record; and what is the matter.
    Refused(Option<usize>, Kind, String, &'static str),
}

const BY_HAND: &str =
    "compare it with what it was before, and put it right by hand where it matters";
const AGAIN: &str = "see to that, and roll back again";

impl Undo<'_> {
    pub(super) fn known(&self, run: u64, stored: &Stored) -> Result<Known, Stop> {
        let entry = decoded(self.journal, run, stored)?;
        Ok(Known { run, number: stored.number, state: stored.state, entry })
    }

    /// The keys that an entry is about.
    pub(super) fn keys(&self, entry: &Entry) -> Vec<Key> {
        let puts = entry.puts.iter().map(|put| (&put.table, &put.after));
        let all = std::iter::once((&entry.table, &entry.record)).chain(puts);
        all.filter_map(|(table, item)| {
            let (_, own) = known(self.tables, table)?;
            Some((table.clone(), own.short_key(item).ok()?))
        })
        .collect()
    }

    /// The entry that has cleaned up the record which this one had copied and kept.
    pub(super) fn cleaned(&self, of: &Known) -> Result<Option<Known>, Stop> {
        if of.entry.puts.is_empty() || of.entry.here == Here::Delete {
            return Ok(None);
        }
        let own = known(self.tables, &of.entry.table);
        let Some(key) = own.and_then(|(_, own)| own.short_key(&of.entry.record).ok()) else {
            return Ok(None);
        };
        let Some((run, number, place)) = self.journal.place(&of.entry.table, key)? else {
            return Ok(None);
        };
        if place.trace != Trace::Gone {
            return Ok(None);
        }
        let Some(stored) = self.journal.entry(run, number)? else { return Ok(None) };
        let cleaned = self.known(run, &stored)?;
        let is_of = cleaned.entry.of == Some((of.run, of.number)) && stored.state == State::Proven;
        Ok(is_of.then_some(cleaned))
    }

    /// Takes back one entry.
    pub(super) async fn one(
        &self,
        known: &Known,
        seen: Result<Standing, Unseen>,
        shared: &Mutex<Shared>,
    ) -> Result<(), Stop> {
        let keys = self.keys(&known.entry);
        let held = {
            let shared = lock(shared);
            if shared.ended {
                return Ok(());
            }
            keys.iter().any(|key| shared.refused.contains(key))
        };
        let end = match held {
            true => {
                let reason = "a later change of the same record was not taken back";
                End::Refused(None, Kind::Changed, reason.to_owned(), "see what is said of that one")
            }
            false => self.attempt(known, seen).await?,
        };
        let mut count = Counts::default();
        match end {
            End::RolledBack => {
                self.settle(known)?;
                count.rolled_back = 1;
            }
            End::Already => {
                self.settle(known)?;
                count.already = 1;
            }
            End::Void => self.say(known, State::Void)?,
            End::Refused(put, kind, reason, remedy) => {
                count.refused = 1;
                let what = (reason, remedy);
                self.find(finding(self.tables, &known.entry, put, kind, what))?;
                lock(shared).refused.extend(keys);
            }
        }
        let mut shared = lock(shared);
        let all = shared.done.tables.entry(known.entry.table.clone()).or_default();
        all.rolled_back += count.rolled_back;
        all.already += count.already;
        all.refused += count.refused;
        Ok(())
    }

    async fn attempt(&self, known: &Known, seen: Result<Standing, Unseen>) -> Result<End, Stop> {
        let entry = &known.entry;
        if self.writer.is_none() && self.is_overwritten(known)? {
            return Ok(if writes(entry) { End::RolledBack } else { End::Already });
        }
        let mut seen = seen;
        for _ in 0..MAX_ROUNDS {
            let stands = match seen {
                Ok(standing) => standing,
                Err(unseen) => return Ok(End::Refused(None, Kind::Failed, unseen.0, AGAIN)),
            };
            if known.state == State::Intended {
                match made(entry, &stands) {
                    Made::Yes => {}
                    Made::No => return Ok(End::Void),
                    Made::Unclear => {
                        let reason = "a run was killed while it changed this, and somebody has changed it since, so that nobody can tell whether it was changed by the run";
                        return Ok(End::Refused(None, Kind::Changed, reason.to_owned(), BY_HAND));
                    }
                }
            }
            let writes = match reverse(entry, &stands) {
                Reversal::Nothing => return Ok(End::Already),
                Reversal::Refused { put, because } => {
                    return Ok(End::Refused(put, Kind::Changed, because.to_owned(), BY_HAND));
                }
                Reversal::Writes(writes) => writes,
            };
            let Some(writer) = self.writer else { return Ok(End::RolledBack) };
            match writer.write(&self.named(writes)).await {
                Ok(()) => return Ok(End::RolledBack),
                Err(Unmade::Stop(stop)) => return Err(stop),
                Err(Unmade::Failed(why)) => {
                    return Ok(End::Refused(None, Kind::Failed, why, AGAIN));
                }
                Err(Unmade::Lost(_)) => {
                    let again = standing(self.reader, self.tables, &[entry]).await?.pop();
                    seen = again.unwrap_or_else(|| Err(Unseen("it was not read".to_owned())));
                }
            }
        }
        let reason = "others were changing it again and again".to_owned();
        Ok(End::Refused(None, Kind::Failed, reason, "roll back again when nobody is at work"))
    }

    /// Tables as the writer knows them. All of them are known: what stands in them was read.
    fn named(&self, writes: Vec<(String, Write)>) -> Vec<(&'static str, Write)> {
        let one = |(table, write): (String, Write)| {
            let (name, own) = known(self.tables, &table)?;
            (write.writes() || !own.only_read).then_some((name, write))
        };
        writes.into_iter().filter_map(one).collect()
    }

    /// Whether a later entry has left one of its records otherwise: a dry run, which takes nothing back,
    /// cannot see what this one has left.
    fn is_overwritten(&self, of: &Known) -> Result<bool, Stop> {
        let own = (of.run, of.number);
        for (table, key) in self.keys(&of.entry) {
            if let Some((run, number, place)) = self.journal.place(&table, key)?
                && (run, number) > own
            {
                let of_own = place.trace == Trace::Gone && self.cleaned(of)?.is_some();
                if !of_own {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The entry is as if it had not been.
    fn settle(&self, known: &Known) -> Result<(), Stop> {
        self.say(known, State::RolledBack)?;
        let (Some(writer), Some((run, number))) = (self.writer, known.entry.of) else {
            return Ok(());
        };
        let Some(stored) = self.journal.entry(run, number)? else { return Ok(()) };
        if !matches!(stored.state, State::Cleaned | State::Proven) {
            return Ok(());
        }
        // What was cleaned up is a kept record again.
        let first = self.known(run, &stored)?;
        let places = places(&first.entry, self.tables);
        let places = places.into_iter().filter(|place| place.trace == Trace::Source).collect();
        let settled = Settled { run, number, state: State::Proven, places };
        writer.recorder.settle_of(settled)
    }

    fn say(&self, known: &Known, state: State) -> Result<(), Stop> {
        let Some(writer) = self.writer else { return Ok(()) };
        let places = match state {
            State::RolledBack => places(&known.entry, self.tables),
            _ => Vec::new(),
        };
        let settled = Settled { run: known.run, number: known.number, state, places };
        writer.recorder.settle_of(settled)
    }

    fn find(&self, finding: Finding) -> Result<(), Stop> {
        (self.found)(&finding);
        match self.writer {
            Some(writer) => writer.recorder.find(finding),
            None => Ok(()),
        }
    }
}
