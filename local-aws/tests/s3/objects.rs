//! Puts, gets, heads, tags and checksums.

use std::time::{Duration, SystemTime};

use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, StorageClass, Tag, Tagging};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::setup::{BUCKET, client, refusal, with, world};

#[tokio::test]
async fn an_object_comes_back_with_all_that_was_said_about_it() {
    let (_aws, s3) = world().await;
    let expires = DateTime::from_secs(2_000_000_000);
    let put = s3
        .put_object()
        .bucket(BUCKET)
        .key("pier/dawn.jpg")
        .body(ByteStream::from_static(b"morning light"))
        .content_type("image/jpeg")
        .cache_control("max-age=60")
        .content_disposition("inline")
        .content_encoding("identity")
        .content_language("pt")
        .expires(expires)
        .metadata("photographer", "Inês Vale")
        .metadata("camera", "box")
        .storage_class(StorageClass::StandardIa)
        .tagging("season=late%20spring&public=")
        .send()
        .await
        .unwrap();
    assert_eq!(put.version_id(), None);

    let got = s3.get_object().bucket(BUCKET).key("pier/dawn.jpg").send().await.unwrap();
    assert_eq!(got.content_type(), Some("image/jpeg"));
    assert_eq!(got.cache_control(), Some("max-age=60"));
    assert_eq!(got.content_disposition(), Some("inline"));
    assert_eq!(got.content_encoding(), Some("identity"));
    assert_eq!(got.content_language(), Some("pt"));
    assert_eq!(got.expires_string(), Some("Wed, 18 May 2033 03:33:20 GMT"));
    // What is not ASCII comes back as RFC 2047 words, as S3 documents it.
    assert_eq!(got.metadata().unwrap()["photographer"], "=?UTF-8?B?SW7DqnMgVmFsZQ==?=");
    assert_eq!(got.metadata().unwrap()["camera"], "box");
    assert_eq!(got.storage_class(), Some(&StorageClass::StandardIa));
    assert_eq!(got.tag_count(), Some(2));
    assert_eq!(got.e_tag(), put.e_tag());
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"morning light");

    let head = s3.head_object().bucket(BUCKET).key("pier/dawn.jpg").send().await.unwrap();
    assert_eq!(head.content_length(), Some(13));
    assert_eq!(head.metadata().unwrap().len(), 2);
    assert_eq!(head.tag_count(), Some(2));
    let age = SystemTime::now()
        .duration_since(SystemTime::try_from(*head.last_modified().unwrap()).unwrap());
    assert!(age.unwrap() < Duration::from_secs(30));
}

#[tokio::test]
async fn an_etag_is_the_md5_of_the_bytes_and_the_type_has_a_default() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "hello", "hello");
    let head = s3.head_object().bucket(BUCKET).key("hello").send().await.unwrap();
    assert_eq!(head.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(head.content_type(), Some("binary/octet-stream"));
    assert_eq!(head.storage_class(), None);
}

#[tokio::test]
async fn every_kind_of_key_can_be_written_read_and_deleted() {
    let (aws, s3) = world().await;
    let keys = [
        "folder/",
        "a b",
        "a%20b",
        "a+b",
        "a//b",
        "../up",
        "./here",
        "/leading",
        "ünï/çødé",
        "😀",
        "q?x=1&y#z",
        "bell\u{7}",
        "line\nbreak",
        "return\rhere",
        "<&>\"'",
        "tab\there",
        "~-_.!*'()",
        "%",
        "\u{1}",
        "nbsp\u{a0}",
        "\u{ffff}",
        "C:\\x",
    ];
    for key in keys {
        s3.put_object()
            .bucket(BUCKET)
            .key(key)
            .body(key.as_bytes().to_vec().into())
            .send()
            .await
            .unwrap();
        let got = s3.get_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(got.body.collect().await.unwrap().to_vec(), key.as_bytes(), "{key:?}");
        s3.head_object().bucket(BUCKET).key(key).send().await.unwrap();
    }
    let mut sorted = keys.map(str::to_owned).to_vec();
    sorted.sort();
    assert_eq!(aws.s3().keys(BUCKET), sorted);
    for key in keys {
        s3.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
    }
    assert!(aws.s3().keys(BUCKET).is_empty());
}

