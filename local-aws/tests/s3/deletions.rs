//! `DeleteObjects`.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use local_aws::{Effect, Fault};

use crate::setup::{BUCKET, refusal, with, world};

fn identifier(key: &str) -> ObjectIdentifier {
    ObjectIdentifier::builder().key(key).build().unwrap()
}

fn all(keys: impl IntoIterator<Item = ObjectIdentifier>) -> Delete {
    Delete::builder().set_objects(Some(keys.into_iter().collect())).build().unwrap()
}

#[tokio::test]
async fn up_to_a_thousand_keys_go_at_once_whether_they_are_there_or_not() {
    let (aws, s3) = world().await;
    for n in 0..1001 {
        aws.s3().put(BUCKET, &format!("k{n}"), "x");
    }
    let many = |count: usize| all((0..count).map(|n| identifier(&format!("k{n}"))));
    let refused = s3.delete_objects().bucket(BUCKET).delete(many(1001)).send().await;
    assert_eq!(refusal(refused), with(400, "MalformedXML"));
    assert_eq!(aws.s3().keys(BUCKET).len(), 1001);
    let done = s3.delete_objects().bucket(BUCKET).delete(many(1000)).send().await.unwrap();
    assert_eq!((done.deleted().len(), done.errors().len()), (1000, 0));
    assert_eq!(aws.s3().keys(BUCKET), ["k1000"]);
    let again = s3.delete_objects().bucket(BUCKET).delete(many(3)).send().await.unwrap();
    assert_eq!((again.deleted().len(), again.errors().len()), (3, 0));
}

#[tokio::test]
async fn each_key_has_its_own_condition_and_outcome() {
    let (aws, s3) = world().await;
    for key in ["same", "changed", "plain", "any"] {
        aws.s3().put(BUCKET, key, "hello");
    }
    let on =
        |key: &str, etag: &str| ObjectIdentifier::builder().key(key).e_tag(etag).build().unwrap();
    let keys = all([
        on("same", "\"5d41402abc4b2a76b9719d911017c592\""),
        on("changed", "\"00000000000000000000000000000000\""),
        on("gone", "\"5d41402abc4b2a76b9719d911017c592\""),
        on("any", "*"),
        identifier("plain"),
    ]);
    let done = s3.delete_objects().bucket(BUCKET).delete(keys).send().await.unwrap();
    let deleted: Vec<_> = done.deleted().iter().filter_map(|line| line.key()).collect();
    assert_eq!(deleted, ["same", "any", "plain"]);
    let errors: Vec<_> =
        done.errors().iter().filter_map(|line| Some((line.key()?, line.code()?))).collect();
    assert_eq!(errors, [("changed", "PreconditionFailed"), ("gone", "NoSuchKey")]);
    assert_eq!(aws.s3().keys(BUCKET), ["changed"]);
}

#[tokio::test]
async fn a_quiet_deletion_reports_only_errors() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "x");
    let delete = Delete::builder().objects(identifier("k")).quiet(true).build().unwrap();
    let done = s3.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert!(done.deleted().is_empty() && done.errors().is_empty());
    assert!(aws.s3().keys(BUCKET).is_empty());
}

#[tokio::test]
async fn keys_that_xml_can_carry_are_deleted_exactly() {
    let (aws, s3) = world().await;
    let keys = [
        "folder/",
        "a b",
        "a%20b",
        "<&>\"'",
        "ünï",
        "line\nbreak",
        "return\rhere",
        "tab\there",
        "😀",
    ];
    for key in keys {
        aws.s3().put(BUCKET, key, "x");
    }
    let done =
        s3.delete_objects().bucket(BUCKET).delete(all(keys.map(identifier))).send().await.unwrap();
    let deleted: Vec<_> = done.deleted().iter().filter_map(|line| line.key()).collect();
    assert_eq!(deleted, keys);
    assert!(aws.s3().keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_key_with_a_control_character_spoils_the_whole_request() {
    let (aws, s3) = world().await;
    for key in ["fine", "bell\u{7}"] {
        aws.s3().put(BUCKET, key, "x");
    }
    let both = all(["fine", "bell\u{7}"].map(identifier));
    let refused = s3.delete_objects().bucket(BUCKET).delete(both).send().await;
    assert_eq!(refusal(refused), with(400, "MalformedXML"));
    assert_eq!(aws.s3().keys(BUCKET).len(), 2);
    s3.delete_object().bucket(BUCKET).key("bell\u{7}").send().await.unwrap();
    assert_eq!(aws.s3().keys(BUCKET), ["fine"]);
}

#[tokio::test]
async fn a_partial_fault_deletes_some_keys_and_reports_the_others() {
    let (aws, s3) = world().await;
    for key in ["a", "b", "c"] {
        aws.s3().put(BUCKET, key, "x");
    }
    aws.faults().add(Fault::on("s3", "DeleteObjects").nth(1).with(Effect::Partial(2)));
    let delete = || {
        let keys = all(["a", "b", "c"].map(identifier));
        s3.delete_objects().bucket(BUCKET).delete(keys).send()
    };
    let partly = delete().await.unwrap();
    assert_eq!((partly.deleted().len(), partly.errors().len()), (2, 1));
    assert_eq!(partly.errors()[0].key(), Some("c"));
    assert_eq!(partly.errors()[0].code(), Some("InternalError"));
    assert_eq!(aws.s3().keys(BUCKET), ["c"]);
    assert!(delete().await.unwrap().errors().is_empty());
    assert!(aws.s3().keys(BUCKET).is_empty());
}

#[tokio::test]
async fn throttling_is_told_in_the_words_of_s3() {
    let (aws, s3) = world().await;
    aws.faults().add(Fault::on("s3", "PutObject").nth(1).with(Effect::Throttle));
    let put = || s3.put_object().bucket(BUCKET).key("k").send();
    assert_eq!(refusal(put().await), with(503, "SlowDown"));
    put().await.unwrap();
    let operations: Vec<_> = aws.calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(operations, ["PutObject", "PutObject"]);
}
