//! A small world that is migrated, cleaned up and taken back, by runs that share one journal.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]

#[path = "../worlds/killer.rs"]
pub mod killer;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use local_aws::LocalAws;
use migration_tools::engine::apply::{Outcome, Rule, apply};
use migration_tools::engine::cleanup::{Cleaned, Cleanup};
use migration_tools::engine::item::{Item, canonical, same};
use migration_tools::engine::journal::{Finding, Journal, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::rewrite::{Changes, Edit, Merge, Put, Record, Rewrite};
use migration_tools::engine::settle::{Settlement, settle};
use migration_tools::engine::stop::Stop;
use migration_tools::engine::table::{TableRef, Tables};
use migration_tools::engine::undo::{Undo, Undone};
use migration_tools::engine::writer::{Old, Writer};
use serde_json::json;

use crate::support::{self, Folder};
use killer::{Killer, When};

/// People, by `user`.
pub const PEOPLE: &str = "PEOPLE";
/// Notes, by `id`; they have an `owner`.
pub const NOTES: &str = "NOTES";

pub struct World {
    pub aws: LocalAws,
    pub client: Client,
    pub folder: Folder,
    /// How often work may go on before the operator wants an end.
    pub patience: AtomicUsize,
}

/// Everything that is stored, by table and key, in a form that is equal for equal records.
pub type Dump = BTreeMap<(&'static str, String), Vec<u8>>;

pub fn item(attributes: &[(&str, &str)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), S((*value).to_owned()))).collect()
}

/// What is there before: moves, merges of each kind, edits, and what is nobody's business.
pub fn rows() -> Vec<(&'static str, Item)> {
    vec![
        (PEOPLE, item(&[("user", "old-ada"), ("name", "Ada"), ("likes", "looms")])),
        (PEOPLE, item(&[("user", "old-bob"), ("name", "Bob"), ("age", "40")])),
        (PEOPLE, item(&[("user", "new-bob"), ("name", "Robert")])),
        (PEOPLE, item(&[("user", "old-cy"), ("name", "Cy")])),
        (PEOPLE, item(&[("user", "new-cy"), ("name", "keep")])),
        (PEOPLE, item(&[("user", "zed"), ("name", "Zed")])),
        (NOTES, item(&[("id", "1"), ("owner", "old-ada"), ("draft", "yes"), ("text", "a")])),
        (NOTES, item(&[("id", "2"), ("owner", "zed"), ("text", "b")])),
    ]
}

/// `old-x` becomes `new-x`; `old-many` becomes 150 records beside that.
pub struct Renames;

impl Rule for Renames {
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        let name = if table == PEOPLE { "user" } else { "owner" };
        let Some(rest) = record.item[name].as_s().unwrap().strip_prefix("old-") else {
            return Rewrite::Unchanged;
        };
        let new = S(format!("new-{rest}"));
        if table == NOTES {
            let set = [("owner".to_owned(), new)].into();
            let remove = record.item.contains_key("draft").then(|| "draft".to_owned());
            return Rewrite::Changes(Changes::edited(Edit {
                set,
                remove: remove.into_iter().collect(),
            }));
        }
        let with = |user: String| {
            let mut item = record.item.clone();
            item.insert("user".to_owned(), S(user));
            Put { table, item }
        };
        let mut changes = Changes::moved(table, with(format!("new-{rest}")).item);
        if rest == "many" {
            changes.puts.extend((0..150).map(|n| with(format!("part-{n}"))));
        }
        Rewrite::Changes(changes)
    }

    fn merge(&self, _: &'static str, existing: &Item, incoming: &Item) -> Merge {
        if same(existing, incoming) {
            return Merge::Same;
        }
        if existing.get("name") == Some(&S("keep".to_owned())) {
            return Merge::KeepExisting { because: "it says so" };
        }
        let mut item = incoming.clone();
        item.extend(existing.clone());
        if same(existing, &item) {
            return Merge::KeepExisting { because: "it has everything" };
        }
        Merge::Merged { item, because: "filled in" }
    }
}

