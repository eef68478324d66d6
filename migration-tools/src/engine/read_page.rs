//! One page after the other: for who has to be able to stop between two of them and go on later, maybe
//! in another process.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity, Select};

use super::item::Item;
use super::pace::Pace;
use super::patience::answered;
use super::read::{ReadError, Reader};
use super::table::TableRef;

/// A part of a table.
#[derive(Clone, Default, PartialEq)]
pub struct Page {
    /// Its records.
    pub items: Vec<Item>,
    /// The key behind which the next one begins; nothing at the end.
    pub next: Option<Item>,
}

/// Which part of a table is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    /// A segment, and of how many.
    pub(super) segment: Option<(i32, i32)>,
    /// So many records at most.
    pub(super) limit: Option<i32>,
}

impl Reader {
    /// The page of a whole table that begins behind this key: up to a megabyte, or so many records.
    /// Reads are consistent. A table of which nothing is left gives an empty page.
    ///
    /// # Errors
    ///
    /// When it cannot be read, although that was tried for minutes where the service was busy.
    pub async fn page(
        &self,
        table: &str,
        start: Option<Item>,
        limit: Option<i32>,
    ) -> Result<Page, ReadError> {
        page(self.way(), table, Asked { segment: None, limit }, start).await
    }

    /// All records under one value of a partition key, by consistent reads, in the order of their sort
    /// keys. They are held in memory together.
    ///
    /// # Errors
    ///
    /// As [`Reader::page`].
    pub async fn partition(&self, table: &TableRef, id: &str) -> Result<Vec<Item>, ReadError> {
        let (client, pace) = self.way();
        let key = table.keys.first().map(String::as_str).unwrap_or_default();
        let (mut all, mut start) = (Vec::new(), None);
        loop {
            let query = client
                .query()
                .table_name(&table.name)
                .consistent_read(true)
                .key_condition_expression("#id = :id")
                .expression_attribute_names("#id", key)
                .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .set_exclusive_start_key(start);
            let answer = answered(pace, || query.clone().send()).await;
            let answer = answer
                .map_err(|failure| ReadError::Failed { table: table.name.clone(), failure })?;
            let used = answer.consumed_capacity.and_then(|used| used.capacity_units);
            pace.read_used(used.unwrap_or_default());
            all.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                return Ok(all);
            }
        }
    }

    /// Whether a table has any record under this value of its partition key; or one of its indexes, where
    /// what was written in the last moments may not be seen.
    ///
    /// # Errors
    ///
    /// As [`Reader::page`].
    pub async fn has_any(
        &self,
        table: &str,
        (index, attribute): (Option<&str>, &str),
        id: &str,
    ) -> Result<bool, ReadError> {
        let (client, pace) = self.way();
        let query = client
            .query()
            .table_name(table)
            .set_index_name(index.map(str::to_owned))
            .consistent_read(index.is_none())
            .select(Select::Count)
            .limit(1)
            .key_condition_expression("#id = :id")
            .expression_attribute_names("#id", attribute)
            .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = answered(pace, || query.clone().send()).await;
        let answer =
            answer.map_err(|failure| ReadError::Failed { table: table.to_owned(), failure })?;
        let used = answer.consumed_capacity.as_ref();
        pace.read_used(used.and_then(|used| used.capacity_units).unwrap_or_default());
        Ok(answer.count > 0)
    }
}

/// One page, as [`Reader::page`] says.
pub(super) async fn page(
    (client, pace): (&Client, &Pace),
    table: &str,
    Asked { segment, limit }: Asked,
    start: Option<Item>,
) -> Result<Page, ReadError> {
    let scan = client
        .scan()
        .table_name(table)
        .consistent_read(true)
        .set_segment(segment.map(|(segment, _)| segment))
        .set_total_segments(segment.map(|(_, total)| total))
        .set_limit(limit)
        .set_exclusive_start_key(start)
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let page = answered(pace, || scan.clone().send()).await;
    let page = page.map_err(|failure| ReadError::Failed { table: table.to_owned(), failure })?;
    let used = page.consumed_capacity.as_ref().and_then(|used| used.capacity_units);
    pace.read_used(used.unwrap_or_default());
    let next = page.last_evaluated_key.filter(|key| !key.is_empty());
    Ok(Page { items: page.items.unwrap_or_default(), next })
}

/// How much it has, not what.
impl std::fmt::Debug for Page {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Page({} records, more: {})", self.items.len(), self.next.is_some())
    }
}
