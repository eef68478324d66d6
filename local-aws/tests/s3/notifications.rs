//! Event notifications: their configuration, and what they would have delivered.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    CompletedMultipartUpload, CompletedPart, Event, EventBridgeConfiguration, FilterRule,
    FilterRuleName, LambdaFunctionConfiguration, NotificationConfiguration,
    NotificationConfigurationFilter, QueueConfiguration, S3KeyFilter, TopicConfiguration,
};
use local_aws::LocalAws;

use crate::setup::{BUCKET, refusal, with, world};

const CONVERT: &str = "arn:aws:lambda:us-east-1:000000000000:function:convert";
const QUEUE: &str = "arn:aws:sqs:us-east-1:000000000000:uploads";
const TOPIC: &str = "arn:aws:sns:us-east-1:000000000000:news";

fn filter(rules: &[(FilterRuleName, &str)]) -> NotificationConfigurationFilter {
    let rules = rules
        .iter()
        .map(|(name, value)| FilterRule::builder().name(name.clone()).value(*value).build());
    let key = S3KeyFilter::builder().set_filter_rules(Some(rules.collect())).build();
    NotificationConfigurationFilter::builder().key(key).build()
}

fn documents() -> NotificationConfigurationFilter {
    filter(&[(FilterRuleName::Prefix, "documents/"), (FilterRuleName::Suffix, ".pdf")])
}

fn function(events: &[Event]) -> LambdaFunctionConfiguration {
    LambdaFunctionConfiguration::builder()
        .lambda_function_arn(CONVERT)
        .set_events(Some(events.to_vec()))
        .filter(documents())
        .build()
        .unwrap()
}

async fn configure(s3: &Client, configuration: NotificationConfiguration) {
    let put = s3.put_bucket_notification_configuration().bucket(BUCKET);
    put.notification_configuration(configuration).send().await.unwrap();
}

fn functions(events: &[Event]) -> NotificationConfiguration {
    NotificationConfiguration::builder().lambda_function_configurations(function(events)).build()
}

fn delivered(aws: &LocalAws) -> Vec<(String, &'static str, String)> {
    let all = aws.s3().notified().into_iter();
    all.inspect(|one| assert_eq!(one.bucket, BUCKET))
        .map(|one| (one.key, one.event, one.target))
        .collect()
}

