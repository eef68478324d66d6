//! What holds for every table and every record: nobody but the users of the map is touched, nothing but
//! ids changes, and a second run changes nothing.

use std::sync::LazyLock;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::place::{Form, When};
use super::table::Code;
use super::testing::map;
use super::{Context, Everything, Objects, Settings, Table, all, leftovers, rewrite};
use crate::amplify::id_map::{IdMap, sanitise_user};
use crate::engine::item::Item;
use crate::engine::rewrite::{Changes, Here, Record, Rewrite};

/// One id the beginning of another, new ids that begin with old ones, and ids with the characters that
/// keys, paths and expressions might trip over.
static RENAMED: LazyLock<IdMap> = LazyLock::new(|| {
    map(&[
        ("turing", "turinga2"),
        ("turin", "turin-new"),
        ("al", "alan9"),
        ("ada+x@ex.edu", "love+1"),
        ("o'neil \"x\"", "oneil"),
        ("日本 é", "jp.1"),
        ("a|b:c", "abc_1"),
        ("same", "same"),
    ])
});
static IDENTITY: LazyLock<IdMap> = LazyLock::new(|| map(&USERS.map(|user| (user, user))));

const USERS: [&str; 8] =
    ["turing", "turin", "al", "ada+x@ex.edu", "o'neil \"x\"", "日本 é", "a|b:c", "same"];
const OTHERS: [&str; 10] =
    ["turinga1", "turi", "alice", "TURING", "turing ", "ada", "system", "same", "Group_6f", "jp.1"];
const APPS: [&str; 7] = [
    "amplify-shares#received",
    "amplify-agent-logs#scheduled-task-logs",
    "amplify-mcp#mcp_servers",
    "al-amplify-workflows#workflow-templates",
    "turing-amplify-agent-logs#scheduled-task-logs",
    "amplify-memory",
    "x",
];

type Ids = &'static [&'static str];

/// Texts with ids in all the ways that are known, and in some that are not.
fn text(ids: Ids) -> BoxedStrategy<String> {
    let id = move || select(ids);
    prop_oneof![
        4 => id().prop_map(str::to_owned),
        1 => id().prop_map(|id| sanitise_user(id).into_owned()),
        1 => (id(), "[#/]", id()).prop_map(|(a, mark, b)| format!("{a}{mark}{b}")),
        1 => (id(), id(), "[a-z]{3}").prop_map(|(a, b, kind)| format!("{a}/thr/1/{b}/{kind}/2")),
        1 => (id(), "run|ast|thr").prop_map(|(id, kind)| format!("{id}/{kind}/7")),
        2 => (id(), select(&APPS[..])).prop_map(|(id, app)| format!("{id}#{app}")),
        1 => id().prop_map(|id| format!("shared-with-{id}#20250305/G:v3")),
        1 => (id(), id()).prop_map(|(a, b)| format!("shares/{a}/{b}/2025/{a}.json")),
        1 => id().prop_map(|id| format!("x{id}x")),
        1 => Just(String::new()),
    ]
    .boxed()
}

/// Values of every type, nested, with ids where no fact expects them.
fn value(ids: Ids) -> BoxedStrategy<AttributeValue> {
    let leaf = prop_oneof![
        6 => text(ids).prop_map(S),
        1 => "-?[0-9]{1,38}(\\.0{0,2})?".prop_map(N),
        1 => any::<bool>().prop_map(Bool),
        1 => Just(Null(true)),
        1 => vec(any::<u8>(), 0..6).prop_map(|bytes| B(Blob::new(bytes))),
        1 => btree_set("[1-9][0-9]{0,3}", 1..4).prop_map(|set| Ns(set.into_iter().collect())),
        1 => btree_set(text(ids), 1..4).prop_map(|set| Ss(set.into_iter().collect())),
        1 => btree_set(vec(any::<u8>(), 1..4), 1..3)
            .prop_map(|set| Bs(set.into_iter().map(Blob::new).collect())),
    ];
    let name = prop_oneof![
        "[a-z]{1,2}|sharedBy|key|user|S|M|users|email|members|createdBy|accessTo".boxed(),
        select(ids).prop_map(str::to_owned).boxed(),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(L),
            btree_map(name.clone(), inner, 0..4).prop_map(|all| M(all.into_iter().collect())),
        ]
    })
    .boxed()
}

/// A value that has these texts where the path leads.
fn at(steps: &[&str], texts: &[String]) -> AttributeValue {
    let Some((step, rest)) = steps.split_first() else {
        return S(texts.first().cloned().unwrap_or_default());
    };
    let each = || texts.iter().map(|text| at(rest, std::slice::from_ref(text)));
    match *step {
        "[]" => L(each().collect()),
        "{}" => M(texts.iter().map(|text| (text.clone(), S("read".into()))).collect()),
        "*" => M(each().enumerate().map(|(at, value)| (format!("g{at}"), value)).collect()),
        name => M([(name.to_owned(), at(rest, texts))].into()),
    }
}

