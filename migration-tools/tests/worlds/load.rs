//! Worlds in DynamoDB: making one, reading one, and telling two apart.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, PutRequest, ScalarAttributeType, TableStatus, WriteRequest,
};
use futures::{StreamExt, stream};
use migration_tools::amplify::Deployment;
use migration_tools::amplify::tables::{Find, Table};
use migration_tools::engine::item::{Item, canonical, differing};
use migration_tools::engine::size::item_bytes;

use super::{Rows, World, key_of};

/// Requests at once.
const AT_ONCE: usize = 4;
/// What one `BatchWriteItem` takes: records, and bytes of the 16 MB that leave room for JSON.
const BATCH: (usize, usize) = (25, 4_000_000);

impl World {
    /// Makes the tables and writes the rows.
    pub async fn create(&self, client: &Client) {
        let of = self.deployment();
        let make = |key: &'static str| create_table(client, table(key), &of);
        stream::iter(self.keys()).map(make).buffer_unordered(AT_ONCE).collect::<()>().await;
        let batches = self.tables.iter().flat_map(|(key, rows)| {
            let name = table(key).name(&of);
            batches(rows).into_iter().map(move |batch| (name.clone(), batch))
        });
        stream::iter(batches)
            .map(|(name, batch)| write(client, name, batch))
            .buffer_unordered(AT_ONCE)
            .collect::<()>()
            .await;
    }

    /// Everything that its tables have now.
    pub async fn dump(&self, client: &Client) -> Rows {
        dump(client, &self.deployment(), &self.keys()).await
    }
}

fn table(key: &str) -> &'static Table {
    Table::of_key(key).unwrap_or_else(|| panic!("no table {key}"))
}

async fn create_table(client: &Client, table: &Table, of: &Deployment) {
    let element = |name: &str, kind: KeyType| {
        KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap()
    };
    let attribute = |name: &str| {
        let is_number = (table.key, name) == ("DATA_DISCLOSURE_VERSIONS_TABLE", "version");
        let kind = if is_number { ScalarAttributeType::N } else { ScalarAttributeType::S };
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build().unwrap()
    };
    let kinds = [KeyType::Hash, KeyType::Range];
    let keys = table.keys.iter().zip(kinds).map(|(name, kind)| element(name, kind)).collect();
    let mut attributes: Vec<&str> = table.keys.to_vec();
    let mut request = client.create_table().table_name(table.name(of)).set_key_schema(Some(keys));
    for find in table.find {
        let Find::Index { name, attribute } = find else { continue };
        let everything = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(*name)
            .key_schema(element(attribute, KeyType::Hash))
            .projection(everything);
        request = request.global_secondary_indexes(index.build().unwrap());
        if !attributes.contains(attribute) {
            attributes.push(attribute);
        }
    }
    let attributes = attributes.into_iter().map(attribute).collect();
    let request = request.set_attribute_definitions(Some(attributes));
    let made = request.billing_mode(BillingMode::PayPerRequest).send().await.unwrap();
    let mut described = made.table_description;
    // As a table in AWS, it may take a moment.
    for _ in 0..200 {
        let status = described.and_then(|table| table.table_status);
        if status == Some(TableStatus::Active) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
        described = client.describe_table().table_name(table.name(of)).send().await.unwrap().table;
    }
    panic!("{} does not become active", table.key);
}

fn batches(rows: &[Item]) -> Vec<Vec<Item>> {
    let mut all = vec![Vec::new()];
    let mut bytes = 0;
    for row in rows {
        bytes += item_bytes(row);
        if all.last().is_some_and(|batch| batch.len() == BATCH.0) || bytes > BATCH.1 {
            all.push(Vec::new());
            bytes = item_bytes(row);
        }
        all.last_mut().unwrap().push(row.clone());
    }
    all.retain(|batch| !batch.is_empty());
    all
}

async fn write(client: &Client, name: String, batch: Vec<Item>) {
    let put = |item| {
        let request = PutRequest::builder().set_item(Some(item)).build().unwrap();
        WriteRequest::builder().put_request(request).build()
    };
    let mut rest = Some([(name, batch.into_iter().map(put).collect())].into());
    while rest.as_ref().is_some_and(|rest: &std::collections::HashMap<_, _>| !rest.is_empty()) {
        let request = client.batch_write_item().set_request_items(rest);
        rest = request.send().await.unwrap().unprocessed_items;
    }
}

/// Everything in these tables, the rows of each in the order of their keys.
pub async fn dump(client: &Client, of: &Deployment, keys: &[&'static str]) -> Rows {
    let read = |key: &'static str| async move {
        let scan = client.scan().table_name(table(key).name(of)).consistent_read(true);
        let pages = scan.into_paginator().items().send();
        let rows: Vec<Item> = pages.collect::<Result<_, _>>().await.unwrap();
        let ordered: BTreeMap<Vec<u8>, Item> =
            rows.into_iter().map(|row| (key_of(key, &row), row)).collect();
        (key, ordered.into_values().collect())
    };
    stream::iter(keys.iter().copied()).map(read).buffer_unordered(AT_ONCE).collect().await
}

/// How what there is differs from what is expected: table and key, and what is wrong with the row.
pub fn differences(expected: &Rows, found: &Rows) -> Vec<String> {
    let mut all = Vec::new();
    let none = Vec::new();
    let keys: std::collections::BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    for key in keys {
        let by_key = |rows: &Rows| -> BTreeMap<Vec<u8>, Item> {
            let rows = rows.get(*key).unwrap_or(&none);
            rows.iter().map(|row| (key_of(key, row), row.clone())).collect()
        };
        let (expected, found) = (by_key(expected), by_key(found));
        for (at, row) in &expected {
            match found.get(at) {
                None => all.push(format!("{key}: {} is missing", shown(key, row))),
                Some(other) if canonical(row) == canonical(other) => {}
                Some(other) => all.push(differing_row(key, row, other)),
            }
        }
        let more = found.iter().filter(|(at, _)| !expected.contains_key(*at));
        all.extend(more.map(|(_, row)| format!("{key}: {} should not be there", shown(key, row))));
    }
    all
}

fn differing_row(key: &str, expected: &Item, found: &Item) -> String {
    let attributes = differing(expected, found).into_iter().map(|name| {
        let [wanted, is] = [expected, found].map(|row| cut(format!("{:?}", row.get(&name))));
        format!("\n    {name}: expected {wanted}\n    {name}: found    {is}")
    });
    format!("{key}: {}{}", shown(key, expected), attributes.collect::<String>())
}

fn shown(key: &str, row: &Item) -> String {
    let names = table(key).keys.iter();
    names.map(|name| format!("{name} {:?}", row[*name])).collect::<Vec<_>>().join(", ")
}

fn cut(text: String) -> String {
    if text.len() <= 600 { text } else { text.chars().take(600).chain("…".chars()).collect() }
}
