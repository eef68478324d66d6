//! The tracking table itself.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::KeyType;

use super::field::{Field, Record};
use super::record::Reader;
use crate::model::Inventory;

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// AWS refused, or could not be reached.
    #[error("table `{table}`: {operation} failed: {why}")]
    Call {
        /// The table.
        table: String,
        /// The operation.
        operation: &'static str,
        /// What the SDK says.
        why: String,
    },
    /// It is some other table.
    #[error(
        "table `{table}` is not a tracking table: its partition key is {found}, not \
        `service_var_key`; name the table that `ENV_VARS_TRACKING_TABLE` names in the functions"
    )]
    OtherTable {
        /// The table.
        table: String,
        /// Its key.
        found: String,
    },
}

/// Reads every record of the tracking table, page by page: `DescribeTable`, then `Scan`.
///
/// Retries and their jitter are the client's. Nothing is written.
///
/// # Errors
///
/// [`TableError`], before anything is read where it is some other table.
pub async fn table(client: &Client, name: &str) -> Result<Inventory, TableError> {
    let failed = |operation, why| TableError::Call { table: name.to_owned(), operation, why };
    let described = client.describe_table().table_name(name).send().await;
    let described = described
        .map_err(|error| failed("DescribeTable", DisplayErrorContext(&error).to_string()))?;
    let keys = described.table.and_then(|table| table.key_schema).unwrap_or_default();
    let key = keys.iter().find(|key| key.key_type == KeyType::Hash);
    if keys.len() != 1 || key.is_none_or(|key| key.attribute_name != "service_var_key") {
        let found: Vec<String> =
            keys.iter().map(|key| format!("`{}`", key.attribute_name)).collect();
        return Err(TableError::OtherTable { table: name.to_owned(), found: found.join(" with ") });
    }
    let mut pages = client.scan().table_name(name).into_paginator().send();
    let mut reader = Reader::default();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| failed("Scan", DisplayErrorContext(&error).to_string()))?;
        for item in page.items.unwrap_or_default() {
            let record: Record =
                item.iter().map(|(name, value)| (name.clone(), Field::from(value))).collect();
            reader.read(&record, "an item");
        }
    }
    Ok(reader.finish())
}
