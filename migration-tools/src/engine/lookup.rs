//! Reading the records of few ids, where that is cheaper than reading the whole table.
//!
//! Indexes are never consistent: they tell only where records are, and the records themselves are then
//! read consistently. A record that was written under an id just now may be missing from an index, as
//! one that is written behind a scan is missing from it.

mod choice;

use std::collections::HashSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use super::images::{Asking, MAX_KEYS};
use super::item::{Item, canonical};
use super::pace::Pace;
use super::patience::answered;
use super::read::ReadError;
use super::table::TableRef;
pub use choice::{Choice, Route, choose};

/// Ids that share pages.
const GROUP: usize = 8;
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
/// The first call that failed, although it was tried for minutes where the service was busy, or the first error of `visit`. What is being read for other ids is read
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
        let page = answered(self.pace, || query.clone().send()).await;
        let page =
            page.map_err(|failure| ReadError::Failed { table: self.table.name.clone(), failure })?;
        let used = page.consumed_capacity.as_ref().and_then(|used| used.capacity_units);
        self.pace.read_used(used.unwrap_or_default());
        let next = page.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(Page { items: page.items.unwrap_or_default(), next })
    }

    /// Reads the records with these keys and visits them. What is gone is left out.
    async fn get(&self, keys: Vec<Item>) -> Result<(), E> {
        let mut asking = Asking::new(self.client, self.pace, self.table, keys);
        while let Some(items) = asking.next().await? {
            if !items.is_empty() {
                (self.visit)(items).await?;
            }
        }
        Ok(())
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
