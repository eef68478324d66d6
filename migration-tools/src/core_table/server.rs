//! Servers.

use super::keys::{METADATA, carried, id, row, server_key};
use crate::engine::item::Item;
use crate::engine::rewrite::Refusal;

/// The row of CoreTable for a server: every attribute but `id` as it is, whatever its type.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::{N, S};
/// use migration_tools::core_table::server;
///
/// let old = [("id".to_owned(), S("i-1".into())), ("diskSize".to_owned(), N("20.50".into()))].into();
/// let new = server(&old).unwrap();
/// assert_eq!(new["PK"], S("SERVER#i-1".into()));
/// assert_eq!(new["diskSize"], N("20.50".into()));
/// assert!(!new.contains_key("id"));
/// ```
///
/// # Errors
///
/// Where it has no id that is text, has an attribute `PK`, `SK` or `Type`, or becomes too large.
pub fn server(old: &Item) -> Result<Item, Refusal> {
    let id = id(old, "id")?;
    carried(row(server_key(id), METADATA.to_owned(), "Server")?, old, &["id"])
}
