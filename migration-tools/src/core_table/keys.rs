//! Keys of CoreTable, and which row a key is of.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::engine::item::Item;
use crate::engine::rewrite::Refusal;
use crate::engine::size::{MAX_ITEM_BYTES, MAX_SORT_KEY_BYTES, item_bytes};

/// The sort key of a server's own row, and of a user's.
pub const METADATA: &str = "METADATA";
const SERVER: &str = "SERVER#";
const USER: &str = "USER#";

/// Which row of CoreTable a key is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row<'k> {
    /// A server, by its id.
    Server(&'k str),
    /// A membership: the ids of user and server.
    Membership(&'k str, &'k str),
    /// A user, by the id.
    User(&'k str),
    /// Something else, such as the mark of an administrator (`USER#…`, `ADMIN`): no business of a
    /// migration.
    Other,
}

/// `SERVER#{id}`.
#[must_use]
pub fn server_key(id: &str) -> String {
    format!("{SERVER}{id}")
}

/// `USER#{id}`.
#[must_use]
pub fn user_key(id: &str) -> String {
    format!("{USER}{id}")
}

impl<'k> Row<'k> {
    /// Of a row of CoreTable.
    ///
    /// ```
    /// use aws_sdk_dynamodb::types::AttributeValue::S;
    /// use migration_tools::core_table::Row;
    ///
    /// let row = |pk: &str, sk: &str| [("PK".to_owned(), S(pk.into())), ("SK".to_owned(), S(sk.into()))].into();
    /// assert_eq!(Row::of(&row("USER#ada", "SERVER#i-1")), Row::Membership("ada", "i-1"));
    /// assert_eq!(Row::of(&row("USER#ada", "ADMIN")), Row::Other);
    /// ```
    #[must_use]
    pub fn of(item: &'k Item) -> Self {
        let text = |name| item.get(name).and_then(|value| value.as_s().ok());
        let (Some(pk), Some(sk)) = (text("PK"), text("SK")) else { return Self::Other };
        match (pk.strip_prefix(SERVER), pk.strip_prefix(USER), sk.strip_prefix(SERVER)) {
            (Some(server), _, _) if sk == METADATA => Self::Server(server),
            (_, Some(user), _) if sk == METADATA => Self::User(user),
            (_, Some(user), Some(server)) => Self::Membership(user, server),
            _ => Self::Other,
        }
    }
}

/// A row with its key and type, if DynamoDB takes it.
///
/// # Errors
///
/// Where an id is too long for a key. `PK` is the sort key of the index that lists a server's members, so
/// that neither of both may have more than 1,024 bytes.
pub(super) fn row(pk: String, sk: String, kind: &str) -> Result<Item, Refusal> {
    for (name, value) in [("PK", &pk), ("SK", &sk)] {
        if value.len() > MAX_SORT_KEY_BYTES {
            return Err(Refusal::new(
                format!(
                    "an id is too long: `{name}` would have {} bytes, and {MAX_SORT_KEY_BYTES} is the most",
                    value.len()
                ),
                "give it a shorter id, or take it over by hand",
            ));
        }
    }
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Ok([("PK", text(&pk)), ("SK", text(&sk)), ("Type", text(kind))]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

/// Adds what an old row has beside its ids.
///
/// # Errors
///
/// Where it has an attribute that the new row has of its own, or the new row is too large.
pub(super) fn carried(mut row: Item, old: &Item, dropped: &[&str]) -> Result<Item, Refusal> {
    for (name, value) in old.iter().filter(|(name, _)| !dropped.contains(&name.as_str())) {
        if row.contains_key(name) {
            return Err(Refusal::new(
                format!("it has an attribute `{name}`, which rows of CoreTable have of their own"),
                "rename that attribute of the old row, or take the row over by hand",
            ));
        }
        row.insert(name.clone(), value.clone());
    }
    match item_bytes(&row) {
        bytes if bytes > MAX_ITEM_BYTES => Err(Refusal::new(
            format!("it would have {bytes} bytes, and DynamoDB takes {MAX_ITEM_BYTES}"),
            "make the old row smaller: its keys become a little longer",
        )),
        _ => Ok(row),
    }
}

/// An id of an old row.
///
/// # Errors
///
/// Where it is not there, or no text.
pub(super) fn id<'i>(item: &'i Item, name: &str) -> Result<&'i str, Refusal> {
    match item.get(name) {
        Some(AttributeValue::S(id)) if !id.is_empty() => Ok(id),
        found => Err(Refusal::new(
            match found {
                None => format!("it has no `{name}`"),
                Some(_) => format!("its `{name}` is no text, or an empty one"),
            },
            "give the old row an id that is text",
        )),
    }
}