#[tokio::test]
async fn a_key_has_at_most_1024_bytes() {
    let (_aws, s3) = world().await;
    let put = |length: usize| s3.put_object().bucket(BUCKET).key("é".repeat(length / 2)).send();
    put(1024).await.unwrap();
    assert_eq!(refusal(put(1026).await), with(400, "KeyTooLongError"));
}

#[tokio::test]
async fn ranges_are_answered_in_part() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "digits", "0123456789");
    aws.s3().put(BUCKET, "empty", "");
    for (range, expected, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
    ] {
        let got = s3.get_object().bucket(BUCKET).key("digits").range(range).send().await.unwrap();
        assert_eq!(got.content_range(), Some(content_range));
        assert_eq!(got.content_length(), Some(expected.len() as i64));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), expected.as_bytes());
    }
    let head =
        s3.head_object().bucket(BUCKET).key("digits").range("bytes=2-4").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_range()), (Some(3), Some("bytes 2-4/10")));
    for (key, range) in [("digits", "bytes=10-"), ("empty", "bytes=0-"), ("empty", "bytes=-1")] {
        let refused = s3.get_object().bucket(BUCKET).key(key).range(range).send().await;
        assert_eq!(refusal(refused), with(416, "InvalidRange"), "{key} {range}");
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (_aws, s3) = world().await;
    assert_eq!(
        refusal(s3.get_object().bucket(BUCKET).key("no").send().await),
        with(404, "NoSuchKey")
    );
    assert_eq!(
        refusal(s3.get_object().bucket("no-such").key("no").send().await),
        with(404, "NoSuchBucket")
    );
    assert_eq!(
        refusal(s3.put_object().bucket("no-such").key("no").send().await),
        with(404, "NoSuchBucket")
    );
    assert_eq!(
        refusal(s3.list_objects_v2().bucket("no-such").send().await),
        with(404, "NoSuchBucket")
    );
    let head = s3.head_object().bucket(BUCKET).key("no").send().await.unwrap_err();
    assert!(head.into_service_error().is_not_found());
}

#[tokio::test]
async fn a_streamed_upload_is_stored_without_its_framing() {
    let (aws, s3) = world().await;
    let path = std::env::temp_dir().join(format!("local-aws-{}.bin", std::process::id()));
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&path, &content).unwrap();
    let body = ByteStream::from_path(&path).await.unwrap();
    s3.put_object().bucket(BUCKET).key("big").body(body).send().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    let head = s3.head_object().bucket(BUCKET).key("big").send().await.unwrap();
    assert_eq!(head.content_encoding(), None);
    assert_eq!(aws.s3().get(BUCKET, "big").unwrap(), content);
}

#[tokio::test]
async fn checksums_are_verified_and_shown_again() {
    let (aws, s3) = world().await;
    for algorithm in [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32C,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ] {
        let put = s3.put_object().bucket(BUCKET).key("sum").body(ByteStream::from_static(b"abc"));
        let put = put.checksum_algorithm(algorithm.clone()).send().await.unwrap();
        let get = s3.get_object().bucket(BUCKET).key("sum").checksum_mode(ChecksumMode::Enabled);
        let got = get.send().await.unwrap();
        let shown = [
            got.checksum_crc32(),
            got.checksum_crc32_c(),
            got.checksum_crc64_nvme(),
            got.checksum_sha1(),
            got.checksum_sha256(),
        ];
        assert_eq!(shown.iter().flatten().count(), 1, "{algorithm}");
        assert_eq!(got.checksum_crc32(), put.checksum_crc32());
        assert_eq!(got.checksum_sha256(), put.checksum_sha256());
        assert_eq!(got.body.collect().await.unwrap().to_vec(), b"abc");
    }
    let put = || s3.put_object().bucket(BUCKET).key("bad").body(ByteStream::from_static(b"abc"));
    let wrong = put().checksum_sha256("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").send().await;
    assert_eq!(refusal(wrong), with(400, "BadDigest"));
    let wrong = put().content_md5("1B2M2Y8AsgTpgAmY7PhCfg==").send().await;
    assert_eq!(refusal(wrong), with(400, "BadDigest"));
    let invalid = put().content_md5("not a digest").send().await;
    assert_eq!(refusal(invalid), with(400, "InvalidDigest"));
    assert_eq!(aws.s3().get(BUCKET, "bad"), None);
}

