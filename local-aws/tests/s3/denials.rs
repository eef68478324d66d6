//! Access that is denied to some objects only.

use local_aws::{Effect, Fault};

use crate::setup::{BUCKET, refusal, with, world};

fn denied() -> Effect {
    let message = "User is not authorized to perform this".to_owned();
    Effect::Error { status: 403, code: "AccessDenied".to_owned(), message }
}

#[tokio::test]
async fn an_operation_is_denied_under_one_prefix_of_one_bucket() {
    let (aws, s3) = world().await;
    for bucket in [BUCKET, "other"] {
        for key in ["ada lovelace/1", "ada lovelace+/1", "alan/1"] {
            aws.s3().put(bucket, key, "x");
        }
    }
    let fault = Fault::on("s3", "GetObject").object(BUCKET, "ada lovelace/").with(denied());
    let fault = aws.faults().add(fault);
    let get = |bucket: &str, key: &str| s3.get_object().bucket(bucket).key(key).send();
    assert_eq!(refusal(get(BUCKET, "ada lovelace/1").await), with(403, "AccessDenied"));
    get(BUCKET, "ada lovelace+/1").await.unwrap();
    get(BUCKET, "alan/1").await.unwrap();
    get("other", "ada lovelace/1").await.unwrap();
    s3.head_object().bucket(BUCKET).key("ada lovelace/1").send().await.unwrap();
    assert_eq!(fault.triggered(), 1);
}

#[tokio::test]
async fn a_copy_is_denied_by_its_source_or_by_its_target() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "ada/1", "x");
    aws.s3().put(BUCKET, "alan/1", "x");
    // As for a source with tags, where reading tags is not allowed.
    aws.faults().add(Fault::on("s3", "CopyObject").source(BUCKET, "ada/").with(denied()));
    aws.faults().add(Fault::on_service("s3").object(BUCKET, "closed/").with(denied()));
    let copy = |from: &str, to: &str| {
        s3.copy_object().bucket(BUCKET).key(to).copy_source(format!("{BUCKET}/{from}")).send()
    };
    assert_eq!(refusal(copy("ada/1", "to").await), with(403, "AccessDenied"));
    assert_eq!(refusal(copy("alan/1", "closed/1").await), with(403, "AccessDenied"));
    copy("alan/1", "ada/2").await.unwrap();
    assert_eq!(aws.s3().keys(BUCKET), ["ada/1", "ada/2", "alan/1"]);
}

#[tokio::test]
async fn a_whole_bucket_can_be_denied() {
    let (aws, s3) = world().await;
    aws.faults().add(Fault::on("s3", "ListObjectsV2").object(BUCKET, "").with(denied()));
    let list = |bucket: &str| s3.list_objects_v2().bucket(bucket).send();
    assert_eq!(refusal(list(BUCKET).await), with(403, "AccessDenied"));
    aws.s3().create_bucket("other");
    list("other").await.unwrap();
    let tags = Fault::on("s3", "GetObjectTagging").object(BUCKET, "").with(denied());
    aws.faults().add(tags);
    aws.s3().put(BUCKET, "k", "x");
    let tags = s3.get_object_tagging().bucket(BUCKET).key("k").send().await;
    assert_eq!(refusal(tags), with(403, "AccessDenied"));
}
