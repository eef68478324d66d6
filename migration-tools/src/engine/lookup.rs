//! Reading the records of few ids, where that is cheaper than reading the whole table.
//!
//! Indexes are never consistent: they tell only where records are, and the records themselves are then
//! read consistently. A record that was written under an id just now may be missing from an index, as
//! one that is written behind a scan is missing from it.

mod choice;

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity,
};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use required_env_vars::Failure;
use tokio::time::Instant;

use super::item::{Item, canonical};
use super::pace::Pace;
use super::read::ReadError;
use super::size::item_bytes;
use super::table::TableRef;
pub use choice::{Choice, Route, choose};

/// Most keys of one `BatchGetItem`.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
const MAX_KEYS: usize = 100;
/// An answer of so many bytes left keys for later because it was full, at 16 MB, and not because
/// DynamoDB throttles.
const FULL_ANSWER: usize = 12 * 1024 * 1024;
/// Ids that share pages.
const GROUP: usize = 8;
/// How long DynamoDB may leave everything that it is asked for.
const PATIENCE: Duration = Duration::from_secs(300);

/// How the records of an id are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way<'a> {
    /// The partition key of the table is the id.
    Key,
    /// The partition key of this global index is the id.
    Index {
        /// The index.
        name: &'a str,
        /// Its partition key.
        attribute: &'a str,
    },
}

/// Reads the records that the ways lead to from each id, complete and consistent, and hands pages of
/// them to `visit`, which is awaited before more is read for the same ids. So memory holds `at_once`
/// pages at most, each of a megabyte, or of 16 where it was found by an index.
///
/// No page has a record twice. One to which two ways lead, or that changes its place in an index
/// meanwhile, may be in two pages.
///
/// # Errors
///
/// The first call that failed, or the first error of `visit`. What is being read for other ids is read
/// and visited to its end, and no further ids are begun.
pub async fn lookups<'i, E, V, F>(
    client: &Client,
    pace: &Pace,
    table: &TableRef,
    ways: &[Way<'_>],
    ids: impl Iterator<Item = &'i str>,
    at_once: usize,
    visit: V,
) -> Result<(), E>
where
    E: From<ReadError>,
    V: Fn(Vec<Item>) -> F,
    F: Future<Output = Result<(), E>>,
{
    let reader = Reader { client, pace, table, visit };
    let mut ids = ids.peekable();
    let mut running = FuturesUnordered::new();
    let mut error = None;
    loop {
        while error.is_none() && running.len() < at_once.max(1) && ids.peek().is_some() {
            let group: Vec<&str> = ids.by_ref().take(GROUP).collect();
            running.push(reader.group(ways, group));
        }
        match running.next().await {
            Some(Ok(())) => {}
            Some(Err(why)) => error = error.or(Some(why)),
            None => return error.map_or(Ok(()), Err),
        }
    }
}

struct Reader<'a, V> {
    client: &'a Client,
    pace: &'a Pace,
    table: &'a TableRef,
    visit: V,
}

/// Keys of records that are still to be read, each once.
#[derive(Default)]
struct Found {
    keys: Vec<Item>,
    known: HashSet<Vec<u8>>,
}

/// One page of a query.
struct Page {
    items: Vec<Item>,
    next: Option<Item>,
}

