//! Backups and recovery that take their time, as they do on AWS.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{BackupStatus, PointInTimeRecoverySpecification};
use local_aws::LocalAws;
use serde_json::json;

async fn start() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    let request = json!({
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    (aws, client)
}

#[tokio::test]
async fn a_backup_that_is_being_made_can_only_be_waited_for() {
    let (aws, client) = start().await;
    aws.backups_take(Duration::from_secs(1));
    let make = || client.create_backup().table_name("orders").backup_name("mine").send();
    let made = make().await.unwrap().backup_details.unwrap();
    assert_eq!(made.backup_status(), &BackupStatus::Creating);
    let arn = made.backup_arn();
    let restore =
        client.restore_table_from_backup().backup_arn(arn).target_table_name("new").send();
    for code in [
        make().await.unwrap_err().code().map(str::to_owned),
        restore.await.unwrap_err().code().map(str::to_owned),
        client.delete_backup().backup_arn(arn).send().await.unwrap_err().code().map(str::to_owned),
    ] {
        assert_eq!(code.as_deref(), Some("BackupInUseException"));
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let described = client.describe_backup().backup_arn(arn).send().await.unwrap();
    let details = described.backup_description.unwrap().backup_details.unwrap();
    assert_eq!(details.backup_status(), &BackupStatus::Available);
    make().await.unwrap();
}

#[tokio::test]
async fn the_latest_moment_to_restore_to_is_behind_as_told() {
    let (aws, client) = start().await;
    aws.recovery_lags(Duration::from_secs(300));
    let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true);
    let update = client
        .update_continuous_backups()
        .table_name("orders")
        .point_in_time_recovery_specification(on.build().unwrap());
    let described = update.send().await.unwrap().continuous_backups_description.unwrap();
    let window = described.point_in_time_recovery_description.unwrap();
    let [earliest, latest] =
        [window.earliest_restorable_date_time, window.latest_restorable_date_time]
            .map(|moment| moment.unwrap().secs());
    assert!((299..=301).contains(&(earliest - latest)), "{earliest} {latest}");
}
