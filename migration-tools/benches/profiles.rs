//! How fast profiles are migrated, against a loop over the SDK that makes the same conditional updates and
//! keeps no journal.
//!
//! `cargo bench -p migration-tools --bench profiles`; `ROWS` says how many, `BARE=no` leaves the loop out. Both
//! run on the embedded AWS, which is most of the time.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a benchmark")]

mod process;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::Stdio;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{self, M, N, S};
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::{StreamExt, stream};
use local_aws::LocalAws;
use migration_tools::engine::item::Item;
use process::{each, measured, number_of, rate};
use serde_json::json;
use support::{Folder, command, config};

const TABLE: &str = "profiles";
const AT_ONCE: usize = 64;
const MIGRATE: [&str; 6] = [
    "profiles",
    "migrate",
    "--table=profiles",
    "--migrations=steps.toml",
    "--dep-name=cicada",
    "--stage=dev",
];
const STEP: &str = r#"
[[migration]]
from = 1
to = 2
description = "Say what kind of a character it is"
steps = [{ add = "profileData.characterType", default = "UNKNOWN" }]
"#;

#[tokio::main]
async fn main() {
    let rows = number_of("ROWS", 20_000);
    let bare = match std::env::var("BARE").as_deref() {
        Ok("no") => None,
        _ => Some(bare(rows).await),
    };
    if let Some(bare) = bare {
        println!("bare loop          {rows} profiles {:>8.0} profiles/s", rate(rows, bare));
    }
    let (took, peak, calls, pages) = command_on(rows).await;
    let against = bare
        .map(|bare| format!(", {:.2} of the bare loop", bare.as_secs_f64() / took.as_secs_f64()))
        .unwrap_or_default();
    println!(
        "profiles migrate   {rows} profiles {:>8.0} profiles/s{against}, {:.3} calls a profile and {pages} pages, {peak} MiB resident at most",
        rate(rows, took),
        each(calls - pages, rows),
    );
}

fn profile(row: usize) -> Item {
    let data = [("name", format!("Nim {row}")), ("story", "x".repeat(300))];
    let data = data.map(|(name, text)| (name.to_owned(), S(text)));
    [
        ("userId".to_owned(), S(format!("user-{row}"))),
        ("profileKey".to_owned(), S(format!("character#{row}"))),
        ("profileType".to_owned(), S("character".to_owned())),
        ("profileId".to_owned(), S(row.to_string())),
        ("updatedAt".to_owned(), S("2025-01-01T00:00:00.000Z".to_owned())),
        ("version".to_owned(), N("1".to_owned())),
        ("profileData".to_owned(), M(data.into())),
    ]
    .into()
}

async fn world(rows: usize) -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&config(&aws).await);
    let attribute = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let request = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("userId"), attribute("profileKey")],
        "KeySchema": [
            {"AttributeName": "userId", "KeyType": "HASH"},
            {"AttributeName": "profileKey", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let all: Vec<usize> = (0..rows).collect();
    for chunk in all.chunks(25) {
        let puts = chunk.iter().map(|row| {
            let put = PutRequest::builder().set_item(Some(profile(*row))).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        client.batch_write_item().request_items(TABLE, puts.collect()).send().await.unwrap();
    }
    aws.clear_calls();
    (aws, client)
}

/// Reads the table and updates every profile, page by page, as a script would; and once more, to see that
/// nothing is left.
async fn bare(rows: usize) -> Duration {
    let (_aws, client) = world(rows).await;
    let begin = Instant::now();
    for _ in 0..2 {
        let mut start = None;
        loop {
            let scan = client.scan().table_name(TABLE).consistent_read(true);
            let page = scan.set_exclusive_start_key(start.take()).send().await.unwrap();
            let old = |item: &&Item| item["version"] == N("1".to_owned());
            let updates = page.items().iter().filter(old).map(|item| update(&client, item));
            let mut updates = stream::iter(updates).buffer_unordered(AT_ONCE);
            while updates.next().await.is_some() {}
            drop(updates);
            start = page.last_evaluated_key.filter(|key| !key.is_empty());
            if start.is_none() {
                break;
            }
        }
    }
    begin.elapsed()
}

const CONDITION: &str = "attribute_exists(#k) AND #d = :old AND #v = :from AND #u = :updated";

async fn update(client: &Client, item: &Item) {
    let key: Item =
        ["userId", "profileKey"].map(|name| (name.to_owned(), item[name].clone())).into();
    let mut data = item["profileData"].as_m().unwrap().clone();
    data.insert("characterType".to_owned(), S("UNKNOWN".to_owned()));
    let names = [("#k", "userId"), ("#d", "profileData"), ("#v", "version"), ("#u", "updatedAt")];
    let names = names.map(|(alias, name)| (alias.to_owned(), name.to_owned())).into();
    let values: [(&str, AttributeValue); 5] = [
        (":old", item["profileData"].clone()),
        (":new", M(data)),
        (":from", N("1".to_owned())),
        (":to", N("2".to_owned())),
        (":updated", item["updatedAt"].clone()),
    ];
    let values = values.map(|(alias, value)| (alias.to_owned(), value)).into();
    let change = "SET #d = :new, #v = :to";
    let update = client.update_item().table_name(TABLE).set_key(Some(key));
    let update = update.update_expression(change).condition_expression(CONDITION);
    let update = update.set_expression_attribute_names(Some(names));
    update.set_expression_attribute_values(Some(values)).send().await.unwrap();
}

/// The same by the command, to the end of the pass that proves it.
async fn command_on(rows: usize) -> (Duration, u64, usize, usize) {
    let (aws, _) = world(rows).await;
    let folder = Folder::new();
    folder.write("steps.toml", STEP);
    let mut run = command(Some(&aws), folder.path(), &MIGRATE);
    let (took, peak) = measured(run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    (took, peak, aws.total(), aws.count("dynamodb", "Scan"))
}
