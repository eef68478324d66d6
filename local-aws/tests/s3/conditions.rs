//! Conditional reads and writes.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::primitives::{ByteStream, DateTime};

use crate::setup::{BUCKET, refusal, with, world};

const HELLO: &str = "\"5d41402abc4b2a76b9719d911017c592\"";
const OTHER: &str = "\"00000000000000000000000000000000\"";

fn hours_from_now(hours: i64) -> DateTime {
    DateTime::from_secs(DateTime::from(SystemTime::now()).secs() + hours * 3600)
}

#[tokio::test]
async fn a_get_can_depend_on_the_etag() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let get = || s3.get_object().bucket(BUCKET).key("k");
    get().if_match(HELLO).send().await.unwrap();
    get().if_match("*").send().await.unwrap();
    get().if_none_match(OTHER).send().await.unwrap();
    assert_eq!(refusal(get().if_match(OTHER).send().await), with(412, "PreconditionFailed"));
    let unchanged = get().if_none_match(HELLO).send().await.unwrap_err();
    let response = unchanged.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 304);
    assert_eq!(response.headers().get("etag"), Some(HELLO));
    assert!(response.headers().get("last-modified").is_some());
}

#[tokio::test]
async fn a_head_can_depend_on_the_etag_and_the_date() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let head = || s3.head_object().bucket(BUCKET).key("k");
    head().if_match(HELLO).if_unmodified_since(hours_from_now(-1)).send().await.unwrap();
    assert_eq!(refusal(head().if_unmodified_since(hours_from_now(-1)).send().await).0, 412);
    assert_eq!(refusal(head().if_modified_since(hours_from_now(1)).send().await).0, 304);
    head().if_modified_since(hours_from_now(-1)).send().await.unwrap();
    let both = head().if_none_match(HELLO).if_modified_since(hours_from_now(-1)).send().await;
    assert_eq!(refusal(both).0, 304);
    let exact = head().send().await.unwrap().last_modified().copied().unwrap();
    assert_eq!(refusal(head().if_modified_since(exact).send().await).0, 304);
    head().if_unmodified_since(exact).send().await.unwrap();
}

#[tokio::test]
async fn a_put_can_insist_on_an_absent_key() {
    let (aws, s3) = world().await;
    let put = |condition: &str| {
        s3.put_object()
            .bucket(BUCKET)
            .key("k")
            .body(ByteStream::from_static(b"hello"))
            .if_none_match(condition)
            .send()
    };
    put("*").await.unwrap();
    assert_eq!(refusal(put("*").await), with(412, "PreconditionFailed"));
    assert_eq!(refusal(put(OTHER).await), with(501, "NotImplemented"));
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    put("*").await.unwrap();
    assert_eq!(aws.s3().get(BUCKET, "k").unwrap(), "hello");
}

#[tokio::test]
async fn a_put_can_insist_on_the_object_it_replaces() {
    let (aws, s3) = world().await;
    let put = |etag: &str| {
        s3.put_object()
            .bucket(BUCKET)
            .key("k")
            .body(ByteStream::from_static(b"new"))
            .if_match(etag)
            .send()
    };
    assert_eq!(refusal(put(HELLO).await), with(404, "NoSuchKey"));
    aws.s3().put(BUCKET, "k", "hello");
    assert_eq!(refusal(put(OTHER).await), with(412, "PreconditionFailed"));
    put(HELLO).await.unwrap();
    assert_eq!(refusal(put(HELLO).await), with(412, "PreconditionFailed"));
}

#[tokio::test]
async fn one_of_many_concurrent_first_writers_wins() {
    let (_aws, s3) = world().await;
    let writers = (0..20).map(|n: u8| {
        let put =
            s3.put_object().bucket(BUCKET).key("lock").body(vec![n].into()).if_none_match("*");
        tokio::spawn(put.send())
    });
    let mut winners = 0;
    for writer in writers.collect::<Vec<_>>() {
        winners += usize::from(writer.await.unwrap().is_ok());
    }
    assert_eq!(winners, 1);
}

#[tokio::test]
async fn a_copy_can_depend_on_its_source() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let copy = || s3.copy_object().bucket(BUCKET).key("to").copy_source(format!("{BUCKET}/k"));
    let failed = with(412, "PreconditionFailed");
    assert_eq!(refusal(copy().copy_source_if_match(OTHER).send().await), failed);
    assert_eq!(refusal(copy().copy_source_if_none_match(HELLO).send().await), failed);
    assert_eq!(
        refusal(copy().copy_source_if_modified_since(hours_from_now(1)).send().await),
        failed
    );
    assert_eq!(
        refusal(copy().copy_source_if_unmodified_since(hours_from_now(-1)).send().await),
        failed
    );
    assert_eq!(aws.s3().keys(BUCKET), ["k"]);
    copy()
        .copy_source_if_match(HELLO)
        .copy_source_if_unmodified_since(hours_from_now(-1))
        .send()
        .await
        .unwrap();
    assert_eq!(aws.s3().get(BUCKET, "to").unwrap(), "hello");
}

#[tokio::test]
async fn a_copy_can_depend_on_its_destination() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let copy = || s3.copy_object().bucket(BUCKET).key("to").copy_source(format!("{BUCKET}/k"));
    assert_eq!(refusal(copy().if_match(HELLO).send().await), with(404, "NoSuchKey"));
    copy().if_none_match("*").send().await.unwrap();
    assert_eq!(refusal(copy().if_none_match("*").send().await), with(412, "PreconditionFailed"));
    aws.s3().put(BUCKET, "to", "someone else's");
    assert_eq!(refusal(copy().if_match(HELLO).send().await), with(412, "PreconditionFailed"));
    assert_eq!(aws.s3().get(BUCKET, "to").unwrap(), "someone else's");
}

#[tokio::test]
async fn a_delete_can_insist_on_what_it_deletes() {
    let (aws, s3) = world().await;
    let delete = |etag: &str| s3.delete_object().bucket(BUCKET).key("k").if_match(etag).send();
    assert_eq!(refusal(delete("*").await), with(404, "NoSuchKey"));
    aws.s3().put(BUCKET, "k", "hello");
    assert_eq!(refusal(delete(OTHER).await), with(412, "PreconditionFailed"));
    delete(HELLO).await.unwrap();
    aws.s3().put(BUCKET, "k", "hello");
    delete("*").await.unwrap();
    assert!(aws.s3().keys(BUCKET).is_empty());
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
}

#[tokio::test]
async fn a_second_is_the_finest_date_there_is() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let head = s3.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(listed.contents()[0].last_modified(), head.last_modified());
    assert!(Duration::from_nanos(head.last_modified().unwrap().subsec_nanos().into()).is_zero());
}
