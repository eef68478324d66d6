//! One record: planned, written, and planned again from the winner's image where somebody was faster.
//!
//! What belongs together is one transaction. Nothing is assumed about a target before the write: it is
//! put as if it were absent, and only if it is there is it merged, from the image that comes back with
//! the refusal. So a move costs one call, and a target that exists a second one.

use std::time::Instant;

use aws_sdk_dynamodb::types::AttributeValue;

use super::entry::{Entry, Placed, short};
use super::item::{Item, same};
use super::journal::{Place, Trace};
use super::patience::{PATIENCE, Patience};
use super::rewrite::{Changes, Edit, Here, Merge, Record, Refusal, Rewrite};
use super::stop::Stop;
use super::stored::decoded;
use super::write::{MAX_WRITES, Write};
use super::writer::{MARK, Old, Unmade, Writer};

/// How often one record is planned again before it is left to the next pass. Every round means that
/// another writer changed it in between.
const MAX_ROUNDS: u32 = 12;

/// A migration, as far as one record is concerned: pure functions.
pub trait Rule: Sync {
    /// Makes ready what a rewrite of these records goes by, before the first of them is rewritten.
    ///
    /// # Errors
    ///
    /// What ends the run, or its work on this table.
    fn prepare(
        &self,
        _table: &'static str,
        _items: &[Item],
    ) -> impl Future<Output = Result<(), Stop>> + Send {
        async { Ok(()) }
    }

    /// What is to become of a record of this table.
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite;

