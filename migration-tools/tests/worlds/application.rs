//! An application that goes on while its users are renamed: it reads and writes rows where it finds
//! them, under old ids and new ones, and remembers every write that succeeded.
//!
//! What it remembers is the world before the migration with its writes in it, so that the oracle says
//! what there must be afterwards.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};
use fastrand::Rng;
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::Item;

use super::acts::TAGS;
use super::oracle::{Options, expected};
use super::{OLD_STORAGE, Rows, STORAGE, World, key_of};

/// Attributes that it sets. Some row of every table has them: a condition cannot ask for attributes
/// that nobody has seen.
pub(super) const NOTE: &str = "appNote";
pub(super) const COUNT: &str = "appCount";
pub(super) const COSTS: &str = "COST_CALCULATIONS_DYNAMO_TABLE";

/// Where it looks for a row first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Under the new id, as one that knows it.
    New,
    /// Under the old one; it deletes nothing that moves.
    Old,
}

pub struct Application {
    pub(super) client: Client,
    pub(super) world: World,
    pub(super) habit: Habit,
    pub(super) rng: Rng,
    pub(super) rows: Vec<Row>,
    /// Rows of amounts that it has created, under the old id, and spends in under both.
    pub(super) spent: Vec<Item>,
    pub(super) model: BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>,
    /// How often it has done what.
    pub done: BTreeMap<&'static str, usize>,
    pub(super) clock: u32,
}

/// A row that meets no other one.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) table: &'static str,
    pub(super) old: Item,
    pub(super) new: Item,
}

/// The world with a row in every table that has the application's own attributes.
pub fn with_seen_attributes(mut world: World) -> World {
    let alone = alone(&world);
    for (key, rows) in &mut world.tables {
        let is_alone = |row: &&mut Item| {
            let found = alone.iter().find(|one| one.table == *key);
            *key == COSTS || found.is_some_and(|one| one.old == keys(key, row))
        };
        if let Some(row) = rows.iter_mut().find(is_alone) {
            row.insert(NOTE.to_owned(), S("first".to_owned()));
            row.insert(COUNT.to_owned(), N("1".to_owned()));
        }
    }
    world
}

impl Application {
    pub fn new(client: Client, world: &World, habit: Habit, seed: u64) -> Self {
        let index = |rows: &Vec<Item>, key| {
            rows.iter().map(|row| (key_of(key, row), row.clone())).collect()
        };
        let model = world.tables.iter().map(|(key, rows)| (*key, index(rows, key))).collect();
        let (rng, done) = (Rng::with_seed(seed), BTreeMap::new());
        let rows = alone(world);
        let spent = Vec::new();
        Self { client, world: world.clone(), habit, rng, rows, spent, model, done, clock: 0 }
    }

    /// What the migration must make of everything that it wrote.
    pub fn expected(&self, options: &Options) -> Rows {
        let rows = |rows: &BTreeMap<Vec<u8>, Item>| rows.values().cloned().collect();
        let tables = self.model.iter().map(|(key, all)| (*key, rows(all))).collect();
        expected(&World { tables, ..self.world.clone() }, options)
    }

    /// Does something.
    pub async fn act(&mut self) {
        self.clock += 1;
        match self.rng.u8(..12) {
            0 | 1 => self.spend().await,
            2 => self.tag().await,
            3 => self.invite().await,
            4 => self.create().await,
            kind => self.change(kind).await,
        }
    }

    /// The row under the id where it is looked for first, or under the other one.
    pub(super) async fn find(&self, row: &Row) -> Option<(Item, Item)> {
        let mut keys = [&row.new, &row.old];
        if self.habit == Habit::Old {
            keys.reverse();
        }
        for key in keys {
            let get = self.client.get_item().table_name(self.name(row.table)).consistent_read(true);
            if let Some(found) = get.set_key(Some(key.clone())).send().await.unwrap().item {
                return Some((key.clone(), found));
            }
        }
        None
    }

    pub(super) fn remembered(&mut self, row: &Row) -> &mut Item {
        let rows = self.model.get_mut(row.table).unwrap();
        let at = [&row.old, &row.new].map(|key| key_of(row.table, key));
        let at = at
            .iter()
            .find(|at| rows.contains_key(*at))
            .unwrap_or_else(|| panic!("{} is unknown", row.table));
        rows.get_mut(at).unwrap()
    }

    pub(super) fn forget(&mut self, row: &Row) {
        let rows = self.model.get_mut(row.table).unwrap();
        [&row.old, &row.new].iter().for_each(|key| drop(rows.remove(&key_of(row.table, key))));
    }

    /// The old id and the new one of whoever has one of them.
    pub(super) fn ids(&self, id: &str) -> (String, String) {
        let of = self.world.pairs.iter().find(|(old, new)| old == id || new == id);
        of.cloned().unwrap_or_else(|| (id.to_owned(), id.to_owned()))
    }

    pub(super) fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.rng.usize(..of.len())].clone())
    }

    pub(super) fn name(&self, key: &str) -> String {
        Table::of_key(key).unwrap().name(&self.world.deployment())
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }
}

/// The rows that are alone under their new keys, with these: the oracle says where one by itself goes.
fn alone(world: &World) -> Vec<Row> {
    let mut all: BTreeMap<(&'static str, Vec<u8>), Vec<Row>> = BTreeMap::new();
    for (key, rows) in &world.tables {
        let to = if *key == OLD_STORAGE { STORAGE } else { key };
        for row in rows {
            let tables = [(STORAGE, Vec::new()), (*key, vec![row.clone()])].into();
            let by_itself = expected(
                &World { tables, ..world.clone() },
                &Options { include_unlisted: true, ..Options::default() },
            );
            let new = by_itself[to].first().unwrap();
            let row = Row { table: key, old: keys(key, row), new: keys(to, new) };
            all.entry((to, key_of(to, new))).or_default().push(row);
        }
    }
    let everyones: BTreeSet<&str> = [OLD_STORAGE, COSTS, TAGS].into();
    all.into_values()
        .filter(|rows| rows.len() == 1)
        .flatten()
        .filter(|row| !everyones.contains(row.table))
        .collect()
}

fn keys(key: &str, row: &Item) -> Item {
    let names: &[&str] = Table::of_key(key).unwrap().keys;
    let one = |name: &&str| ((*name).to_owned(), AttributeValue::clone(&row[*name]));
    names.iter().map(one).collect()
}