impl<E, V, F> Reader<'_, V>
where
    E: From<ReadError>,
    V: Fn(Vec<Item>) -> F,
    F: Future<Output = Result<(), E>>,
{
    async fn group(&self, ways: &[Way<'_>], ids: Vec<&str>) -> Result<(), E> {
        let mut found = Found::default();
        for id in ids {
            for way in ways {
                self.follow(*way, id, &mut found).await?;
            }
        }
        self.get(found.taken()).await
    }

    async fn follow(&self, way: Way<'_>, id: &str, found: &mut Found) -> Result<(), E> {
        let mut start = None;
        loop {
            let page = self.query(way, id, start).await?;
            match way {
                Way::Key if page.items.is_empty() => {}
                Way::Key => (self.visit)(page.items).await?,
                Way::Index { .. } => {
                    for key in page.items {
                        found.add(key);
                        if found.keys.len() == MAX_KEYS {
                            self.get(found.taken()).await?;
                        }
                    }
                }
            }
            start = page.next;
            if start.is_none() {
                return Ok(());
            }
        }
    }

    /// Records, or the keys of records if it is that of an index.
    async fn query(&self, way: Way<'_>, id: &str, start: Option<Item>) -> Result<Page, E> {
        let query = self.client.query().table_name(&self.table.name);
        let query = query
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .set_exclusive_start_key(start)
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()));
        let query = match way {
            Way::Key => {
                let key = self.table.keys.first().map(String::as_str).unwrap_or_default();
                query
                    .consistent_read(true)
                    .key_condition_expression("#id = :id")
                    .expression_attribute_names("#id", key)
            }
            Way::Index { name, attribute } => {
                let (aliases, names): (Vec<String>, Vec<&String>) =
                    (0..).map(|n| format!("#k{n}")).zip(&self.table.keys).unzip();
                let query = query
                    .index_name(name)
                    .key_condition_expression("#id = :id")
                    .expression_attribute_names("#id", attribute)
                    .projection_expression(aliases.join(", "));
                aliases.into_iter().zip(names).fold(query, |query, (alias, name)| {
                    query.expression_attribute_names(alias, name)
                })
            }
        };
        self.pace.read().await;
        let page = query.send().await.map_err(|error| self.failed(Failure::of(&error)))?;
        self.used(page.consumed_capacity.as_slice());
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(Page { items: page.items.unwrap_or_default(), next })
    }

    /// Reads the records with these keys, at most [`MAX_KEYS`], and visits them. What is gone is left
    /// out.
    async fn get(&self, keys: Vec<Item>) -> Result<(), E> {
        let mut rest = keys;
        let (mut since, mut round) = (Instant::now(), 0);
        while !rest.is_empty() {
            let (items, unprocessed) = match since.elapsed() {
                elapsed if elapsed < PATIENCE => self.batch(rest).await?,
                // Then it says what is the matter.
                _ => (self.one_by_one(rest).await?, Vec::new()),
            };
            rest = unprocessed;
            let full = items.iter().map(item_bytes).sum::<usize>() >= FULL_ANSWER;
            if !items.is_empty() {
                (self.visit)(items).await?;
                (since, round) = (Instant::now(), 0);
            }
            if !rest.is_empty() && !full {
                self.pace.throttled();
                pause(round).await;
                round += 1;
            }
        }
        Ok(())
    }

    /// Records, and the keys that DynamoDB left for later.
    async fn batch(&self, keys: Vec<Item>) -> Result<(Vec<Item>, Vec<Item>), E> {
        let asked = KeysAndAttributes::builder().consistent_read(true).set_keys(Some(keys.clone()));
        let Ok(asked) = asked.build() else {
            return Ok((self.one_by_one(keys).await?, Vec::new()));
        };
        let name = &self.table.name;
        let call = self.client.batch_get_item().request_items(name, asked);
        self.pace.read().await;
        let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
        let mut answer = call.map_err(|error| self.failed(Failure::of(&error)))?;
        self.used(answer.consumed_capacity());
        let items = answer.responses.as_mut().and_then(|all| all.remove(name));
        let unprocessed = answer.unprocessed_keys.as_mut().and_then(|all| all.remove(name));
        Ok((items.unwrap_or_default(), unprocessed.map(|rest| rest.keys).unwrap_or_default()))
    }

    async fn one_by_one(&self, keys: Vec<Item>) -> Result<Vec<Item>, E> {
        let mut items = Vec::new();
        for key in keys {
            let call = self.client.get_item().table_name(&self.table.name).set_key(Some(key));
            let call = call.consistent_read(true);
            self.pace.read().await;
            let call = call.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await;
            let answer = call.map_err(|error| self.failed(Failure::of(&error)))?;
            self.used(answer.consumed_capacity.as_slice());
            items.extend(answer.item);
        }
        Ok(items)
    }

    fn used(&self, consumed: &[ConsumedCapacity]) {
        let units: f64 = consumed.iter().filter_map(|one| one.capacity_units).sum();
        self.pace.read_used(units);
    }

    fn failed(&self, failure: Failure) -> ReadError {
        ReadError::Failed { table: self.table.name.clone(), failure }
    }
}

impl Found {
    fn add(&mut self, key: Item) {
        if self.known.insert(canonical(&key)) {
            self.keys.push(key);
        }
    }

    fn taken(&mut self) -> Vec<Item> {
        self.known.clear();
        std::mem::take(&mut self.keys)
    }
}

/// Longer each time, and never the same as somebody else's: up to 3 seconds.
async fn pause(round: u32) {
    let longest = 50_u64.saturating_mul(1 << round.min(6));
    tokio::time::sleep(Duration::from_millis(fastrand::u64(longest / 2..=longest))).await;
}
