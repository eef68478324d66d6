//! Versions and delete markers.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketVersioningStatus, Delete, ObjectIdentifier, VersioningConfiguration,
};

use crate::setup::{BUCKET, refusal, with, world};

async fn set(s3: &Client, status: BucketVersioningStatus) {
    let configuration = VersioningConfiguration::builder().status(status).build();
    s3.put_bucket_versioning()
        .bucket(BUCKET)
        .versioning_configuration(configuration)
        .send()
        .await
        .unwrap();
}

async fn put(s3: &Client, key: &str, body: &str) -> Option<String> {
    let body = body.as_bytes().to_vec().into();
    let put = s3.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
    put.version_id().map(str::to_owned)
}

async fn read(s3: &Client, key: &str, version: &str) -> String {
    let got = s3.get_object().bucket(BUCKET).key(key).version_id(version).send().await.unwrap();
    assert_eq!(got.version_id(), Some(version));
    String::from_utf8(got.body.collect().await.unwrap().to_vec()).unwrap()
}

/// Key, version id, whether it is the latest, and whether it is a delete marker; in the order
/// listed.
async fn listed(s3: &Client, page: i32) -> Vec<(String, String, bool, bool)> {
    let mut all = Vec::new();
    let (mut key, mut version) = (None, None);
    loop {
        let list = s3.list_object_versions().bucket(BUCKET).max_keys(page);
        let list = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        let text = |text: Option<&str>| text.unwrap().to_owned();
        for line in list.versions() {
            all.push((text(line.key()), text(line.version_id()), line.is_latest().unwrap(), false));
        }
        for line in list.delete_markers() {
            all.push((text(line.key()), text(line.version_id()), line.is_latest().unwrap(), true));
        }
        if list.is_truncated() != Some(true) {
            return all;
        }
        key = list.next_key_marker().map(str::to_owned);
        version = list.next_version_id_marker().map(str::to_owned);
    }
}

#[tokio::test]
async fn old_versions_stay_and_a_delete_is_a_marker() {
    let (aws, s3) = world().await;
    assert_eq!(s3.get_bucket_versioning().bucket(BUCKET).send().await.unwrap().status(), None);
    assert_eq!(put(&s3, "k", "zero").await, None);
    set(&s3, BucketVersioningStatus::Enabled).await;
    let status = s3.get_bucket_versioning().bucket(BUCKET).send().await.unwrap().status().cloned();
    assert_eq!(status, Some(BucketVersioningStatus::Enabled));
    let one = put(&s3, "k", "one").await.unwrap();
    let two = put(&s3, "k", "two").await.unwrap();
    assert_eq!(read(&s3, "k", "null").await, "zero");
    assert_eq!(read(&s3, "k", &one).await, "one");

    let gone = s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(gone.delete_marker(), Some(true));
    let marker = gone.version_id().unwrap().to_owned();
    assert_eq!(aws.s3().get(BUCKET, "k"), None);
    assert!(aws.s3().keys(BUCKET).is_empty());
    let missing = s3.get_object().bucket(BUCKET).key("k").send().await.unwrap_err();
    let headers = missing.raw_response().unwrap().headers().clone();
    assert_eq!(headers.get("x-amz-delete-marker"), Some("true"));
    assert_eq!(headers.get("x-amz-version-id"), Some(marker.as_str()));
    assert_eq!(refusal::<(), _>(Err(missing)), with(404, "NoSuchKey"));
    let on_marker = s3.get_object().bucket(BUCKET).key("k").version_id(&marker).send().await;
    assert_eq!(refusal(on_marker), with(405, "MethodNotAllowed"));

    let expected = [(&marker, true, true), (&two, false, false), (&one, false, false)];
    let mut expected: Vec<_> =
        expected.map(|(id, latest, marker)| ("k".to_owned(), id.clone(), latest, marker)).to_vec();
    expected.push(("k".to_owned(), "null".to_owned(), false, false));
    assert_eq!(listed(&s3, 1).await, expected);

    // Removing the marker brings the object back.
    let removed =
        s3.delete_object().bucket(BUCKET).key("k").version_id(&marker).send().await.unwrap();
    assert_eq!(
        (removed.delete_marker(), removed.version_id()),
        (Some(true), Some(marker.as_str()))
    );
    assert_eq!(aws.s3().get(BUCKET, "k").unwrap(), "two");
}

#[tokio::test]
async fn a_suspended_bucket_replaces_only_its_null_version() {
    let (aws, s3) = world().await;
    set(&s3, BucketVersioningStatus::Enabled).await;
    let kept = put(&s3, "k", "kept").await.unwrap();
    set(&s3, BucketVersioningStatus::Suspended).await;
    put(&s3, "k", "first null").await;
    put(&s3, "k", "second null").await;
    assert_eq!(read(&s3, "k", "null").await, "second null");
    let gone = s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!((gone.delete_marker(), gone.version_id()), (Some(true), Some("null")));
    let lines = listed(&s3, 10).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(read(&s3, "k", &kept).await, "kept");
    assert_eq!(aws.s3().get(BUCKET, "k"), None);
}

