//! Objects that are too large for memory and for one copy.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};

use crate::setup::{BUCKET, refusal, with, world};

const GIB: usize = 1024 * 1024 * 1024;
const SIX_GIB: usize = 6 * GIB;

/// Copies an object in parts of so many bytes, and gives the ETag of the copy.
async fn copy_in_parts(s3: &Client, from: &str, size: usize, to: &str, part: usize) -> String {
    let upload = s3.create_multipart_upload().bucket(BUCKET).key(to);
    let upload = upload
        .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
        .checksum_type(ChecksumType::FullObject);
    let upload = upload.send().await.unwrap();
    let id = upload.upload_id().unwrap();
    let mut parts = Vec::new();
    for (number, first) in (1..).zip((0..size).step_by(part)) {
        let last = (first + part).min(size) - 1;
        let copy = s3.upload_part_copy().bucket(BUCKET).key(to).upload_id(id).part_number(number);
        let copy = copy.copy_source(format!("{BUCKET}/{from}"));
        let copied = copy.copy_source_range(format!("bytes={first}-{last}")).send().await.unwrap();
        let etag = copied.copy_part_result().unwrap().e_tag().unwrap();
        parts.push(CompletedPart::builder().part_number(number).e_tag(etag).build());
    }
    let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key(to).upload_id(id);
    let done = complete.multipart_upload(parts).send().await.unwrap();
    done.e_tag().unwrap().to_owned()
}

#[tokio::test]
async fn more_than_five_gib_are_copied_in_parts_only() {
    let (aws, s3) = world().await;
    aws.s3().put_sparse(BUCKET, "film", SIX_GIB);
    aws.s3().put_sparse(BUCKET, "just", 5 * GIB);
    let copy = |from: &str| {
        s3.copy_object().bucket(BUCKET).key("copy").copy_source(format!("{BUCKET}/{from}")).send()
    };
    assert_eq!(refusal(copy("film").await), with(400, "InvalidRequest"));
    copy("just").await.unwrap();
    assert_eq!(aws.s3().size(BUCKET, "copy"), Some(5 * GIB));

    let whole = s3.create_multipart_upload().bucket(BUCKET).key("copy").send().await.unwrap();
    let part = s3.upload_part_copy().bucket(BUCKET).key("copy").part_number(1);
    let part = part.upload_id(whole.upload_id().unwrap()).copy_source(format!("{BUCKET}/film"));
    assert_eq!(refusal(part.send().await), with(400, "InvalidRequest"));

    let etag = copy_in_parts(&s3, "film", SIX_GIB, "copy", GIB).await;
    assert!(etag.ends_with("-6\""), "{etag}");
    assert_eq!(copy_in_parts(&s3, "copy", SIX_GIB, "again", GIB).await, etag);
    assert_ne!(copy_in_parts(&s3, "copy", SIX_GIB, "other", 2 * GIB).await, etag);
    let head = |key: &str| {
        s3.head_object().bucket(BUCKET).key(key).checksum_mode(ChecksumMode::Enabled).send()
    };
    let (film, copy) = (head("film").await.unwrap(), head("copy").await.unwrap());
    assert_eq!(copy.content_length(), Some(6 * 1024 * 1024 * 1024));
    assert_eq!(copy.e_tag(), Some(etag.as_str()));
    assert!(film.checksum_crc64_nvme().is_some());
    assert_eq!(copy.checksum_crc64_nvme(), film.checksum_crc64_nvme());
}

#[tokio::test]
async fn zeros_are_made_up_where_they_are_read() {
    let (aws, s3) = world().await;
    aws.s3().put_sparse(BUCKET, "film", SIX_GIB);
    let get = || s3.get_object().bucket(BUCKET).key("film");
    let range = format!("bytes={}-{}", 5 * GIB, 5 * GIB + 9);
    let got = get().range(range).send().await.unwrap();
    assert_eq!(got.content_range(), Some("bytes 5368709120-5368709129/6442450944"));
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), vec![0; 10]);
    assert_eq!(refusal(get().send().await), with(501, "NotImplemented"));
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.contents()[0].size(), Some(6 * 1024 * 1024 * 1024));

    aws.s3().put_sparse(BUCKET, "small", 3);
    assert_eq!(aws.s3().get(BUCKET, "small").unwrap(), "\0\0\0");
    aws.s3().put_sparse(BUCKET, "empty", 0);
    assert_eq!(aws.s3().get(BUCKET, "empty").unwrap(), "");
}
