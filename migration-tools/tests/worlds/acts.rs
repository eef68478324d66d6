//! What the application does: one call that changes something, and its note of it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::AttributeValue::{M, N, S, Ss};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::Item;
use migration_tools::engine::number::Decimal;
use serde_json::json;

use super::application::{Application, COSTS, COUNT, Habit, NOTE, Row};
use super::key_of;
use super::values::item;

const GROUPS: &str = "ASSISTANT_GROUPS_DYNAMO_TABLE";
pub(super) const TAGS: &str = "USER_TAGS_DYNAMO_TABLE";

impl Application {
    /// Changes a row, or deletes it, where it is, if it is still as it was read.
    pub(super) async fn change(&mut self, kind: u8) {
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
    pub(super) async fn spend(&mut self) {
        let all = self.world.tables.get(COSTS).cloned().unwrap_or_default();
        let all: Vec<Item> = all.iter().filter(|row| self.may_grow(row, &all)).cloned().collect();
        let all = if self.rng.bool() { all } else { self.spent.clone() };
        let Some(of) = self.any(&all) else { return };
        // Each time the same, so that two rows may be.
        let more = "1".to_owned();
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
            Habit::New => true,
            // What an old row gets after it was added to another one is for people.
            Habit::Old => others.next().is_none() && row["id"] == S(old),
        }
    }

    /// What a person does about rows of amounts that are the same under both ids: this one knows that
    /// all of it was spent. Answers how many there were.
    pub async fn add_up(&mut self) -> usize {
        let name = self.name(COSTS);
        let mut found = 0;
        for mut of in self.spent.clone() {
            of.remove("dailyCost");
            let (_, new) = self.ids(of["id"].as_s().unwrap());
            let mut to = of.clone();
            to.insert("id".to_owned(), S(new));
            let get = |key: &Item| {
                let get = self.client.get_item().table_name(&name).set_key(Some(key.clone()));
                get.consistent_read(true).send()
            };
            let (here, there) = (get(&of).await.unwrap().item, get(&to).await.unwrap().item);
            let (Some(here), Some(mut there)) = (here, there) else { continue };
            if of == to || here["dailyCost"] != there["dailyCost"] {
                continue;
            }
            found += 1;
            let cost = |row: &Item| row["dailyCost"].as_n().unwrap().clone();
            there.insert("dailyCost".to_owned(), N(plus(&cost(&here), &cost(&there))));
            let put = self.client.put_item().table_name(&name).set_item(Some(there));
            put.send().await.unwrap();
            let delete = self.client.delete_item().table_name(&name).set_key(Some(of));
            delete.send().await.unwrap();
        }
        found
    }

    /// Adds a tag to those of a user, under either id.
    pub(super) async fn tag(&mut self) {
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
    pub(super) async fn invite(&mut self) {
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

    /// Writes a new row under an old id, which the migration may have passed by.
    pub(super) async fn create(&mut self) {
        let Some((old, new)) = self.any(&self.world.pairs.clone()) else { return };
        let unique = format!("app{}", self.clock);
        let row = |id: &str| {
            let cost = json!({"id": id, "accountInfo": unique, "dailyCost": 1});
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
        if self.habit == Habit::New && self.rng.bool() {
            self.spent.push(row(&old));
        } else {
            self.rows.push(Row { table: COSTS, old: key(&old), new: key(&new) });
        }
        self.count("created");
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
