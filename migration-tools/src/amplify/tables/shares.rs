//! Shares: from one record for each recipient to one record for each share in user storage.
//!
//! That happens only after the objects were moved; until then a record changes its ids and stays in its
//! table, where the application still reads it. What cannot be converted stays there too, so that
//! nothing is lost: entries without sharer or object, and everything of a user with more shares than
//! the application reads from user storage.
//!
//! Ids and dates of the new records are derived from the share, so that a second run makes the same
//! ones.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use time::OffsetDateTime;

use super::storage_item::{derived, storage_item};
use super::table::Table;
use super::user_storage::{SHARES_APP, STORAGE};
use super::{Context, Objects, by_edit, place, places, pointers, share_moved};
use crate::amplify::id_map::{IdMap, sanitise_user};
use crate::engine::item::{Item, same_value};
use crate::engine::number::Decimal;
use crate::engine::rewrite::{Changes, Edit, Here, Put};

/// How many shares the application lists from user storage.
const MAX_LISTED: usize = 100;
const SETTINGS_APP: &str = "amplify-user-settings";
const SETTINGS: &str = "user-settings";

pub(super) fn rewrite(table: &Table, item: &Item, context: &Context<'_>) -> Option<Changes> {
    if context.settings.objects == Objects::Stay {
        return places(table, item, context);
    }
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok());
    let of_id = || Some(text("id")?.split_once('/')?.0);
    let owner = text("user").map(String::as_str).or_else(of_id).unwrap_or_default();
    let Some(new) = context.map.owner(owner) else {
        let set = with_objects(table, item, context);
        return by_edit(table, item, Edit { set, ..Edit::default() });
    };
    convert(table, item, new, context)
}

/// New ids in the record, and new names of objects for what names a renamed user.
fn with_objects(
    table: &Table,
    item: &Item,
    context: &Context<'_>,
) -> BTreeMap<String, AttributeValue> {
    let mut set = place::changed(table.places, item, context.map);
    let Some(AttributeValue::L(before)) = item.get("data") else { return set };
    let mut entries = match set.get("data") {
        Some(AttributeValue::L(entries)) => entries.clone(),
        _ => before.clone(),
    };
    for entry in &mut entries {
        let AttributeValue::M(fields) = entry else { continue };
        if let Some(AttributeValue::S(key)) = fields.get_mut("key")
            && let Some(new) = share_moved(key, context)
        {
            *key = new;
        }
    }
    let (new, old) = (AttributeValue::L(entries), AttributeValue::L(before.clone()));
    if !same_value(&new, &old) {
        set.insert("data".to_owned(), new);
    }
    set
}

fn convert(table: &Table, item: &Item, owner: &str, context: &Context<'_>) -> Option<Changes> {
    let edit = Edit { set: with_objects(table, item, context), ..Edit::default() };
    let mut stays = edit.applied_to(item);
    let row_time =
        ["updatedAt", "createdAt"].iter().find_map(|name| milliseconds(item.get(*name)?));
    let mut puts = Vec::new();
    let mut notes = Vec::new();
    let mut rest = Vec::new();
    let mut seen = BTreeSet::new();
    let entries = match stays.get("data") {
        Some(AttributeValue::L(entries)) => entries.clone(),
        _ => Vec::new(),
    };
    for entry in &entries {
        match share(entry, (owner, context.map), row_time) {
            Some(share) if seen.insert(share.key.clone()) => puts.push(share.item),
            Some(_) => {}
            None => rest.push(entry.clone()),
        }
    }
    let shares = puts.len();
    if let Some(settings) = item.get("settings").filter(|settings| !is_empty(settings)) {
        let time = milliseconds_of(item, "createdAt").or(row_time).unwrap_or(0);
        puts.push(settings_item(owner, settings, time));
        stays.remove("settings");
    }
    if !rest.is_empty() {
        notes.push("shares without a sharer or an object stay in the table of shares");
    }
    if shares > MAX_LISTED {
        notes.push("more than 100 shares: all of them stay in the table of shares as well");
    } else if stays.get("data").is_some_and(AttributeValue::is_l) {
        stays.insert("data".to_owned(), AttributeValue::L(rest.clone()));
    }
    let converted = !puts.is_empty();
    let other = stays.get("data").is_some_and(|data| !data.is_l() && !is_empty(data));
    let mut puts: Vec<Put> = puts.into_iter().map(|item| Put { table: STORAGE, item }).collect();
    let mut here = Here::Delete;
    if !converted || other || !rest.is_empty() || shares > MAX_LISTED {
        if stays.get("id").zip(item.get("id")).is_some_and(|(new, old)| same_value(new, old)) {
            let edit = difference(item, &stays);
            if puts.is_empty() && edit == Edit::default() {
                return None;
            }
            here = Here::Edit(edit);
        } else {
            puts.push(Put { table: table.key, item: stays });
        }
    }
    Some(Changes { puts, here, notes })
}

