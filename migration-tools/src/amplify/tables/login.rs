//! The login row: who may come in, and under which id.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::Table;
use super::{Context, places};
use crate::engine::item::Item;
use crate::engine::rewrite::Changes;

/// Rows of earlier versions have no address but in their id. It becomes their `email`, where the
/// settings want it.
pub(super) fn rewrite(table: &Table, item: &Item, context: &Context<'_>) -> Option<Changes> {
    let mut changes = places(table, item, context)?;
    let old = item.get("user_id").and_then(|id| id.as_s().ok())?;
    let lost = old.contains('@') && !item.contains_key("email");
    if lost && context.settings.keep_address {
        for put in &mut changes.puts {
            put.item.insert("email".to_owned(), AttributeValue::S(old.clone()));
        }
        changes.notes.push("the address that was its id became its `email`");
    }
    Some(changes)
}
