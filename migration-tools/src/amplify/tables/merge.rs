//! Two records of one user under one key: what becomes of them.

use std::cmp::Ordering;

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Clash, Table};
use super::unions;
use crate::engine::item::{Item, differing, same, same_value};
use crate::engine::number::Decimal;
use crate::engine::rewrite::{Merge, Refusal};
use crate::engine::size::{MAX_ITEM_BYTES, item_bytes};

/// Attributes of a record of user storage that differ between copies of the same content.
const COPY: [&str; 3] = ["UUID", "createdAt", "itemId"];

/// What is to stand under a key of `table` where `existing` stands and `incoming` is put.
///
/// ```
/// use std::collections::HashMap;
///
/// use aws_sdk_dynamodb::types::AttributeValue::{S, Ss};
/// use migration_tools::amplify::tables::{Table, merge};
/// use migration_tools::engine::rewrite::Merge;
///
/// let row = |tag: &str| HashMap::from([
///     ("user".to_owned(), S("lovelaa1".into())),
///     ("tags".to_owned(), Ss(vec![tag.into()])),
/// ]);
/// if let Some(tags) = Table::of_key("USER_TAGS_DYNAMO_TABLE") {
///     assert_eq!(merge(tags, &row("math"), &row("math")), Merge::Same);
///     assert!(matches!(merge(tags, &row("math"), &row("art")), Merge::Merged { .. }));
/// }
/// ```
///
/// Of two that are the same, one may be a copy of the other. Where amounts are added up, only a person
/// can tell; but see [`merge_apart`].
#[must_use]
pub fn merge(table: &Table, existing: &Item, incoming: &Item) -> Merge {
    match table.clash {
        Clash::Sum(numbers, _) if same(existing, incoming) => alike(existing, numbers),
        _ => merge_apart(table, existing, incoming),
    }
}

/// As [`merge`], where neither can be a copy of the other: then the same amount was spent twice.
#[must_use]
pub fn merge_apart(table: &Table, existing: &Item, incoming: &Item) -> Merge {
    if same(existing, incoming) && !matches!(table.clash, Clash::Sum(..)) {
        return Merge::Same;
    }
    match by_rule(table, existing, incoming) {
        Merge::Merged { item, .. } if item_bytes(&item) > MAX_ITEM_BYTES => {
            Merge::Conflict(Refusal::new(
                "a record stands under the new id, and both together are larger than 400 KB",
                "make one of the two smaller in the application, and run again",
            ))
        }
        merge => merge,
    }
}

/// Two rows with the same amounts. An old script that was stopped, or that leaves old rows, has copied
/// one to the other; or as much was spent under one id as under the other.
fn alike(row: &Item, numbers: &[&str]) -> Merge {
    if sum(row.clone(), row, row, numbers).is_some_and(|sum| same(row, &sum)) {
        return Merge::Same;
    }
    Merge::Conflict(Refusal::new(
        "the same amounts stand under the new id: one may be a copy of the other, or both were spent",
        "if both were spent, add those under the old id to those under the new one; delete the old record in either case, and run again",
    ))
}

fn by_rule(table: &Table, existing: &Item, incoming: &Item) -> Merge {
    let filled = filled(existing, incoming);
    match table.clash {
        Clash::Refuse => refuse(existing, incoming),
        Clash::FillMissing => result(existing, filled, "attributes that it lacked were added"),
        Clash::Greatest(names) => greatest(names, existing, incoming),
        Clash::Strongest(name, ranks) => strongest(name, ranks, existing, incoming, filled),
        Clash::Union(list, by) => {
            united(existing, incoming, unions::elements(filled, incoming, list, by, false))
        }
        Clash::UnionOrRefuse(list, by) => {
            united(existing, incoming, unions::elements(filled, incoming, list, by, true))
        }
        Clash::UnionOfTexts(name) => {
            united(existing, incoming, unions::texts(filled, incoming, name))
        }
        Clash::UnionOfFields(fields, time) => {
            let later = compare(incoming.get(time), existing.get(time)) == Ordering::Greater;
            let union = unions::fields(filled, incoming, fields, later);
            united(existing, incoming, union.map(|item| latest(item, incoming, time)))
        }
        Clash::Sum(numbers, times) => match sum(filled, existing, incoming, numbers) {
            Some(item) => {
                let item = times.iter().fold(item, |item, time| latest(item, incoming, time));
                result(existing, item, "amounts were added up")
            }
            None => refuse(existing, incoming),
        },
        Clash::Storage => storage(existing, incoming, filled),
    }
}

/// The existing record with the attributes that it lacks.
fn filled(existing: &Item, incoming: &Item) -> Item {
    let mut item = incoming.clone();
    item.extend(existing.iter().map(|(name, value)| (name.clone(), value.clone())));
    item
}

