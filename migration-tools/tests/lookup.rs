//! Looking ids up finds what a scan finds, complete and consistent, whatever DynamoDB leaves for later.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::S;
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::engine::item::{Item, canonical};
use migration_tools::engine::lookup::{Route, Way, choose, lookups};
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::{Described, ReadError, Reader, describe};
use serde_json::json;

const BY_USER: Way<'_> = Way::Index { name: "UserIndex", attribute: "user" };
const PEOPLE: usize = 10;

/// Records by key and by user; the index holds keys only.
async fn world(rows: usize, bytes: usize) -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let config = support::config(&aws).await;
    let key = |hash: &str, range: &str| {
        json!([
            {"AttributeName": hash, "KeyType": "HASH"},
            {"AttributeName": range, "KeyType": "RANGE"},
        ])
    };
    let request = json!({
        "TableName": "logs",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": "key", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "S"},
            {"AttributeName": "user", "AttributeType": "S"},
        ],
        "KeySchema": key("key", "at"),
        "GlobalSecondaryIndexes": [{
            "IndexName": "UserIndex",
            "KeySchema": key("user", "at"),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let client = Client::new(&config);
    for row in 0..rows {
        let put = client.put_item().table_name("logs").item("at", S(format!("{row:04}")));
        let put = put.item("key", S(format!("person{}", row * 7 % PEOPLE)));
        let put = put.item("user", S(format!("person{}", row % PEOPLE)));
        put.item("text", S("x".repeat(bytes))).send().await.unwrap();
    }
    aws.clear_calls();
    (aws, client)
}

/// What was visited, by canonical form, and how often.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<Vec<u8>, usize>>);

impl Seen {
    fn add(&self, items: &[Item]) {
        let page: BTreeSet<Vec<u8>> = items.iter().map(canonical).collect();
        assert_eq!(page.len(), items.len(), "no page has a record twice");
        for item in page {
            *self.0.lock().unwrap().entry(item).or_default() += 1;
        }
    }

    fn records(self) -> BTreeSet<Vec<u8>> {
        let all = self.0.into_inner().unwrap();
        assert!(all.values().all(|times| *times == 1), "no record is visited twice");
        all.into_keys().collect()
    }
}

async fn looked_up(
    client: &Client,
    pace: &Pace,
    table: &Described,
    ways: &[Way<'_>],
    ids: &[&str],
) -> Result<BTreeSet<Vec<u8>>, ReadError> {
    let seen = Seen::default();
    let visit = |items: Vec<Item>| {
        seen.add(&items);
        async { Ok::<(), ReadError>(()) }
    };
    lookups(client, pace, &table.table, ways, ids.iter().copied(), 3, visit).await?;
    Ok(seen.records())
}

async fn scanned(client: &Client, attribute: &str, ids: &[&str]) -> BTreeSet<Vec<u8>> {
    let seen = Seen::default();
    let visit = |mut items: Vec<Item>| {
        items.retain(|item| ids.contains(&item[attribute].as_s().unwrap().as_str()));
        seen.add(&items);
        async { Ok::<(), ReadError>(()) }
    };
    let reader = Reader::new(client.clone(), Pace::new(None, None));
    reader.pages("logs", 1, 1, visit).await.unwrap();
    seen.records()
}

#[tokio::test]
async fn look_ups_find_what_a_scan_finds() {
    // Several pages for each id, and in all.
    let (aws, client) = world(200, 60_000).await;
    let table = describe(&client, "logs").await.unwrap();
    let people: Vec<String> = (0..6).map(|n| format!("person{n}")).collect();
    let ids: Vec<&str> = people.iter().map(String::as_str).chain(["nobody"]).collect();
    for (way, attribute) in [(Way::Key, "key"), (BY_USER, "user")] {
        let pace = Pace::new(None, None);
        let found = looked_up(&client, &pace, &table, &[way], &ids).await.unwrap();
        assert_eq!(found.len(), 6 * 20);
        assert_eq!(found, scanned(&client, attribute, &ids).await);
        assert!(pace.report().read.units >= 6 * 20 * 60_000 / 4096, "{:?}", pace.report());
    }
    assert!(aws.count("dynamodb", "Query") > 2 * ids.len(), "several pages were read");
}

#[tokio::test]
async fn keys_that_are_left_for_later_are_asked_for_again() {
    let (aws, client) = world(200, 10).await;
    let table = describe(&client, "logs").await.unwrap();
    aws.faults().add(Fault::on("dynamodb", "BatchGetItem").times(3).with(Effect::Partial(7)));
    aws.faults()
        .add(Fault::on("dynamodb", "BatchGetItem").after(3).times(1).with(Effect::Throttle));
    let pace = Pace::new(None, None);
    let ids = ["person1", "person2", "person3"];
    let found = looked_up(&client, &pace, &table, &[BY_USER], &ids).await.unwrap();
    assert_eq!(found, scanned(&client, "user", &ids).await);
    assert_eq!(found.len(), 60);
    assert!(pace.report().throttles >= 3);
}

/// Longer than the SDK repeats a call.
#[tokio::test]
async fn a_table_that_stays_busy_is_waited_for_and_not_for_ever() {
    let (aws, client) = world(40, 10).await;
    let table = describe(&client, "logs").await.unwrap();
    let busy = |operation, times, effect| {
        aws.faults().add(Fault::on("dynamodb", operation).times(times).with(effect));
    };
    for way in [Way::Key, BY_USER] {
        busy("Query", 20, Effect::Throttle);
        busy("BatchGetItem", 20, Effect::Throttle);
        let pace = Pace::new(None, None);
        let found = looked_up(&client, &pace, &table, &[way], &["person1"]).await.unwrap();
        assert_eq!(found.len(), 4);
    }
    for (operation, effect) in [
        ("Query", Effect::Throttle),
        ("BatchGetItem", Effect::Throttle),
        ("BatchGetItem", Effect::Partial(0)),
    ] {
        aws.faults().clear();
        busy(operation, 10_000, effect);
        let pace = Pace::new(None, None).with_patience(Duration::from_millis(300));
        let began = Instant::now();
        let ended = looked_up(&client, &pace, &table, &[BY_USER], &["person1"]).await;
        assert!(began.elapsed() >= Duration::from_millis(300));
        let told = ended.unwrap_err().to_string();
        assert!(told.contains("logs"), "{told}");
    }
}

#[tokio::test]
async fn one_page_serves_several_ids_and_errors_end_the_reading() {
    let (aws, client) = world(40, 10).await;
    let table = describe(&client, "logs").await.unwrap();
    let pace = Pace::new(None, None);
    let pages = AtomicUsize::new(0);
    let visit = |_: Vec<Item>| {
        pages.fetch_add(1, Ordering::SeqCst);
        async { Ok::<(), ReadError>(()) }
    };
    // The same id twice, as somebody may ask for it: its records are in the page once.
    let ids = ["person1", "person2", "person1"].into_iter();
    lookups(&client, &pace, &table.table, &[BY_USER], ids, 1, visit).await.unwrap();
    assert_eq!(pages.load(Ordering::SeqCst), 1);
    assert_eq!(aws.count("dynamodb", "BatchGetItem"), 1);

    let refuse = |_: Vec<Item>| async { Err(ReadError::Absent("told by the test".to_owned())) };
    let ids = || ["person1"].into_iter();
    let ended = lookups(&client, &pace, &table.table, &[Way::Key], ids(), 1, refuse).await;
    assert!(matches!(ended, Err(ReadError::Absent(_))));
    aws.faults().add(Fault::on("dynamodb", "BatchGetItem").with(Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "told by the test".to_owned(),
    }));
    let error = lookups(&client, &pace, &table.table, &[BY_USER], ids(), 1, visit).await;
    assert!(error.unwrap_err().to_string().contains("table `logs`: access denied"));
}

#[tokio::test]
async fn an_index_that_the_deployment_lacks_is_not_chosen() {
    let (_aws, client) = world(200, 10_000).await;
    let table = describe(&client, "logs").await.unwrap();
    assert_eq!(table.global_indexes[0].keys, ["user", "at"]);
    assert_eq!(choose(&table, &[BY_USER], 2, 20).route, Route::Lookups);
    assert_eq!(choose(&table, &[BY_USER], 20, 20).route, Route::Scan);
    let other = Way::Index { name: "OwnerIndex", attribute: "owner" };
    let choice = choose(&table, &[BY_USER, other], 2, 20);
    assert_eq!(choice.route, Route::Scan);
    assert_eq!(choice.because, "there is no index `OwnerIndex`, so the whole table is read");
}