/// A record of a table: texts or anything in every place that the facts know, and more beside them.
fn record(table: &'static Table, ids: Ids) -> impl Strategy<Value = Item> {
    let places = table.places.iter().map(|place| place.path);
    let paths: Vec<&str> = places.chain(table.kept.iter().chain(table.pointers).copied()).collect();
    let storage = ["SK", "PK", "appId", "itemId", "entityType", "data"];
    let is_storage = matches!(table.code, Code::Storage | Code::OldStorage);
    let names = table.keys.iter().chain(if is_storage { &storage[..] } else { &[] });
    let names: Vec<&str> = names.copied().collect();
    let count = paths.len() + names.len();
    let condition = table.places.iter().find_map(|place| match place.when {
        When::Is(name, is) | When::IsOrAbsent(name, is) => Some((name.to_owned(), S(is.into()))),
        When::Always => None,
    });
    (vec(vec(text(ids), 1..4), count), btree_map("[x-z]", value(ids), 0..3), vec(value(ids), count))
        .prop_flat_map(move |(texts, more, values)| {
            let mut item: Item = more.into_iter().collect();
            for (name, texts) in names.iter().zip(&texts[paths.len()..]) {
                item.insert((*name).to_owned(), at(&[], texts));
            }
            for (path, texts) in paths.iter().zip(&texts) {
                let steps: Vec<&str> = path.split('.').collect();
                item.insert(steps[0].to_owned(), at(&steps[1..], texts));
            }
            item.extend(condition.clone());
            let keys = table.keys;
            let optional: Vec<&str> =
                paths.iter().map(|path| path.split('.').next().unwrap_or(path)).collect();
            let odd = vec(any::<proptest::sample::Index>(), 0..2);
            odd.prop_map(move |odd| {
                let mut item = item.clone();
                for at in odd.iter().filter(|_| !optional.is_empty()) {
                    let name = *at.get(&optional);
                    if !keys.contains(&name) {
                        item.insert(name.to_owned(), at.get(&values).clone());
                    }
                }
                item
            })
        })
}

fn any_record(ids: Ids) -> impl Strategy<Value = (&'static Table, Item)> {
    let tables: Vec<&'static Table> = all().collect();
    select(tables)
        .prop_flat_map(move |table| record(table, ids).prop_map(move |item| (table, item)))
}

fn run(table: &Table, item: &Item, map: &IdMap, objects: Objects) -> Rewrite {
    let settings = Settings { objects, ..Settings::default() };
    rewrite(
        table,
        &Record { item: item.clone() },
        &Context { map, settings: &settings, moved: &Everything::default() },
    )
}

/// Everything that stands somewhere afterwards, by the key of its table.
fn world(table: &'static Table, item: &Item, changes: &Changes) -> Vec<(&'static str, Item)> {
    let mut all: Vec<_> = changes.puts.iter().map(|put| (put.table, put.item.clone())).collect();
    if let Here::Edit(edit) = &changes.here {
        all.push((table.key, edit.applied_to(item)));
    }
    all
}

