//! DynamoDB's rules that callers build on: conditions, transactions, batches, numbers, indexes.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::AttributeValue::{self, N, S};
use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, DeleteRequest, KeysAndAttributes, Put, PutRequest,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update, WriteRequest,
};
use local_aws::LocalAws;
use serde_json::json;

type Item = HashMap<String, AttributeValue>;

/// A table with the key `id`, and an index by `state` and `n`.
async fn start() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let request = json!({
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [
            { "AttributeName": "id", "AttributeType": "S" },
            { "AttributeName": "state", "AttributeType": "S" },
            { "AttributeName": "n", "AttributeType": "N" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-state",
            "KeySchema": [
                { "AttributeName": "state", "KeyType": "HASH" },
                { "AttributeName": "n", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "ALL" },
        }],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    (aws, client)
}

fn item(id: &str, n: &str) -> Item {
    [("id", S(id.into())), ("state", S("open".into())), ("n", N(n.into()))]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

fn key(id: &str) -> Item {
    [("id".to_owned(), S(id.to_owned()))].into()
}

async fn put(client: &Client, item: Item) {
    client.put_item().table_name("orders").set_item(Some(item)).send().await.unwrap();
}

async fn n_of(client: &Client, id: &str) -> Option<String> {
    let got = client.get_item().table_name("orders").set_key(Some(key(id))).send().await.unwrap();
    got.item().map(|item| item["n"].as_n().unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_conditional_writes_at_once_one_wins() {
    let (_aws, client) = start().await;
    let puts: Vec<_> = (0..20)
        .map(|n| {
            let put =
                client.put_item().table_name("orders").set_item(Some(item("a", &n.to_string())));
            tokio::spawn(put.condition_expression("attribute_not_exists(id)").send())
        })
        .collect();
    let mut won = 0;
    for put in puts {
        match put.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => {
                assert!(error.into_service_error().is_conditional_check_failed_exception());
            }
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_failed_condition_returns_the_item_on_demand() {
    let (_aws, client) = start().await;
    put(&client, item("a", "1")).await;
    let again = client
        .put_item()
        .table_name("orders")
        .set_item(Some(item("a", "2")))
        .condition_expression("attribute_not_exists(id)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let error = again.send().await.unwrap_err().into_service_error();
    let PutItemError::ConditionalCheckFailedException(failed) = error else { panic!("{error:?}") };
    assert_eq!(failed.item().unwrap(), &item("a", "1"));
}

#[tokio::test]
async fn a_cancelled_transaction_gives_a_reason_for_each_item_and_changes_nothing() {
    let (_aws, client) = start().await;
    put(&client, item("a", "1")).await;
    let fresh = Put::builder().table_name("orders").set_item(Some(item("b", "2"))).build().unwrap();
    let stale = Update::builder()
        .table_name("orders")
        .set_key(Some(key("a")))
        .update_expression("SET n = :new")
        .condition_expression("n = :old")
        .expression_attribute_values(":new", N("3".into()))
        .expression_attribute_values(":old", N("2".into()))
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
    let absent = ConditionCheck::builder()
        .table_name("orders")
        .set_key(Some(key("c")))
        .condition_expression("attribute_exists(id)");
    let gone = Delete::builder().table_name("orders").set_key(Some(key("d"))).build().unwrap();
    let write = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(fresh).build())
        .transact_items(TransactWriteItem::builder().update(stale.build().unwrap()).build())
        .transact_items(
            TransactWriteItem::builder().condition_check(absent.build().unwrap()).build(),
        )
        .transact_items(TransactWriteItem::builder().delete(gone).build());
    let error = write.send().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}")
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed", "ConditionalCheckFailed", "None"]);
    assert_eq!(reasons[1].item().unwrap(), &item("a", "1"));
    assert!(reasons[2].item().is_none_or(HashMap::is_empty));
    assert!(cancelled.message().unwrap().contains("[None, ConditionalCheckFailed, "));
    assert_eq!((n_of(&client, "a").await, n_of(&client, "b").await), (Some("1".into()), None));
}

#[tokio::test]
async fn a_transaction_is_done_once_per_client_token() {
    let (_aws, client) = start().await;
    put(&client, item("a", "1")).await;
    let add = |amount: &str| {
        let add = Update::builder()
            .table_name("orders")
            .set_key(Some(key("a")))
            .update_expression("ADD n :one")
            .expression_attribute_values(":one", N(amount.into()));
        let add = TransactWriteItem::builder().update(add.build().unwrap()).build();
        client.transact_write_items().client_request_token("token").transact_items(add).send()
    };
    add("1").await.unwrap();
    add("1").await.unwrap();
    assert_eq!(n_of(&client, "a").await.as_deref(), Some("2"));
    let error = add("2").await.unwrap_err().into_service_error();
    assert!(error.is_idempotent_parameter_mismatch_exception(), "{error:?}");
}

#[tokio::test]
async fn a_transaction_names_an_item_once() {
    let (_aws, client) = start().await;
    let put = || {
        let put = Put::builder().table_name("orders").set_item(Some(item("a", "1"))).build();
        TransactWriteItem::builder().put(put.unwrap()).build()
    };
    let twice = client.transact_write_items().transact_items(put()).transact_items(put());
    assert_eq!(twice.send().await.unwrap_err().code(), Some("ValidationException"));
}

#[tokio::test]
async fn batches_are_limited_and_name_a_key_once() {
    let (aws, client) = start().await;
    let put = |n: usize| {
        let put = PutRequest::builder().set_item(Some(item(&n.to_string(), "1"))).build();
        WriteRequest::builder().put_request(put.unwrap()).build()
    };
    let write = |requests: Vec<WriteRequest>| {
        client.batch_write_item().request_items("orders", requests).send()
    };
    write((0..25).map(put).collect()).await.unwrap();
    let over = write((0..26).map(put).collect()).await.unwrap_err();
    assert_eq!(over.code(), Some("ValidationException"));
    let delete = DeleteRequest::builder().set_key(Some(key("1"))).build().unwrap();
    let delete = WriteRequest::builder().delete_request(delete).build();
    let twice = write(vec![put(1), delete]).await.unwrap_err();
    assert_eq!(twice.code(), Some("ValidationException"));
    assert!(write(vec![]).await.is_err());

    let get = |ids: Vec<usize>| {
        let keys = ids.iter().map(|n| key(&n.to_string())).collect();
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
        client.batch_get_item().request_items("orders", keys).send()
    };
    let got = get((0..100).collect()).await.unwrap();
    assert_eq!(got.responses().unwrap()["orders"].len(), 25);
    let over = get((0..101).collect()).await.unwrap_err();
    assert_eq!(over.code(), Some("ValidationException"));
    let twice = get(vec![1, 1]).await.unwrap_err();
    assert_eq!(twice.code(), Some("ValidationException"));
    assert_eq!(aws.violations().len(), 2);
}

#[tokio::test]
async fn a_batch_get_stops_at_16_megabytes() {
    let (_aws, client) = start().await;
    for n in 0..50 {
        let mut large = item(&n.to_string(), "1");
        large.insert("text".to_owned(), S("x".repeat(390_000)));
        put(&client, large).await;
    }
    let keys = (0..50).map(|n| key(&n.to_string())).collect();
    let mut keys = KeysAndAttributes::builder().set_keys(Some(keys)).build().unwrap();
    let mut found = 0;
    for rounds in 1.. {
        let got = client.batch_get_item().request_items("orders", keys).send().await.unwrap();
        found += got.responses().unwrap()["orders"].len();
        let Some(rest) = got.unprocessed_keys().unwrap().get("orders").cloned() else {
            assert_eq!(rounds, 2);
            break;
        };
        keys = rest;
    }
    assert_eq!(found, 50);
}

#[tokio::test]
async fn numbers_are_exact_and_shown_in_one_form() {
    let (_aws, client) = start().await;
    for (written, shown) in [
        ("0010.500", "10.5"),
        ("-0", "0"),
        ("1e3", "1000"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("-1.5E-3", "-0.0015"),
    ] {
        put(&client, item("a", written)).await;
        assert_eq!(n_of(&client, "a").await.as_deref(), Some(shown), "{written}");
    }
    for wrong in ["123456789012345678901234567890123456789", "1e126", "1e-131", "NaN", "", "0x1"] {
        let put = client.put_item().table_name("orders").set_item(Some(item("a", wrong)));
        let error = put.send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{wrong}");
    }
}

#[tokio::test]
async fn pages_of_an_index_hold_every_item_once_also_where_its_keys_are_equal() {
    let (_aws, client) = start().await;
    for id in 0..30 {
        put(&client, item(&format!("{id:02}"), &(id % 3 - 1).to_string())).await;
    }
    // Not in the index: it has no state.
    client.put_item().table_name("orders").set_item(Some(key("bare"))).send().await.unwrap();
    for forward in [true, false] {
        let query = client
            .query()
            .table_name("orders")
            .index_name("by-state")
            .key_condition_expression("#s = :open")
            .expression_attribute_names("#s", "state")
            .expression_attribute_values(":open", S("open".into()))
            .scan_index_forward(forward)
            .limit(7);
        let items = query.into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        let mut ns: Vec<i32> =
            items.iter().map(|item| item["n"].as_n().unwrap().parse().unwrap()).collect();
        if !forward {
            ns.reverse();
        }
        assert!(ns.is_sorted(), "{ns:?}");
        let mut ids: Vec<_> = items.iter().map(|item| item["id"].as_s().unwrap()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((items.len(), ids.len()), (30, 30));
    }
    let scan = client.scan().table_name("orders").index_name("by-state").limit(4);
    let scanned = scan.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
    assert_eq!(scanned.unwrap().len(), 30);
}
