//! Reading a table once, in parallel segments, in bounded memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{IndexStatus, KeySchemaElement, KeyType};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use required_env_vars::Failure;

use super::item::Item;
use super::lookup::{Way, lookups};
use super::pace::Pace;
use super::read_page::{Asked, page};
use super::table::TableRef;

/// Bytes of a table that one segment should have: at 1,000 write units a second that a partition takes,
/// a segment of this size whose records are all rewritten takes minutes, not hours.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html>
const SEGMENT_BYTES: u64 = 512 * 1024 * 1024;
/// Most segments: more would only be more half-empty pages.
const MAX_SEGMENTS: u64 = 1_000;

/// A table as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Name and keys.
    pub table: TableRef,
    /// Its ARN.
    pub arn: String,
    /// What tells it from a later table of the same name.
    pub id: String,
    /// Records, as of up to six hours ago.
    pub items: u64,
    /// Bytes, as of up to six hours ago.
    pub bytes: u64,
    /// Its indexes: each takes a write of its own for a write.
    pub indexes: usize,
    /// Those of them that have a partition key of their own.
    pub global_indexes: Vec<GlobalIndex>,
}

/// A global secondary index as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalIndex {
    /// Its name.
    pub name: String,
    /// Its key attributes, the partition key first.
    pub keys: Vec<String>,
    /// Whether all records that belong into it are there: not so while it is being made.
    pub complete: bool,
}

/// Why a table cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// It is certain that there is no such table.
    #[error("there is no table `{0}`")]
    Absent(String),
    /// The call failed.
    #[error("table `{table}`: {failure}")]
    Failed {
        /// The table.
        table: String,
        /// Why.
        failure: Failure,
    },
    /// It answered for minutes, and never with records.
    #[error("the table `{0}` is busy: it gave no records for minutes")]
    Busy(String),
    /// The answer lacks something.
    #[error("table `{0}`: the answer has no key schema")]
    NoKeys(String),
}

/// How the records of a table are found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// The whole table is read.
    #[default]
    Whole,
    /// The records of some ids are looked up: others are never seen.
    Ids {
        /// How they are found.
        ways: Vec<Way<'static>>,
        /// Whose.
        ids: Arc<Vec<String>>,
        /// Why, for people.
        because: String,
    },
}

/// What reads, and cannot write: a dry run has nothing else.
#[derive(Clone, Debug)]
pub struct Reader {
    client: Client,
    pace: Pace,
}

impl Reader {
    /// Reads as the client may, no faster than the pace.
    #[must_use]
    pub fn new(client: Client, pace: Pace) -> Self {
        Self { client, pace }
    }

    pub(super) fn way(&self) -> (&Client, &Pace) {
        (&self.client, &self.pace)
    }

    /// See [`describe`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn describe(&self, name: &str) -> Result<Described, ReadError> {
        describe(&self.client, name).await
    }

    /// Reads all records of a table, some pages at once, and hands each page to `visit`, which is awaited
    /// before the segment goes on: so memory holds `at_once` pages of a megabyte at most. Reads are
    /// consistent.
    ///
    /// # Errors
    ///
    /// The first call that failed, or the first error of `visit`. Other pages that are being visited are
    /// visited to their end, and no further ones are read.
    pub async fn pages<E, V, F>(
        &self,
        table: &str,
        segments: usize,
        at_once: usize,
        visit: V,
    ) -> Result<(), E>
    where
        E: From<ReadError>,
        V: Fn(Vec<Item>) -> F,
        F: Future<Output = Result<(), E>>,
    {
        let total = i32::try_from(segments.max(1)).unwrap_or(i32::MAX);
        let mut waiting = shuffled(total).into_iter();
        let ended = AtomicBool::new(false);
        let mut running = FuturesUnordered::new();
        let mut error = None;
        loop {
            while running.len() < at_once.max(1)
                && !ended.load(Ordering::Relaxed)
                && let Some(segment) = waiting.next()
            {
                let way = (&self.client, &self.pace);
                running.push(read_segment(way, table, (segment, total), &visit, &ended));
            }
            match running.next().await {
                Some(Ok(())) => {}
                Some(Err(why)) => {
                    ended.store(true, Ordering::Relaxed);
                    error = error.or(Some(why));
                }
                None => return error.map_or(Ok(()), Err),
            }
        }
    }

    /// All records of a table, or those of some ids, in pages: see [`Reader::pages`] and
    /// [`lookups`](super::lookup::lookups()).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn records<E, V, F>(
        &self,
        table: &Described,
        reading: &Reading,
        at_once: usize,
        visit: V,
    ) -> Result<(), E>
    where
        E: From<ReadError>,
        V: Fn(Vec<Item>) -> F,
        F: Future<Output = Result<(), E>>,
    {
        match reading {
            Reading::Whole => {
                let segments = segments(table.bytes, at_once);
                self.pages(&table.table.name, segments, at_once, visit).await
            }
            Reading::Ids { ways, ids, .. } => {
                let (client, ids) = (&self.client, ids.iter().map(String::as_str));
                lookups(client, &self.pace, &table.table, ways, ids, at_once, visit).await
            }
        }
    }

    /// See [`images`](super::images::images).
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn images(
        &self,
        table: &TableRef,
        keys: &[Item],
    ) -> Result<Vec<Option<Item>>, ReadError> {
        super::images::images(&self.client, &self.pace, table, keys).await
    }
}

