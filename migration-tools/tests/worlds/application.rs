//! An application that goes on while its users are renamed: it reads and writes rows where it finds
//! them, under old ids and new ones, and remembers every write that succeeded.
//!
//! What it remembers is the world before the migration with its writes in it, so that the oracle says
//! what there must be afterwards.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue::{self, M, N, S, Ss};
use fastrand::Rng;
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::{Item, same};
use migration_tools::engine::number::Decimal;

use super::oracle::{Options, expected};
use super::values::item;
use super::{OLD_STORAGE, Rows, STORAGE, World, key_of};

/// Attributes that it sets. Some row of every table has them: a condition cannot ask for attributes
/// that nobody has seen.
const NOTE: &str = "appNote";
const COUNT: &str = "appCount";
const COSTS: &str = "COST_CALCULATIONS_DYNAMO_TABLE";
const GROUPS: &str = "ASSISTANT_GROUPS_DYNAMO_TABLE";
const TAGS: &str = "USER_TAGS_DYNAMO_TABLE";

/// Where it looks for a row first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Under the new id, as one that knows it.
    New,
    /// Under the old one; it deletes nothing that moves.
    Old,
}

pub struct Application {
    client: Client,
    world: World,
    habit: Habit,
    rng: Rng,
    rows: Vec<Row>,
    model: BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>,
    /// How often it has done what.
    pub done: BTreeMap<&'static str, usize>,
    clock: u32,
}

/// A row that meets no other one.
#[derive(Clone)]
struct Row {
    table: &'static str,
    old: Item,
    new: Item,
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
        Self { client, world: world.clone(), habit, rng, rows, model, done, clock: 0 }
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

