//! What stands under keys now.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};

use super::entry::{Short, short};
use super::item::Item;
use super::pace::Pace;
use super::patience::{Patience, answered};
use super::read::ReadError;
use super::size::item_bytes;
use super::table::TableRef;

/// Most keys of one request.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
pub const MAX_KEYS: usize = 100;
/// An answer of so many bytes left keys for later because it was full, at 16 MB, and not because
/// DynamoDB throttles.
const FULL_ANSWER: usize = 12 * 1024 * 1024;

/// The records under these keys of a table, in their order, by consistent reads; a key may be asked for
/// more than once. One call for a hundred keys, unless their records are larger than 16 MB together.
///
/// # Errors
///
/// When they cannot be read, although that was tried for minutes where the service was busy.
pub async fn images(
    client: &Client,
    pace: &Pace,
    table: &TableRef,
    keys: &[Item],
) -> Result<Vec<Option<Item>>, ReadError> {
    let mut found: HashMap<Short, Item> = HashMap::with_capacity(keys.len());
    let mut asking = Asking::new(client, pace, table, keys.to_vec());
    while let Some(records) = asking.next().await? {
        for record in records {
            let key = table.key_of(&record).map_err(|_| ReadError::NoKeys(table.name.clone()))?;
            found.insert(short(&key), record);
        }
    }
    Ok(keys.iter().map(|key| found.get(&short(key)).cloned()).collect())
}

/// Keys of records that are asked for until there is an answer about each.
pub(super) struct Asking<'a> {
    client: &'a Client,
    pace: &'a Pace,
    table: &'a TableRef,
    rest: Vec<Item>,
    patience: Patience,
    /// The last answer left keys out for no other reason than that the table is busy.
    busy: bool,
}

impl<'a> Asking<'a> {
    /// About each of these keys once.
    pub(super) fn new(
        client: &'a Client,
        pace: &'a Pace,
        table: &'a TableRef,
        mut keys: Vec<Item>,
    ) -> Self {
        let mut known = HashSet::with_capacity(keys.len());
        keys.retain(|key| known.insert(short(key)));
        let patience = Patience::of(pace.patience());
        Self { client, pace, table, rest: keys, patience, busy: false }
    }

    /// The records of the next answer; what is gone is left out. Nothing where that was the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Item>>, ReadError> {
        let name = &self.table.name;
        if self.rest.is_empty() {
            return Ok(None);
        }
        // What a busy table left out is asked for again, not at once.
        if self.busy && !self.patience.wait().await {
            return Err(ReadError::Busy(name.clone()));
        }
        let asked = self.rest.split_off(self.rest.len().saturating_sub(MAX_KEYS));
        let keys = KeysAndAttributes::builder().set_keys(Some(asked)).consistent_read(true);
        let keys = keys.build().map_err(|_| ReadError::NoKeys(name.clone()))?;
        let call = self.client.batch_get_item().request_items(name, keys);
        let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = answered(self.pace, || call.clone().send()).await;
        let mut answer =
            answer.map_err(|failure| ReadError::Failed { table: name.clone(), failure })?;
        let used = answer.consumed_capacity().iter().filter_map(|used| used.capacity_units);
        self.pace.read_used(used.sum());
        let records = answer.responses.as_mut().and_then(|all| all.remove(name));
        let records = records.unwrap_or_default();
        let left = answer.unprocessed_keys.as_mut().and_then(|all| all.remove(name));
        let left = left.map(|left| left.keys).unwrap_or_default();
        let full = records.iter().map(item_bytes).sum::<usize>() >= FULL_ANSWER;
        self.busy = !left.is_empty() && !full;
        if self.busy {
            self.pace.throttled();
        }
        if !records.is_empty() {
            self.patience = Patience::of(self.pace.patience());
        }
        self.rest.extend(left);
        Ok(Some(records))
    }
}
