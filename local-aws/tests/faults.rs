//! Every effect, as an SDK client meets it.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue::S;
use aws_sdk_dynamodb::types::{
    KeysAndAttributes, Put, PutRequest, TransactWriteItem, WriteRequest,
};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use local_aws::{Effect, Fault, LocalAws};

struct World {
    aws: LocalAws,
    ssm: aws_sdk_ssm::Client,
    dynamodb: aws_sdk_dynamodb::Client,
}

async fn start() -> World {
    let aws = LocalAws::start().await.unwrap();
    let config = support::config(&aws).await;
    aws.ssm().put("/a", "v");
    World {
        ssm: aws_sdk_ssm::Client::new(&config),
        dynamodb: aws_sdk_dynamodb::Client::new(&config),
        aws,
    }
}

async fn with_table() -> World {
    let world = start().await;
    support::create_table(&world.aws, "orders").await;
    world
}

impl World {
    async fn get(&self) -> Result<(), String> {
        let got = self.ssm.get_parameter().name("/a").send().await;
        got.map(drop).map_err(|error| error.code().unwrap_or("no answer").to_owned())
    }

    async fn put(&self, value: &str) -> bool {
        let put = self.ssm.put_parameter().name("/a").value(value).overwrite(true).send().await;
        match put {
            Ok(_) => true,
            Err(SdkError::DispatchFailure(_)) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn count_items(&self) -> usize {
        self.dynamodb.scan().table_name("orders").send().await.unwrap().items().len()
    }
}

fn writes(count: usize) -> Vec<WriteRequest> {
    let write = |n: usize| {
        let put = PutRequest::builder().item("id", S(format!("{n:02}"))).build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    (0..count).map(write).collect()
}

#[tokio::test]
async fn the_nth_call_is_hit_and_no_other() {
    let world = start().await;
    let throttle = Fault::on("ssm", "GetParameter").nth(3).with(Effect::Throttle);
    let armed = world.aws.faults().add(throttle);
    let mut outcomes = Vec::new();
    for _ in 0..5 {
        outcomes.push(world.get().await);
    }
    let hit = Err("ThrottlingException".to_owned());
    assert_eq!(outcomes, [Ok(()), Ok(()), hit, Ok(()), Ok(())]);
    assert_eq!((armed.seen(), armed.triggered(), armed.remaining()), (5, 1, Some(0)));
    assert_eq!(world.aws.count("ssm", "GetParameter"), 5);
    let statuses: Vec<_> = world.aws.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [Some(200), Some(200), Some(400), Some(200), Some(200)]);
}

#[tokio::test]
async fn triggers_count_skip_and_end() {
    let world = start().await;
    let effect = |code: &str| Effect::Error { status: 400, code: code.into(), message: "m".into() };
    world.aws.faults().add(Fault::on_any().after(1).times(2).with(effect("Some")));
    let outcomes = [world.get().await, world.get().await, world.get().await, world.get().await];
    assert_eq!(outcomes, [Ok(()), Err("Some".into()), Err("Some".into()), Ok(())]);
    assert_eq!((world.aws.faults().triggered(), world.aws.faults().remaining()), (2, Some(0)));

    world.aws.faults().clear();
    world.aws.faults().add(Fault::on_service("ssm").every().with(effect("Every")));
    assert_eq!([world.get().await, world.get().await], [Err("Every".into()), Err("Every".into())]);
    assert_eq!(world.aws.faults().remaining(), None);

    world.aws.faults().clear();
    let about_b = |body: &[u8]| body.windows(4).any(|part| part == br#""/b""#);
    let armed = world.aws.faults().add(Fault::on_any().matching(about_b).nth(1).with(effect("B")));
    assert_eq!((world.get().await, armed.seen()), (Ok(()), 0));
    let error = world.ssm.get_parameter().name("/b").send().await.unwrap_err();
    assert_eq!(error.code(), Some("B"));
}

#[tokio::test]
async fn each_service_throttles_in_its_own_words() {
    let world = with_table().await;
    let config = support::config(&world.aws).await;
    world.aws.faults().add(Fault::on_any().with(Effect::Throttle));
    let error = world.dynamodb.scan().table_name("orders").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ProvisionedThroughputExceededException"));
    assert!(error.into_service_error().is_provisioned_throughput_exceeded_exception());
    let error = world.dynamodb.list_tables().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ThrottlingException"));
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let error = aws_sdk_s3::Client::from_conf(s3).list_buckets().send().await.unwrap_err();
    assert_eq!(error.code(), Some("SlowDown"));
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 503);
    let cognito = aws_sdk_cognitoidentityprovider::Client::new(&config);
    let error = cognito.list_users().user_pool_id("eu-west-1_a").send().await.unwrap_err();
    assert!(error.into_service_error().is_too_many_requests_exception());
    let sqs = aws_sdk_sqs::Client::new(&config);
    let error = sqs.list_queues().send().await.unwrap_err();
    assert_eq!(error.code(), Some("RequestThrottled"));
}

#[tokio::test]
async fn a_delay_delays_and_then_the_call_happens() {
    let world = start().await;
    let delay = Effect::Delay(Duration::from_millis(150));
    world.aws.faults().add(Fault::on_any().nth(1).with(delay));
    let start = Instant::now();
    assert_eq!(world.get().await, Ok(()));
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[tokio::test]
async fn a_timeout_never_answers() {
    let world = start().await;
    world.aws.faults().add(Fault::on("ssm", "PutParameter").with(Effect::Timeout));
    let put = tokio::time::timeout(Duration::from_millis(300), world.put("lost")).await;
    assert!(put.is_err());
    assert_eq!(world.aws.ssm().value("/a").as_deref(), Some("v"));
    assert_eq!(world.aws.calls()[0].status, None);
}

#[tokio::test]
async fn a_call_that_times_out_ends_with_the_world() {
    let World { aws, ssm, .. } = start().await;
    aws.faults().add(Fault::on_any().with(Effect::Timeout));
    let call = tokio::spawn(ssm.get_parameter().name("/a").send());
    while aws.total() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!call.is_finished());
    drop(aws);
    let ended = tokio::time::timeout(Duration::from_secs(10), call).await;
    assert!(matches!(ended, Ok(Ok(Err(SdkError::DispatchFailure(_))))), "{ended:?}");
}

#[tokio::test]
async fn a_client_that_gives_up_during_a_delay_has_achieved_nothing() {
    let world = start().await;
    let delay = Effect::Delay(Duration::from_millis(400));
    world.aws.faults().add(Fault::on("ssm", "PutParameter").with(delay));
    let put = tokio::time::timeout(Duration::from_millis(100), world.put("lost")).await;
    assert!(put.is_err());
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(world.aws.ssm().value("/a").as_deref(), Some("v"));
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_the_nth_of_many_at_once_is_hit() {
    let world = std::sync::Arc::new(start().await);
    let nth = Fault::on("ssm", "GetParameter").nth(30).with(Effect::Throttle);
    let first = Fault::on("ssm", "GetParameter").times(10).with(Effect::Error {
        status: 400,
        code: "Early".into(),
        message: "m".into(),
    });
    let (nth, first) = (world.aws.faults().add(nth), world.aws.faults().add(first));
    let calls: Vec<_> = (0..60)
        .map(|_| {
            let world = std::sync::Arc::clone(&world);
            tokio::spawn(async move { world.get().await })
        })
        .collect();
    let mut outcomes = std::collections::BTreeMap::new();
    for call in calls {
        *outcomes.entry(call.await.unwrap()).or_insert(0) += 1;
    }
    let expected =
        [(Ok(()), 49), (Err("Early".into()), 10), (Err("ThrottlingException".into()), 1)];
    assert_eq!(outcomes, expected.into());
    assert_eq!((nth.seen(), nth.triggered(), nth.remaining()), (60, 1, Some(0)));
    assert_eq!((first.seen(), first.triggered()), (60, 10));
}

#[tokio::test]
async fn a_fault_that_another_one_forestalls_has_not_struck() {
    let world = start().await;
    let add = |code: &str| {
        let effect = Effect::Error { status: 400, code: code.into(), message: "m".into() };
        world.aws.faults().add(Fault::on_any().nth(1).with(effect))
    };
    let (first, second) = (add("First"), add("Second"));
    assert_eq!([world.get().await, world.get().await], [Err("First".into()), Ok(())]);
    assert_eq!((first.triggered(), first.remaining()), (1, Some(0)));
    assert_eq!((second.triggered(), second.remaining()), (0, Some(0)));
}

#[tokio::test]
async fn a_connection_is_dropped_before_or_after_the_call_happened() {
    let world = start().await;
    world.aws.faults().add(Fault::on("ssm", "PutParameter").nth(1).with(Effect::DropBefore));
    world.aws.faults().add(Fault::on("ssm", "PutParameter").nth(2).with(Effect::DropAfter));
    assert!(!world.put("first").await);
    assert_eq!(world.aws.ssm().value("/a").as_deref(), Some("v"));
    assert!(!world.put("second").await);
    assert_eq!(world.aws.ssm().value("/a").as_deref(), Some("second"));
    assert!(world.put("third").await);
    assert_eq!(world.aws.count("ssm", "PutParameter"), 3);
}

#[tokio::test]
async fn a_partial_batch_write_returns_the_rest() {
    let world = with_table().await;
    world.aws.faults().add(Fault::on("dynamodb", "BatchWriteItem").nth(1).with(Effect::Partial(7)));
    let batch = world.dynamodb.batch_write_item().request_items("orders", writes(25));
    let answer = batch.send().await.unwrap();
    let rest = answer.unprocessed_items().unwrap()["orders"].clone();
    assert_eq!((rest.len(), world.count_items().await), (18, 7));
    let again =
        world.dynamodb.batch_write_item().request_items("orders", rest).send().await.unwrap();
    assert!(again.unprocessed_items().unwrap().is_empty());
    assert_eq!(world.count_items().await, 25);

    world.aws.faults().add(Fault::on("dynamodb", "BatchWriteItem").with(Effect::Partial(0)));
    let batch = world.dynamodb.batch_write_item().request_items("orders", writes(2));
    let error = batch.send().await.unwrap_err().into_service_error();
    assert!(error.is_provisioned_throughput_exceeded_exception());
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_refused_whole_even_if_a_part_would_fit() {
    let world = with_table().await;
    world.aws.faults().add(Fault::on_any().with(Effect::Partial(7)));
    let batch = world.dynamodb.batch_write_item().request_items("orders", writes(26));
    assert_eq!(batch.send().await.unwrap_err().code(), Some("ValidationException"));
    assert_eq!(world.aws.violations().len(), 1);
    world.aws.faults().clear();
    assert_eq!(world.count_items().await, 0);
}

#[tokio::test]
async fn a_partial_batch_get_returns_the_remaining_keys() {
    let world = with_table().await;
    world.dynamodb.batch_write_item().request_items("orders", writes(10)).send().await.unwrap();
    world.aws.faults().add(Fault::on("dynamodb", "BatchGetItem").nth(1).with(Effect::Partial(4)));
    let keys = (0..10).map(|n| [("id".to_owned(), S(format!("{n:02}")))].into());
    let keys = KeysAndAttributes::builder().set_keys(Some(keys.collect())).consistent_read(true);
    let first = world.dynamodb.batch_get_item().request_items("orders", keys.build().unwrap());
    let first = first.send().await.unwrap();
    let rest = first.unprocessed_keys().unwrap()["orders"].clone();
    assert_eq!((first.responses().unwrap()["orders"].len(), rest.keys().len()), (4, 6));
    assert_eq!(rest.consistent_read(), Some(true));
    let second =
        world.dynamodb.batch_get_item().request_items("orders", rest).send().await.unwrap();
    assert_eq!(second.responses().unwrap()["orders"].len(), 6);
}

#[tokio::test]
async fn a_partial_batch_of_messages_names_the_failed_ones() {
    let world = start().await;
    let sqs = aws_sdk_sqs::Client::new(&support::config(&world.aws).await);
    let url = world.aws.sqs().create_queue("jobs");
    let entry = |id: &str| {
        let entry = aws_sdk_sqs::types::SendMessageBatchRequestEntry::builder();
        entry.id(id).message_body(id).build().unwrap()
    };
    let entries: Vec<_> = ["a", "b", "c"].map(entry).into();
    for (n, sent) in [(2, 2), (0, 2)] {
        let fault = Fault::on("sqs", "SendMessageBatch").nth(1);
        world.aws.faults().add(fault.with(Effect::Partial(n)));
        let batch = sqs.send_message_batch().queue_url(&url).set_entries(Some(entries.clone()));
        let answer = batch.send().await.unwrap();
        assert_eq!((answer.successful().len(), answer.failed().len()), (n, 3 - n));
        assert_eq!(answer.failed().last().unwrap().id(), "c");
        assert_eq!(world.aws.sqs().messages("jobs").len(), sent);
    }
}

#[tokio::test]
async fn a_partial_effect_on_a_single_call_says_that_it_does_not_apply() {
    let world = start().await;
    world.aws.faults().add(Fault::on_any().with(Effect::Partial(1)));
    let error = world.ssm.get_parameter().name("/a").send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 500);
    assert!(error.message().unwrap().contains("ssm:GetParameter"));
}

#[tokio::test]
async fn transactions_conflict_on_demand() {
    let world = with_table().await;
    world.aws.faults().add(Fault::on_any().times(2).with(Effect::TransactionConflict));
    let put = |id: &str| {
        let put = Put::builder().table_name("orders").item("id", S(id.into())).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    let both = world.dynamodb.transact_write_items();
    let both = both.transact_items(put("a")).transact_items(put("b"));
    let error = both.clone().send().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("{error:?}")
    };
    let codes: Vec<_> =
        cancelled.cancellation_reasons().iter().map(|r| r.code().unwrap()).collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    let single =
        world.dynamodb.put_item().table_name("orders").item("id", S("c".into())).send().await;
    assert!(single.unwrap_err().into_service_error().is_transaction_conflict_exception());
    assert_eq!(world.count_items().await, 0);
    both.send().await.unwrap();
    assert_eq!(world.count_items().await, 2);
}

#[tokio::test]
async fn a_partial_delete_of_objects_reports_the_rest() {
    let world = start().await;
    world.aws.s3().create_bucket("photos");
    let mut objects = Vec::new();
    for n in 0..5 {
        world.aws.s3().put("photos", &format!("{n}"), "x");
        let object = aws_sdk_s3::types::ObjectIdentifier::builder().key(format!("{n}"));
        objects.push(object.build().unwrap());
    }
    world.aws.faults().add(Fault::on("s3", "DeleteObjects").with(Effect::Partial(2)));
    let config = support::config(&world.aws).await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(s3);
    let delete = aws_sdk_s3::types::Delete::builder().set_objects(Some(objects)).build().unwrap();
    let answer = s3.delete_objects().bucket("photos").delete(delete).send().await.unwrap();
    assert_eq!((answer.deleted().len(), answer.errors().len()), (2, 3));
    assert_eq!(world.aws.s3().keys("photos"), ["2", "3", "4"]);
}
