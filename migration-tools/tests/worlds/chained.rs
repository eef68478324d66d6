//! A small world whose new ids are old ids of others, and what it is when all are renamed at once.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue::{self, M, N, S};
use migration_tools::amplify::id_map::{IdMap, Rules};
use migration_tools::amplify::tables::{Context, Everything, Settings, Table, merge, rewrite};
use migration_tools::engine::item::{Item, same};
use migration_tools::engine::rewrite::{Here, Merge, Record, Rewrite};

use super::{Rows, World, key_of};

/// A chain of three, a swap, one who is alone and one who stays.
pub const PAIRS: [(&str, &str); 7] = [
    ("ada@example.edu", "turing"),
    ("turing", "hopper+1"),
    ("hopper-1", "kurt1"),
    ("grace", "emmy"),
    ("emmy", "grace"),
    ("solo", "solo1"),
    ("same", "same"),
];
pub const PHASES: usize = 3;

pub fn rules() -> Rules {
    Rules { allow_chains: true, ..Rules::default() }
}

pub fn map() -> IdMap {
    IdMap::from_pairs(PAIRS, &rules()).unwrap()
}

pub fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub fn s(text: impl Into<String>) -> AttributeValue {
    S(text.into())
}

/// What everybody has, told apart by whose it was.
pub fn world() -> World {
    let mut tables = Rows::new();
    let mut add = |key: &'static str, row: Item| tables.entry(key).or_default().push(row);
    let ids: Vec<&str> = PAIRS.iter().map(|(old, _)| *old).chain(["stranger"]).collect();
    for (at, id) in ids.iter().enumerate() {
        let next = ids[(at + 1) % ids.len()];
        let was = s(format!("was {id}"));
        add("ACCOUNTS_DYNAMO_TABLE", item([("user", s(*id)), ("note", was.clone())]));
        let login = [("user_id", s(*id)), ("email", s(format!("{at}@example.edu")))];
        add("COGNITO_USERS_DYNAMODB_TABLE", item(login));
        // Numbers that would be added up if two met.
        let costs = [
            ("id", s(*id)),
            ("accountInfo", s("general")),
            ("dailyCost", N(at.to_string())),
            ("monthlyCost", N("1".to_owned())),
        ];
        add("COST_CALCULATIONS_DYNAMO_TABLE", item(costs));
        let access = [
            ("object_id", s("shared by all")),
            ("principal_id", s(*id)),
            ("permission_level", s(if at % 2 == 0 { "read" } else { "owner" })),
            ("was", was.clone()),
        ];
        add("OBJECT_ACCESS_DYNAMODB_TABLE", item(access));
        // Two users in one record, one of them in its key.
        let shared = M(item([("sharedBy", s(next)), ("key", s(format!("{id}/{next}/1.json")))]));
        let shares = [
            ("id", s(format!("{id}/2025"))),
            ("user", s(*id)),
            ("data", AttributeValue::L(vec![shared])),
        ];
        add("SHARES_DYNAMODB_TABLE", item(shares));
        let stored = |created: usize, note: &str| {
            item([
                ("PK", s(format!("{id}#amplify-memory#note"))),
                ("SK", s("1")),
                ("appId", s(format!("{id}#amplify-memory"))),
                ("UUID", s(format!("u-{at}"))),
                ("createdAt", N(created.to_string())),
                ("data", M(item([("note", s(note)), ("was", was.clone())]))),
            ])
        };
        add("USER_DATA_STORAGE_TABLE", stored(100, "here"));
        // Of every second one there is a newer row in the old storage.
        add("OLD_USER_STORAGE_TABLE", stored(99 + at % 2 * 2, "there"));
        let mut only_there = stored(7, "only there");
        only_there.insert("SK".to_owned(), s("2"));
        add("OLD_USER_STORAGE_TABLE", only_there);
    }
    let members: Item = ids.iter().map(|id| ((*id).to_owned(), s("read"))).collect();
    let group =
        [("group_id", s("g1")), ("createdBy", s("ada@example.edu")), ("members", M(members))];
    add("ASSISTANT_GROUPS_DYNAMO_TABLE", item(group));
    let pairs = PAIRS.map(|(old, new)| (old.to_owned(), new.to_owned())).to_vec();
    World { dep_name: "v6", stage: "dev", pairs, idp_prefix: None, tables }
}

/// All at once, which only a world that stands still allows.
pub fn expected(world: &World) -> Rows {
    let (map, settings) = (map(), Settings::default());
    let context = Context { map: &map, settings: &settings, moved: &Everything::default() };
    let mut after: BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>> =
        world.tables.keys().map(|key| (*key, BTreeMap::new())).collect();
    let mut copies = Vec::new();
    for (key, rows) in &world.tables {
        for row in rows {
            let record = Record { item: row.clone() };
            let changes = match rewrite(Table::of_key(key).unwrap(), &record, &context) {
                Rewrite::Unchanged => None,
                Rewrite::Changes(changes) => Some(changes),
                Rewrite::Refused(refusal) => panic!("{key}: {refusal:?}"),
            };
            let own = after.get_mut(key).unwrap();
            match changes.as_ref().map(|changes| &changes.here) {
                None | Some(Here::Keep) => {
                    own.insert(key_of(key, row), row.clone());
                }
                Some(Here::Edit(edit)) => {
                    own.insert(key_of(key, row), edit.applied_to(row));
                }
                Some(Here::Delete) => {}
            }
            for put in changes.into_iter().flat_map(|changes| changes.puts) {
                if put.table == *key {
                    let before = own.insert(key_of(key, &put.item), put.item);
                    assert!(before.is_none(), "{key}: all at once, nobody is in the way");
                } else {
                    copies.push(put);
                }
            }
        }
    }
    for put in copies {
        let own = after.get_mut(put.table).unwrap();
        let key = key_of(put.table, &put.item);
        let item = match own.get(&key) {
            Some(there) if !same(there, &put.item) => {
                match merge(Table::of_key(put.table).unwrap(), there, &put.item) {
                    Merge::Merged { item, .. } => item,
                    Merge::Same | Merge::KeepExisting { .. } => there.clone(),
                    Merge::Conflict(refusal) => panic!("{refusal:?}"),
                }
            }
            _ => put.item,
        };
        own.insert(key, item);
    }
    after.into_iter().map(|(key, rows)| (key, rows.into_values().collect())).collect()
}