#[tokio::test]
async fn versions_deleted_between_pages_lose_no_others() {
    let (_aws, s3) = world().await;
    set(&s3, BucketVersioningStatus::Enabled).await;
    for n in 0..7 {
        put(&s3, if n < 5 { "a" } else { "b" }, &n.to_string()).await;
    }
    let (mut key, mut version, mut seen) = (None, None, 0);
    loop {
        let list = s3.list_object_versions().bucket(BUCKET).max_keys(2);
        let page = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        for line in page.versions() {
            seen += 1;
            let delete = s3.delete_object().bucket(BUCKET).key(line.key().unwrap());
            delete.version_id(line.version_id().unwrap()).send().await.unwrap();
        }
        if page.is_truncated() != Some(true) {
            break;
        }
        key = page.next_key_marker().map(str::to_owned);
        version = page.next_version_id_marker().map(str::to_owned);
    }
    assert_eq!(seen, 7);
    s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
}

#[tokio::test]
async fn a_bucket_with_old_versions_is_not_empty() {
    let (_aws, s3) = world().await;
    set(&s3, BucketVersioningStatus::Enabled).await;
    let version = put(&s3, "k", "x").await.unwrap();
    let marker = s3
        .delete_object()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .unwrap()
        .version_id()
        .unwrap()
        .to_owned();
    assert_eq!(
        refusal(s3.delete_bucket().bucket(BUCKET).send().await),
        with(409, "BucketNotEmpty")
    );
    let each = [version, marker]
        .map(|id| ObjectIdentifier::builder().key("k").version_id(id).build().unwrap());
    let delete = Delete::builder().set_objects(Some(each.to_vec())).build().unwrap();
    let done = s3.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert_eq!(done.deleted().iter().filter(|line| line.delete_marker() == Some(true)).count(), 1);
    s3.delete_bucket().bucket(BUCKET).send().await.unwrap();
}

#[tokio::test]
async fn an_old_version_is_brought_back_by_a_copy() {
    let (aws, s3) = world().await;
    aws.s3().enable_versioning(BUCKET);
    let old = put(&s3, "k", "old").await.unwrap();
    put(&s3, "k", "new").await.unwrap();
    let copy = |source: String| s3.copy_object().bucket(BUCKET).key("k").copy_source(source).send();
    let copied = copy(format!("{BUCKET}/k?versionId={old}")).await.unwrap();
    assert_eq!(copied.copy_source_version_id(), Some(old.as_str()));
    assert!(copied.version_id().is_some_and(|id| id != old));
    assert_eq!(aws.s3().get(BUCKET, "k").unwrap(), "old");
    let gone = s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    let marker = gone.version_id().unwrap();
    assert_eq!(refusal(copy(format!("{BUCKET}/k")).await), with(404, "NoSuchKey"));
    let from_marker = copy(format!("{BUCKET}/k?versionId={marker}")).await;
    assert_eq!(refusal(from_marker), with(400, "InvalidRequest"));
}

#[tokio::test]
async fn conditions_look_at_the_newest_version_only() {
    let (_aws, s3) = world().await;
    set(&s3, BucketVersioningStatus::Enabled).await;
    put(&s3, "k", "x").await;
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    let on_marker = s3.delete_object().bucket(BUCKET).key("k").if_match("*").send().await;
    assert_eq!(refusal(on_marker), with(412, "PreconditionFailed"));
    let overwrite =
        s3.put_object().bucket(BUCKET).key("k").if_match("\"9dd4e461268c8034f5c8564e155c67a6\"");
    assert_eq!(refusal(overwrite.send().await), with(404, "NoSuchKey"));
    s3.put_object().bucket(BUCKET).key("k").if_none_match("*").send().await.unwrap();
}

#[tokio::test]
async fn versions_that_cannot_be_or_are_not_there_are_told_apart() {
    let (_aws, s3) = world().await;
    set(&s3, BucketVersioningStatus::Enabled).await;
    let version = put(&s3, "k", "x").await.unwrap();
    let get = |key: &str, id: &str| s3.get_object().bucket(BUCKET).key(key).version_id(id).send();
    assert_eq!(refusal(get("other", &version).await), with(404, "NoSuchVersion"));
    assert_eq!(refusal(get("k", "nonsense").await), with(400, "InvalidArgument"));
    s3.delete_object().bucket(BUCKET).key("other").version_id(&version).send().await.unwrap();
}
