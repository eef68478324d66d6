//! The example of a migration of one's own does what it says, and can be taken back.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[allow(dead_code, reason = "its main is not called here")]
#[path = "../examples/own_migration.rs"]
mod example;
mod support;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};
use example::in_small_letters;
use local_aws::{Effect, LocalAws};
use migration_tools::own::OwnTable;
use serde_json::json;
use support::{Folder, config};

async fn customers(client: &Client) -> BTreeMap<String, AttributeValue> {
    let scan = client.scan().table_name("customers").send().await.unwrap();
    let one = |item: &std::collections::HashMap<String, AttributeValue>| {
        (item["id"].as_s().unwrap().clone(), item["email"].clone())
    };
    scan.items().iter().map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_in_small_letters_and_back() {
    let aws = LocalAws::start().await.unwrap();
    let config = config(&aws).await;
    let client = Client::new(&config);
    let table = json!({
        "TableName": "customers",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", table).await.unwrap();
    let emails = [S("Ada@Uni.Example".into()), S("bob@uni.example".into()), N("7".into())];
    for (n, email) in emails.into_iter().enumerate() {
        let put = client.put_item().table_name("customers").item("id", S(format!("c{n}")));
        put.item("email", email).send().await.unwrap();
    }
    let before = customers(&client).await;
    let folder = Folder::new();
    let table = OwnTable::new(&config, "customers", folder.path());

    let expired = Effect::Error {
        status: 400,
        code: "ExpiredTokenException".to_owned(),
        message: "The security token included in the request is expired".to_owned(),
    };
    aws.faults().add(support::on_write().with(expired));
    let stopped = table.migrate(in_small_letters).await.unwrap_err();
    assert!(stopped.to_string().contains("expired"), "{stopped}");
    aws.faults().clear();

    let done = table.migrate(in_small_letters).await.unwrap();
    assert_eq!((done.counts.records, done.counts.edited, done.counts.refused), (3, 1, 1));
    assert!(!done.complete && done.findings[0].reason.contains("no text"));
    assert_eq!(customers(&client).await["c0"], S("ada@uni.example".into()));
    let again = table.migrate(in_small_letters).await.unwrap();
    assert_eq!(again.counts.written(), 0);
    assert_eq!(table.roll_back().await.unwrap().rolled_back, 1);
    assert_eq!(customers(&client).await, before);
}
