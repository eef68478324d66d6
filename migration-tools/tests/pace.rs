//! Attempts that are throttled slow a run down, although the SDK repeats them and nobody sees them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::types::AttributeValue::S;
use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::engine::pace::Pace;
use serde_json::json;

async fn world(pace: &Pace) -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let config = support::config(&aws).await;
    let client = Client::from_conf(Builder::from(&config).interceptor(pace.throttles()).build());
    let request = json!({
        "TableName": "people",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    (aws, client)
}

#[tokio::test]
async fn attempts_that_the_sdk_repeats_are_counted_and_nothing_else_is() {
    let pace = Pace::new(None, None);
    let (aws, client) = world(&pace).await;
    client.scan().table_name("people").send().await.unwrap();
    client.scan().table_name("absent").send().await.unwrap_err();
    assert_eq!(pace.report().throttles, 0);
    aws.faults().add(Fault::on("dynamodb", "Scan").times(2).with(Effect::Throttle));
    client.scan().table_name("people").send().await.unwrap();
    assert_eq!(pace.report().throttles, 2);
}

#[tokio::test]
async fn a_transaction_counts_where_its_reason_is_throttling_and_not_where_it_is_a_conflict() {
    let pace = Pace::new(None, None);
    let (aws, client) = world(&pace).await;
    let delete = || {
        let delete = Delete::builder().table_name("people").key("user", S("ada".into()));
        let delete = TransactWriteItem::builder().delete(delete.build().unwrap()).build();
        client.transact_write_items().transact_items(delete).send()
    };
    aws.faults().add(
        Fault::on("dynamodb", "TransactWriteItems").times(1).with(Effect::TransactionConflict),
    );
    delete().await.unwrap_err();
    assert_eq!(pace.report().throttles, 0);
    aws.faults().add(Fault::on("dynamodb", "TransactWriteItems").times(1).with(Effect::Throttle));
    delete().await.unwrap();
    assert_eq!(pace.report().throttles, 1);
}
