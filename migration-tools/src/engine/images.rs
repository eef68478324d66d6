//! What stands under keys now.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use required_env_vars::Failure;

use super::entry::{Short, short};
use super::item::Item;
use super::pace::Pace;
use super::patience::{PATIENCE, Patience, passes};
use super::read::ReadError;
use super::table::TableRef;

/// Most keys of one request.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
pub const MAX_KEYS: usize = 100;

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
    let failed = |failure| ReadError::Failed { table: table.name.clone(), failure };
    let mut wanted: HashMap<Short, &Item> = keys.iter().map(|key| (short(key), key)).collect();
    let mut found: HashMap<Short, Item> = HashMap::with_capacity(keys.len());
    let mut patience = Patience::of(PATIENCE);
    while !wanted.is_empty() {
        let asked: Vec<Item> = wanted.values().take(MAX_KEYS).map(|key| (*key).clone()).collect();
        let request = KeysAndAttributes::builder()
            .set_keys(Some(asked.clone()))
            .consistent_read(true)
            .build()
            .map_err(|_| ReadError::NoKeys(table.name.clone()))?;
        let request = client.batch_get_item().request_items(&table.name, request);
        pace.read().await;
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = request.send().await;
        let mut answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let failure = Failure::of(&error);
                if passes(failure.reason()) && patience.wait().await {
                    continue;
                }
                return Err(failed(failure));
            }
        };
        let used = answer.consumed_capacity().iter().filter_map(|used| used.capacity_units);
        pace.read_used(used.sum());
        let left = answer.unprocessed_keys.as_ref().and_then(|left| left.get(&table.name));
        let left: Vec<Short> =
            left.map(|left| left.keys().iter().map(short).collect()).unwrap_or_default();
        for key in asked.iter().map(short).filter(|key| !left.contains(key)) {
            wanted.remove(&key);
        }
        let records = answer.responses.as_mut().and_then(|all| all.remove(&table.name));
        for record in records.unwrap_or_default() {
            let key = table.key_of(&record).map_err(|_| ReadError::NoKeys(table.name.clone()))?;
            found.insert(short(&key), record);
        }
        // What a busy table left out is asked for again, not at once.
        if left.len() == asked.len() && !patience.wait().await {
            return Err(ReadError::Busy(table.name.clone()));
        }
    }
    Ok(keys.iter().map(|key| found.get(&short(key)).cloned()).collect())
}
