//! Multipart uploads.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use bytes::Bytes;

use crate::setup::{BUCKET, refusal, with, world};

const FIVE_MIB: usize = 5 * 1024 * 1024;

async fn start(s3: &Client, key: &str) -> String {
    let created = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key(key)
        .content_type("video/mp4")
        .send()
        .await
        .unwrap();
    created.upload_id().unwrap().to_owned()
}

async fn upload(s3: &Client, key: &str, id: &str, number: i32, body: Bytes) -> CompletedPart {
    let part = s3
        .upload_part()
        .bucket(BUCKET)
        .key(key)
        .upload_id(id)
        .part_number(number)
        .body(body.into());
    let part = part.send().await.unwrap();
    CompletedPart::builder()
        .part_number(number)
        .set_e_tag(part.e_tag().map(str::to_owned))
        .set_checksum_crc32(part.checksum_crc32().map(str::to_owned))
        .set_checksum_sha256(part.checksum_sha256().map(str::to_owned))
        .build()
}

fn parts(parts: impl IntoIterator<Item = CompletedPart>) -> CompletedMultipartUpload {
    CompletedMultipartUpload::builder().set_parts(Some(parts.into_iter().collect())).build()
}

#[tokio::test]
async fn parts_become_one_object_in_the_order_of_their_numbers() {
    let (aws, s3) = world().await;
    let id = start(&s3, "film").await;
    let last = upload(&s3, "film", &id, 7, Bytes::from_static(b"the end")).await;
    upload(&s3, "film", &id, 2, Bytes::from_static(b"a first try")).await;
    let first = upload(&s3, "film", &id, 2, Bytes::from(vec![b'a'; FIVE_MIB])).await;
    assert_eq!(aws.s3().get(BUCKET, "film"), None);
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key("film").upload_id(&id);
    let done = complete.multipart_upload(parts([first.clone(), last])).send().await.unwrap();
    // MD5 of the two MD5s, and their number.
    assert!(done.e_tag().unwrap().ends_with("-2\""));
    assert_eq!(done.e_tag().unwrap().len(), 36);
    let head = s3.head_object().bucket(BUCKET).key("film").send().await.unwrap();
    assert_eq!(head.e_tag(), done.e_tag());
    assert_eq!(head.content_type(), Some("video/mp4"));
    assert_eq!(head.content_length(), Some(FIVE_MIB as i64 + 7));
    let second = s3.get_object().bucket(BUCKET).key("film").part_number(2).send().await.unwrap();
    assert_eq!(second.parts_count(), Some(2));
    assert_eq!(second.body.collect().await.unwrap().to_vec(), b"the end");
    let again = s3.complete_multipart_upload().bucket(BUCKET).key("film").upload_id(&id);
    let again = again.multipart_upload(parts([first])).send().await;
    assert_eq!(refusal(again), with(404, "NoSuchUpload"));
}

#[tokio::test]
async fn the_etag_of_an_upload_is_that_of_its_parts_md5s() {
    let (_aws, s3) = world().await;
    let id = start(&s3, "k").await;
    let only = upload(&s3, "k", &id, 1, Bytes::from_static(b"hello")).await;
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&id);
    let done = complete.multipart_upload(parts([only])).send().await.unwrap();
    // md5(unhex("5d41402abc4b2a76b9719d911017c592"))
    assert_eq!(done.e_tag(), Some("\"62109206880d38a4010a98e11243924a-1\""));
}

