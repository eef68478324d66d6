//! Copies.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{MetadataDirective, StorageClass, TaggingDirective};

use crate::setup::{BUCKET, refusal, with, world};

/// A copy source as a careful client writes it: every byte but letters and digits in percent form.
fn source(key: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    format!("{BUCKET}/{}", key.bytes().map(encoded).collect::<String>())
}

#[tokio::test]
async fn the_source_is_percent_decoded_once() {
    let (aws, s3) = world().await;
    for key in
        ["a b", "a%20b", "a+b", "é/ü", "x?versionId=1", "/lead", "dir/", "100%", "line\nbreak\u{1}"]
    {
        aws.s3().put(BUCKET, key, key.to_owned());
        let to = format!("copy of {key}");
        s3.copy_object().bucket(BUCKET).key(&to).copy_source(source(key)).send().await.unwrap();
        assert_eq!(aws.s3().get(BUCKET, &to).unwrap(), key);
    }
    let missing =
        s3.copy_object().bucket(BUCKET).key("to").copy_source(source("a%2520b")).send().await;
    assert_eq!(refusal(missing), with(404, "NoSuchKey"));
    let missing =
        s3.copy_object().bucket(BUCKET).key("to").copy_source("no-such-bucket/k").send().await;
    assert_eq!(refusal(missing), with(404, "NoSuchBucket"));
}

#[tokio::test]
async fn a_copy_brings_headers_metadata_and_tags_but_not_the_storage_class() {
    let (_aws, s3) = world().await;
    s3.put_object()
        .bucket(BUCKET)
        .key("from")
        .content_type("text/plain")
        .metadata("colour", "red")
        .tagging("kind=original")
        .storage_class(StorageClass::OnezoneIa)
        .body(ByteStream::from_static(b"hello"))
        .send()
        .await
        .unwrap();
    let copied = s3.copy_object().bucket(BUCKET).key("to").copy_source(source("from"));
    // Without REPLACE, what the request says about metadata does not count.
    let copied = copied.metadata("colour", "blue").content_type("image/png").send().await.unwrap();
    assert_eq!(
        copied.copy_object_result().unwrap().e_tag(),
        Some("\"5d41402abc4b2a76b9719d911017c592\"")
    );
    let head = s3.head_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!(head.content_type(), Some("text/plain"));
    assert_eq!(head.metadata().unwrap()["colour"], "red");
    assert_eq!(head.storage_class(), None);
    let tags = s3.get_object_tagging().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].value(), "original");

    s3.copy_object()
        .bucket(BUCKET)
        .key("to")
        .copy_source(source("from"))
        .metadata_directive(MetadataDirective::Replace)
        .metadata("size", "xl")
        .tagging_directive(TaggingDirective::Replace)
        .tagging("kind=copy")
        .send()
        .await
        .unwrap();
    let head = s3.head_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!(head.content_type(), Some("binary/octet-stream"));
    assert_eq!(head.metadata().unwrap().len(), 1);
    let tags = s3.get_object_tagging().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!(tags.tag_set()[0].value(), "copy");
}

#[tokio::test]
async fn a_copy_onto_itself_must_change_something() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let copy = || s3.copy_object().bucket(BUCKET).key("k").copy_source(source("k"));
    assert_eq!(refusal(copy().send().await), with(400, "InvalidRequest"));
    let same = copy().metadata_directive(MetadataDirective::Copy).send().await;
    assert_eq!(refusal(same), with(400, "InvalidRequest"));
    copy().metadata_directive(MetadataDirective::Replace).metadata("a", "b").send().await.unwrap();
    copy().storage_class(StorageClass::StandardIa).send().await.unwrap();
    let head = s3.head_object().bucket(BUCKET).key("k").send().await.unwrap();
    assert_eq!(head.storage_class(), Some(&StorageClass::StandardIa));
    assert_eq!(head.metadata().unwrap()["a"], "b");
}

#[tokio::test]
async fn an_archived_object_is_not_copied_and_a_copy_has_the_class_it_is_given() {
    let (aws, s3) = world().await;
    for class in [StorageClass::Glacier, StorageClass::DeepArchive] {
        let put = s3.put_object().bucket(BUCKET).key("archived").storage_class(class);
        put.body(ByteStream::from_static(b"hello")).send().await.unwrap();
        let head = s3.head_object().bucket(BUCKET).key("archived").send().await.unwrap();
        assert_eq!(head.content_length(), Some(5));
        let copy = || s3.copy_object().bucket(BUCKET).key("to").copy_source(source("archived"));
        assert_eq!(refusal(copy().send().await), with(403, "InvalidObjectState"));
        let thawed = copy().storage_class(StorageClass::Standard).send().await;
        assert_eq!(refusal(thawed), with(403, "InvalidObjectState"));
    }
    aws.s3().put(BUCKET, "from", "hello");
    let copy = s3.copy_object().bucket(BUCKET).key("to").copy_source(source("from"));
    copy.storage_class(StorageClass::GlacierIr).send().await.unwrap();
    let head = s3.head_object().bucket(BUCKET).key("to").send().await.unwrap();
    assert_eq!(head.storage_class(), Some(&StorageClass::GlacierIr));
}
