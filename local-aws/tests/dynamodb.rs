//! DynamoDB as the SDK sees it: what the front door adds, and what callers rely on most.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use local_aws::LocalAws;
use serde_json::json;

async fn start() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    support::create_table(&aws, "orders").await;
    (aws, client)
}

async fn fill(client: &Client, count: usize) {
    for n in 0..count {
        let put = client.put_item().table_name("orders").item("id", S(format!("{n:03}")));
        put.item("n", N(n.to_string())).send().await.unwrap();
    }
}

#[tokio::test]
async fn items_are_shared_between_the_endpoint_and_the_process() {
    let (aws, client) = start().await;
    let put = client.put_item().table_name("orders").item("id", S("a".into()));
    put.item("price", N("10.50".into())).send().await.unwrap();
    let calls = aws.calls().len();
    let key = json!({ "TableName": "orders", "Key": { "id": { "S": "a" } } });
    let found = aws.dynamodb("GetItem", key).await.unwrap();
    assert_eq!(found["Item"]["price"], json!({ "N": "10.5" }));
    assert_eq!(aws.calls().len(), calls);
    let error = aws.dynamodb("GetItem", json!({ "TableName": "none", "Key": {} })).await;
    assert_eq!(error.unwrap_err().code, "ResourceNotFoundException");
}

#[tokio::test]
async fn conditions_hold() {
    let (_aws, client) = start().await;
    let new = client
        .put_item()
        .table_name("orders")
        .item("id", S("a".into()))
        .condition_expression("attribute_not_exists(id)");
    new.clone().send().await.unwrap();
    let error = new.send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
}

#[tokio::test]
async fn a_scan_returns_every_item_once_and_not_sorted() {
    let (_aws, client) = start().await;
    fill(&client, 120).await;
    let pages = client.scan().table_name("orders").limit(7).into_paginator().send();
    let pages = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let ids: Vec<String> = pages
        .iter()
        .flat_map(|page| page.items())
        .map(|item| item["id"].as_s().unwrap().clone())
        .collect();
    let mut sorted = ids.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!((ids.len(), sorted.len()), (120, 120));
    assert_ne!(ids, sorted);
    // The order is that of hashed keys: the same each time.
    let again = client.scan().table_name("orders").send().await.unwrap();
    let again: Vec<_> =
        again.items().iter().map(|item| item["id"].as_s().unwrap().clone()).collect();
    assert_eq!(ids, again);
}

#[tokio::test]
async fn a_scan_goes_on_after_an_item_that_is_gone() {
    let (_aws, client) = start().await;
    fill(&client, 30).await;
    let first = client.scan().table_name("orders").limit(10).send().await.unwrap();
    let last = first.last_evaluated_key().unwrap().clone();
    client.delete_item().table_name("orders").set_key(Some(last.clone())).send().await.unwrap();
    let rest = client.scan().table_name("orders").set_exclusive_start_key(Some(last));
    assert_eq!(rest.send().await.unwrap().items().len(), 20);
}

#[tokio::test]
async fn arns_name_the_region_and_the_account() {
    let (_aws, client) = start().await;
    let table = client.describe_table().table_name("orders").send().await.unwrap();
    let arn = table.table().unwrap().table_arn().unwrap().to_owned();
    assert_eq!(arn, "arn:aws:dynamodb:eu-west-1:111122223333:table/orders");
    let tags = client.list_tags_of_resource().resource_arn(&arn).send().await.unwrap();
    assert!(tags.tags().is_empty());
}

#[tokio::test]
async fn limits_are_refused_and_noted() {
    let (aws, client) = start().await;
    let put = |n: usize| {
        let put = Put::builder().table_name("orders").item("id", S(n.to_string())).build();
        TransactWriteItem::builder().put(put.unwrap()).build()
    };
    let fits = client.transact_write_items().set_transact_items(Some((0..100).map(put).collect()));
    fits.send().await.unwrap();
    assert!(aws.violations().is_empty());
    let over = client.transact_write_items().set_transact_items(Some((0..101).map(put).collect()));
    let error = over.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("ValidationException"));
    let violations = aws.violations();
    assert_eq!(
        (violations[0].what, violations[0].found, violations[0].limit),
        ("TransactItems", 101, 100)
    );
}

#[tokio::test]
async fn a_restore_is_finished_also_for_a_client_that_has_gone() {
    let (aws, client) = start().await;
    for n in 0..20 {
        let put = client.put_item().table_name("orders").item("id", S(n.to_string()));
        put.item("text", S("x".repeat(200_000))).send().await.unwrap();
    }
    let backup = client.create_backup().table_name("orders").backup_name("nightly").send().await;
    let arn = backup.unwrap().backup_details().unwrap().backup_arn().to_owned();
    let restore = client.restore_table_from_backup().backup_arn(arn).target_table_name("again");
    let restore = tokio::spawn(restore.send());
    while aws.count("dynamodb", "RestoreTableFromBackup") == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    restore.abort();
    let deadline = Instant::now() + Duration::from_secs(20);
    let table = loop {
        match client.describe_table().table_name("again").send().await {
            Ok(answer) => break answer.table().unwrap().clone(),
            Err(error) => assert!(Instant::now() < deadline, "{error:?}"),
        }
    };
    assert_eq!(table.item_count(), Some(20));
}
