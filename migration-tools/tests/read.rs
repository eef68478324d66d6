//! A table is read completely and once, however it is divided.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::{ReadError, Reader, describe};
use serde_json::json;

async fn world(rows: usize) -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let config = support::config(&aws).await;
    let request = json!({
        "TableName": "logs",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "at", "AttributeType": "N"},
            {"AttributeName": "user", "AttributeType": "S"},
        ],
        "KeySchema": [
            {"AttributeName": "user", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let client = Client::new(&config);
    for row in 0..rows {
        let put = client.put_item().table_name("logs");
        let put = put.item("user", S(format!("user{}", row % 37))).item("at", N(row.to_string()));
        // Large enough for several pages.
        put.item("text", S("x".repeat(20_000))).send().await.unwrap();
    }
    aws.clear_calls();
    (aws, client)
}

fn reader(client: &Client) -> Reader {
    Reader::new(client.clone(), Pace::new(None, None))
}

#[tokio::test]
async fn every_record_is_visited_once_in_bounded_memory() {
    let (aws, client) = world(400).await;
    for (segments, at_once) in [(1, 1), (7, 3), (64, 8)] {
        let seen: Mutex<BTreeMap<String, usize>> = Mutex::default();
        let (held, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let result: Result<(), ReadError> = reader(&client)
            .pages("logs", segments, at_once, |items| {
                let (seen, held, most) = (&seen, &held, &most);
                async move {
                    most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    for item in &items {
                        let at = item["at"].as_n().unwrap().clone();
                        *seen.lock().unwrap().entry(at).or_default() += 1;
                    }
                    held.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                }
            })
            .await;
        result.unwrap();
        let seen = seen.into_inner().unwrap();
        assert_eq!(seen.len(), 400, "{segments} segments");
        assert!(seen.values().all(|times| *times == 1));
        assert!(most.into_inner() <= at_once);
    }
    assert!(aws.count("dynamodb", "Scan") >= 1 + 8 + 64, "several pages were read");
}

#[tokio::test]
async fn throttles_are_waited_for_and_errors_end_the_reading() {
    let (aws, client) = world(10).await;
    aws.faults().add(Fault::on("dynamodb", "Scan").times(2).with(Effect::Throttle));
    let count = AtomicUsize::new(0);
    let visit = |items: Vec<_>| {
        count.fetch_add(items.len(), Ordering::SeqCst);
        async { Ok::<(), ReadError>(()) }
    };
    reader(&client).pages("logs", 2, 2, visit).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 10);
    let denied = Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "told by the test".to_owned(),
    };
    aws.faults().add(Fault::on("dynamodb", "Scan").with(denied));
    let error = reader(&client).pages("logs", 2, 2, visit).await.unwrap_err();
    assert!(error.to_string().contains("table `logs`: access denied"), "{error}");
}

/// Longer than the SDK repeats a call.
#[tokio::test]
async fn a_table_that_stays_busy_is_waited_for_and_not_for_ever() {
    let (aws, client) = world(10).await;
    let busy = |times| {
        let busy = Fault::on("dynamodb", "Scan").times(times);
        aws.faults().add(busy.with(Effect::Throttle));
    };
    let seen = AtomicUsize::new(0);
    let visit = |items: Vec<_>| {
        seen.fetch_add(items.len(), Ordering::SeqCst);
        async { Ok::<(), ReadError>(()) }
    };
    busy(30);
    reader(&client).pages("logs", 1, 1, visit).await.unwrap();
    assert_eq!((seen.load(Ordering::SeqCst), aws.count("dynamodb", "Scan")), (10, 31));
    busy(10_000);
    let pace = Pace::new(None, None).with_patience(Duration::from_millis(500));
    let began = Instant::now();
    let error = Reader::new(client, pace).pages("logs", 1, 1, visit).await.unwrap_err();
    assert!(began.elapsed() >= Duration::from_millis(500));
    assert!(error.to_string().contains("table `logs`: throttled"), "{error}");
    assert_eq!(seen.load(Ordering::SeqCst), 10);
}

#[tokio::test]
async fn a_table_is_described_with_its_keys_and_an_absent_one_is_told_from_a_denied_one() {
    let (aws, client) = world(3).await;
    let described = describe(&client, "logs").await.unwrap();
    assert_eq!(described.table.keys, ["user", "at"]);
    assert!(matches!(describe(&client, "no-table").await, Err(ReadError::Absent(_))));
    aws.faults().add(Fault::on("dynamodb", "DescribeTable").with(Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "told by the test".to_owned(),
    }));
    assert!(matches!(describe(&client, "logs").await, Err(ReadError::Failed { .. })));
}
