//! Both object listings.

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::EncodingType;
use local_aws::LocalAws;
use proptest::prelude::*;

use crate::setup::{BUCKET, refusal, with, world};

/// What a listing shows in all, the slow way: keys and common prefixes in one order.
fn expected(keys: &BTreeSet<String>, prefix: &str, delimiter: &str) -> Vec<String> {
    let roll_up = |key: &String| match key[prefix.len()..].find(delimiter) {
        Some(at) if !delimiter.is_empty() => key[..prefix.len() + at + delimiter.len()].to_owned(),
        _ => key.clone(),
    };
    let mut names: Vec<String> =
        keys.iter().filter(|key| key.starts_with(prefix)).map(roll_up).collect();
    names.dedup();
    names
}

/// Keys and common prefixes of one page, sorted; each page is checked against its own limits.
macro_rules! names {
    ($page:expr, $max_keys:expr) => {{
        let keys = $page.contents().iter().filter_map(|line| line.key());
        let prefixes = $page.common_prefixes().iter().filter_map(|line| line.prefix());
        let mut names: Vec<String> = keys.chain(prefixes).map(str::to_owned).collect();
        names.sort();
        assert!(names.len() <= $max_keys as usize);
        names
    }};
}

async fn all_by_version_2(
    s3: &Client,
    prefix: &str,
    delimiter: &str,
    max_keys: i32,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let list = s3
            .list_objects_v2()
            .bucket(BUCKET)
            .prefix(prefix)
            .delimiter(delimiter)
            .max_keys(max_keys);
        let page = list.set_continuation_token(token).send().await.unwrap();
        let names = names!(page, max_keys);
        assert_eq!(page.key_count(), Some(names.len() as i32));
        found.extend(names);
        token = page.next_continuation_token().map(str::to_owned);
        assert_eq!(page.is_truncated(), Some(token.is_some()));
        if token.is_none() {
            return found;
        }
    }
}

