//! The table itself: reading all of it, and writing back what it lacks.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use required_env_vars::Failure;

use crate::engine::item::{Item, same};
use crate::engine::read::{Described, ReadError, describe};

/// Attempts of one call: a table with little capacity is throttled for minutes.
const ATTEMPTS: u32 = 12;

/// A table that is backed up or restored.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

/// A part of a table.
pub struct Page {
    /// Its rows.
    pub items: Vec<Item>,
    /// Where the next one starts.
    pub next: Option<Item>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restored {
    /// It was absent, and is there again.
    Written,
    /// It was there as it is.
    AlreadyThere,
    /// Another one is in its place, and was left there.
    Conflict,
}

/// Why nothing is known of a table.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// There is none of that name.
    #[error("it does not exist")]
    Absent,
    /// The call failed.
    #[error("{0}")]
    Failed(Failure),
}

impl Table {
    /// A table of the account and region that the configuration names.
    #[must_use]
    pub fn new(config: &SdkConfig, name: &str) -> Self {
        let retry = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(Duration::from_millis(200))
            .with_max_backoff(Duration::from_secs(5));
        let config = aws_sdk_dynamodb::config::Builder::from(config).retry_config(retry).build();
        Self { client: Client::from_conf(config), name: name.to_owned() }
    }

    /// Its key, and about how large it is.
    ///
    /// # Errors
    ///
    /// Where there is no such table, or the call fails.
    pub async fn describe(&self) -> Result<Described, ReadError> {
        describe(&self.client, &self.name).await
    }

    /// A page of it, read consistently: up to 1 MB
    /// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html>).
    ///
    /// # Errors
    ///
    /// When the call fails, or there is no such table any more.
    pub async fn page(&self, start: Option<Item>) -> Result<Page, Failure> {
        let scan = self.client.scan().table_name(&self.name).consistent_read(true);
        let answer = scan.set_exclusive_start_key(start).send().await;
        let answer = answer.map_err(|error| Failure::of(&error))?;
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty());
        Ok(Page { items: answer.items.unwrap_or_default(), next })
    }

    /// Writes a row unless there is one with its key; `key` is the partition key's name. An attempt
    /// whose answer got lost is found there by the next one.
    ///
    /// # Errors
    ///
    /// When the call fails, or there is no such table any more.
    pub async fn restore(&self, item: Item, key: &str) -> Result<Restored, TableError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item.clone()));
        let put = put.condition_expression("attribute_not_exists(#key)");
        let put = put.expression_attribute_names("#key", key);
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        match put.return_values_on_condition_check_failure(old).send().await {
            Ok(_) => Ok(Restored::Written),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(found)) => {
                    let is_same = found.item.as_ref().is_some_and(|found| same(found, &item));
                    Ok(if is_same { Restored::AlreadyThere } else { Restored::Conflict })
                }
                Some(PutItemError::ResourceNotFoundException(_)) => Err(TableError::Absent),
                _ => Err(TableError::Failed(Failure::of(&error))),
            },
        }
    }
}