    /// Changes a row, or deletes it, where it is, if it is still as it was read.
    async fn change(&mut self, kind: u8) {
        if self.rows.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.rows.len());
        let row = self.rows[at].clone();
        let Some((key, found)) = self.find(&row).await else { return };
        let moves = row.old != row.new;
        let name = self.name(row.table);
        let time = self.clock;
        let keys = Table::of_key(row.table).unwrap().keys;
        let is_there = format!("attribute_exists(#k) AND {}", as_read(&found));
        if kind < 6 && !(self.habit == Habit::Old && moves) {
            let delete = self.client.delete_item().table_name(name).set_key(Some(key));
            let delete =
                delete.condition_expression(is_there).expression_attribute_names("#k", keys[0]);
            let delete = delete.expression_attribute_names("#note", NOTE);
            let read = found.get(NOTE).cloned();
            let delete = delete.set_expression_attribute_values(
                read.map(|read| [(":read".to_owned(), read)].into()),
            );
            if succeeded(delete.send().await) {
                self.forget(&row);
                self.rows.remove(at);
                self.count(if moves { "deleted" } else { "deleted in place" });
            }
            return;
        }
        let update = self.client.update_item().table_name(name).set_key(Some(key));
        let update =
            update.condition_expression(is_there).expression_attribute_names("#k", keys[0]);
        let update = update.expression_attribute_names("#note", NOTE);
        let update = match found.get(NOTE) {
            Some(read) => update.expression_attribute_values(":read", read.clone()),
            None => update,
        };
        let remove = kind == 6 && found.contains_key(NOTE);
        let note = S(format!("note {time}"));
        let update = if remove {
            update.update_expression("REMOVE #note")
        } else {
            let update = update.update_expression("SET #note = :note ADD #count :one");
            let update = update.expression_attribute_names("#count", COUNT);
            update
                .expression_attribute_values(":note", note.clone())
                .expression_attribute_values(":one", N("1".to_owned()))
        };
        if !succeeded(update.send().await) {
            return;
        }
        let own = self.remembered(&row);
        if remove {
            own.remove(NOTE);
        } else {
            own.insert(NOTE.to_owned(), note);
            let count = own.get(COUNT).map_or(0, |count| count.as_n().unwrap().parse().unwrap());
            own.insert(COUNT.to_owned(), N((count + 1_u64).to_string()));
        }
        self.count(if remove { "note removed" } else { "changed" });
    }

    /// Adds to what a user has spent, under either id, whether or not there is a row.
    async fn spend(&mut self) {
        let all = self.world.tables.get(COSTS).cloned().unwrap_or_default();
        let all: Vec<Item> = all.iter().filter(|row| self.may_grow(row, &all)).cloned().collect();
        let Some(of) = self.any(&all) else { return };
        // Never the same, so that two rows do not become one.
        let more = format!("{}.25", self.clock);
        let (old, new) = self.ids(of["id"].as_s().unwrap());
        let id = if self.habit == Habit::Old || self.rng.bool() { old.clone() } else { new };
        let key: Item =
            [("id".to_owned(), S(id)), ("accountInfo".to_owned(), of["accountInfo"].clone())]
                .into();
        let update =
            self.client.update_item().table_name(self.name(COSTS)).set_key(Some(key.clone()));
        let update = update.update_expression("ADD dailyCost :more");
        let update = update.expression_attribute_values(":more", N(more.clone()));
        if !succeeded(update.send().await) {
            return;
        }
        let rows = self.model.get_mut(COSTS).unwrap();
        let first: Item =
            [("id".to_owned(), S(old)), ("accountInfo".to_owned(), of["accountInfo"].clone())]
                .into();
        let at = [&first, &key].map(|key| key_of(COSTS, key));
        let at = at.iter().find(|at| rows.contains_key(*at)).unwrap_or(&at[1]).clone();
        let row = rows.entry(at).or_insert(key);
        let before = row.get("dailyCost").map_or("0", |cost| cost.as_n().unwrap());
        row.insert("dailyCost".to_owned(), N(plus(before, &more)));
        self.count("spent");
    }

    /// Whether it is certain what the amounts of a user are if something is added to one of his rows.
    fn may_grow(&self, row: &Item, all: &[Item]) -> bool {
        let (old, new) = self.ids(row["id"].as_s().unwrap());
        let is_other = |other: &&Item| {
            let id = other["id"].as_s().unwrap();
            other["id"] != row["id"] && (*id == old || *id == new)
        };
        let mut others =
            all.iter().filter(is_other).filter(|other| other["accountInfo"] == row["accountInfo"]);
        match self.habit {
            // Two rows that are the same are one row and its copy: adding to one makes them two.
            Habit::New => !others.any(|other| {
                let mut row = row.clone();
                row.insert("id".to_owned(), other["id"].clone());
                same(&row, other)
            }),
            // What an old row gets after it was added to another one is for people.
            Habit::Old => others.next().is_none() && row["id"] == S(old),
        }
    }

    /// Adds a tag to those of a user, under either id.
    async fn tag(&mut self) {
        let all: Vec<Item> = self.world.tables.get(TAGS).cloned().unwrap_or_default();
        let Some(of) = self.any(&all) else { return };
        let (old, new) = self.ids(of["user"].as_s().unwrap());
        let id = if self.habit == Habit::Old || self.rng.bool() { old } else { new };
        let key: Item = [("user".to_owned(), S(id))].into();
        let tag = Ss(vec![format!("tag{}", self.clock)]);
        let update =
            self.client.update_item().table_name(self.name(TAGS)).set_key(Some(key.clone()));
        let update = update
            .update_expression("ADD tags :tag")
            .expression_attribute_values(":tag", tag.clone());
        if !succeeded(update.send().await) {
            return;
        }
        let row = self.model.get_mut(TAGS).unwrap().entry(key_of(TAGS, &key)).or_insert(key);
        match (row.get_mut("tags"), tag) {
            (Some(Ss(tags)), Ss(more)) => tags.extend(more),
            (_, tag) => drop(row.insert("tags".to_owned(), tag)),
        }
        self.count("tagged");
    }

    /// Makes a user a member of a group, under his old id, if he is none.
    async fn invite(&mut self) {
        let groups: Vec<Row> =
            self.rows.iter().filter(|row| row.table == GROUPS).cloned().collect();
        let (Some(row), Some(who)) = (self.any(&groups), self.any(&self.world.pairs.clone()))
        else {
            return;
        };
        let Some((key, found)) = self.find(&row).await else { return };
        let Some(M(members)) = found.get("members") else { return };
        if members.contains_key(&who.0) || members.contains_key(&who.1) {
            return;
        }
        let update = self.client.update_item().table_name(self.name(GROUPS)).set_key(Some(key));
        let update = update.update_expression("SET members.#who = :level");
        let update = update.condition_expression("members = :read");
        let update = update.expression_attribute_names("#who", &who.0);
        let update = update.expression_attribute_values(":level", S("read".to_owned()));
        let update = update.expression_attribute_values(":read", found["members"].clone());
        if !succeeded(update.send().await) {
            return;
        }
        if let Some(M(members)) = self.remembered(&row).get_mut("members") {
            members.insert(who.0, S("read".to_owned()));
        }
        self.count("invited");
    }

    /// Writes a new row under an old id, one that will move or one that will stay.
    async fn create(&mut self) {
        let Some((old, new)) = self.any(&self.world.pairs.clone()) else { return };
        let unique = format!("app{}", self.clock);
        let row = |id: &str| {
            let cost = serde_json::json!({"id": id, "accountInfo": unique, "dailyCost": 1});
            item(cost)
        };
        let put = self.client.put_item().table_name(self.name(COSTS)).set_item(Some(row(&old)));
        let put = put.condition_expression("attribute_not_exists(id)");
        if !self.model.contains_key(COSTS) || !succeeded(put.send().await) {
            return;
        }
        let key = |id: &str| {
            let mut key = row(id);
            key.remove("dailyCost");
            key
        };
        self.model.get_mut(COSTS).unwrap().insert(key_of(COSTS, &row(&old)), row(&old));
        self.rows.push(Row { table: COSTS, old: key(&old), new: key(&new) });
        self.count("created");
    }

    /// The row under the id where it is looked for first, or under the other one.
    async fn find(&self, row: &Row) -> Option<(Item, Item)> {
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

    fn remembered(&mut self, row: &Row) -> &mut Item {
        let rows = self.model.get_mut(row.table).unwrap();
        let at = [&row.old, &row.new].map(|key| key_of(row.table, key));
        let at = at
            .iter()
            .find(|at| rows.contains_key(*at))
            .unwrap_or_else(|| panic!("{} is unknown", row.table));
        rows.get_mut(at).unwrap()
    }

    fn forget(&mut self, row: &Row) {
        let rows = self.model.get_mut(row.table).unwrap();
        [&row.old, &row.new].iter().for_each(|key| drop(rows.remove(&key_of(row.table, key))));
    }

    /// The old id and the new one of whoever has one of them.
    fn ids(&self, id: &str) -> (String, String) {
        let of = self.world.pairs.iter().find(|(old, new)| old == id || new == id);
        of.cloned().unwrap_or_else(|| (id.to_owned(), id.to_owned()))
    }

    fn any<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.rng.usize(..of.len())].clone())
    }

    fn name(&self, key: &str) -> String {
        Table::of_key(key).unwrap().name(&self.world.deployment())
    }

    fn count(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }
}

/// That the note is the one that was read.
fn as_read(found: &Item) -> &'static str {
    if found.contains_key(NOTE) { "#note = :read" } else { "attribute_not_exists(#note)" }
}

/// Whether a write was made; a condition that failed is no error.
fn succeeded<T, E: ProvideErrorMetadata + std::fmt::Debug>(answer: Result<T, SdkError<E>>) -> bool {
    match answer {
        Ok(_) => true,
        // A transaction may be about to change the row.
        Err(error) => match error.code() {
            Some("ConditionalCheckFailedException" | "TransactionConflictException") => false,
            _ => panic!("{error:?}"),
        },
    }
}

fn plus(one: &str, other: &str) -> String {
    let [one, other] = [one, other].map(|number| Decimal::parse(number).unwrap());
    one.plus(&other).unwrap().to_string()
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