fn difference(old: &Item, new: &Item) -> Edit {
    let changed = |(name, value): &(&String, &AttributeValue)| {
        !old.get(*name).is_some_and(|old| same_value(old, value))
    };
    let set = new.iter().filter(changed).map(|(name, value)| (name.clone(), value.clone()));
    let remove = old.keys().filter(|name| !new.contains_key(*name)).cloned();
    Edit { set: set.collect(), remove: remove.collect() }
}

struct Share {
    /// The name that its object has when it was moved, by which two are told apart.
    key: String,
    item: Item,
}

/// The record of one share; nothing for an entry that names no sharer or no object.
fn share(
    entry: &AttributeValue,
    (owner, map): (&str, &IdMap),
    row_time: Option<i64>,
) -> Option<Share> {
    let fields = entry.as_m().ok()?;
    let text = |name: &str| fields.get(name)?.as_s().ok().filter(|text| !text.is_empty());
    let (sharer, key) = (text("sharedBy")?, text("key")?);
    let prefixed = || format!("shares/{}", key.strip_prefix("shares/").unwrap_or(key));
    let moved = pointers::share(key, map).unwrap_or_else(prefixed);
    let time = milliseconds_of(fields, "sharedAt").filter(|time| *time > 0).or(row_time);
    let time = time.unwrap_or(0);
    let mut data = fields.clone();
    data.entry("note".to_owned()).or_insert_with(|| AttributeValue::S(String::new()));
    data.entry("sharedAt".to_owned()).or_insert_with(|| AttributeValue::N("0".to_owned()));
    let sort = format!("{sharer}#{}#{}", day(time), derived(&moved));
    let item = stored(owner, SHARES_APP, "received", &sort, data, time);
    Some(Share { key: moved, item })
}

fn settings_item(owner: &str, settings: &AttributeValue, time: i64) -> Item {
    let data = Item::from([("settings".to_owned(), settings.clone())]);
    stored(owner, SETTINGS_APP, SETTINGS, SETTINGS, data, time)
}

/// A record of user storage; the time is in milliseconds.
fn stored(owner: &str, app: &str, kind: &str, sort: &str, data: Item, time: i64) -> Item {
    let key = format!("{}#{app}#{kind}", sanitise_user(owner));
    storage_item(&key, sort, data, time.div_euclid(1000))
}