async fn put(s3: &Client, key: &str) {
    s3.put_object()
        .bucket(BUCKET)
        .key(key)
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_configuration_comes_back_as_it_was_put_with_ids() {
    let (_aws, s3) = world().await;
    let get = || s3.get_bucket_notification_configuration().bucket(BUCKET).send();
    let none = get().await.unwrap();
    assert!(none.lambda_function_configurations().is_empty());

    let queue = QueueConfiguration::builder().id("mine").queue_arn(QUEUE);
    let queue = queue.events(Event::S3ObjectRemoved).build().unwrap();
    let topic = TopicConfiguration::builder().topic_arn(TOPIC);
    let topic = topic.events(Event::S3ObjectCreatedPut).build().unwrap();
    let all = NotificationConfiguration::builder()
        .lambda_function_configurations(function(&[Event::S3ObjectCreated]))
        .queue_configurations(queue.clone())
        .topic_configurations(topic)
        .event_bridge_configuration(EventBridgeConfiguration::builder().build());
    configure(&s3, all.build()).await;

    let got = get().await.unwrap();
    let [function] = got.lambda_function_configurations() else { panic!("one function") };
    assert_eq!(function.lambda_function_arn(), CONVERT);
    assert_eq!(function.events(), [Event::S3ObjectCreated]);
    assert_eq!(function.filter(), Some(&documents()));
    assert!(function.id().is_some_and(|id| !id.is_empty()));
    assert_eq!(got.queue_configurations(), [queue]);
    assert_eq!(got.topic_configurations()[0].topic_arn(), TOPIC);
    assert!(got.event_bridge_configuration().is_some());

    // What is read can be put back, and an empty one takes all away.
    let same = NotificationConfiguration::builder()
        .set_lambda_function_configurations(got.lambda_function_configurations.clone());
    configure(&s3, same.build()).await;
    let again = get().await.unwrap();
    assert_eq!(again.lambda_function_configurations(), got.lambda_function_configurations());
    assert!(again.queue_configurations().is_empty());
    configure(&s3, NotificationConfiguration::builder().build()).await;
    assert!(get().await.unwrap().lambda_function_configurations().is_empty());
}

#[tokio::test]
async fn what_is_no_event_or_filter_is_refused() {
    let (_aws, s3) = world().await;
    let put = |function| {
        let all = NotificationConfiguration::builder().lambda_function_configurations(function);
        let put = s3.put_bucket_notification_configuration().bucket(BUCKET);
        put.notification_configuration(all.build()).send()
    };
    let unknown = function(&["s3:ObjectPainted:*".into()]);
    assert_eq!(refusal(put(unknown).await), with(400, "InvalidArgument"));
    let mut twice = function(&[Event::S3ObjectCreated]);
    twice.filter = Some(filter(&[(FilterRuleName::Prefix, "a"), (FilterRuleName::Prefix, "b")]));
    assert_eq!(refusal(put(twice).await), with(400, "InvalidArgument"));
    let elsewhere = s3.get_bucket_notification_configuration().bucket("no-such-bucket").send();
    assert_eq!(refusal(elsewhere.await), with(404, "NoSuchBucket"));
}

#[tokio::test]
async fn every_way_of_writing_an_object_is_noted_once_it_is_written() {
    let (aws, s3) = world().await;
    configure(&s3, functions(&[Event::S3ObjectCreated])).await;
    aws.s3().put(BUCKET, "documents/seeded.pdf", "x");
    for key in ["documents/put.pdf", "documents/put.txt", "other/put.pdf"] {
        put(&s3, key).await;
    }
    let copy = || {
        let copy = s3.copy_object().bucket(BUCKET).key("documents/ä b.pdf");
        copy.copy_source(format!("{BUCKET}/other/put.pdf"))
    };
    copy().send().await.unwrap();
    refusal(copy().if_none_match("*").send().await);

    let key = "documents/parts.pdf";
    let upload = s3.create_multipart_upload().bucket(BUCKET).key(key).send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let part = s3.upload_part().bucket(BUCKET).key(key).upload_id(id).part_number(1);
    let part = part.body(ByteStream::from_static(b"x")).send().await.unwrap();
    let part = CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
    let parts = CompletedMultipartUpload::builder().parts(part).build();
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(id);
    complete.multipart_upload(parts).send().await.unwrap();

    let expected = [
        ("documents/put.pdf", "s3:ObjectCreated:Put"),
        ("documents/ä b.pdf", "s3:ObjectCreated:Copy"),
        (key, "s3:ObjectCreated:CompleteMultipartUpload"),
    ];
    let expected = expected.map(|(key, event)| (key.to_owned(), event, CONVERT.to_owned()));
    assert_eq!(delivered(&aws), expected);
}

#[tokio::test]
async fn only_the_events_that_are_asked_for_at_that_moment_are_noted() {
    let (aws, s3) = world().await;
    configure(&s3, functions(&[Event::S3ObjectCreatedCopy, Event::S3ObjectRemoved])).await;
    put(&s3, "documents/a.pdf").await;
    assert!(aws.s3().notified().is_empty());
    configure(&s3, functions(&[Event::S3ObjectCreatedPut])).await;
    put(&s3, "documents/b.pdf").await;
    configure(&s3, NotificationConfiguration::builder().build()).await;
    put(&s3, "documents/c.pdf").await;
    let event = ("documents/b.pdf".to_owned(), "s3:ObjectCreated:Put", CONVERT.to_owned());
    assert_eq!(delivered(&aws), [event]);
}
