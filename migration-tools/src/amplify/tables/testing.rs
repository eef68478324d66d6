//! What the tests of tables share.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use super::{Context, Everything, Objects, Settings, Table, rewrite};
use crate::amplify::id_map::{IdMap, Rules};
use crate::engine::item::Item;
use crate::engine::rewrite::{Here, Record, Rewrite};

/// An item as the facts write it: JSON, with lists and maps and without sets.
pub(crate) fn item(of: Value) -> Item {
    let Value::Object(fields) = of else { panic!("an item is an object") };
    fields.into_iter().map(|(name, field)| (name, value(field))).collect()
}

pub(crate) fn value(of: Value) -> AttributeValue {
    match of {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(is) => AttributeValue::Bool(is),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(all) => AttributeValue::L(all.into_iter().map(value).collect()),
        Value::Object(_) => AttributeValue::M(item(of)),
    }
}

pub(crate) fn map(pairs: &[(&str, &str)]) -> IdMap {
    IdMap::from_pairs(pairs.iter().copied(), &Rules::default()).unwrap()
}

/// The people of the facts, and one whose id stays.
pub(crate) fn people() -> IdMap {
    map(&[
        ("ada.lovelace@example.edu", "lovelaa1"),
        ("alan.turing@example.edu", "turinga1"),
        ("emmy.noether@example.edu", "emmy.noether@example.edu"),
    ])
}

pub(crate) fn table(key: &str) -> &'static Table {
    Table::of_key(key).unwrap_or_else(|| panic!("{key}"))
}

pub(crate) fn moved() -> Settings {
    Settings { objects: Objects::Moved, ..Settings::default() }
}

pub(crate) fn rewritten(key: &str, before: &Item, map: &IdMap) -> Rewrite {
    let context = Context { map, settings: &moved(), moved: &Everything::default() };
    rewrite(table(key), &Record { item: before.clone() }, &context)
}

/// Where no object moves.
pub(crate) fn renamed(key: &str, before: &Item, map: &IdMap) -> Rewrite {
    let context = Context { map, settings: &Settings::default(), moved: &Everything::default() };
    rewrite(table(key), &Record { item: before.clone() }, &context)
}

/// What is in the table of a record afterwards, and whether it went there from another key.
pub(crate) fn after(key: &str, before: &Item, map: &IdMap) -> (Item, bool) {
    result(key, before, rewritten(key, before, map))
}

/// As [`after`], of a rewrite that was made.
pub(crate) fn result(key: &str, before: &Item, rewrite: Rewrite) -> (Item, bool) {
    match rewrite {
        Rewrite::Unchanged => (before.clone(), false),
        Rewrite::Changes(changes) => match (changes.here, changes.puts.as_slice()) {
            (Here::Edit(edit), []) => (edit.applied_to(before), false),
            (Here::Delete, [put]) if put.table == key => (put.item.clone(), true),
            other => panic!("{other:?}"),
        },
        Rewrite::Refused(refusal) => panic!("{refusal}"),
    }
}
