//! Another writer of Parameter Store loses nothing and is told of.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use documents::Place;
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::parameter_store::{Origin, Parameter, Store, WriteError, Written};

const PATH: &str = "/amplify/dev/amplify-v6-lambda/TABLE";

async fn store(aws: &LocalAws) -> Store {
    Store::new(&support::config(aws).await, false)
}

fn wanted(value: &str) -> Parameter {
    let place = Place { line: 1, column: 1 };
    Parameter {
        path: PATH.to_owned(),
        name: "TABLE".to_owned(),
        value: value.to_owned(),
        description: "d".to_owned(),
        origin: Origin { file: "x/serverless.yml".to_owned(), place },
    }
}

#[tokio::test]
async fn a_parameter_that_was_created_in_the_meantime_is_not_overwritten() {
    let aws = LocalAws::start().await.unwrap();
    let store = store(&aws).await;
    aws.ssm().put(PATH, "theirs");
    assert!(matches!(store.write(&wanted("ours"), None).await, Err(WriteError::Taken)));
    assert_eq!(aws.ssm().value(PATH).as_deref(), Some("theirs"));
    let same = store.write(&wanted("theirs"), None).await.unwrap();
    assert_eq!(same, Written::AlreadyThere);
}

#[tokio::test]
async fn a_version_that_was_written_in_between_is_told_and_kept_in_the_history() {
    let aws = LocalAws::start().await.unwrap();
    let store = store(&aws).await;
    assert_eq!(store.write(&wanted("one"), None).await.unwrap(), Written::Stored(1));
    assert_eq!(store.write(&wanted("two"), Some(1)).await.unwrap(), Written::Stored(2));
    // Read at version 2; somebody else writes version 3.
    store.write(&wanted("theirs"), Some(2)).await.unwrap();
    assert_eq!(store.write(&wanted("ours"), Some(2)).await.unwrap(), Written::Over(3));
    // An own attempt whose answer got lost is not another writer.
    aws.faults().add(Fault::on("ssm", "PutParameter").nth(1).with(Effect::DropAfter));
    assert_eq!(store.write(&wanted("again"), Some(4)).await.unwrap(), Written::Stored(6));
}
