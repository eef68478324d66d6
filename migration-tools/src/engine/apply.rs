//! One record: planned, written, and planned again from the winner's image where somebody was faster.
//!
//! What belongs together is one transaction. Nothing is assumed about a target before the write: it is
//! put as if it were absent, and only if it is there is it merged, from the image that comes back with
//! the refusal. So a move costs one call, and a target that exists a second one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, TransactWriteItem};
use required_env_vars::Failure;

use super::item::Item;
use super::rewrite::{Changes, Here, Merge, Record, Refusal, Rewrite};
use super::write::{MAX_WRITES, TableRef, Write, WriteError};

/// How long other transactions, or throttling, may be in the way of one record.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often one record is planned again before it is left to the next pass. Every round means that
/// another writer changed it in between.
const MAX_ROUNDS: u32 = 12;

/// A migration, as far as one record is concerned: two pure functions.
pub trait Rule: Sync {
    /// What is to become of a record of this table.
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite;

    /// What is to happen where a record stands already.
    fn merge(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge;
}

/// Tables by their keys in the plan.
pub type Tables = BTreeMap<&'static str, TableRef>;

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is as it should be, and was before.
    Unchanged,
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
pub async fn apply(
    client: &Client,
    tables: &Tables,
    table: &'static str,
    record: Record,
    rule: &impl Rule,
) -> Outcome {
    let mut record = record;
    for round in 0..MAX_ROUNDS {
        let changes = match rule.rewrite(table, &record) {
            Rewrite::Unchanged => return Outcome::Unchanged,
            Rewrite::Refused(refusal) => return Outcome::Refused(refusal),
            Rewrite::Changes(changes) => changes,
        };
        let attempt = Attempt { client, tables, table, rule };
        match attempt.make(&record, &changes).await {
            Made::Done(writes) if writes.is_empty() => return Outcome::Unchanged,
            Made::Done(writes) => return Outcome::Changed { writes, notes: changes.notes },
            Made::Refused(refusal) => return Outcome::Refused(refusal),
            Made::Failed(why) => return Outcome::Failed(why),
            Made::RecordGone => return Outcome::Gone,
            Made::RecordChanged(item) => record = Record { item },
        }
        pause(round).await;
    }
    Outcome::Failed("another writer changed it again and again; run it again".to_owned())
}

/// How an attempt ended.
enum Made {
    Done(Vec<(&'static str, Write)>),
    Refused(Refusal),
    Failed(String),
    RecordGone,
    RecordChanged(Item),
}

/// What a refused write found in its place.
enum Lost {
    /// Which writes, and for each the record that stands there, if there is one.
    To(Vec<(usize, Option<Item>)>),
    /// Another transaction was in the way; nothing is known.
    Busy,
    Failed(String),
}

struct Attempt<'a, R> {
    client: &'a Client,
    tables: &'a Tables,
    table: &'static str,
    rule: &'a R,
}

impl<R: Rule> Attempt<'_, R> {
    /// Makes the changes, merging with what stands at the targets.
    async fn make(&self, record: &Record, changes: &Changes) -> Made {
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
        let (mut merged, mut waited) = (0, 0);
        while merged < MAX_ROUNDS && start.elapsed() < PATIENCE {
            // Checks alone are no reason for a call: then all is as it should be.
            if !writes.iter().any(|(_, write)| write.writes()) {
                return Made::Done(Vec::new());
            }
            match self.send(&writes).await {
                Ok(()) => {
                    writes.retain(|(_, write)| write.writes());
                    return Made::Done(writes);
                }
                Err(Lost::Failed(why)) => return Made::Failed(why),
                Err(Lost::Busy) => {
                    pause(waited).await;
                    waited += 1;
                }
                Err(Lost::To(lost)) => {
                    for (at, found) in lost {
                        if let Some(end) = self.merge(&mut writes, &incoming, at, found) {
                            return end;
                        }
                    }
                    merged += 1;
                }
            }
        }
        Made::Failed("other writers were in the way again and again; run it again".to_owned())
    }

    /// What takes the place of a write whose condition failed; or how the attempt ends.
    fn merge(
        &self,
        writes: &mut [(&'static str, Write)],
        incoming: &[Item],
        at: usize,
        found: Option<Item>,
    ) -> Option<Made> {
        let (table, write) = writes.get_mut(at)?;
        *write = match (incoming.get(at), found) {
            // The record itself: what is planned for it is out of date.
            (None, None) => return Some(Made::RecordGone),
            (None, Some(item)) => return Some(Made::RecordChanged(item)),
            // The target went away again.
            (Some(item), None) => Write::Put(item.clone()),
            (Some(item), Some(existing)) => match self.rule.merge(table, &existing, item) {
                Merge::Same | Merge::KeepExisting { .. } => Write::Check(existing),
                Merge::Merged { item: after, .. } => Write::Replace { before: existing, after },
                Merge::Conflict(refusal) => return Some(Made::Refused(refusal)),
            },
        };
        None
    }

    /// One transaction, or, where that cannot hold them, several of which the last has what happens to
    /// the record itself: a crash in between leaves a copy too many rather than one too few.
    async fn send(&self, writes: &[(&'static str, Write)]) -> Result<(), Lost> {
        let mut sent = 0;
        for chunk in writes.chunks(MAX_WRITES) {
            let items: Result<Vec<TransactWriteItem>, WriteError> = chunk
                .iter()
                .map(|(table, write)| match self.tables.get(table) {
                    Some(table) => write.request(table),
                    None => Err(WriteError::NoKey((*table).to_owned())),
                })
                .collect();
            let items = items.map_err(|error| Lost::Failed(error.to_string()))?;
            let request = self.client.transact_write_items().set_transact_items(Some(items));
            if let Err(error) = request.send().await {
                let canceled = match error.as_service_error() {
                    Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                        lost(canceled.cancellation_reasons(), sent)
                    }
                    _ => None,
                };
                return Err(
                    canceled.unwrap_or_else(|| Lost::Failed(Failure::of(&error).to_string()))
                );
            }
            sent += chunk.len();
        }
        Ok(())
    }
}

/// The writes whose conditions failed; `None` if the transaction failed of nothing that is known.
fn lost(reasons: &[CancellationReason], sent: usize) -> Option<Lost> {
    let failed = reasons.iter().enumerate();
    let failed: Vec<_> = failed
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(at, reason)| (sent + at, reason.item.clone().filter(|item| !item.is_empty())))
        .collect();
    if !failed.is_empty() {
        return Some(Lost::To(failed));
    }
    let has = |code: &str| reasons.iter().any(|one| one.code() == Some(code));
    if has("TransactionConflict") || has("ThrottlingError") || has("ProvisionedThroughputExceeded")
    {
        return Some(Lost::Busy);
    }
    let reason = reasons.iter().find(|one| one.code() != Some("None"))?;
    let (code, message) = (reason.code().unwrap_or("?"), reason.message().unwrap_or_default());
    Some(Lost::Failed(format!("{code}: {message}")))
}

/// Before the next round: longer each time, and never the same as somebody else's.
async fn pause(round: u32) {
    let longest = 20_u64.saturating_mul(1 << round.min(5));
    tokio::time::sleep(Duration::from_millis(fastrand::u64(1..=longest))).await;
}