#[tokio::test]
async fn a_completion_is_checked() {
    let (_aws, s3) = world().await;
    let id = start(&s3, "k").await;
    let small = upload(&s3, "k", &id, 1, Bytes::from_static(b"small")).await;
    let end = upload(&s3, "k", &id, 2, Bytes::from_static(b"end")).await;
    let complete = |list: CompletedMultipartUpload| {
        s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&id).multipart_upload(list)
    };
    let order = complete(parts([end.clone(), small.clone()])).send().await;
    assert_eq!(refusal(order), with(400, "InvalidPartOrder"));
    let too_small = complete(parts([small.clone(), end.clone()])).send().await;
    assert_eq!(refusal(too_small), with(400, "EntityTooSmall"));
    let unknown = CompletedPart::builder().part_number(3).e_tag("\"x\"").build();
    assert_eq!(refusal(complete(parts([unknown])).send().await), with(400, "InvalidPart"));
    let other = CompletedPart::builder()
        .part_number(1)
        .e_tag("\"5d41402abc4b2a76b9719d911017c592\"")
        .build();
    assert_eq!(refusal(complete(parts([other])).send().await), with(400, "InvalidPart"));
    assert_eq!(refusal(complete(parts([])).send().await), with(400, "MalformedXML"));
    let size = complete(parts([small.clone()])).mpu_object_size(99).send().await;
    assert_eq!(refusal(size), with(400, "InvalidRequest"));
    complete(parts([small])).mpu_object_size(5).send().await.unwrap();
}

#[tokio::test]
async fn a_completion_can_insist_on_an_absent_key() {
    let (aws, s3) = world().await;
    let id = start(&s3, "k").await;
    let part = upload(&s3, "k", &id, 1, Bytes::from_static(b"late")).await;
    aws.s3().put(BUCKET, "k", "early");
    let complete = || {
        let list = parts([part.clone()]);
        s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&id).multipart_upload(list)
    };
    assert_eq!(
        refusal(complete().if_none_match("*").send().await),
        with(412, "PreconditionFailed")
    );
    assert_eq!(aws.s3().get(BUCKET, "k").unwrap(), "early");
    s3.delete_object().bucket(BUCKET).key("k").send().await.unwrap();
    complete().if_none_match("*").send().await.unwrap();
    assert_eq!(aws.s3().get(BUCKET, "k").unwrap(), "late");
}

#[tokio::test]
async fn parts_are_copied_whole_or_by_range() {
    let (aws, s3) = world().await;
    let big: Vec<u8> = (0..FIVE_MIB + 10).map(|n| (n % 251) as u8).collect();
    aws.s3().put(BUCKET, "big one", big.clone());
    aws.s3().put(BUCKET, "small", "small");
    let id = start(&s3, "k").await;
    let copy = |number: i32, from: &str| {
        let source = format!("{BUCKET}/{from}");
        s3.upload_part_copy()
            .bucket(BUCKET)
            .key("k")
            .upload_id(&id)
            .part_number(number)
            .copy_source(source)
    };
    let first = copy(1, "big%20one").send().await.unwrap();
    let last = copy(2, "big%20one").copy_source_range("bytes=5-9").send().await.unwrap();
    let beyond =
        copy(3, "big%20one").copy_source_range(format!("bytes=0-{}", FIVE_MIB + 10)).send().await;
    assert_eq!(refusal(beyond), with(400, "InvalidArgument"));
    let from_small = copy(3, "small").copy_source_range("bytes=0-1").send().await;
    assert_eq!(refusal(from_small), with(400, "InvalidRequest"));
    let changed =
        copy(3, "small").copy_source_if_match("\"00000000000000000000000000000000\"").send().await;
    assert_eq!(refusal(changed), with(412, "PreconditionFailed"));
    let etag = |part: &aws_sdk_s3::operation::upload_part_copy::UploadPartCopyOutput| {
        part.copy_part_result().unwrap().e_tag().unwrap().to_owned()
    };
    let list = [(1, etag(&first)), (2, etag(&last))]
        .map(|(number, etag)| CompletedPart::builder().part_number(number).e_tag(etag).build());
    let complete = s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(&id);
    complete.multipart_upload(parts(list)).send().await.unwrap();
    let object = aws.s3().get(BUCKET, "k").unwrap();
    assert_eq!(object[..big.len()], big);
    assert_eq!(object[big.len()..], big[5..10]);
}

