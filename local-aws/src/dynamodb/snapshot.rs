//! A table as it is at one moment, and how it becomes a table again.

use std::sync::Arc;

use dynoxide::types::Item;
use dynoxide::{Database, ImportOptions};
use serde_json::{Value, json};

use super::{Tables, arns, internal};
use crate::json::AwsError;

/// A copy of a table. Whoever takes one keeps writers out meanwhile.
pub(super) struct Snapshot {
    /// The `TableDescription`.
    pub(super) table: Value,
    /// The `TimeToLiveDescription`.
    pub(super) time_to_live: Value,
    items: Arc<Vec<Item>>,
}

impl Snapshot {
    /// Copies a table.
    pub(super) async fn take(tables: &Tables, name_or_arn: &str) -> Result<Self, AwsError> {
        let table = describe(tables, name_or_arn).await?;
        let request = json!({ "TableName": table["TableName"] });
        let mut time_to_live = tables.json("DescribeTimeToLive", &request).await?;
        let name = table["TableName"].as_str().unwrap_or_default().to_owned();
        let items = blocking(&tables.database, move |database| all_items(database, &name)).await?;
        let time_to_live = time_to_live["TimeToLiveDescription"].take();
        Ok(Snapshot { table, time_to_live, items: Arc::new(items) })
    }

    /// Makes a table as `request`, a `CreateTable`, says, and fills it.
    pub(super) async fn restore(&self, tables: &Tables, request: &Value) -> Result<(), AwsError> {
        tables.json("CreateTable", request).await?;
        let name = request["TableName"].as_str().unwrap_or_default().to_owned();
        let items = Arc::clone(&self.items);
        let filled = blocking(&tables.database, move |database| {
            database.import_items(&name, items.to_vec(), ImportOptions::default())
        });
        if let Err(error) = filled.await {
            let half = json!({ "TableName": request["TableName"] });
            tables.json("DeleteTable", &half).await?;
            return Err(error);
        }
        Ok(())
    }
}

/// The `TableDescription` of a table.
pub(super) async fn describe(tables: &Tables, name_or_arn: &str) -> Result<Value, AwsError> {
    let name = arns::table_name(name_or_arn);
    match tables.json("DescribeTable", &json!({ "TableName": name })).await {
        Ok(mut answer) => Ok(answer["Table"].take()),
        Err(error) if error.code == "ResourceNotFoundException" => {
            Err(AwsError::new("TableNotFoundException", format!("Table not found: {name}")))
        }
        Err(error) => Err(error),
    }
}

fn all_items(database: &Database, table: &str) -> dynoxide::Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let page = database.scan(dynoxide::actions::scan::ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key: after.take(),
            ..Default::default()
        })?;
        items.extend(page.items.unwrap_or_default());
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(items);
        }
    }
}

/// Large tables take a while, and the endpoint has to answer others.
async fn blocking<T: Send + 'static>(
    database: &Database,
    work: impl FnOnce(&Database) -> dynoxide::Result<T> + Send + 'static,
) -> Result<T, AwsError> {
    let database = database.clone();
    let done = tokio::task::spawn_blocking(move || work(&database)).await;
    done.map_err(internal)?.map_err(internal)
}