fn objects() -> impl Strategy<Value = Objects> {
    select(&[Objects::Stay, Objects::Moved][..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_second_run_changes_nothing((table, item) in any_record(&USERS), objects in objects()) {
        if let Rewrite::Changes(changes) = run(table, &item, &RENAMED, objects) {
            for (key, item) in world(table, &item, &changes) {
                let table = Table::of_key(key).ok_or(TestCaseError::fail("a table of nobody"))?;
                prop_assert_eq!(run(table, &item, &RENAMED, objects), Rewrite::Unchanged, "{}", key);
            }
        }
    }

    #[test]
    fn an_identity_map_changes_nothing((table, item) in any_record(&USERS), objects in objects()) {
        unchanged(table, &item, &IDENTITY, objects)?;
    }

    #[test]
    fn users_outside_the_map_are_not_touched((table, item) in any_record(&OTHERS), objects in objects()) {
        unchanged(table, &item, &RENAMED, objects)?;
    }

    #[test]
    fn only_places_of_ids_change((table, item) in any_record(&USERS)) {
        let Rewrite::Changes(changes) = run(table, &item, &RENAMED, Objects::Stay) else {
            return Ok(());
        };
        let storage = ["PK", "SK", "appId", "itemId", "data"];
        let expected: Vec<&str> = match table.code {
            Code::Storage | Code::OldStorage => storage.to_vec(),
            _ => table.places.iter().map(|place| place.attribute()).collect(),
        };
        for (_, new) in world(table, &item, &changes) {
            prop_assert_eq!(new.len(), item.len(), "{}", table.key);
            for (name, value) in &item {
                if !expected.contains(&name.as_str()) {
                    prop_assert_eq!(new.get(name), Some(value), "{} {}", table.key, name);
                }
            }
            let (mut before, mut after) = (Vec::new(), Vec::new());
            item.values().for_each(|value| not_texts(value, &mut before));
            new.values().for_each(|value| not_texts(value, &mut after));
            before.sort();
            after.sort();
            prop_assert_eq!(before, after, "{}", table.key);
        }
    }

    #[test]
    fn no_old_id_is_left_but_where_it_may(
        at_table in any::<proptest::sample::Index>(),
        ids in vec(select(&USERS[..]), 1..4),
        objects in objects(),
    ) {
        let tables: Vec<&'static Table> = all().collect();
        let table = *at_table.get(&tables);
        let item = proper(table, &ids);
        let before = leftovers(&item, &RENAMED, &table.allowed());
        match run(table, &item, &RENAMED, objects) {
            Rewrite::Changes(changes) => {
                let named = objects == Objects::Moved && !table.pointers.is_empty();
                let any = !before.is_empty() || table.code == Code::OldStorage;
                prop_assert!(any || named, "{}", table.key);
                for (key, item) in world(table, &item, &changes) {
                    let table = Table::of_key(key).ok_or(TestCaseError::fail("no table"))?;
                    let left = leftovers(&item, &RENAMED, &table.allowed());
                    prop_assert_eq!(left, vec![], "{}", key);
                }
            }
            _ => prop_assert_eq!(before, vec![], "{}", table.key),
        }
    }
}

/// A record that has ids where the facts expect them and in the form that they expect.
fn proper(table: &Table, ids: &[&str]) -> Item {
    let mut ids = ids.iter().cycle();
    let mut id = || ids.next().copied().unwrap_or("x");
    let mut item: Item =
        table.keys.iter().map(|key| ((*key).to_owned(), S("k".to_owned()))).collect();
    for place in table.places {
        let text = match place.form {
            Form::Whole => id().to_owned(),
            Form::UpTo(mark) => format!("{}{mark}1", id()),
            Form::By(_) => format!("{}/thr/1/{}/ast/2", id(), id()),
        };
        if let When::Is(name, is) | When::IsOrAbsent(name, is) = place.when {
            item.insert(name.to_owned(), S(is.to_owned()));
        }
        let steps: Vec<&str> = place.path.split('.').skip(1).collect();
        item.insert(place.attribute().to_owned(), at(&steps, &[text]));
    }
    if matches!(table.code, Code::Storage | Code::OldStorage) {
        let owner = sanitise_user(id()).into_owned();
        let sort = format!("{}#2025#1", id());
        for (name, text) in [
            ("PK", format!("{owner}#amplify-shares#received")),
            ("appId", format!("{owner}#amplify-shares")),
            ("SK", sort.clone()),
            ("itemId", sort),
        ] {
            item.insert(name.to_owned(), S(text));
        }
        let data = [("sharedBy", id().to_owned()), ("key", format!("{}/{}/1.json", id(), id()))];
        let data = data.map(|(name, text)| (name.to_owned(), S(text)));
        item.insert("data".to_owned(), M(data.into()));
    }
    if table.code == Code::Shares {
        let share = [("sharedBy", id().to_owned()), ("key", format!("{}/{}/1.json", id(), id()))];
        let share = M(share.map(|(name, text)| (name.to_owned(), S(text))).into());
        item.insert("data".to_owned(), L(vec![share]));
    }
    item
}

/// The old storage is copied in any case, unchanged then.
fn unchanged(
    table: &Table,
    item: &Item,
    map: &IdMap,
    objects: Objects,
) -> Result<(), TestCaseError> {
    // Where objects move, their names do, whether ids change or not.
    if objects == Objects::Moved && !table.pointers.is_empty() {
        return Ok(());
    }
    match run(table, item, map, objects) {
        Rewrite::Changes(changes) if table.code == Code::OldStorage => {
            prop_assert_eq!(&changes.here, &Here::Keep);
            prop_assert_eq!(changes.puts.len(), 1);
            prop_assert!(changes.puts[0].item == *item);
        }
        other => prop_assert_eq!(other, Rewrite::Unchanged, "{}", table.key),
    }
    Ok(())
}

/// Everything but texts and containers, as it is spelled.
fn not_texts(value: &AttributeValue, all: &mut Vec<String>) {
    match value {
        S(_) | Ss(_) => {}
        L(list) => list.iter().for_each(|value| not_texts(value, all)),
        M(fields) => fields.values().for_each(|value| not_texts(value, all)),
        other => all.push(format!("{other:?}")),
    }
}