async fn all_by_version_1(
    s3: &Client,
    prefix: &str,
    delimiter: &str,
    max_keys: i32,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut marker = None;
    loop {
        let list =
            s3.list_objects().bucket(BUCKET).prefix(prefix).delimiter(delimiter).max_keys(max_keys);
        let page = list.set_marker(marker).send().await.unwrap();
        found.extend(names!(page, max_keys));
        if page.is_truncated() != Some(true) {
            return found;
        }
        assert_eq!(page.next_marker().is_some(), !delimiter.is_empty());
        marker = page.next_marker().map(str::to_owned).or_else(|| found.last().cloned());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn pages_put_together_are_the_sorted_filter_of_all_keys(
        keys in proptest::collection::btree_set("[ab/é ]{1,5}", 0..30),
        prefix in "[ab/]{0,2}",
        delimiter in prop_oneof![Just(""), Just("/"), Just("b/"), Just("é")],
        max_keys in 1..8_i32,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (by_2, by_1) = runtime.block_on(async {
            let (aws, s3) = world().await;
            for key in &keys {
                aws.s3().put(BUCKET, key, "x");
            }
            let by_2 = all_by_version_2(&s3, &prefix, delimiter, max_keys).await;
            (by_2, all_by_version_1(&s3, &prefix, delimiter, max_keys).await)
        });
        let expected = expected(&keys, &prefix, delimiter);
        prop_assert_eq!(&by_2, &expected);
        prop_assert_eq!(&by_1, &expected);
    }
}

async fn seeded(count: usize) -> (LocalAws, Client) {
    let (aws, s3) = world().await;
    for n in 0..count {
        aws.s3().put(BUCKET, &format!("k{n:04}"), "x");
    }
    (aws, s3)
}

#[tokio::test]
async fn a_page_has_at_most_a_thousand_keys_whatever_is_asked_for() {
    let (_aws, s3) = seeded(1001).await;
    for wanted in [None, Some(5000)] {
        let page = s3.list_objects_v2().bucket(BUCKET).set_max_keys(wanted).send().await.unwrap();
        assert_eq!(
            (page.contents().len(), page.max_keys(), page.is_truncated()),
            (1000, Some(1000), Some(true))
        );
        let page = s3.list_objects().bucket(BUCKET).set_max_keys(wanted).send().await.unwrap();
        assert_eq!(
            (page.contents().len(), page.max_keys(), page.is_truncated()),
            (1000, Some(1000), Some(true))
        );
    }
    let none = s3.list_objects_v2().bucket(BUCKET).max_keys(0).send().await.unwrap();
    assert_eq!((none.contents().len(), none.is_truncated()), (0, Some(false)));
    let negative = s3.list_objects_v2().bucket(BUCKET).max_keys(-1).send().await;
    assert_eq!(refusal(negative), with(400, "InvalidArgument"));
}

#[tokio::test]
async fn a_listing_starts_behind_any_text() {
    let (_aws, s3) = seeded(10).await;
    let page = s3.list_objects_v2().bucket(BUCKET).start_after("k0007").send().await.unwrap();
    let keys: Vec<_> = page.contents().iter().filter_map(|line| line.key()).collect();
    assert_eq!(keys, ["k0008", "k0009"]);
    assert_eq!(page.start_after(), Some("k0007"));
    // A continuation token says more than a start.
    let first = s3.list_objects_v2().bucket(BUCKET).max_keys(2).send().await.unwrap();
    let token = first.next_continuation_token().unwrap();
    let page = s3
        .list_objects_v2()
        .bucket(BUCKET)
        .start_after("k0007")
        .continuation_token(token)
        .send()
        .await
        .unwrap();
    assert_eq!(page.contents()[0].key(), Some("k0002"));
    let made_up = s3.list_objects_v2().bucket(BUCKET).continuation_token("no token").send().await;
    assert_eq!(refusal(made_up), with(400, "InvalidArgument"));
}

#[tokio::test]
async fn keys_deleted_between_pages_lose_no_others() {
    let (_aws, s3) = seeded(9).await;
    let mut seen = Vec::new();
    let mut token = None;
    loop {
        let page = s3
            .list_objects_v2()
            .bucket(BUCKET)
            .max_keys(2)
            .set_continuation_token(token)
            .send()
            .await
            .unwrap();
        for key in page.contents().iter().filter_map(|line| line.key()) {
            s3.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
            seen.push(key.to_owned());
        }
        token = page.next_continuation_token().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 9);
}

#[tokio::test]
async fn keys_come_url_encoded_on_request() {
    let (aws, s3) = world().await;
    for key in ["a b/bell\u{7}", "a b/c+d", "é%20"] {
        aws.s3().put(BUCKET, key, "x");
    }
    let list = s3.list_objects_v2().bucket(BUCKET).encoding_type(EncodingType::Url);
    let page = list.send().await.unwrap();
    let keys: Vec<_> = page.contents().iter().filter_map(|line| line.key()).collect();
    assert_eq!(keys, ["a+b/bell%07", "a+b/c%2Bd", "%C3%A9%2520"]);
    assert_eq!(page.encoding_type(), Some(&EncodingType::Url));
    let list = s3.list_objects().bucket(BUCKET).encoding_type(EncodingType::Url).delimiter(" ");
    let page = list.send().await.unwrap();
    assert_eq!(page.common_prefixes()[0].prefix(), Some("a+"));
    assert_eq!(page.delimiter(), Some("+"));
}

#[tokio::test]
async fn control_characters_survive_a_plain_listing() {
    let (aws, s3) = world().await;
    let keys = ["bell\u{7}", "line\nbreak", "return\r\nline", "return\rhere", "tab\there"];
    for key in keys {
        aws.s3().put(BUCKET, key, "x");
    }
    let page = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    let listed: Vec<_> = page.contents().iter().filter_map(|line| line.key()).collect();
    assert_eq!(listed, keys);
}

#[tokio::test]
async fn a_line_tells_size_etag_and_storage_class() {
    let (aws, s3) = world().await;
    aws.s3().put(BUCKET, "k", "hello");
    let page = s3.list_objects_v2().bucket(BUCKET).fetch_owner(true).send().await.unwrap();
    let line = &page.contents()[0];
    assert_eq!(line.size(), Some(5));
    assert_eq!(line.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(line.storage_class().map(|class| class.as_str()), Some("STANDARD"));
    assert!(line.owner().is_some());
    let page = s3.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert!(page.contents()[0].owner().is_none());
}