fn result(existing: &Item, item: Item, because: &'static str) -> Merge {
    if same(existing, &item) {
        return Merge::KeepExisting { because: "it has everything" };
    }
    Merge::Merged { item, because }
}

fn united(existing: &Item, incoming: &Item, union: Option<Item>) -> Merge {
    match union {
        Some(item) => result(existing, item, "both were brought together"),
        None => refuse(existing, incoming),
    }
}

fn refuse(existing: &Item, incoming: &Item) -> Merge {
    let reason = match differing(existing, incoming) {
        none if none.is_empty() => "the same record stands under the new id".to_owned(),
        some => {
            let some = some.join("`, `");
            format!("a record with other content stands under the new id: `{some}`")
        }
    };
    Merge::Conflict(Refusal::new(
        reason,
        "decide which of the two is right, delete the other one, and run again",
    ))
}

fn greatest(names: &[&str], existing: &Item, incoming: &Item) -> Merge {
    let order = |name: &&str| compare(incoming.get(*name), existing.get(*name));
    match names.iter().map(order).find(|order| order.is_ne()) {
        Some(Ordering::Greater) => {
            Merge::Merged { item: incoming.clone(), because: "the moved record is newer" }
        }
        Some(_) => Merge::KeepExisting { because: "it is newer" },
        None => Merge::KeepExisting { because: "it is as new" },
    }
}

fn strongest(
    name: &str,
    ranks: &[&str],
    existing: &Item,
    incoming: &Item,
    mut filled: Item,
) -> Merge {
    let rank = |item: &Item| {
        let text = item.get(name)?.as_s().ok()?;
        ranks.iter().position(|rank| rank == text)
    };
    match (rank(existing), rank(incoming), incoming.get(name)) {
        (Some(here), Some(there), Some(value)) => {
            if there > here {
                filled.insert(name.to_owned(), value.clone());
            }
            result(existing, filled, "the stronger permission stays")
        }
        _ => refuse(existing, incoming),
    }
}

/// The sums of what both have; nothing where one is no number or a sum cannot be stored.
fn sum(mut item: Item, existing: &Item, incoming: &Item, names: &[&str]) -> Option<Item> {
    for name in names {
        if let (Some(here), Some(there)) = (existing.get(*name), incoming.get(*name)) {
            item.insert((*name).to_owned(), total(here, there)?);
        }
    }
    Some(item)
}

fn total(left: &AttributeValue, right: &AttributeValue) -> Option<AttributeValue> {
    use AttributeValue::{L, N};
    match (left, right) {
        (N(left), N(right)) => {
            let sum = Decimal::parse(left)?.plus(&Decimal::parse(right)?)?;
            Some(N(sum.to_string()))
        }
        (L(left), L(right)) if left.len() == right.len() => {
            let each = left.iter().zip(right).map(|(left, right)| total(left, right));
            each.collect::<Option<Vec<_>>>().map(L)
        }
        _ => None,
    }
}

fn latest(mut item: Item, incoming: &Item, time: &str) -> Item {
    if let Some(value) = incoming.get(time)
        && compare(Some(value), item.get(time)).is_gt()
    {
        item.insert(time.to_owned(), value.clone());
    }
    item
}

fn storage(existing: &Item, incoming: &Item, filled: Item) -> Merge {
    let content = |name: &String| !COPY.contains(&name.as_str());
    if !differing(existing, &filled).iter().any(content)
        && !differing(incoming, &filled).iter().any(content)
    {
        return result(existing, filled, "attributes that it lacked were added");
    }
    let time = |item: &Item| Decimal::parse(item.get("createdAt")?.as_n().ok()?);
    match time(incoming).zip(time(existing)).map(|(there, here)| there.cmp(&here)) {
        Some(Ordering::Greater) => {
            Merge::Merged { item: incoming.clone(), because: "the newer `createdAt` stays" }
        }
        Some(Ordering::Less) => Merge::KeepExisting { because: "the newer `createdAt` stays" },
        _ => refuse(existing, incoming),
    }
}

/// Numbers by value, texts by the time they tell; anything else is less than those.
fn compare(left: Option<&AttributeValue>, right: Option<&AttributeValue>) -> Ordering {
    let number = |value: Option<&AttributeValue>| Decimal::parse(value?.as_n().ok()?);
    let time = |value: Option<&AttributeValue>| instant(value?.as_s().ok()?);
    match (left, right) {
        (Some(left), Some(right)) if same_value(left, right) => Ordering::Equal,
        _ => number(left).cmp(&number(right)).then_with(|| time(left).cmp(&time(right))),
    }
}

/// RFC 3339, where a time without an offset is one in UTC: seconds and their billionths.
fn instant(text: &str) -> Option<(i64, u32)> {
    let read = |text: &str| DateTime::from_str(text, DateTimeFormat::DateTimeWithOffset).ok();
    let time = read(text).or_else(|| read(&format!("{text}Z")))?;
    Some((time.secs(), time.subsec_nanos()))
}