/// Asks what a table is like.
///
/// # Errors
///
/// When there is none, told apart from one that cannot be asked.
pub async fn describe(client: &Client, name: &str) -> Result<Described, ReadError> {
    let answer = client.describe_table().table_name(name).send().await;
    let answer = answer.map_err(|error| match error.as_service_error() {
        Some(DescribeTableError::ResourceNotFoundException(_)) => {
            ReadError::Absent(name.to_owned())
        }
        _ => ReadError::Failed { table: name.to_owned(), failure: Failure::of(&error) },
    })?;
    let description = answer.table.ok_or_else(|| ReadError::NoKeys(name.to_owned()))?;
    let own = keys(description.key_schema()).ok_or_else(|| ReadError::NoKeys(name.to_owned()))?;
    let count = |number: Option<i64>| u64::try_from(number.unwrap_or_default()).unwrap_or_default();
    Ok(Described {
        table: TableRef::new(name, own),
        arn: description.table_arn.clone().unwrap_or_default(),
        id: description.table_id.clone().unwrap_or_default(),
        items: count(description.item_count),
        bytes: count(description.table_size_bytes),
        indexes: description.global_secondary_indexes().len()
            + description.local_secondary_indexes().len(),
        global_indexes: description
            .global_secondary_indexes()
            .iter()
            .map(|index| GlobalIndex {
                name: index.index_name().unwrap_or_default().to_owned(),
                keys: keys(index.key_schema()).unwrap_or_default(),
                complete: index.index_status() == Some(&IndexStatus::Active)
                    && index.backfilling() != Some(true),
            })
            .collect(),
    })
}

/// The key attributes, the partition key first.
fn keys(schema: &[KeySchemaElement]) -> Option<Vec<String>> {
    let of = |kind: KeyType| {
        schema.iter().find(|key| key.key_type == kind).map(|key| key.attribute_name.clone())
    };
    let partition = of(KeyType::Hash)?;
    Some(std::iter::once(partition).chain(of(KeyType::Range)).collect())
}

/// Into how many segments a table of this size is divided, where so many pages are read at once.
///
/// ```
/// use migration_tools::engine::read::segments;
///
/// assert_eq!(segments(0, 8), 1);
/// assert_eq!(segments(40 * 1024 * 1024, 8), 8);
/// assert_eq!(segments(10 * 1024 * 1024 * 1024, 8), 20);
/// ```
#[must_use]
pub fn segments(bytes: u64, at_once: usize) -> usize {
    // Below a page for each, segments are only more calls.
    const PAGE_BYTES: u64 = 1024 * 1024;
    let at_once = u64::try_from(at_once).unwrap_or(u64::MAX);
    let busy = (bytes / PAGE_BYTES).clamp(1, at_once.max(1));
    let segments = bytes.div_ceil(SEGMENT_BYTES).max(busy).min(MAX_SEGMENTS);
    usize::try_from(segments).unwrap_or(1)
}

async fn read_segment<E, V, F>(
    (client, pace): (&Client, &Pace),
    table: &str,
    (segment, total): (i32, i32),
    visit: &V,
    ended: &AtomicBool,
) -> Result<(), E>
where
    E: From<ReadError>,
    V: Fn(Vec<Item>) -> F,
    F: Future<Output = Result<(), E>>,
{
    let mut start = None;
    while !ended.load(Ordering::Relaxed) {
        let asked = Asked { segment: Some((segment, total)), ..Asked::default() };
        let page = page((client, pace), table, asked, start.take()).await?;
        if !page.items.is_empty() {
            visit(page.items).await?;
        }
        start = page.next;
        if start.is_none() {
            break;
        }
    }
    Ok(())
}

/// Neighbouring segments are likely on one partition: not in their order, so that several work.
fn shuffled(total: i32) -> Vec<i32> {
    let mut segments: Vec<i32> = (0..total).collect();
    fastrand::Rng::with_seed(0).shuffle(&mut segments);
    segments
}
