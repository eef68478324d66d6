//! DynamoDB backups and point-in-time recovery as the SDK sees them.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::primitives::{Blob, DateTime};
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
use aws_sdk_dynamodb::types::{
    BackupStatus, BackupType, BackupTypeFilter, BillingMode, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, TableStatus, TimeToLiveSpecification,
};
use local_aws::LocalAws;
use serde_json::json;

type Item = HashMap<String, AttributeValue>;

async fn start() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    create(&aws, "orders").await;
    (aws, client)
}

async fn create(aws: &LocalAws, table: &str) {
    let request = json!({
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [
            { "AttributeName": "customer", "KeyType": "HASH" },
            { "AttributeName": "number", "KeyType": "RANGE" },
        ],
        "AttributeDefinitions": [
            { "AttributeName": "customer", "AttributeType": "S" },
            { "AttributeName": "number", "AttributeType": "N" },
            { "AttributeName": "day", "AttributeType": "S" },
        ],
        "GlobalSecondaryIndexes": [{
            "IndexName": "by-day",
            "KeySchema": [{ "AttributeName": "day", "KeyType": "HASH" }],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
        "Tags": [{ "Key": "team", "Value": "shop" }],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

/// An item with every type of value.
fn item(number: u32) -> Item {
    let text = |text: &str| S(text.to_owned());
    [
        ("customer", text("ada")),
        ("number", N(number.to_string())),
        ("day", text("2030-01-01")),
        ("price", N("0.10000000000000000000000000000000000001".to_owned())),
        ("huge", N("-9.9999999999999999999999999999999999999E+125".to_owned())),
        ("empty", text("")),
        ("picture", B(Blob::new(vec![0, 159, 255]))),
        ("labels", Ss(vec!["gift".to_owned(), "late".to_owned()])),
        ("sizes", Ns(vec!["1".to_owned(), "2.5".to_owned()])),
        ("keys", Bs(vec![Blob::new(vec![1]), Blob::new(vec![2])])),
        ("open", Bool(true)),
        ("note", Null(true)),
        ("lines", L(vec![M([("sku".to_owned(), text("grüße"))].into()), L(vec![])])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

async fn put(client: &Client, table: &str, item: Item) {
    client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
}

/// The items as the service shows them; sets have no order.
async fn items(client: &Client, table: &str) -> Vec<Item> {
    let pages = client.scan().table_name(table).into_paginator().items().send();
    let mut items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    for value in items.iter_mut().flat_map(HashMap::values_mut) {
        match value {
            Ss(set) | Ns(set) => set.sort(),
            Bs(set) => set.sort_by(|one, other| one.as_ref().cmp(other.as_ref())),
            _ => {}
        }
    }
    items
}

async fn back_up(client: &Client, table: &str, name: &str) -> String {
    let made = client.create_backup().table_name(table).backup_name(name).send().await.unwrap();
    made.backup_details().unwrap().backup_arn().to_owned()
}

async fn listed(client: &Client, filter: BackupTypeFilter) -> Vec<String> {
    let list = client.list_backups().backup_type(filter).send().await.unwrap();
    list.backup_summaries().iter().map(|b| b.backup_name().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_backup_is_the_table_at_its_moment_and_outlives_it() {
    let (_aws, client) = start().await;
    for number in 0..40 {
        put(&client, "orders", item(number)).await;
    }
    let before = items(&client, "orders").await;
    let arn = back_up(&client, "orders", "nightly").await;
    put(&client, "orders", item(99)).await;
    client.delete_table().table_name("orders").send().await.unwrap();

    let restore = client.restore_table_from_backup().backup_arn(&arn);
    let answer = restore.target_table_name("again").send().await.unwrap();
    let table = answer.table_description().unwrap();
    let summary = table.restore_summary().unwrap();
    assert_eq!(summary.source_backup_arn(), Some(arn.as_str()));
    assert_eq!(
        summary.source_table_arn(),
        Some("arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
    );
    assert!(!summary.restore_in_progress());
    assert_eq!(items(&client, "again").await, before);

    let table = client.describe_table().table_name("again").send().await.unwrap();
    let table = table.table().unwrap();
    assert_eq!(table.table_status(), Some(&TableStatus::Active));
    assert_eq!(
        table.billing_mode_summary().unwrap().billing_mode(),
        Some(&BillingMode::PayPerRequest)
    );
    assert_eq!(table.restore_summary(), Some(summary));
    let by_day = client.query().table_name("again").index_name("by-day");
    let by_day = by_day.key_condition_expression("#d = :d").expression_attribute_names("#d", "day");
    let by_day = by_day.expression_attribute_values(":d", S("2030-01-01".to_owned()));
    assert_eq!(by_day.send().await.unwrap().count(), 40);
    // Tags are not part of a backup.
    let tags = client.list_tags_of_resource().resource_arn(table.table_arn().unwrap());
    assert!(tags.send().await.unwrap().tags().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_of_one_moment_while_others_write() {
    let (_aws, client) = start().await;
    let order = |number: u32, size: usize| -> Item {
        let customer = ("customer".to_owned(), S("ada".to_owned()));
        let text = ("text".to_owned(), S("x".repeat(size)));
        [customer, ("number".to_owned(), N(number.to_string())), text].into()
    };
    // Several pages of a scan, between the places that are written to.
    for number in 0..30 {
        put(&client, "orders", order(1000 + number, 100_000)).await;
    }
    let writer = {
        let client = client.clone();
        tokio::spawn(async move {
            // Each pair from the outside of the table, the first first.
            for n in 0..999 {
                put(&client, "orders", order(999 - n, 1)).await;
                put(&client, "orders", order(2000 + n, 1)).await;
            }
        })
    };
    for n in 0..4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let arn = back_up(&client, "orders", "while-busy").await;
        let target = format!("copy-{n}");
        let restore = client.restore_table_from_backup().backup_arn(arn);
        restore.target_table_name(&target).send().await.unwrap();
        let copied = items(&client, &target).await;
        let numbers = copied.iter().map(|item| item["number"].as_n().unwrap().parse().unwrap());
        let numbers: Vec<u32> = numbers.collect();
        let firsts = numbers.iter().filter(|number| **number < 1000).count();
        let seconds = numbers.iter().filter(|number| **number >= 2000).count();
        assert!(firsts == seconds || firsts == seconds + 1, "{firsts} and {seconds}");
    }
    writer.abort();
}

#[tokio::test]
async fn a_backup_describes_its_table() {
    let (_aws, client) = start().await;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires");
    let ttl = client.update_time_to_live().time_to_live_specification(ttl.build().unwrap());
    ttl.table_name("orders").send().await.unwrap();
    put(&client, "orders", item(1)).await;
    let arn = back_up(&client, "orders", "nightly").await;
    let id = arn.strip_prefix("arn:aws:dynamodb:eu-west-1:111122223333:table/orders/backup/");
    let (time, rest) = id.unwrap().split_once('-').unwrap();
    assert_eq!((time.len(), rest.len()), (14, 8));
    let described = client.describe_backup().backup_arn(&arn).send().await.unwrap();
    let described = described.backup_description().unwrap();
    let details = described.backup_details().unwrap();
    assert_eq!(
        (details.backup_name(), details.backup_status(), details.backup_type()),
        ("nightly", &BackupStatus::Available, &BackupType::User)
    );
    assert!(details.backup_size_bytes().unwrap() > 0);
    let source = described.source_table_details().unwrap();
    assert_eq!((source.table_name(), source.item_count()), ("orders", Some(1)));
    assert_eq!(source.key_schema().len(), 2);
    let features = described.source_table_feature_details().unwrap();
    assert_eq!(features.global_secondary_indexes()[0].index_name(), Some("by-day"));
    assert_eq!(features.time_to_live_description().unwrap().attribute_name(), Some("expires"));

    let deleted = client.delete_backup().backup_arn(&arn).send().await.unwrap();
    let status = deleted.backup_description().unwrap().backup_details().unwrap().backup_status();
    assert_eq!(status, &BackupStatus::Deleted);
    let error = client.describe_backup().backup_arn(&arn).send().await.unwrap_err();
    assert!(error.into_service_error().is_backup_not_found_exception());
    let error = client.delete_backup().backup_arn(&arn).send().await.unwrap_err();
    assert!(error.into_service_error().is_backup_not_found_exception());
}

#[tokio::test]
async fn backups_are_listed_in_pages_and_by_table_and_time() {
    let (aws, client) = start().await;
    create(&aws, "stock").await;
    let mut arns = Vec::new();
    for n in 0..7 {
        let table = if n == 3 { "stock" } else { "orders" };
        arns.push(back_up(&client, table, &format!("backup-{n}")).await);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
    loop {
        let page = client.list_backups().limit(3).set_exclusive_start_backup_arn(after);
        let page = page.send().await.unwrap();
        pages += 1;
        seen.extend(page.backup_summaries().iter().map(|b| b.backup_arn().unwrap().to_owned()));
        after = page.last_evaluated_backup_arn().map(str::to_owned);
        if after.is_none() {
            break;
        }
        // The next page does not need the backup that the last one ended with.
        client.delete_backup().set_backup_arn(after.clone()).send().await.unwrap();
    }
    assert_eq!((seen, pages), (arns.clone(), 3));
    let left = client.list_backups().send().await.unwrap();
    assert_eq!(left.backup_summaries().len(), 5);

    let of_stock = client.list_backups().table_name("stock").send().await.unwrap();
    assert_eq!(of_stock.backup_summaries()[0].backup_arn(), Some(arns[3].as_str()));
    let details = client.describe_backup().backup_arn(&arns[3]).send().await.unwrap();
    let details = details.backup_description().unwrap().backup_details().unwrap().clone();
    let made = *details.backup_creation_date_time();
    let from = client.list_backups().time_range_lower_bound(made).send().await.unwrap();
    assert_eq!(from.backup_summaries()[0].backup_arn(), Some(arns[3].as_str()));
    let before = client.list_backups().time_range_upper_bound(made).send().await.unwrap();
    assert_eq!(before.backup_summaries().len() + from.backup_summaries().len(), 5);
    for limit in [0, 101] {
        let error = client.list_backups().limit(limit).send().await.unwrap_err();
        assert_eq!(error.code(), Some("ValidationException"), "{limit}");
    }
}

#[tokio::test]
async fn backups_and_restores_refuse_what_is_not_there_or_is_there_already() {
    let (_aws, client) = start().await;
    let error = client.create_backup().table_name("nothing").backup_name("nightly").send().await;
    assert!(error.unwrap_err().into_service_error().is_table_not_found_exception());
    let error = client.create_backup().table_name("orders").backup_name("a b").send().await;
    assert_eq!(error.unwrap_err().code(), Some("ValidationException"));

    let arn = back_up(&client, "orders", "nightly").await;
    let restore = client.restore_table_from_backup().target_table_name("orders");
    let error = restore.clone().backup_arn(&arn).send().await.unwrap_err().into_service_error();
    assert!(error.is_table_already_exists_exception(), "{error:?}");
    let unknown = arn.replace("orders", "stock");
    let error = restore.backup_arn(unknown).send().await.unwrap_err().into_service_error();
    assert!(error.is_backup_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn a_restore_can_change_capacity_and_leave_indexes_out() {
    let (_aws, client) = start().await;
    put(&client, "orders", item(1)).await;
    let arn = back_up(&client, "orders", "nightly").await;
    let capacity = aws_sdk_dynamodb::types::ProvisionedThroughput::builder();
    let capacity = capacity.read_capacity_units(3).write_capacity_units(2).build().unwrap();
    let restore = client.restore_table_from_backup().backup_arn(&arn).target_table_name("slow");
    let restore = restore.billing_mode_override(BillingMode::Provisioned);
    let restore = restore.provisioned_throughput_override(capacity);
    let answer = restore.set_global_secondary_index_override(Some(vec![])).send().await.unwrap();
    let table = answer.table_description().unwrap();
    assert_eq!(table.provisioned_throughput().unwrap().read_capacity_units(), Some(3));
    assert!(table.global_secondary_indexes().is_empty());
    assert_eq!(table.attribute_definitions().len(), 2);

    // And back: what is provisioned is copied as such.
    let arn = back_up(&client, "slow", "weekly").await;
    let restore = client.restore_table_from_backup().backup_arn(&arn).target_table_name("same");
    let answer = restore.send().await.unwrap();
    let capacity = answer.table_description().unwrap().provisioned_throughput().unwrap();
    assert_eq!(capacity.write_capacity_units(), Some(2));
    assert_eq!(items(&client, "same").await, items(&client, "orders").await);
}

async fn switch(client: &Client, on: bool) -> PointInTimeRecoveryStatus {
    let specification =
        PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(on);
    let update = client.update_continuous_backups().table_name("orders");
    let update = update.point_in_time_recovery_specification(specification.build().unwrap());
    let answer = update.send().await.unwrap();
    let description = answer.continuous_backups_description().unwrap();
    description
        .point_in_time_recovery_description()
        .unwrap()
        .point_in_time_recovery_status()
        .unwrap()
        .clone()
}

#[tokio::test]
async fn recovery_is_off_until_it_is_switched_on() {
    let (_aws, client) = start().await;
    let restore = client
        .restore_table_to_point_in_time()
        .source_table_name("orders")
        .target_table_name("again")
        .use_latest_restorable_time(true);
    let error = restore.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_point_in_time_recovery_unavailable_exception(), "{error:?}");
    assert_eq!(switch(&client, true).await, PointInTimeRecoveryStatus::Enabled);
    let described = client.describe_continuous_backups().table_name("orders").send().await.unwrap();
    let described = described.continuous_backups_description().unwrap();
    let window = described.point_in_time_recovery_description().unwrap();
    assert_eq!(window.recovery_period_in_days(), Some(35));
    assert!(window.earliest_restorable_date_time() <= window.latest_restorable_date_time());

    put(&client, "orders", item(1)).await;
    restore.send().await.unwrap();
    assert_eq!(items(&client, "again").await, items(&client, "orders").await);
    // Recovery is not part of what is restored.
    let described = client.describe_continuous_backups().table_name("again").send().await.unwrap();
    let described = described.continuous_backups_description().unwrap();
    let status = described.point_in_time_recovery_description().unwrap();
    assert_eq!(status.point_in_time_recovery_status(), Some(&PointInTimeRecoveryStatus::Disabled));
    assert_eq!(switch(&client, false).await, PointInTimeRecoveryStatus::Disabled);

    let error = client.describe_continuous_backups().table_name("nothing").send().await;
    assert!(error.unwrap_err().into_service_error().is_table_not_found_exception());
}

#[tokio::test]
async fn recovery_restores_to_the_latest_moment_only() {
    let (_aws, client) = start().await;
    switch(&client, true).await;
    let restore = client
        .restore_table_to_point_in_time()
        .source_table_name("orders")
        .target_table_name("new");
    let at = |seconds: i64| restore.clone().restore_date_time(DateTime::from_secs(seconds)).send();
    let error = at(1_000_000_000).await.unwrap_err().into_service_error();
    assert!(error.is_invalid_restore_time_exception(), "{error:?}");
    let window = client.describe_continuous_backups().table_name("orders").send().await.unwrap();
    let window = window.continuous_backups_description().unwrap().clone();
    let window = window.point_in_time_recovery_description().unwrap().clone();
    let earliest = *window.earliest_restorable_date_time().unwrap();
    let error = restore.clone().restore_date_time(earliest).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("UseLatestRestorableTime"));
    let error = restore.clone().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
    let taken = restore.clone().target_table_name("orders").use_latest_restorable_time(true);
    let error = taken.send().await.unwrap_err().into_service_error();
    assert!(error.is_table_already_exists_exception(), "{error:?}");
    let gone = restore.source_table_name("nothing").use_latest_restorable_time(true);
    let error = gone.send().await.unwrap_err().into_service_error();
    assert!(error.is_table_not_found_exception(), "{error:?}");
}

#[tokio::test]
async fn a_deleted_table_with_recovery_leaves_a_backup_of_the_system() {
    let (_aws, client) = start().await;
    switch(&client, true).await;
    put(&client, "orders", item(1)).await;
    let before = items(&client, "orders").await;
    back_up(&client, "orders", "mine").await;
    client.delete_table().table_name("orders").send().await.unwrap();
    assert_eq!(listed(&client, BackupTypeFilter::User).await, ["mine"]);
    assert_eq!(listed(&client, BackupTypeFilter::System).await, ["orders$DeletedTableBackup"]);
    assert_eq!(listed(&client, BackupTypeFilter::All).await.len(), 2);

    let system = client.list_backups().backup_type(BackupTypeFilter::System).send().await.unwrap();
    let arn = system.backup_summaries()[0].backup_arn().unwrap();
    let restore = client.restore_table_from_backup().backup_arn(arn).target_table_name("orders");
    restore.send().await.unwrap();
    assert_eq!(items(&client, "orders").await, before);
    // The new table has no recovery, so its end leaves nothing behind.
    client.delete_table().table_name("orders").send().await.unwrap();
    assert_eq!(listed(&client, BackupTypeFilter::All).await.len(), 2);
}
