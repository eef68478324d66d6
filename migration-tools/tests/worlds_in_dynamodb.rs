//! The helpers that a killed migration is tested with do what they promise.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;
mod worlds;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use local_aws::LocalAws;
use migration_tools::amplify::tables::all;
use serde_json::json;
use tokio::time::timeout;
use worlds::killer::{Killer, When};
use worlds::{Size, World, differences};

#[tokio::test(flavor = "multi_thread")]
async fn a_world_is_written_and_read_back_as_it_was_made() {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let world = World::generate(7, &Size { rows: 2, filler: 3, ..Size::default() });
    assert_eq!(world.keys().len(), all().count());
    world.create(&client).await;
    let found = world.dump(&client).await;
    assert_eq!(differences(&world.tables, &found), Vec::<String>::new());
    let mut changed = found;
    let row = changed.get_mut("ACCOUNTS_DYNAMO_TABLE").unwrap().first_mut().unwrap();
    row.insert("more".to_owned(), S("x".to_owned()));
    changed.get_mut("OPS_DYNAMODB_TABLE").unwrap().pop();
    let told = differences(&world.tables, &changed);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("ACCOUNTS_DYNAMO_TABLE: user S("), "{told:?}");
    assert!(told[0].contains("more: expected None") && told[1].ends_with("is missing"), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_must_be_refused_are_rows_that_dynamodb_takes() {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let odd = Size { conflicts: true, words: true, idp_prefix: Some("Campus"), ..Size::default() };
    let world = World::generate(8, &Size { users: 20, rows: 1, ..odd });
    world.create(&client).await;
    let found = world.dump(&client).await;
    assert_eq!(differences(&world.tables, &found), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_seed_is_one_world_and_its_file_has_every_user() {
    let size = Size { users: 30, idp_prefix: Some("campus"), ..Size::default() };
    let (world, again) = (World::generate(3, &size), World::generate(3, &size));
    assert_eq!(differences(&world.tables, &again.tables), Vec::<String>::new());
    assert_eq!(world.pairs, again.pairs);
    assert_ne!(differences(&world.tables, &World::generate(4, &size).tables), Vec::<String>::new());
    let pairs: Vec<(String, String)> =
        world.map().pairs().map(|pair| (pair.old.to_owned(), pair.new.to_owned())).collect();
    assert_eq!(pairs, world.pairs, "as it was written, quotes and commas included");
    let few = Size { tables: vec!["OPS_DYNAMODB_TABLE"], ..size };
    assert_eq!(World::generate(3, &few).keys(), ["OPS_DYNAMODB_TABLE"]);
}

/// An AWS with a table, and the client that a killer watches.
async fn watched() -> (LocalAws, Killer, Client) {
    let aws = LocalAws::start().await.unwrap();
    let request = json!({
        "TableName": "people",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let (killer, http) = Killer::new();
    let config: SdkConfig = support::config(&aws).await.into_builder().http_client(http).build();
    (aws, killer, Client::new(&config))
}

async fn put(client: &Client, user: &str) {
    let put = client.put_item().table_name("people").item("user", S(user.to_owned()));
    put.send().await.unwrap();
}

/// Who is in the table, asked with a client that nobody kills.
async fn people(aws: &LocalAws) -> Vec<String> {
    let client = Client::new(&support::config(aws).await);
    let scan = client.scan().table_name("people").consistent_read(true).send().await.unwrap();
    let mut all: Vec<String> =
        scan.items().iter().map(|item| item["user"].as_s().unwrap().clone()).collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_lives_until_the_request_that_it_is_killed_at() {
    let three = ["1", "2", "3"];
    for (at, when, requests, left) in [
        (3, When::Before, 3, &three[..1]),
        (3, When::After, 3, &three[..2]),
        (3, When::AfterWrite, 5, &three),
    ] {
        let (aws, killer, client) = watched().await;
        killer.kill_at(at, when);
        let run = async {
            for user in ["1", "2", "3", "4"] {
                put(&client, user).await;
                client.describe_table().table_name("people").send().await.unwrap();
            }
        };
        tokio::select! {
            () = run => panic!("{when:?}: it lived"),
            () = killer.killed() => {}
        }
        assert_eq!(killer.requests(), requests, "{when:?}");
        assert_eq!(killer.writes(), requests.div_ceil(2), "{when:?}");
        assert_eq!(people(&aws).await, left, "{when:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_a_client_that_was_killed_and_without_a_kill_everything_does() {
    let (aws, killer, client) = watched().await;
    put(&client, "1").await;
    assert_eq!(killer.requests(), 1);
    assert!(timeout(Duration::from_millis(50), killer.killed()).await.is_err(), "it lives");
    killer.kill_at(2, When::Before);
    let moment = Duration::from_millis(200);
    assert!(timeout(moment, put(&client, "2")).await.is_err(), "no answer");
    killer.killed().await;
    assert!(timeout(moment, put(&client, "3")).await.is_err(), "no answer later either");
    assert_eq!(people(&aws).await, ["1"]);
}
