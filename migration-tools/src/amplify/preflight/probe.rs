//! Whether users who have switched left data behind.
//!
//! Earlier versions renamed the login row first and then stopped, or went on for one user only: those
//! sign in under the new id and find nothing. In the tables whose partition key is the id this shows with
//! one small query for each user and table. Only some users are asked for; the migration looks at
//! everything.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Select};
use futures::StreamExt;
use futures::stream;
use required_env_vars::Failure;

use super::facts::Seen;

/// Most users that are asked for.
pub(super) const MOST_USERS: usize = 50;
const AT_ONCE: usize = 8;

/// What was found of those who were asked for.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// How many were.
    pub users: usize,
    /// In how many tables.
    pub tables: usize,
    /// How many of them have a row under the old id.
    pub left_behind: usize,
    /// Why a table could not be asked, if one could not.
    pub failure: Option<Failure>,
}

/// A table, and its partition key.
#[derive(Clone, Debug)]
pub(super) struct Keyed {
    pub(super) name: String,
    pub(super) key: &'static str,
}

/// Asks the tables for each of these ids.
pub(super) async fn probe(client: &Client, tables: &[Keyed], old_ids: &[String]) -> Probe {
    let asked = stream::iter(old_ids).map(|id| any(client, tables, id)).buffered(AT_ONCE);
    let found: Vec<Seen<bool>> = asked.collect().await;
    Probe {
        users: old_ids.len(),
        tables: tables.len(),
        left_behind: found.iter().filter(|one| matches!(one, Ok(true))).count(),
        failure: found.into_iter().find_map(Result::err),
    }
}

/// Whether one of the tables has a row of this id. A table that cannot be asked is told only where no
/// other has one.
async fn any(client: &Client, tables: &[Keyed], id: &str) -> Seen<bool> {
    let mut failed = None;
    for table in tables {
        let query = client.query().table_name(&table.name).select(Select::Count).limit(1);
        let query = query.key_condition_expression("#key = :id");
        let query = query.expression_attribute_names("#key", table.key);
        let query = query.expression_attribute_values(":id", AttributeValue::S(id.to_owned()));
        match query.consistent_read(true).send().await {
            Ok(answer) if answer.count > 0 => return Ok(true),
            Ok(_) => {}
            Err(error) => failed = Some(Failure::of(&error)),
        }
    }
    failed.map_or(Ok(false), Err)
}