    /// What is to happen where a record stands already.
    fn merge(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge;

    /// As [`Rule::merge`], where it is known that neither record is a copy of the other, even if they are
    /// the same.
    fn merge_apart(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        self.merge(table, existing, incoming)
    }

    /// Whether merging a record of this table into another a second time changes nothing. Where it does,
    /// a record that stays after it was copied is always marked.
    fn repeats_safely(&self, _table: &'static str) -> bool {
        true
    }
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is as it should be, and was before.
    Unchanged,
    /// It was copied before, and stays until it is cleaned up.
    Kept,
    /// These writes were made, with these remarks.
    Changed {
        /// What was written, in which table.
        writes: Vec<(&'static str, Write)>,
        /// What the report should say.
        notes: Vec<&'static str>,
    },
    /// It was left alone, and a person has to act.
    Refused(Refusal),
    /// Somebody else removed it meanwhile.
    Gone,
    /// It could not be written. Whether it was is unknown after a time-out: the next pass sees.
    Failed(String),
}

/// Writes what a rule says of one record.
///
/// # Errors
///
/// What ends the run, or its work on this table.
pub async fn apply(
    writer: &Writer,
    table: &'static str,
    record: Record,
    rule: &impl Rule,
) -> Result<Outcome, Stop> {
    let mut record = record;
    let mut patience = Patience::of(PATIENCE);
    for _ in 0..MAX_ROUNDS {
        let changes = match rule.rewrite(table, &record) {
            Rewrite::Unchanged => return Ok(Outcome::Unchanged),
            Rewrite::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
            Rewrite::Changes(changes) => changes,
        };
        let changes = kept(writer.old, rule.repeats_safely(table), &record.item, changes);
        let mut attempt = Attempt { writer, table, rule, copied: None };
        if !changes.puts.is_empty() || is_marked(&record.item) {
            attempt.copied = attempt.left(table, &record.item)?.map(|(_, _, place)| place);
            if attempt.is_copied(&record.item) {
                return Ok(Outcome::Kept);
            }
        }
        match attempt.make(&record, &changes).await? {
            Made::Done(writes) if writes.is_empty() => return Ok(Outcome::Unchanged),
            Made::Done(writes) => {
                return Ok(Outcome::Changed { writes, notes: changes.notes });
            }
            Made::Refused(refusal) => return Ok(Outcome::Refused(refusal)),
            Made::Failed(why) => return Ok(Outcome::Failed(why)),
            Made::RecordGone => return Ok(Outcome::Gone),
            Made::RecordChanged(item) => record = Record { item },
        }
        if !patience.wait().await {
            break;
        }
    }
    Ok(Outcome::Failed("another writer changed it again and again; run it again".to_owned()))
}

/// The changes, where the record is to stay after all.
fn kept(old: Old, repeats_safely: bool, record: &Item, changes: Changes) -> Changes {
    let mut changes = changes;
    // The copy is no old record.
    if is_marked(record) {
        changes.puts.iter_mut().for_each(|put| {
            put.item.remove(MARK);
        });
    }
    if changes.here != Here::Delete || old == Old::Delete || changes.puts.is_empty() {
        return changes;
    }
    let marks = old == Old::Mark || !repeats_safely;
    let here = match marks && !is_marked(record) {
        true => Here::Edit(Edit {
            set: [(MARK.to_owned(), AttributeValue::Bool(true))].into(),
            ..Edit::default()
        }),
        false => Here::Keep,
    };
    Changes { here, ..changes }
}

/// Whether a record says that it was copied.
#[must_use]
pub fn is_marked(record: &Item) -> bool {
    record.get(MARK) == Some(&AttributeValue::Bool(true))
}

/// How an attempt ended.
enum Made {
    Done(Vec<(&'static str, Write)>),
    Refused(Refusal),
    Failed(String),
    RecordGone,
    RecordChanged(Item),
}

struct Attempt<'a, R> {
    writer: &'a Writer,
    table: &'static str,
    rule: &'a R,
    /// Where an earlier move or copy of the record left it.
    copied: Option<Place>,
}

impl<R: Rule> Attempt<'_, R> {
    /// Where the journal says that the record with this key was left: run, entry, and how.
    fn left(&self, table: &'static str, item: &Item) -> Result<Option<(u64, u64, Place)>, Stop> {
        let Some(key) = self.writer.tables.get(table).and_then(|table| table.short_key(item).ok())
        else {
            return Ok(None);
        };
        Ok(self.writer.recorder.journal().place(table, key)?)
    }

    /// Whether it was copied as it is now: by the journal, or where there is none, by its mark.
    fn is_copied(&self, item: &Item) -> bool {
        match &self.copied {
            Some(place) => place.trace == Trace::Source && place.record == short(item),
            None => is_marked(item),
        }
    }

    /// Makes the changes, merging with what stands at the targets.
    async fn make(&self, record: &Record, changes: &Changes) -> Result<Made, Stop> {
        let mut writes: Vec<(&'static str, Write)> =
            changes.puts.iter().map(|put| (put.table, Write::Put(put.item.clone()))).collect();
        let incoming: Vec<Item> = changes.puts.iter().map(|put| put.item.clone()).collect();
        let here = match &changes.here {
            Here::Keep => None,
            Here::Edit(edit) => {
                Some(Write::Edit { before: record.item.clone(), edit: edit.clone() })
            }
            Here::Delete => Some(Write::Delete(record.item.clone())),
        };
        writes.extend(here.map(|write| (self.table, write)));
        let start = Instant::now();
        let mut merged = 0;
        while merged < MAX_ROUNDS && start.elapsed() < PATIENCE {
            // Checks alone are no reason for a call: then all is as it should be.
            if !writes.iter().any(|(_, write)| write.writes()) {
                if let Some(entry) = self.entry(record, &changes.here, &writes) {
                    self.writer.note(&entry).await?;
                }
                return Ok(Made::Done(Vec::new()));
            }
            match self.send(record, &changes.here, &writes).await {
                Ok(()) => {
                    writes.retain(|(_, write)| write.writes());
                    return Ok(Made::Done(writes));
                }
                Err(Unmade::Stop(stop)) => return Err(stop),
                Err(Unmade::Failed(why)) => return Ok(Made::Failed(why)),
                Err(Unmade::Lost(lost)) => {
                    // The record's own comes last, and first if it is gone: then its copy may be that of
                    // this very attempt, of which the answer got lost.
                    for (at, found) in lost.into_iter().rev() {
                        if let Some(end) = self.merge(&mut writes, &incoming, at, found)? {
                            return Ok(end);
                        }
                    }
                    merged += 1;
                }
            }
        }
        Ok(Made::Failed("other writers were in the way again and again; run it again".to_owned()))
    }

    /// What takes the place of a write whose condition failed; or how the attempt ends.
    fn merge(
        &self,
        writes: &mut [(&'static str, Write)],
        incoming: &[Item],
        at: usize,
        found: Option<Item>,
    ) -> Result<Option<Made>, Stop> {
        let Some((table, write)) = writes.get_mut(at) else { return Ok(None) };
        *write = match (incoming.get(at), found) {
            // The record itself: what is planned for it is out of date.
            (None, None) => return Ok(Some(Made::RecordGone)),
            (None, Some(item)) => return Ok(Some(Made::RecordChanged(item))),
            // The target went away again.
            (Some(item), None) => Write::Put(item.clone()),
            (Some(item), Some(existing)) => match self.merged(table, &existing, item)? {
                Merge::Same | Merge::KeepExisting { .. } => Write::Check(existing),
                Merge::Merged { item: after, .. } => Write::Replace { before: existing, after },
                Merge::Conflict(refusal) => return Ok(Some(Made::Refused(refusal))),
            },
        };
        Ok(None)
    }

    /// A record that was copied and has changed since replaces its copy, where that is a copy and
    /// nothing else.
    fn merged(&self, table: &'static str, existing: &Item, incoming: &Item) -> Result<Merge, Stop> {
        // Somebody has written it anew since it was moved away.
        if self.copied.as_ref().is_some_and(|place| place.trace == Trace::Gone) {
            return Ok(self.rule.merge_apart(table, existing, incoming));
        }
        if self.copied.as_ref().is_some_and(|place| place.trace == Trace::Source) {
            if self.is_plain_copy(table, existing)? {
                let because = "the old record changed after it was copied";
                return Ok(Merge::Merged { item: incoming.clone(), because });
            }
            if !self.rule.repeats_safely(table) {
                return Ok(Merge::Conflict(Refusal::new(
                    "the record changed after it was copied, and the new one is more than its copy: it changed too, or there was one before",
                    "decide what the new record should have, delete the old one, and run again",
                )));
            }
        }
        Ok(self.rule.merge(table, existing, incoming))
    }

    /// Whether what stands there is what an earlier run left, and has nothing of a record that stood
    /// there before.
    fn is_plain_copy(&self, table: &'static str, existing: &Item) -> Result<bool, Stop> {
        let recorder = &self.writer.recorder;
        let left = self.left(table, existing)?;
        let Some((run, number, _)) = left.filter(|(_, _, left)| left.record == short(existing))
        else {
            return Ok(false);
        };
        let Some(stored) = recorder.journal().entry(run, number)? else { return Ok(false) };
        let entry = decoded(recorder.journal(), run, &stored)?;
        let is_it = |put: &&Placed| put.table == table && same(&put.after, existing);
        if entry.puts.iter().find(is_it).is_some_and(|put| put.before.is_none()) {
            return Ok(true);
        }
        // It may have taken the place of an earlier copy: then it is what becomes of the record alone.
        let record = Record { item: entry.record };
        let Rewrite::Changes(changes) = self.rule.rewrite(self.table, &record) else {
            return Ok(false);
        };
        Ok(changes.puts.into_iter().any(|mut put| {
            put.item.remove(MARK);
            put.table == table && same(&put.item, existing)
        }))
    }

    /// What the journal says of the writes; nothing where the record neither changes nor was copied.
    fn entry(
        &self,
        record: &Record,
        here: &Here,
        writes: &[(&'static str, Write)],
    ) -> Option<Entry> {
        let table = self.writer.tables.get(self.table)?;
        let entry = Entry::new(table, self.table, &record.item, here, writes);
        (!entry.puts.is_empty() || *here != Here::Keep).then_some(entry)
    }

    /// One transaction, or, where that cannot hold them, several of which the last has what happens to
    /// the record itself: a crash in between leaves a copy too many rather than one too few.
    async fn send(
        &self,
        record: &Record,
        here: &Here,
        writes: &[(&'static str, Write)],
    ) -> Result<(), Unmade> {
        let count = writes.len().div_ceil(MAX_WRITES);
        for (at, chunk) in writes.chunks(MAX_WRITES).enumerate() {
            // Parts before the last do not leave the record copied.
            let own = if at + 1 == count { here } else { &Here::Edit(Edit::default()) };
            let entry = self.entry(record, own, chunk);
            let entry = entry.ok_or_else(|| Unmade::Failed("there is nothing to write".into()))?;
            let sent = self.writer.transact(&entry, chunk).await;
            sent.map_err(|unmade| match unmade {
                Unmade::Lost(lost) => Unmade::Lost(
                    lost.into_iter().map(|(i, found)| (i + at * MAX_WRITES, found)).collect(),
                ),
                other => other,
            })?;
        }
        Ok(())
    }
}
