//! Buckets.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use local_aws::SECRET_ACCESS_KEY;

use crate::setup::{BUCKET, client, refusal, with, world};

fn at(region: &str) -> CreateBucketConfiguration {
    CreateBucketConfiguration::builder()
        .location_constraint(BucketLocationConstraint::from(region))
        .build()
}

#[tokio::test]
async fn a_bucket_lives_where_it_was_created() {
    let (aws, s3) = world().await;
    s3.create_bucket()
        .bucket("west")
        .create_bucket_configuration(at("eu-west-1"))
        .send()
        .await
        .unwrap();
    let location = s3.get_bucket_location().bucket("west").send().await.unwrap();
    assert_eq!(location.location_constraint().map(|region| region.as_str()), Some("eu-west-1"));
    let head = s3.head_bucket().bucket("west").send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("eu-west-1"));

    let unspecified = s3.create_bucket().bucket("nowhere").send().await;
    assert_eq!(refusal(unspecified), with(400, "IllegalLocationConstraintException"));
    let elsewhere = s3
        .create_bucket()
        .bucket("nowhere")
        .create_bucket_configuration(at("eu-north-1"))
        .send()
        .await;
    assert_eq!(refusal(elsewhere), with(400, "IllegalLocationConstraintException"));
    let twice =
        s3.create_bucket().bucket("west").create_bucket_configuration(at("eu-west-1")).send().await;
    assert_eq!(refusal(twice), with(409, "BucketAlreadyOwnedByYou"));

    let first = client(&aws, "us-east-1", SECRET_ACCESS_KEY);
    first.create_bucket().bucket("east").send().await.unwrap();
    first.create_bucket().bucket("east").send().await.unwrap();
    let location = first.get_bucket_location().bucket("east").send().await.unwrap();
    assert!(location.location_constraint().is_none_or(|region| region.as_str().is_empty()));
    assert_eq!(aws.s3().buckets(), ["east", BUCKET, "west"]);
}

#[tokio::test]
async fn only_an_empty_bucket_is_deleted() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "x");
    assert_eq!(
        refusal(s3.delete_bucket().bucket(BUCKET).send().await),
        with(409, "BucketNotEmpty")
    );
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
    assert_eq!(refusal(s3.delete_bucket().bucket(BUCKET).send().await), with(404, "NoSuchBucket"));
    let head = s3.head_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
}

#[tokio::test]
async fn buckets_are_listed_in_pages_by_prefix() {
    let (aws, s3) = world().await;
    for name in ["logs-a", "logs-b", "logs-c", "other"] {
        aws.s3().create_bucket(name);
    }
    let list = || s3.list_buckets().prefix("logs-").max_buckets(2);
    let names = |page: &aws_sdk_s3::operation::list_buckets::ListBucketsOutput| -> Vec<String> {
        page.buckets().iter().filter_map(|bucket| bucket.name().map(str::to_owned)).collect()
    };
    let first = list().send().await.unwrap();
    assert_eq!(names(&first), ["logs-a", "logs-b"]);
    let second =
        list().continuation_token(first.continuation_token().unwrap()).send().await.unwrap();
    assert_eq!(names(&second), ["logs-c"]);
    assert_eq!(second.continuation_token(), None);
    assert_eq!(s3.list_buckets().send().await.unwrap().buckets().len(), 5);
}
