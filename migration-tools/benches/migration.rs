//! How fast rows move, against a loop over the SDK that sends the same transactions and keeps no journal.
//!
//! `cargo bench -p migration-tools`. Both run on the embedded AWS, which is most of the time.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a benchmark")]

mod process;

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use aws_sdk_dynamodb::types::{Delete, Put, PutRequest, TransactWriteItem, WriteRequest};
use futures::{StreamExt, stream};
use local_aws::LocalAws;
use migration_tools::amplify::Deployment;
use migration_tools::amplify::id_map::{IdMap, Rules};
use migration_tools::amplify::migration::{Choice, Migration, Rename, Target, find};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::events::Silence;
use migration_tools::engine::item::Item;
use migration_tools::engine::journal::{Journal, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::writer::{Old, Writer};
use process::{each, number_of, rate};
use serde_json::json;

const KEY: &str = "OPS_DYNAMODB_TABLE";
const AT_ONCE: usize = 64;

#[tokio::main]
async fn main() {
    let rows = number_of("ROWS", 20_000);
    let bare = bare(rows).await;
    println!("bare loop          {rows} rows          {:>8.0} rows/s", rate(rows, bare));
    for users in [10, 1_000] {
        let (took, calls) = engine(rows, users).await;
        println!(
            "id-migration       {rows} rows {users:>5} users {:>6.0} rows/s, {:.2} of the bare loop, {:.3} calls a row",
            rate(rows, took),
            bare.as_secs_f64() / took.as_secs_f64(),
            each(calls, rows),
        );
    }
}

fn item(row: usize, users: usize) -> Item {
    [
        ("user".to_owned(), S(format!("user{}@uni.example", row % users))),
        ("tag".to_owned(), S(format!("tag{row}"))),
        ("text".to_owned(), S("x".repeat(400))),
    ]
    .into()
}

async fn world(rows: usize, users: usize) -> (LocalAws, Client, String) {
    let aws = LocalAws::start().await.unwrap();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .test_credentials()
        .http_client(aws_clients::http_client())
        .load()
        .await;
    let client = Client::new(&config);
    let name = Table::of_key(KEY).unwrap().name(&Deployment::new("v6", "dev").unwrap());
    let attribute = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("user"), attribute("tag")],
        "KeySchema": [
            {"AttributeName": "user", "KeyType": "HASH"},
            {"AttributeName": "tag", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let all: Vec<usize> = (0..rows).collect();
    for chunk in all.chunks(25) {
        let puts = chunk.iter().map(|row| {
            let put = PutRequest::builder().set_item(Some(item(*row, users))).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        client.batch_write_item().request_items(&name, puts.collect()).send().await.unwrap();
    }
    aws.clear_calls();
    (aws, client, name)
}

/// Reads the table and moves every row, page by page, as a script would.
async fn bare(rows: usize) -> Duration {
    let (_aws, client, name) = world(rows, 1_000).await;
    let begin = Instant::now();
    let mut start = None;
    loop {
        let scan = client.scan().table_name(&name).consistent_read(true);
        let page = scan.set_exclusive_start_key(start.take()).send().await.unwrap();
        // What was moved may be met again behind the scan.
        let old = |item: &&Item| item["user"].as_s().unwrap().starts_with("user");
        let moves = page.items().iter().filter(old).map(|item| {
            let mut after = item.clone();
            let user =
                item["user"].as_s().unwrap().replace("user", "u").replace("@uni.example", "");
            after.insert("user".to_owned(), S(user));
            let key = ["user", "tag"].map(|name| (name.to_owned(), item[name].clone())).into();
            let put = Put::builder()
                .table_name(&name)
                .set_item(Some(after))
                .condition_expression("attribute_not_exists(#k)")
                .expression_attribute_names("#k", "user");
            let delete = Delete::builder()
                .table_name(&name)
                .set_key(Some(key))
                .condition_expression("#t = :t AND #u = :u")
                .expression_attribute_names("#t", "text")
                .expression_attribute_names("#u", "user")
                .expression_attribute_values(":t", item["text"].clone())
                .expression_attribute_values(":u", item["user"].clone());
            client
                .transact_write_items()
                .transact_items(TransactWriteItem::builder().put(put.build().unwrap()).build())
                .transact_items(
                    TransactWriteItem::builder().delete(delete.build().unwrap()).build(),
                )
                .send()
        });
        let ended: Vec<_> = stream::iter(moves).buffer_unordered(AT_ONCE).collect().await;
        assert!(ended.iter().all(Result::is_ok));
        start = page.last_evaluated_key.filter(|key| !key.is_empty());
        if start.is_none() {
            return begin.elapsed();
        }
    }
}

/// The same by the engine, to the end of the pass that proves it.
async fn engine(rows: usize, users: usize) -> (Duration, usize) {
    let (aws, client, name) = world(rows, users).await;
    let folder =
        std::env::temp_dir().join(format!("migration-bench-{}-{users}", std::process::id()));
    let pairs: Vec<(String, String)> =
        (0..users).map(|user| (format!("user{user}@uni.example"), format!("u{user}"))).collect();
    let map = IdMap::from_pairs(pairs, &Rules::default()).unwrap();
    let begin = Instant::now();
    let pace = Pace::new(None, None);
    let reader = Reader::new(client.clone(), pace.clone());
    let targets = find(&reader, &[(Table::of_key(KEY).unwrap(), name)]).await;
    let journal = Arc::new(Journal::open(&folder, "a benchmark").unwrap());
    let lease = Keeper::take(&client, "bench", "bench").await.unwrap();
    let run = journal.begin(&Run::default()).unwrap();
    let recorder = Recorder::new(journal, run);
    let writer = Writer::new((client, pace), targets.tables(), recorder, lease, Old::Delete);
    let choice = Choice::default();
    let takes: Vec<&Target> = targets.present.iter().collect();
    let migration = Migration {
        objects: None,
        reader: &reader,
        writer: &writer,
        rule: Rename::new(&map, &choice.settings),
        takes: &takes,
        listener: &Silence,
        interrupted: &|| false,
        at_once: AT_ONCE,
    };
    let (done, stopped) = migration.run().await;
    stopped.unwrap();
    assert_eq!(done.total().moved, u64::try_from(rows).unwrap());
    writer.close().await.unwrap();
    let took = begin.elapsed();
    let _ = std::fs::remove_dir_all(&folder);
    (took, aws.total())
}
