//! Workflow templates.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::Table;
use super::{Context, places};
use crate::engine::item::Item;
use crate::engine::rewrite::Changes;

/// `isPublic` is a key of an index and must be a number. Earlier versions wrote a boolean, which
/// DynamoDB does not take any more.
pub(super) fn rewrite(table: &Table, item: &Item, context: &Context<'_>) -> Option<Changes> {
    let mut changes = places(table, item, context)?;
    for put in &mut changes.puts {
        if let Some(AttributeValue::Bool(is)) = put.item.get("isPublic") {
            let number = AttributeValue::N(u8::from(*is).to_string());
            put.item.insert("isPublic".to_owned(), number);
            changes.notes.push("`isPublic` became a number");
        }
    }
    Some(changes)
}