pub fn tables() -> Tables {
    let table = |name: &str, key: &str| TableRef::new(name, vec![key.to_owned()]);
    BTreeMap::from([(PEOPLE, table("people", "user")), (NOTES, table("notes", "id"))])
}

/// What a run works with.
pub struct At {
    pub reader: Reader,
    pub writer: Writer,
    pub settlement: Settlement,
}

impl World {
    pub async fn new(rows: &[(&'static str, Item)]) -> Self {
        let aws = LocalAws::start().await.unwrap();
        for table in tables().values() {
            let key = &table.keys[0];
            let request = json!({
                "TableName": table.name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            });
            aws.dynamodb("CreateTable", request).await.unwrap();
        }
        let client = Client::new(&support::config(&aws).await);
        let world =
            Self { aws, client, folder: Folder::new(), patience: AtomicUsize::new(usize::MAX) };
        for (table, row) in rows {
            world.put(table, row).await;
        }
        world
    }

    pub async fn put(&self, table: &str, row: &Item) {
        let put = self.client.put_item().table_name(&tables()[table].name);
        put.set_item(Some(row.clone())).send().await.unwrap();
    }

    /// Adds or changes attributes.
    pub async fn change(&self, table: &str, key: &str, attributes: &[(&str, &str)]) {
        let mut row = self.get(table, key).await.unwrap();
        row.extend(item(attributes));
        self.put(table, &row).await;
    }

    pub async fn delete(&self, table: &str, key: &str) {
        let own = &tables()[table];
        let delete = self.client.delete_item().table_name(&own.name);
        delete.key(&own.keys[0], S(key.to_owned())).send().await.unwrap();
    }

    pub async fn get(&self, table: &str, key: &str) -> Option<Item> {
        let own = &tables()[table];
        let get = self.client.get_item().table_name(&own.name).consistent_read(true);
        get.key(&own.keys[0], S(key.to_owned())).send().await.unwrap().item
    }

    pub async fn everything(&self) -> BTreeMap<(&'static str, String), Item> {
        let mut all = BTreeMap::new();
        for (name, table) in tables() {
            let scan = self.client.scan().table_name(&table.name).consistent_read(true);
            for row in scan.send().await.unwrap().items() {
                let key = row[&table.keys[0]].as_s().unwrap().clone();
                all.insert((name, key), row.clone());
            }
        }
        all
    }

    pub async fn dump(&self) -> Dump {
        self.everything().await.into_iter().map(|(key, row)| (key, canonical(&row))).collect()
    }

    pub fn transactions(&self) -> usize {
        crate::support::writes(&self.aws)
    }

    /// The journal, as soon as a run that was killed has let go of it.
    pub async fn journal(&self) -> Arc<Journal> {
        for _ in 0..500 {
            if let Ok(journal) = Journal::open(self.folder.path(), "a test") {
                return Arc::new(journal);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody lets go of the journal");
    }

    /// Begins a run, as a command does: with what earlier ones left open settled.
    pub async fn begin(&self, client: &Client, old: Old) -> At {
        static RUNS: AtomicUsize = AtomicUsize::new(0);
        let journal = self.journal().await;
        // Whoever is killed keeps his lease for two minutes; here everybody has one of his own.
        let of = format!("run-{}", RUNS.fetch_add(1, Ordering::Relaxed));
        let lease = Keeper::take(client, &of, &of).await.unwrap();
        let run = journal.begin(&Run::default()).unwrap();
        let recorder = Recorder::new(journal, run);
        let writer =
            Writer::new((client.clone(), Pace::new(None, None)), tables(), recorder, lease, old);
        let writer = writer.with_patience(Duration::from_secs(5));
        let reader = Reader::new(client.clone(), Pace::new(None, None));
        let settlement = settle(&reader, &writer.tables, &writer.recorder).await.unwrap();
        At { reader, writer, settlement }
    }

    /// Passes over everything until nothing changes.
    pub async fn migrate(&self, client: &Client, old: Old) -> u64 {
        let at = self.begin(client, old).await;
        let run = at.writer.recorder.run();
        for _ in 0..2 {
            for ((table, _), row) in self.everything().await {
                let outcome = apply(&at.writer, table, Record { item: row }, &Renames).await;
                let outcome = outcome.unwrap();
                assert!(
                    !matches!(outcome, Outcome::Failed(_) | Outcome::Refused(_)),
                    "{outcome:?}"
                );
            }
            at.writer.recorder.flush().await.unwrap();
        }
        at.writer.close().await.unwrap();
        run
    }

    /// Takes runs back, or would.
    pub async fn undo(&self, client: &Client, runs: &[u64], dry: bool) -> (Undone, Vec<Finding>) {
        let findings = Mutex::new(Vec::new());
        let found = |finding: &Finding| findings.lock().unwrap().push(finding.clone());
        let interrupted = || self.patience.fetch_sub(1, Ordering::SeqCst) == 0;
        let undo = |reader, tables, journal, writer| Undo {
            reader,
            tables,
            journal,
            writer,
            at_once: 4,
            interrupted: &interrupted,
            found: &found,
            through: &|_| (),
        };
        let undone = if dry {
            let (journal, reader) =
                (self.journal().await, Reader::new(client.clone(), Pace::new(None, None)));
            let tables = tables();
            undo(&reader, &tables, &journal, None).undo(runs).await
        } else {
            let at = self.begin(client, Old::Delete).await;
            let (tables, journal) = (&at.writer.tables, at.writer.recorder.journal());
            let undone = undo(&at.reader, tables, journal, Some(&at.writer)).undo(runs).await;
            at.writer.close().await.unwrap();
            undone
        };
        (undone, findings.into_inner().unwrap())
    }

    /// Cleans up after all runs, or would.
    pub async fn clean(&self, client: &Client, dry: bool) -> (Cleaned, Vec<Finding>) {
        let findings = Mutex::new(Vec::new());
        let found = |finding: &Finding| findings.lock().unwrap().push(finding.clone());
        let interrupted = || self.patience.fetch_sub(1, Ordering::SeqCst) == 0;
        let clean = |reader, tables, writer| Cleanup {
            reader,
            tables,
            writer,
            at_once: 4,
            may: &|_| true,
            interrupted: &interrupted,
            found: &found,
            through: &|_| (),
        };
        let all = |journal: &Journal| -> Vec<u64> {
            journal.runs().unwrap().into_iter().map(|(number, _)| number).collect()
        };
        let cleaned = if dry {
            let (journal, reader) =
                (self.journal().await, Reader::new(client.clone(), Pace::new(None, None)));
            let tables = tables();
            clean(&reader, &tables, None).clean(&journal, &all(&journal)).await
        } else {
            let at = self.begin(client, Old::Keep).await;
            let (tables, journal) = (&at.writer.tables, at.writer.recorder.journal());
            let runs = all(journal);
            let cleaned = clean(&at.reader, tables, Some(&at.writer)).clean(journal, &runs).await;
            at.writer.close().await.unwrap();
            cleaned
        };
        (cleaned, findings.into_inner().unwrap())
    }

    /// All runs there are, as if one had gone on with the other.
    pub async fn runs(&self) -> Vec<u64> {
        let runs = self.journal().await.runs().unwrap();
        runs.into_iter().rev().map(|(number, _)| number).collect()
    }

    /// A client that is killed at this request, and what kills it.
    pub async fn killed_at(&self, request: usize, when: When) -> (Killer, Client) {
        let (killer, http) = Killer::new();
        killer.kill_at(request, when);
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .endpoint_url(self.aws.endpoint_url())
            .test_credentials()
            .http_client(http)
            .load()
            .await;
        (killer, Client::new(&config))
    }
}

/// Does some work until it is killed; whether it came to its end before.
pub async fn until_killed<F: Future>(killer: &Killer, work: F) -> bool {
    tokio::select! {
        _ = work => true,
        () = killer.killed() => false,
    }
}

/// Nothing stopped it.
pub fn whole(stopped: &Option<Stop>) {
    assert!(stopped.is_none(), "{stopped:?}");
}
