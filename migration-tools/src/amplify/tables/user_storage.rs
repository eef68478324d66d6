//! User storage: what users keep, under keys that are made of their ids.
//!
//! Ids live in `PK` and `appId`, in `SK` and its copy `itemId` where someone shared something, and in
//! `data`: who shared it, the name of its object, and whose logs they are.
//!
//! `data` comes in three shapes: as the application writes it, with each value wrapped in its type
//! (`{"sharedBy": {"S": …}}`), and with all of it wrapped once more (`{"M": {…}}`). Whatever is found is
//! written back in the shape it was found in.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::storage_key::StorageKey;
use super::table::Table;
use super::{Context, Objects, by_edit, share_moved};
use crate::amplify::id_map::IdMap;
use crate::engine::item::Item;
use crate::engine::rewrite::{Changes, Edit, Here, Put};

/// The key of the table that all user storage goes to.
pub(super) const STORAGE: &str = "USER_DATA_STORAGE_TABLE";
pub(super) const SHARES_APP: &str = "amplify-shares";
const LOGS_APP: &str = "amplify-agent-logs";
/// Of the copies of artifacts that were shared.
const SHARED_WITH: &str = "shared-with-";

/// A record of the table itself.
pub(super) fn rewrite(table: &Table, item: &Item, context: &Context<'_>) -> Option<Changes> {
    by_edit(table, item, edit(item, context))
}

/// A record of the old table: copied, under new ids, and left where it is.
pub(super) fn copy(item: &Item, context: &Context<'_>) -> Changes {
    let item = edit(item, context).applied_to(item);
    Changes { puts: vec![Put { table: STORAGE, item }], here: Here::Keep, notes: Vec::new() }
}

fn edit(item: &Item, context: &Context<'_>) -> Edit {
    let map = context.map;
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str);
    let mut set = BTreeMap::new();
    let mut write = |name: &str, new: Option<String>| {
        set.extend(new.map(|new| (name.to_owned(), AttributeValue::S(new))));
    };
    let renamed = |name: &str| StorageKey::parse(text(name)?)?.renamed(map);
    // What the record is goes by its right key, which a malformed one is not.
    let right = renamed("PK");
    let key = right.as_deref().or(text("PK")).and_then(StorageKey::parse);
    let shared = key.is_some_and(|key| key.app == SHARES_APP && key.kind.is_some());
    let logs = key.is_some_and(|key| key.app == LOGS_APP);
    write("PK", right);
    write("appId", renamed("appId"));
    write("SK", text("SK").and_then(|sort| sort_key(sort, shared, map)));
    write("itemId", text("itemId").and_then(|id| item_id(id, shared, map)));
    if let Some(data) = item.get("data") {
        let received = shared || text("entityType") == Some("received");
        let mut data = data.clone();
        let mut changed = false;
        changed |= replace(&mut data, "sharedBy", |id| map.whole(id));
        changed |= logs && replace(&mut data, "user", |id| map.whole(id));
        changed |= received
            && context.settings.objects == Objects::Moved
            && replace(&mut data, "key", |path| share_moved(path, context));
        if changed {
            set.insert("data".to_owned(), data);
        }
    }
    Edit { set, ..Edit::default() }
}

/// `shared-with-{user}#…`, and `{sharer}#…` among what was shared.
fn sort_key(sort: &str, shared: bool, map: &IdMap) -> Option<String> {
    reader_or_sharer(sort, shared, |id| map.up_to(id, "#"))
}

/// As the sort key, which has a range behind it where the item has one.
fn item_id(id: &str, shared: bool, map: &IdMap) -> Option<String> {
    sort_key(id, shared, map).or_else(|| reader_or_sharer(id, shared, |id| map.whole(id)))
}

/// An id may begin as the sort key of a copy does: what is no reader's may still be a sharer's.
fn reader_or_sharer(
    text: &str,
    shared: bool,
    rename: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let reader = text.strip_prefix(SHARED_WITH).and_then(&rename);
    let reader = reader.map(|renamed| SHARED_WITH.to_owned() + &renamed);
    reader.or_else(|| if shared { rename(text) } else { None })
}