#[tokio::test]
async fn tags_are_replaced_as_a_whole() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "boat", "x");
    let tag = |key: &str| Tag::builder().key(key).value("v").build().unwrap();
    let put = |keys: Vec<String>| {
        let tags = keys.iter().map(|key| tag(key)).collect();
        let tagging = Tagging::builder().set_tag_set(Some(tags)).build().unwrap();
        s3.put_object_tagging().bucket(BUCKET).key("boat").tagging(tagging).send()
    };
    put(vec!["old".into()]).await.unwrap();
    put(vec!["hull".into(), "mast".into()]).await.unwrap();
    let got = s3.get_object_tagging().bucket(BUCKET).key("boat").send().await.unwrap();
    let keys: Vec<&str> = got.tag_set().iter().map(Tag::key).collect();
    assert_eq!(keys, ["hull", "mast"]);
    let eleven = (0..11).map(|n| n.to_string()).collect();
    assert_eq!(refusal(put(eleven).await), with(400, "BadRequest"));
    assert_eq!(refusal(put(vec!["a".into(), "a".into()]).await), with(400, "InvalidTag"));
    s3.delete_object_tagging().bucket(BUCKET).key("boat").send().await.unwrap();
    let got = s3.get_object_tagging().bucket(BUCKET).key("boat").send().await.unwrap();
    assert!(got.tag_set().is_empty());
}

#[tokio::test]
async fn limits_on_what_goes_with_an_object_hold() {
    let (_aws, s3) = world().await;
    let put = || s3.put_object().bucket(BUCKET).key("x");
    let metadata = |size: usize| put().metadata("m", "v".repeat(size - 1)).send();
    metadata(2048).await.unwrap();
    assert_eq!(refusal(metadata(2049).await), with(400, "MetadataTooLarge"));
    let class = put().storage_class(StorageClass::from("CHEAP")).send().await;
    assert_eq!(refusal(class), with(400, "InvalidStorageClass"));
    put().storage_class(StorageClass::Glacier).send().await.unwrap();
    let archived = s3.get_object().bucket(BUCKET).key("x").send().await;
    assert_eq!(refusal(archived), with(403, "InvalidObjectState"));
}

#[tokio::test]
async fn a_wrong_signature_is_refused_and_a_presigned_url_is_taken() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "a b", "shared");
    let stranger = client(&aws, local_aws::REGION, "not the secret");
    let refused = stranger.get_object().bucket(BUCKET).key("a b").send().await;
    assert_eq!(refusal(refused), with(403, "SignatureDoesNotMatch"));

    let link = PresigningConfig::expires_in(Duration::from_secs(60)).unwrap();
    let link = s3.get_object().bucket(BUCKET).key("a b").presigned(link).await.unwrap();
    let target = link.uri().strip_prefix(aws.endpoint_url()).unwrap();
    assert!(fetch(&aws, target).await.ends_with("shared"));
    let unsigned = fetch(&aws, &format!("/{BUCKET}/a%20b")).await;
    assert!(unsigned.starts_with("HTTP/1.1 403"), "{unsigned}");
    let tampered = fetch(&aws, &target.replace("a%20b", "a%20c")).await;
    assert!(tampered.starts_with("HTTP/1.1 403"), "{tampered}");
}

/// An unauthenticated GET, as a browser sends it.
async fn fetch(aws: &local_aws::LocalAws, target: &str) -> String {
    let address = aws.endpoint_url().strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn what_is_not_emulated_is_refused() {
    let (_aws, s3) = world().await;
    let policy = s3.get_bucket_policy().bucket(BUCKET).send().await;
    assert_eq!(refusal(policy), with(501, "NotImplemented"));
    let acl =
        s3.put_object().bucket(BUCKET).key("x").acl(aws_sdk_s3::types::ObjectCannedAcl::PublicRead);
    assert_eq!(refusal(acl.send().await), with(400, "AccessControlListNotSupported"));
    let owner = s3.head_bucket().bucket(BUCKET).expected_bucket_owner("999999999999").send().await;
    assert_eq!(refusal(owner).0, 403);
}
