//! One run at a time, from whatever machine.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue::{N, S};
use futures::future::join_all;
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::engine::lease::{Lease, LeaseError, SKEW, TABLE};

const HOUR: Duration = Duration::from_secs(3600);

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = Client::new(&support::config(&aws).await);
    (aws, client)
}

/// Sets back the end of a lease by so many seconds.
async fn age(client: &Client, of: &str, seconds: u64) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    client
        .update_item()
        .table_name(TABLE)
        .key("lease", S(of.to_owned()))
        .update_expression("SET expires = :e")
        .expression_attribute_values(":e", N((now.as_secs() - seconds).to_string()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn the_second_is_told_who_is_at_work() {
    let (_aws, client) = world().await;
    let first = Lease::take(&client, "v6-dev", "karin on desk-1", HOUR).await.unwrap();
    assert!(first.holds());
    let second = Lease::take(&client, "v6-dev", "jonas on desk-2", HOUR).await.unwrap_err();
    let told = second.to_string();
    assert!(told.starts_with("karin on desk-1 is at work on v6-dev"), "{told}");
    assert!(matches!(second, LeaseError::Held { seconds, .. } if (3600..=3640).contains(&seconds)));
    // Another deployment is nobody's business.
    Lease::take(&client, "v7-dev", "jonas on desk-2", HOUR).await.unwrap();
    first.release(&client).await.unwrap();
    let next = Lease::take(&client, "v6-dev", "jonas on desk-2", HOUR).await.unwrap();
    assert_eq!(next.token, 2, "tokens grow from holder to holder");
}

#[tokio::test]
async fn what_a_dead_holder_left_can_be_taken_over_and_the_dead_may_not_write_again() {
    let (_aws, client) = world().await;
    let mut dead = Lease::take(&client, "v6-dev", "karin", HOUR).await.unwrap();
    age(&client, "v6-dev", SKEW.as_secs() - 5).await;
    let early = Lease::take(&client, "v6-dev", "jonas", HOUR).await;
    assert!(matches!(early, Err(LeaseError::Held { .. })), "clocks may differ");
    age(&client, "v6-dev", SKEW.as_secs() + 5).await;
    let next = Lease::take(&client, "v6-dev", "jonas", HOUR).await.unwrap();
    assert!(next.token > dead.token);
    assert!(matches!(dead.renew(&client, HOUR).await, Err(LeaseError::Lost(_))));
    assert!(matches!(dead.release(&client).await, Err(LeaseError::Lost(_))));
    let third = Lease::take(&client, "v6-dev", "ada", HOUR).await;
    assert!(matches!(third, Err(LeaseError::Held { .. })), "the dead one took nothing away");
}

#[tokio::test]
async fn of_many_at_once_one_wins() {
    let (_aws, client) = world().await;
    let holders: Vec<String> = (0..12).map(|n| format!("machine {n}")).collect();
    let all = holders.iter().map(|holder| Lease::take(&client, "v6-dev", holder, HOUR));
    let won = join_all(all).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn a_lost_answer_is_no_other_holder() {
    let (aws, client) = world().await;
    Lease::take(&client, "v6-dev", "karin", HOUR).await.unwrap().release(&client).await.unwrap();
    aws.faults().add(Fault::on("dynamodb", "UpdateItem").nth(1).with(Effect::DropAfter));
    let mut lease = Lease::take(&client, "v6-dev", "karin", HOUR).await.unwrap();
    assert!(lease.renew(&client, HOUR).await.is_ok() && lease.holds());
    lease.renew(&client, Duration::from_secs(10)).await.unwrap();
    assert!(!lease.holds(), "too close to its end to write");
}

#[tokio::test]
async fn a_lease_that_was_given_back_unheard_is_not_lost() {
    let (aws, client) = world().await;
    let lease = Lease::take(&client, "v6-dev", "karin", HOUR).await.unwrap();
    let dropped = Fault::on("dynamodb", "UpdateItem").nth(1).with(Effect::DropAfter);
    let armed = aws.faults().add(dropped);
    lease.release(&client).await.unwrap();
    assert_eq!(armed.triggered(), 1);
    Lease::take(&client, "v6-dev", "jonas", HOUR).await.unwrap();
}