#[tokio::test]
async fn uploads_and_parts_are_listed_in_pages_until_aborted() {
    let (_aws, s3) = world().await;
    let mut ids = Vec::new();
    for key in ["a", "b", "b", "c/x"] {
        ids.push((key.to_owned(), start(&s3, key).await));
    }
    let (mut found, mut key, mut id) = (Vec::new(), None, None);
    loop {
        let list = s3.list_multipart_uploads().bucket(BUCKET).max_uploads(1);
        let page = list.set_key_marker(key).set_upload_id_marker(id).send().await.unwrap();
        let lines = page.uploads().iter();
        found
            .extend(lines.map(|line| {
                (line.key().unwrap().to_owned(), line.upload_id().unwrap().to_owned())
            }));
        if page.is_truncated() != Some(true) {
            break;
        }
        key = page.next_key_marker().map(str::to_owned);
        id = page.next_upload_id_marker().map(str::to_owned);
    }
    assert_eq!(found, ids);
    let rolled_up = s3.list_multipart_uploads().bucket(BUCKET).delimiter("/").send().await.unwrap();
    assert_eq!((rolled_up.uploads().len(), rolled_up.common_prefixes().len()), (3, 1));

    let id = &ids[0].1;
    for number in [3, 1, 10_000] {
        upload(&s3, "a", id, number, Bytes::from_static(b"x")).await;
    }
    let (mut numbers, mut marker) = (Vec::new(), None);
    loop {
        let list = s3.list_parts().bucket(BUCKET).key("a").upload_id(id).max_parts(2);
        let page = list.set_part_number_marker(marker).send().await.unwrap();
        numbers.extend(page.parts().iter().filter_map(|part| part.part_number()));
        if page.is_truncated() != Some(true) {
            break;
        }
        marker = page.next_part_number_marker().map(str::to_owned);
    }
    assert_eq!(numbers, [1, 3, 10_000]);
    let part =
        s3.upload_part().bucket(BUCKET).key("a").upload_id(id).part_number(10_001).send().await;
    assert_eq!(refusal(part), with(400, "InvalidArgument"));
    s3.abort_multipart_upload().bucket(BUCKET).key("a").upload_id(id).send().await.unwrap();
    let gone = s3.list_parts().bucket(BUCKET).key("a").upload_id(id).send().await;
    assert_eq!(refusal(gone), with(404, "NoSuchUpload"));
}

#[tokio::test]
async fn a_composite_checksum_needs_those_of_all_parts() {
    let (_aws, s3) = world().await;
    let create = s3
        .create_multipart_upload()
        .bucket(BUCKET)
        .key("k")
        .checksum_algorithm(ChecksumAlgorithm::Sha256);
    let created = create.send().await.unwrap();
    assert_eq!(created.checksum_type(), Some(&ChecksumType::Composite));
    let id = created.upload_id().unwrap();
    let body = || Bytes::from_static(b"hello").into();
    let send = s3.upload_part().bucket(BUCKET).key("k").upload_id(id).part_number(1).body(body());
    let part = send.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.unwrap();
    let other = s3.upload_part().bucket(BUCKET).key("k").upload_id(id).part_number(1).body(body());
    let other = other.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await;
    assert_eq!(refusal(other), with(400, "InvalidRequest"));
    let listed = CompletedPart::builder().part_number(1).e_tag(part.e_tag().unwrap());
    let complete = |part: CompletedPart| {
        let complete = s3.complete_multipart_upload().bucket(BUCKET).key("k").upload_id(id);
        complete.multipart_upload(parts([part])).send()
    };
    assert_eq!(refusal(complete(listed.clone().build()).await), with(400, "InvalidRequest"));
    complete(listed.checksum_sha256(part.checksum_sha256().unwrap()).build()).await.unwrap();
    let head = s3
        .head_object()
        .bucket(BUCKET)
        .key("k")
        .checksum_mode(ChecksumMode::Enabled)
        .send()
        .await
        .unwrap();
    assert!(head.checksum_sha256().unwrap().ends_with("-1"));
    assert_eq!(head.checksum_type(), Some(&ChecksumType::Composite));
}
