//! What killed runs had in flight: whether it was made is read off the records themselves.
//!
//! A transaction is made as a whole or not at all, so that one record that stands as only the one or
//! only the other could have left it tells of all. Where records contradict each other, or none tells
//! anything, because somebody has changed them since, the entry stays as it is and a person is told.

use std::collections::HashSet;

use super::entry::{Entry, Placed, Short, short};
use super::item::{Item, same};
use super::journal::{Journal, Settled, State};
use super::places::places;
use super::read::Reader;
use super::recorder::Recorder;
use super::rewrite::{Edit, Here};
use super::standing::{Standing, standing};
use super::stop::Stop;
use super::stored::decoded;
use super::table::Tables;

/// Entries that are looked up together.
const AT_ONCE: usize = 100;

/// Whether the transaction of an entry was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// It was.
    Yes,
    /// It was not.
    No,
    /// The records do not tell.
    Unclear,
}

/// What became of entries of which that was not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settlement {
    /// They were made.
    pub proven: u64,
    /// They were not made.
    pub void: u64,
    /// Nobody knows; they stay as they are, and a rollback names them.
    pub unclear: u64,
}

/// Looks up what all earlier runs left open. Writes nothing but the journal; what it says there is on
/// the disk when this returns.
///
/// # Errors
///
/// When the journal cannot be read or written, or no table can be read.
pub async fn settle(
    reader: &Reader,
    tables: &Tables,
    recorder: &Recorder,
) -> Result<Settlement, Stop> {
    let journal = recorder.journal();
    let mut counts = Settlement::default();
    let open = journal.intended()?.into_iter().filter(|(run, _)| *run != recorder.run());
    let with = (reader, tables, recorder);
    let unclear = round(with, &open.collect::<Vec<_>>(), false, &mut counts).await?;
    // What became of the others may tell.
    recorder.flush().await?;
    let unclear = round(with, &unclear, true, &mut counts).await?;
    counts.unclear = u64::try_from(unclear.len()).unwrap_or(u64::MAX);
    recorder.flush().await?;
    Ok(counts)
}

/// Settles what the records tell of, and `by_others` what other entries tell of; answers the rest.
async fn round(
    (reader, tables, recorder): (&Reader, &Tables, &Recorder),
    open: &[(u64, u64)],
    by_others: bool,
    counts: &mut Settlement,
) -> Result<Vec<(u64, u64)>, Stop> {
    let journal = recorder.journal();
    let mut unclear = Vec::new();
    for chunk in open.chunks(AT_ONCE) {
        let mut entries = Vec::with_capacity(chunk.len());
        for (run, number) in chunk {
            if let Some(stored) = journal.entry(*run, *number)? {
                entries.push(((*run, *number), decoded(journal, *run, &stored)?));
            }
        }
        let only: Vec<&Entry> = entries.iter().map(|(_, entry)| entry).collect();
        let all = standing(reader, tables, &only).await?;
        for (((run, number), entry), seen) in entries.iter().zip(all) {
            let (run, number) = (*run, *number);
            let settled = |state, places| Settled { run, number, state, places };
            // What cannot be seen does not tell.
            let seen = seen.ok();
            let mut told = seen.as_ref().map_or(Made::Unclear, |seen| made(entry, seen));
            if told == Made::Unclear
                && by_others
                && is_unmade(journal, tables, (run, number), (entry, seen.as_ref()))?
            {
                told = Made::No;
            }
            match told {
                Made::Unclear => unclear.push((run, number)),
                Made::No => {
                    counts.void += 1;
                    recorder.settle_of(settled(State::Void, Vec::new()))?;
                }
                Made::Yes => {
                    counts.proven += 1;
                    recorder.settle_of(settled(State::Proven, places(entry, tables)))?;
                    if let Some((run, number)) = entry.of {
                        let (state, places) = (State::Cleaned, Vec::new());
                        recorder.settle_of(Settled { run, number, state, places })?;
                    }
                }
            }
        }
    }
    Ok(unclear)
}

/// The records that earlier runs were about to change when they were stopped, as table and short key.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn unsettled(journal: &Journal, tables: &Tables) -> Result<HashSet<(String, Short)>, Stop> {
    let mut all = HashSet::new();
    for (run, number) in journal.intended()? {
        let Some(stored) = journal.entry(run, number)? else { continue };
        let entry = decoded(journal, run, &stored)?;
        let puts = entry.puts.iter().map(|put| (&put.table, &put.after));
        for (table, item) in puts.chain([(&entry.table, &entry.record)]) {
            let key = tables.get(table.as_str()).and_then(|own| own.short_key(item).ok());
            all.extend(key.map(|key| (table.clone(), key)));
        }
    }
    Ok(all)
}

