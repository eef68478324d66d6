//! The ledger's table: a journal as a list of changes.
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `journal` | S | partition key: whose journal |
//! | `number` | N | sort key, counted from 1 |
//! | `change` | B | a part of a change, as the engine tells it to a mirror |
//! | `first`, `last` | BOOL | whether the part is the first, and the last, of its change |
//! | `writer` | S | which container wrote it |
//!
//! Changes have content of records and ids of users: the table is as confidential as those it is about. A
//! number is written once: who finds it taken has not seen all changes, and must not go on. A change whose
//! last part is missing was never acknowledged, and counts for nothing.
//!
//! All changes of a journal are under one partition key, which takes a megabyte a second
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>): about a
//! thousand changed rows. Whoever changes more in a second is slowed down, not stopped.

use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use required_env_vars::Failure;

use crate::engine::item::Item;
use crate::engine::journal::Mirror;
use crate::engine::patience::{Patience, passes};

/// Bytes of a change in one item: the rest of 400 KB is the others'.
const PART: usize = 350 * 1024;
/// How long a busy table is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A journal in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The table.
    pub(super) table: String,
    /// Whose journal.
    pub(super) of: String,
}

/// Writes changes behind those that are there.
pub(super) struct Log {
    place: Place,
    state: Mutex<State>,
}

struct State {
    next: u64,
    sender: Sender<(Item, Sender<Result<(), String>>)>,
    /// What went wrong: nothing can follow a change of which nobody knows whether it is there.
    broken: Option<String>,
}

impl Log {
    /// Writes from this number on. A thread of its own calls, so that whoever waits for it may be a thread
    /// of the runtime that everything else runs on.
    pub(super) fn from(config: &SdkConfig, place: Place, next: u64) -> Self {
        let (sender, receiver) = channel();
        // With connections of its own: those of another runtime may wait for this thread.
        let config = config.to_builder().http_client(aws_clients::http_client()).build();
        let table = place.table.clone();
        thread::spawn(move || work(&config, &table, &receiver));
        Self { place, state: Mutex::new(State { next, sender, broken: None }) }
    }

    /// The number of the next part; nothing where the log is broken.
    pub(super) fn next(&self) -> Option<u64> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.broken.is_none().then_some(state.next)
    }
}

impl Mirror for Log {
    fn append(&self, change: &[u8]) -> Result<(), String> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &state.broken {
            return Err(why.clone());
        }
        let count = change.len().div_ceil(PART);
        for (at, part) in change.chunks(PART).enumerate() {
            let ends = (at == 0, at + 1 == count);
            let item = item(&self.place, state.next, part, ends);
            let (reply, answer) = channel();
            let sent = state.sender.send((item, reply)).map_err(|_| gone());
            let written = sent.and_then(|()| answer.recv().map_err(|_| gone())?);
            if let Err(why) = written {
                state.broken = Some(why.clone());
                return Err(why);
            }
            state.next += 1;
        }
        Ok(())
    }
}

fn gone() -> String {
    "what writes it has ended".to_owned()
}

fn item(place: &Place, number: u64, part: &[u8], (first, last): (bool, bool)) -> Item {
    [
        ("journal", AttributeValue::S(place.of.clone())),
        ("number", AttributeValue::N(number.to_string())),
        ("change", AttributeValue::B(Blob::new(part))),
        ("first", AttributeValue::Bool(first)),
        ("last", AttributeValue::Bool(last)),
        ("writer", AttributeValue::S(writer().to_owned())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// This process, as no other is called.
fn writer() -> &'static str {
    static OWN: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    OWN.get_or_init(|| uuid::Uuid::from_u64_pair(fastrand::u64(..), fastrand::u64(..)).to_string())
}

type Request = (Item, Sender<Result<(), String>>);

fn work(config: &SdkConfig, table: &str, receiver: &Receiver<Request>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let client = Client::new(config);
    while let Ok((item, reply)) = receiver.recv() {
        let written = match &runtime {
            Ok(runtime) => runtime.block_on(put(&client, table, item)),
            Err(error) => Err(format!("no runtime for it: {error}")),
        };
        // Whoever does not wait any more was given up.
        let _ = reply.send(written);
    }
}

async fn put(client: &Client, table: &str, item: Item) -> Result<(), String> {
    let put = client
        .put_item()
        .table_name(table)
        .set_item(Some(item.clone()))
        .condition_expression("attribute_not_exists(#journal)")
        .expression_attribute_names("#journal", "journal")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let mut patience = Patience::of(PATIENCE);
    loop {
        let Err(error) = put.clone().send().await else { return Ok(()) };
        if let Some(PutItemError::ConditionalCheckFailedException(found)) = error.as_service_error()
        {
            // An attempt of ours whose answer got lost looks like this.
            return match found.item.as_ref() == Some(&item) {
                true => Ok(()),
                false => Err(format!(
                    "another container has written to the table `{table}` meanwhile; invoke again"
                )),
            };
        }
        let failure = Failure::of(&error);
        if !passes(failure.reason()) || !patience.wait().await {
            return Err(format!("table `{table}`: {failure}"));
        }
    }
}

/// Some items from a number on, and where the next ones begin.
pub(super) async fn read(
    client: &Client,
    place: &Place,
    from: u64,
    at_most: Option<i32>,
) -> Result<(Vec<Item>, Option<u64>), Failure> {
    let query = client
        .query()
        .table_name(&place.table)
        .consistent_read(true)
        .key_condition_expression("#journal = :journal AND #number >= :from")
        .expression_attribute_names("#journal", "journal")
        .expression_attribute_names("#number", "number")
        .expression_attribute_values(":journal", AttributeValue::S(place.of.clone()))
        .expression_attribute_values(":from", AttributeValue::N(from.to_string()))
        .set_limit(at_most);
    let answer = query.send().await.map_err(|error| Failure::of(&error))?;
    let more = answer.last_evaluated_key.as_ref().is_some_and(|key| !key.is_empty());
    let items = answer.items.unwrap_or_default();
    let last = items.last().and_then(number);
    Ok((items, last.filter(|_| more).map(|last| last + 1)))
}

/// The number of a part.
pub(super) fn number(item: &Item) -> Option<u64> {
    item.get("number")?.as_n().ok()?.parse().ok()
}

/// Puts parts together.
#[derive(Default)]
pub(super) struct Parts(Option<Vec<u8>>);

impl Parts {
    /// Takes the next part in; answers the change that is complete with it.
    pub(super) fn take(&mut self, item: &Item) -> Option<Vec<u8>> {
        let is = |name: &str| item.get(name) == Some(&AttributeValue::Bool(true));
        if is("first") {
            self.0 = Some(Vec::new());
        }
        let change = self.0.as_mut()?;
        if let Some(AttributeValue::B(part)) = item.get("change") {
            change.extend_from_slice(part.as_ref());
        }
        if is("last") { self.0.take() } else { None }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Log({:?})", self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_without_its_last_part_counts_for_nothing() {
        let place = Place { table: "t".to_owned(), of: "a".to_owned() };
        let mut parts = Parts::default();
        let mut take = |text: &str, ends| parts.take(&item(&place, 1, text.as_bytes(), ends));
        assert_eq!(take("whole", (true, true)), Some(b"whole".to_vec()));
        assert_eq!(take("be", (true, false)), None);
        assert_eq!(take("fresh", (true, false)), None);
        assert_eq!(take(" and", (false, false)), None);
        assert_eq!(take(" done", (false, true)), Some(b"fresh and done".to_vec()));
        assert_eq!(take("lost", (false, true)), None);
    }
}
