//! What DynamoDB would not take.

use super::table::Table;
use crate::engine::item::Item;
use crate::engine::rewrite::{Changes, Here, Refusal};
use crate::engine::size::{
    MAX_ITEM_BYTES, MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES, item_bytes, value_bytes,
};

/// Why changes to `item` cannot be made, where one of the items would be too large or have too long a
/// key.
pub(super) fn exceeded(item: &Item, changes: &Changes) -> Option<Refusal> {
    let edited = match &changes.here {
        Here::Edit(edit) => Some(edit.applied_to(item)),
        Here::Keep | Here::Delete => None,
    };
    let puts = changes.puts.iter().find_map(|put| key_too_long(put.table, &put.item));
    let items = changes.puts.iter().map(|put| &put.item).chain(&edited);
    puts.or_else(|| items.map(item_bytes).find(|bytes| *bytes > MAX_ITEM_BYTES).map(too_large))
}

fn too_large(bytes: usize) -> Refusal {
    Refusal::new(
        format!("with its new ids the record would have {bytes} bytes of at most {MAX_ITEM_BYTES}"),
        "make it smaller in the application, or give its users shorter ids, and run again",
    )
}

fn key_too_long(table: &'static str, item: &Item) -> Option<Refusal> {
    let keys = Table::of_key(table)?.keys;
    let (name, limit) = keys
        .iter()
        .zip([MAX_PARTITION_KEY_BYTES, MAX_SORT_KEY_BYTES])
        .find(|(name, limit)| item.get(**name).is_some_and(|value| value_bytes(value) > *limit))?;
    Some(Refusal::new(
        format!("with its new ids the record's key `{name}` would have more than {limit} bytes"),
        "give its users shorter ids, and run again",
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{item, map, rewritten};
    use crate::engine::rewrite::Rewrite;
    use crate::engine::size::{MAX_ITEM_BYTES, MAX_SORT_KEY_BYTES, item_bytes};

    #[test]
    fn a_record_that_would_grow_too_large_is_refused() {
        let map = map(&[("al", "turinga1")]);
        for key in ["ACCOUNTS_DYNAMO_TABLE", "DB_CONNECTIONS_TABLE"] {
            let of = |bytes: usize| item(json!({"user": "al", "id": "1", "x": "y".repeat(bytes)}));
            let room = MAX_ITEM_BYTES - item_bytes(&of(0)) - ("turinga1".len() - "al".len());
            assert!(matches!(rewritten(key, &of(room), &map), Rewrite::Changes(_)), "{key}");
            let Rewrite::Refused(refusal) = rewritten(key, &of(room + 1), &map) else {
                panic!("{key}")
            };
            assert!(refusal.reason.contains("409601 bytes of at most 409600"), "{refusal}");
        }
    }

    #[test]
    fn a_key_that_would_grow_too_long_is_refused() {
        let map = map(&[("al", "turinga1")]);
        let rest = "x".repeat(MAX_SORT_KEY_BYTES - "shared-with-al#".len());
        let row = item(json!({"PK": "bob#a#b", "SK": format!("shared-with-al#{rest}")}));
        let Rewrite::Refused(refusal) = rewritten("USER_DATA_STORAGE_TABLE", &row, &map) else {
            panic!("taken")
        };
        assert!(refusal.reason.contains("`SK` would have more than 1024 bytes"), "{refusal}");
        let none = rewritten("OPS_DYNAMODB_TABLE", &item(json!({"user": "al"})), &map);
        assert!(matches!(none, Rewrite::Refused(refusal) if refusal.reason.contains("no `tag`")));
    }
}