/// Rewrites a text in `data`, in any of its shapes; whether it did.
fn replace(
    data: &mut AttributeValue,
    name: &str,
    rewrite: impl Fn(&str) -> Option<String>,
) -> bool {
    use AttributeValue::{M, S};
    let M(fields) = data else { return false };
    let wrapped = fields.len() == 1 && fields.get("M").is_some_and(AttributeValue::is_m);
    let fields = match fields.get_mut("M") {
        Some(M(inner)) if wrapped => inner,
        _ => fields,
    };
    let text = match fields.get_mut(name) {
        Some(S(text)) => text,
        Some(M(typed)) if typed.len() == 1 => match typed.get_mut("S") {
            Some(S(text)) => text,
            _ => return false,
        },
        _ => return false,
    };
    match rewrite(text) {
        Some(new) => {
            *text = new;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::pointers::share;
    use super::super::testing::{after, item, map, moved, people, rewritten, table};
    use super::super::{Everything, Settings, rewrite as rewrite_record};
    use super::*;
    use crate::engine::rewrite::{Record, Rewrite};

    const ADA: &str = "ada.lovelace@example.edu";
    const ALAN: &str = "alan.turing@example.edu";

    fn becomes(before: &Value, expected: &Value) {
        let (new, _) = after(STORAGE, &item(before.clone()), &people());
        assert_eq!(new, item(expected.clone()), "{before}");
        assert_eq!(
            rewritten(STORAGE, &new, &people()),
            Rewrite::Unchanged,
            "a second time: {before}"
        );
    }

    fn received(owner: &str, sharer: &str, id: &str, key: &str) -> Value {
        json!({"PK": format!("{owner}#amplify-shares#received"),
            "SK": format!("{sharer}#2025-10-01#5f0c"), "UUID": "9a1e",
            "appId": format!("{owner}#amplify-shares"), "entityType": "received",
            "itemId": format!("{id}#2025-10-01#5f0c"), "createdAt": 1759300000,
            "data": {"sharedBy": sharer, "note": "hi", "sharedAt": 1759300000123i64, "key": key}})
    }

    #[test]
    fn a_received_share_changes_wherever_it_names_someone() {
        let key = format!("{ADA}/{ALAN}/2025-10-01/77aa.json");
        let expected = received(
            "lovelaa1",
            "turinga1",
            "turinga1",
            "shares/lovelaa1/turinga1/2025-10-01/77aa.json",
        );
        becomes(&received(ADA, ALAN, ALAN, &key), &expected);
        // As the original left it: a stale `itemId`.
        becomes(
            &received(
                "lovelaa1",
                "turinga1",
                ALAN,
                "shares/lovelaa1/turinga1/2025-10-01/77aa.json",
            ),
            &expected,
        );
        let already = format!("shares/{key}");
        becomes(&received(ADA, ALAN, ALAN, &already), &expected);
    }

    #[test]
    fn objects_that_stay_keep_their_names() {
        let key = format!("{ADA}/{ALAN}/2025-10-01/77aa.json");
        let settings = Settings { objects: Objects::Stay, ..moved() };
        let map = people();
        let record = Record { item: item(received(ADA, ALAN, ALAN, &key)) };
        let context = Context { map: &map, settings: &settings, moved: &Everything::default() };
        let Rewrite::Changes(changes) = rewrite_record(table(STORAGE), &record, &context) else {
            panic!("unchanged")
        };
        assert_eq!(changes.puts[0].item, item(received("lovelaa1", "turinga1", "turinga1", &key)));
    }

    #[test]
    fn names_of_objects_change_by_segments_and_only_where_users_stand() {
        let map = map(&[("al", "turinga1"), ("turinga", "x1"), ("2025", "x2"), ("same", "same")]);
        for (path, expected) in [
            ("al/bob/2025/al-1.json", Some("shares/turinga1/bob/2025/al-1.json")),
            ("bob/al/al/al.json", Some("shares/bob/turinga1/al/al.json")),
            ("shares/bob/al/1.json", Some("shares/bob/turinga1/1.json")),
            ("nobody/alice/2025/al-1.json", None),
            ("nobody/alice/al", None),
            ("same/same/1.json", Some("shares/same/same/1.json")),
            ("al/1.json", None),
            ("x.json", None),
        ] {
            assert_eq!(share(path, &map).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn all_three_shapes_are_read_and_written_back() {
        let (old, new) = (format!("{ADA}/{ALAN}/1.json"), "shares/lovelaa1/turinga1/1.json");
        let typed = |sharer: &str, key: &str| json!({"sharedBy": {"S": sharer}, "key": {"S": key}, "n": {"N": "1"}});
        for (before, after) in [
            (json!({"sharedBy": ALAN, "key": old}), json!({"sharedBy": "turinga1", "key": new})),
            (typed(ALAN, &old), typed("turinga1", new)),
            (json!({"M": typed(ALAN, &old)}), json!({"M": typed("turinga1", new)})),
        ] {
            let row =
                |data: Value| json!({"PK": "bob#amplify-shares#received", "SK": "s", "data": data});
            becomes(&row(before), &row(after));
        }
        // What stopped the original at this record and all behind it.
        for data in [
            json!({"key": {"S": {"S": "x"}}}),
            json!({"key": 1}),
            json!([ADA]),
            json!(null),
            json!(ADA),
        ] {
            let row = json!({"PK": "bob#amplify-shares#received", "SK": "s", "data": data});
            becomes(&row, &row);
        }
    }

    #[test]
    fn copies_of_artifacts_name_their_readers() {
        let row = |owner: &str, reader: &str| {
            json!({"PK": format!("{owner}#amplify-artifacts#artifact-content"),
                "SK": format!("shared-with-{reader}#20250305/Game:v3"),
                "itemId": format!("shared-with-{reader}#20250305/Game:v3")})
        };
        becomes(&row(ALAN, ADA), &row("turinga1", "lovelaa1"));
        becomes(&row("bob", ADA), &row("bob", "lovelaa1"));
        becomes(&row("bob", &format!("{ADA}x")), &row("bob", &format!("{ADA}x")));
        let ranged = |reader: &str| {
            json!({"PK": "bob#amplify-artifacts#artifact-content", "rangeKey": "Game",
                "SK": format!("shared-with-{reader}#Game"), "itemId": format!("shared-with-{reader}")})
        };
        becomes(&ranged(ADA), &ranged("lovelaa1"));
    }

    #[test]
    fn a_sharer_whose_id_begins_as_a_copy_does_is_found() {
        let map = map(&[("shared-with-al", "turinga1"), ("ada", "lovelaa1")]);
        for (before, after) in [
            ("shared-with-al#2025#1", "turinga1#2025#1"),
            ("shared-with-al", "turinga1"),
            ("shared-with-ada#2025#1", "shared-with-lovelaa1#2025#1"),
            ("shared-with-bob#2025#1", "shared-with-bob#2025#1"),
        ] {
            assert_eq!(item_id(before, true, &map).as_deref().unwrap_or(before), after);
        }
        assert_eq!(sort_key("shared-with-al#2025#1", false, &map), None, "no share");
    }

    #[test]
    fn only_shares_have_a_sharer_in_their_sort_key_and_only_logs_a_user_in_their_data() {
        let row = |owner: &str, app: &str, user: &str| {
            json!({"PK": format!("{owner}#{app}"), "SK": format!("{ADA}#1"),
                "data": {"user": user, "logs": {"user": ADA}, "key": format!("{ADA}/x")}})
        };
        let memory = "amplify-memory#note";
        becomes(&row(ADA, memory, ADA), &row("lovelaa1", memory, ADA));
        let logs = "amplify-agent-logs#scheduled-task-logs";
        becomes(&row(ADA, logs, ADA), &row("lovelaa1", logs, "lovelaa1"));
    }

    #[test]
    fn malformed_keys_are_repaired_with_their_app_id() {
        let x = "ada-lovelace-example-edu";
        let row = |owner: &str, app: &str| {
            json!({"PK": format!("{owner}#{app}#workflow-templates"), "SK": "2b6f",
                "appId": format!("{owner}#{app}"), "data": {"steps": []}})
        };
        let right = row("lovelaa1", "amplify-workflows");
        becomes(&row("lovelaa1", &format!("{x}-amplify-workflows")), &right);
        becomes(&row(ADA, &format!("{x}-amplify-workflows")), &right);
        let logs = |owner: &str, app: &str, user: &str| {
            json!({"PK": format!("{owner}#{app}#scheduled-task-logs"), "SK": "t",
                "data": {"user": user}})
        };
        let malformed = format!("{x}-amplify-agent-logs");
        becomes(&logs(ADA, &malformed, ADA), &logs("lovelaa1", "amplify-agent-logs", "lovelaa1"));
        let other = row("bob", &format!("{x}-amplify-workflows"));
        becomes(&other, &other);
    }

    #[test]
    fn records_of_tools_have_keys_and_data_only() {
        let row = |owner: &str| json!({"PK": format!("{owner}#amplify-mcp#mcp_servers"), "SK": "mcp_1_a", "data": {"url": ADA}});
        becomes(&row(ADA), &row("lovelaa1"));
    }

    #[test]
    fn the_old_table_is_copied_whole_and_kept() {
        let row = |owner: &str| {
            json!({"PK": format!("{owner}#amplify-memory#note"), "SK": "n1", "UUID": "u",
                "appId": format!("{owner}#amplify-memory"), "entityType": "note",
                "createdAt": 1750000000, "data": {"t": "x"}})
        };
        let share = format!("{ADA}/{ALAN}/2025-10-01/77aa.json");
        let shared = |names: bool| match names {
            false => received(ADA, ALAN, ALAN, &share),
            true => received(
                "lovelaa1",
                "turinga1",
                "turinga1",
                "shares/lovelaa1/turinga1/2025-10-01/77aa.json",
            ),
        };
        for (before, copied) in
            [(row(ADA), row("lovelaa1")), (row("bob"), row("bob")), (shared(false), shared(true))]
        {
            let Rewrite::Changes(changes) =
                rewritten("OLD_USER_STORAGE_TABLE", &item(before), &people())
            else {
                panic!("unchanged")
            };
            assert_eq!(changes.here, Here::Keep);
            assert_eq!(changes.puts, [Put { table: STORAGE, item: item(copied) }]);
        }
    }
}
