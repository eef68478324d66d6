//! Whole worlds, record by record through the engine, killed again and again, become what is expected.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod worlds;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use futures::{StreamExt, stream};
use local_aws::LocalAws;
use migration_tools::amplify::id_map::IdMap;
use migration_tools::amplify::tables::{self, Context, Group, Settings, Table};
use migration_tools::engine::apply::{Outcome, Rule, Tables, apply};
use migration_tools::engine::item::Item;
use migration_tools::engine::rewrite::{Merge, Record, Rewrite};
use migration_tools::engine::write::TableRef;
use worlds::killer::{Killer, When};
use worlds::oracle::{Options, expected};
use worlds::{Rows, Size, World, differences, dump};

/// Records at once.
const AT_ONCE: usize = 4;

struct Renames {
    map: IdMap,
    settings: Settings,
}

impl Rule for Renames {
    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        let context = Context { map: &self.map, settings: &self.settings };
        tables::rewrite(Table::of_key(table).unwrap(), record, &context)
    }

    fn merge(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        tables::merge(Table::of_key(table).unwrap(), existing, incoming)
    }
}

/// All that is left to do, table by table in their turns; how often something was changed or refused.
async fn migrate(client: &Client, world: &World) -> (usize, usize) {
    let rule = Renames { map: world.map(), settings: Settings::default() };
    let of = world.deployment();
    let rows = dump(client, &of, &world.keys()).await;
    let refs = table_refs(world, &rows);
    let mut order: Vec<&Table> = world.keys().into_iter().filter_map(Table::of_key).collect();
    order.retain(|table| !matches!(table.group, Group::Never));
    order.sort_by_key(|table| table.turn);
    let (mut changed, mut refused) = (0, 0);
    for table in order {
        let rows = dump(client, &of, &[table.key]).await.remove(table.key).unwrap();
        let outcomes: Vec<Outcome> = stream::iter(rows)
            .map(|item| apply(client, &refs, table.key, Record { item }, &rule))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        for outcome in outcomes {
            match outcome {
                Outcome::Changed { .. } => changed += 1,
                Outcome::Refused(_) => refused += 1,
                Outcome::Unchanged => {}
                other => panic!("{}: {other:?}", table.key),
            }
        }
    }
    (changed, refused)
}

fn table_refs(world: &World, rows: &Rows) -> Tables {
    let of = world.deployment();
    let table_ref = |key: &'static str| {
        let table = Table::of_key(key).unwrap();
        let keys = table.keys.iter().map(|name| (*name).to_owned()).collect();
        let mut table = TableRef { name: table.name(&of), keys, attributes: BTreeSet::new() };
        rows[key].iter().for_each(|row| table.see(row));
        (key, table)
    };
    world.keys().into_iter().map(table_ref).collect()
}

async fn made(seed: u64, size: &Size) -> (LocalAws, Client, World) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let world = World::generate(seed, size);
    world.create(&client).await;
    (aws, client, world)
}

async fn check(client: &Client, world: &World) {
    let options = Options { include_unlisted: true, ..Options::default() };
    let found = world.dump(client).await;
    let differences = differences(&expected(world, &options), &found);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_becomes_what_it_should() {
    let (_aws, client, world) = made(5, &Size { rows: 1, ..Size::default() }).await;
    let (changed, refused) = migrate(&client, &world).await;
    assert!(changed > 100 && refused == 0, "{changed} {refused}");
    check(&client, &world).await;
    // Of user storage, what the old table has and is newer elsewhere is merged again to no effect.
    assert_eq!(migrate(&client, &world).await, (0, 0), "a second time");
    check(&client, &world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_and_what_is_in_its_way_stay() {
    let size = Size { users: 17, rows: 2, conflicts: true, large: false, ..Size::default() };
    let (_aws, client, world) = made(6, &size).await;
    let (_, refused) = migrate(&client, &world).await;
    assert!(refused > 0);
    check(&client, &world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_one_request_after_the_other_and_run_again_it_ends_as_if_nothing_had_happened() {
    // One for each way of bringing two records together, and of finding them.
    let tables = vec![
        "ACCOUNTS_DYNAMO_TABLE",
        "ADDITIONAL_CHARGES_TABLE",
        "ASSISTANT_GROUPS_DYNAMO_TABLE",
        "COGNITO_USERS_DYNAMODB_TABLE",
        "COST_CALCULATIONS_DYNAMO_TABLE",
        "OAUTH_USER_TABLE",
        "OBJECT_ACCESS_DYNAMODB_TABLE",
        worlds::OLD_STORAGE,
        worlds::STORAGE,
    ];
    let size = Size { users: 6, rows: 2, filler: 2, tables, large: false, ..Size::default() };
    let (aws, client, world) = made(9, &size).await;
    let reads = 2 * world.keys().len();
    let mut kills = 0;
    // Every run comes a little further than the one before it.
    for more in 1.. {
        let (killer, http) = Killer::new();
        let config = support::config(&aws).await.into_builder().http_client(http).build();
        let when = if more % 2 == 0 { When::Before } else { When::After };
        killer.kill_at(if more % 5 == 0 { more } else { reads / 2 + more }, when);
        let mortal = Client::new(&config);
        tokio::select! {
            _ = migrate(&mortal, &world) => break,
            () = killer.killed() => kills += 1,
        }
        assert!(more < 500, "it ends");
    }
    assert!(kills > reads / 2, "{kills}");
    migrate(&client, &world).await;
    check(&client, &world).await;
}