/// The day of a time in milliseconds, in UTC.
fn day(time: i64) -> String {
    let date = OffsetDateTime::from_unix_timestamp(time.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

fn milliseconds_of(item: &Item, name: &str) -> Option<i64> {
    milliseconds(item.get(name)?)
}

fn milliseconds(value: &AttributeValue) -> Option<i64> {
    Decimal::parse(value.as_n().ok()?)?.floor()
}

fn is_empty(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::M(fields) => fields.is_empty(),
        AttributeValue::L(all) => all.is_empty(),
        AttributeValue::S(text) => text.is_empty(),
        AttributeValue::Null(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::testing::{item, map, moved, people, rewritten, table};
    use super::super::{Everything, Settings, rewrite as rewrite_record};
    use super::*;
    use crate::engine::rewrite::{Record, Rewrite};

    const ADA: &str = "ada.lovelace@example.edu";
    const ALAN: &str = "alan.turing@example.edu";
    const TABLE: &str = "SHARES_DYNAMODB_TABLE";

    fn entry(sharer: &str, key: &str) -> Value {
        json!({"sharedBy": sharer, "note": "see this", "sharedAt": 1720714099836i64, "key": key})
    }

    fn row(user: &str, data: Value) -> Item {
        item(
            json!({"id": format!("{user}/7b0c"), "user": user, "name": "/state/share", "data": data,
            "createdAt": 1720714099836i64, "updatedAt": 1720800000000i64}),
        )
    }

    fn changes(row: &Item) -> Changes {
        match rewritten(TABLE, row, &people()) {
            Rewrite::Changes(changes) => changes,
            other => panic!("{other:?}"),
        }
    }

    fn text<'i>(item: &'i Item, name: &str) -> &'i str {
        item[name].as_s().unwrap()
    }

    #[test]
    fn a_record_becomes_one_for_each_share_and_one_for_the_settings() {
        let settings = json!({"theme": "dark", "featureOptions": {"n": 1.5}, "hiddenModelIds": []});
        let mut row = row(ADA, json!([entry(ALAN, &format!("{ADA}/{ALAN}/2024-07-11/3f6c.json"))]));
        row.extend(item(json!({"settings": settings})));
        let changes = changes(&row);
        assert_eq!((changes.here, changes.puts.len()), (Here::Delete, 2));
        let share = &changes.puts[0].item;
        let sort = text(share, "SK").to_owned();
        assert!(sort.starts_with("turinga1#2024-07-11#"), "the day of the share: {sort}");
        let uuid = text(share, "UUID").to_owned();
        assert!(!sort.contains(&uuid));
        let data = entry("turinga1", "shares/lovelaa1/turinga1/2024-07-11/3f6c.json");
        let expected = json!({"PK": "lovelaa1#amplify-shares#received", "SK": sort, "itemId": sort,
            "UUID": uuid, "data": data, "appId": "lovelaa1#amplify-shares", "entityType": "received",
            "createdAt": 1720714099});
        assert_eq!(*share, item(expected));
        let kept = &changes.puts[1];
        assert_eq!(kept.table, STORAGE);
        assert_eq!(text(&kept.item, "PK"), "lovelaa1#amplify-user-settings#user-settings");
        assert_eq!(kept.item["data"], AttributeValue::M(item(json!({"settings": settings}))));
    }

    #[test]
    fn a_second_run_derives_the_same_records_and_a_share_is_one() {
        let key = format!("{ADA}/{ALAN}/2024-07-11/3f6c.json");
        let prefixed = format!("shares/{key}");
        let once = changes(&row(ADA, json!([entry(ALAN, &key)])));
        let twice = changes(&row(ADA, json!([entry(ALAN, &key), entry(ALAN, &prefixed)])));
        assert_eq!(once, twice);
        for put in &once.puts {
            assert_eq!(rewritten(put.table, &put.item, &people()), Rewrite::Unchanged);
        }
    }

    #[test]
    fn what_cannot_be_converted_stays_under_the_new_id() {
        let good = entry(ALAN, &format!("{ADA}/{ALAN}/1.json"));
        let bad = json!({"sharedBy": ALAN, "note": "no object"});
        let both = changes(&row(ADA, json!([good, bad])));
        assert_eq!(both.puts.len(), 2);
        let stays = json!([{"sharedBy": "turinga1", "note": "no object"}]);
        assert_eq!(both.puts[1], Put { table: TABLE, item: row("lovelaa1", stays) });
        for data in [json!([]), json!(null), json!("text"), json!([bad])] {
            let puts = changes(&row(ADA, data.clone())).puts;
            assert_eq!(puts.len(), 1, "{data}");
            assert_eq!(
                (puts[0].table, text(&puts[0].item, "id")),
                (TABLE, "lovelaa1/7b0c"),
                "{data}"
            );
        }
        let many: Vec<Value> =
            (0..101).map(|n| entry(ALAN, &format!("{ADA}/{ALAN}/{n}.json"))).collect();
        let puts = changes(&row(ADA, json!(many))).puts;
        assert_eq!(puts.len(), 102);
        let all = puts[101].item["data"].as_l().unwrap();
        assert_eq!(all.len(), 101);
        let key = &all[0].as_m().unwrap()["key"];
        assert_eq!(key.as_s().unwrap(), "shares/lovelaa1/turinga1/0.json");
    }

    #[test]
    fn a_record_whose_id_names_nobody_is_not_put_over_itself() {
        let mut odd = row(ADA, json!([{"note": "bad"}]));
        odd.extend(item(json!({"id": "7b0c"})));
        let changes = changes(&odd);
        assert_eq!(changes.puts, []);
        let Here::Edit(edit) = changes.here else { panic!("{changes:?}") };
        assert_eq!(edit.set.keys().collect::<Vec<_>>(), ["user"]);
        let nobodys = item(json!({"id": ADA, "user": null, "data": []}));
        assert_eq!(rewritten(TABLE, &nobodys, &people()), Rewrite::Unchanged);
    }

    #[test]
    fn shares_of_others_follow_their_sharers() {
        let before = row(
            "bob",
            json!([entry(ALAN, &format!("bob/{ALAN}/1.json")), entry("bob", "bob/bob/2.json")]),
        );
        let after = row(
            "bob",
            json!([
                entry("turinga1", "shares/bob/turinga1/1.json"),
                entry("bob", "bob/bob/2.json")
            ]),
        );
        let changes = changes(&before);
        let Here::Edit(edit) = &changes.here else { panic!("{changes:?}") };
        assert_eq!(edit.applied_to(&before), after);
        assert_eq!(rewritten(TABLE, &after, &people()), Rewrite::Unchanged);
    }

    #[test]
    fn keys_of_user_storage_are_sanitised_and_object_names_are_not() {
        let map = map(&[("ada", "love+1")]);
        let Rewrite::Changes(changes) =
            rewritten(TABLE, &row("ada", json!([entry("ada", "ada/ada/1.json")])), &map)
        else {
            panic!("unchanged")
        };
        let share = &changes.puts[0].item;
        assert_eq!(text(share, "PK"), "love-1#amplify-shares#received");
        assert!(text(share, "SK").starts_with("love+1#"));
        assert_eq!(
            share["data"].as_m().unwrap()["key"].as_s().unwrap(),
            "shares/love+1/love+1/1.json"
        );
    }

    #[test]
    fn without_moved_objects_ids_change_and_nothing_else() {
        let key = format!("{ADA}/{ALAN}/1.json");
        let map = people();
        let settings = Settings { objects: Objects::Stay, ..moved() };
        let context = Context { map: &map, settings: &settings, moved: &Everything::default() };
        let record = Record { item: row(ADA, json!([entry(ALAN, &key)])) };
        let rewrite = rewrite_record(table(TABLE), &record, &context);
        let expected = Changes::moved(TABLE, row("lovelaa1", json!([entry("turinga1", &key)])));
        assert_eq!(rewrite, Rewrite::Changes(expected));
    }

    #[test]
    fn days_are_those_of_utc() {
        for (time, expected) in [
            (0, "1970-01-01"),
            (1720742399999, "2024-07-11"),
            (1720742400000, "2024-07-12"),
            (i64::MAX, "1970-01-01"),
        ] {
            assert_eq!(day(time), expected);
        }
    }
}
