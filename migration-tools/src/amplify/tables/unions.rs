//! Bringing together what two records have, each by one of its attributes. Nothing where the attribute
//! is of another type than expected, or where only a person can decide.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::engine::item::{Item, same_value};

/// The elements of a list of maps, told apart by a field. Elements that are in both stay as they are
/// in `item`, or must be the same.
pub(super) fn elements(
    mut item: Item,
    incoming: &Item,
    list: &str,
    by: &str,
    or_refuse: bool,
) -> Option<Item> {
    let Some(more) = incoming.get(list) else { return Some(item) };
    let Some(AttributeValue::L(all)) = item.get_mut(list) else { return None };
    let id = |element: &AttributeValue| element.as_m().ok()?.get(by).cloned();
    for element in more.as_l().ok()? {
        let key = id(element);
        let known = |other: &&AttributeValue| match (&key, id(other)) {
            (Some(key), Some(other)) => same_value(key, &other),
            _ => same_value(element, other),
        };
        match all.iter().find(known) {
            Some(other) if or_refuse && !same_value(element, other) => return None,
            Some(_) => {}
            None => all.push(element.clone()),
        }
    }
    Some(item)
}

/// The texts of a set, or of a list of texts.
pub(super) fn texts(mut item: Item, incoming: &Item, name: &str) -> Option<Item> {
    use AttributeValue::{L, Ss};
    let Some(more) = incoming.get(name) else { return Some(item) };
    match (item.get_mut(name)?, more) {
        (Ss(all), Ss(more)) => {
            let new: Vec<String> =
                more.iter().filter(|text| !all.contains(text)).cloned().collect();
            all.extend(new);
        }
        (L(all), L(more)) => {
            let new = more.iter().filter(|text| !all.iter().any(|other| same_value(text, other)));
            let new: Vec<AttributeValue> = new.cloned().collect();
            all.extend(new);
        }
        _ => return None,
    }
    Some(item)
}

/// The fields of a map; those that are in both come from `incoming` where that one is the later.
pub(super) fn fields(
    mut item: Item,
    incoming: &Item,
    name: &str,
    incoming_is_later: bool,
) -> Option<Item> {
    let Some(more) = incoming.get(name) else { return Some(item) };
    let AttributeValue::M(all) = item.get_mut(name)? else { return None };
    for (field, value) in more.as_m().ok()? {
        if incoming_is_later || !all.contains_key(field) {
            all.insert(field.clone(), value.clone());
        }
    }
    Some(item)
}