/// Whether an entry of which the records do not tell was not made, by what the journal has of others.
pub(super) fn is_unmade(
    journal: &Journal,
    tables: &Tables,
    number: (u64, u64),
    (entry, seen): (&Entry, Option<&Standing>),
) -> Result<bool, Stop> {
    if is_superseded(journal, tables, number, entry)? {
        return Ok(true);
    }
    let Some(seen) = seen else { return Ok(false) };
    for (put, current) in entry.puts.iter().zip(&seen.puts) {
        if let Some(current) = current.as_ref().filter(|_| put.writes())
            && stands_as_left(journal, tables, number, (entry, put, current))?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether what stands where something was to be put is what another entry has left there: an earlier
/// one, or a later attempt at the same record which was not made upon this one.
fn stands_as_left(
    journal: &Journal,
    tables: &Tables,
    number: (u64, u64),
    (entry, put, current): (&Entry, &Placed, &Item),
) -> Result<bool, Stop> {
    let key = tables.get(put.table.as_str()).and_then(|own| own.short_key(current).ok());
    let Some(key) = key else { return Ok(false) };
    let Some((run, other, place)) = journal.place(&put.table, key)? else { return Ok(false) };
    if (run, other) == number || place.record != short(current) {
        return Ok(false);
    }
    if (run, other) < number {
        return Ok(true);
    }
    let Some(stored) = journal.entry(run, other)? else { return Ok(false) };
    let later = decoded(journal, run, &stored)?;
    let upon = |one: &Placed| one.before.as_ref().is_some_and(|before| same(before, &put.after));
    let of_same = later.table == entry.table && same(&later.record, &entry.record);
    Ok(of_same && !later.puts.iter().any(upon))
}

/// Whether a later change was made of the very same record: then it stood there unchanged, and this one
/// was not made.
fn is_superseded(
    journal: &Journal,
    tables: &Tables,
    number: (u64, u64),
    entry: &Entry,
) -> Result<bool, Stop> {
    // One that was copied and stays is the same afterwards.
    if entry.here == Here::Keep {
        return Ok(false);
    }
    let key = tables.get(entry.table.as_str()).and_then(|own| own.short_key(&entry.record).ok());
    let Some(key) = key else { return Ok(false) };
    let Some((run, last, _)) = journal.place(&entry.table, key)? else { return Ok(false) };
    if (run, last) <= number {
        return Ok(false);
    }
    let Some(stored) = journal.entry(run, last)? else { return Ok(false) };
    let later = decoded(journal, run, &stored)?;
    Ok(later.table == entry.table && same(&later.record, &entry.record))
}

/// Whether the transaction of an entry was made, by what stands where it is about.
#[must_use]
pub fn made(entry: &Entry, seen: &Standing) -> Made {
    let puts = entry.puts.iter().zip(&seen.puts);
    let mut told: Vec<Made> =
        puts.clone().filter_map(|(put, current)| by_put(put, current.as_ref())).collect();
    told.extend(by_record(entry, seen.record.as_ref()));
    if !writes(entry) {
        // Nothing was to be written: it holds as long as everything stands there.
        let stands = |(put, current): (&Placed, &Option<Item>)| {
            current.as_ref().is_some_and(|current| same(current, &put.after))
        };
        return if puts.clone().all(stands) { Made::Yes } else { Made::No };
    }
    match (told.contains(&Made::Yes), told.contains(&Made::No)) {
        (true, false) => Made::Yes,
        (false, true) => Made::No,
        // What was to be put stood there before as it was to be: the record itself tells.
        (true, true) if by_record(entry, seen.record.as_ref()) == Some(Made::No) => Made::No,
        _ => Made::Unclear,
    }
}

/// Whether the transaction of an entry writes anything.
pub(super) fn writes(entry: &Entry) -> bool {
    let here = match &entry.here {
        Here::Keep => false,
        Here::Delete => true,
        Here::Edit(edit) => *edit != Edit::default(),
    };
    here || entry.puts.iter().any(Placed::writes)
}

fn by_put(put: &Placed, current: Option<&Item>) -> Option<Made> {
    if !put.writes() {
        return None;
    }
    match (current, &put.before) {
        (Some(current), _) if same(current, &put.after) => Some(Made::Yes),
        (Some(current), Some(before)) if same(current, before) => Some(Made::No),
        (None, None) => Some(Made::No),
        _ => None,
    }
}

fn by_record(entry: &Entry, current: Option<&Item>) -> Option<Made> {
    match (&entry.here, current) {
        (Here::Delete, None) => Some(Made::Yes),
        (Here::Delete, Some(current)) if same(current, &entry.record) => Some(Made::No),
        (Here::Edit(edit), Some(current)) => {
            let after = edit.applied_to(&entry.record);
            let is_as = |other: &Item| edit.stands_in(current, other);
            match (is_as(&after), is_as(&entry.record)) {
                (true, false) => Some(Made::Yes),
                (false, true) => Some(Made::No),
                _ => None,
            }
        }
        _ => None,
    }
}
