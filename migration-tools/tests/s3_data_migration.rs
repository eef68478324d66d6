//! `s3-data-migration`, as an operator runs it: what people had stays theirs, under the ids that they have.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test is how a test says no")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use local_aws::LocalAws;
use serde_json::{Value, json};
use support::{Folder, Run, run};

const CONSOLIDATION: &str = "amplify-v6-lambda-dev-consolidation";
const CONVERSATIONS: &str = "amplify-v6-lambda-dev-user-conversations";
const ARTIFACTS: &str = "amplify-v6-artifacts-dev-bucket";
const DISCLOSURES: &str = "amplify-v6-data-disclosure-dev-storage";
const INPUT: &str = "amplify-v6-lambda-dev-document-conversion-input";
const STORAGE: &str = "amplify-v6-lambda-dev-user-data-storage";
const CONVERSATION_ROWS: &str = "amplify-v6-lambda-dev-conversation-metadata";
const ARTIFACT_ROWS: &str = "amplify-v6-artifacts-dev-user-artifacts";

struct Scene {
    aws: LocalAws,
    folder: Folder,
}

impl Scene {
    async fn new() -> Self {
        let aws = LocalAws::start().await.unwrap();
        for (name, keys) in [
            (STORAGE, &["PK", "SK"][..]),
            (CONVERSATION_ROWS, &["user_id", "conversation_id"]),
            (ARTIFACT_ROWS, &["user_id"]),
        ] {
            let attribute = |name: &&str| json!({"AttributeName": name, "AttributeType": "S"});
            let key = |(name, kind): (&&str, &str)| json!({"AttributeName": name, "KeyType": kind});
            let request = json!({
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": keys.iter().map(attribute).collect::<Vec<_>>(),
                "KeySchema": keys.iter().zip(["HASH", "RANGE"]).map(key).collect::<Vec<_>>(),
            });
            aws.dynamodb("CreateTable", request).await.unwrap();
        }
        let scene = Self { aws, folder: Folder::new() };
        let row = json!({"user_id": {"S": "ada"}, "conversation_id": {"S": "c 1"}, "s3_key": {"S": "ada/c 1"}});
        scene.put(CONVERSATION_ROWS, row).await;
        let row = json!({"user_id": {"S": "ada"}, "artifacts": {"L": [
            {"M": {"key": {"S": "ada/20250305/Game:v3"}}}, {"M": {"key": {"S": "ada/20250306/Broken:v1"}}}]}});
        scene.put(ARTIFACT_ROWS, row).await;
        let s3 = scene.aws.s3();
        for bucket in [CONSOLIDATION, CONVERSATIONS, ARTIFACTS, DISCLOSURES, INPUT] {
            s3.create_bucket(bucket);
        }
        s3.put(CONVERSATIONS, "ada/c 1", r#"{"conversation":[1]}"#);
        s3.put(CONVERSATIONS, "alan+x@ex.edu/é%20", r#"{"conversation":[2]}"#);
        s3.put(CONVERSATIONS, "nobody", "?");
        s3.put(ARTIFACTS, "ada/20250305/Game:v3", r#"{"name":"Game","version":3}"#);
        s3.put(ARTIFACTS, "ada/20250306/Broken:v1", "{\"name\": NaN}");
        s3.put(DISCLOSURES, "terms.pdf", "%PDF");
        s3.put(INPUT, "ada/1-to-pdf.md", "#");
        scene.aws.clear_calls();
        scene
    }

    async fn put(&self, table: &str, item: Value) {
        let request = json!({"TableName": table, "Item": item});
        self.aws.dynamodb("PutItem", request).await.unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let own = ["--dep-name", "v6", "--stage", "dev", "--notifications-take", "0"];
        run(Some(&self.aws), self.folder.path(), &[arguments, &own].concat())
    }

    /// Every object and every record.
    async fn world(&self) -> BTreeMap<String, String> {
        let s3 = self.aws.s3();
        let mut all = BTreeMap::new();
        for bucket in s3.buckets() {
            for key in s3.keys(&bucket) {
                let body = s3.get(&bucket, &key).unwrap();
                all.insert(format!("{bucket}/{key}"), format!("{body:?}"));
            }
        }
        for table in [STORAGE, CONVERSATION_ROWS, ARTIFACT_ROWS] {
            let found = self.aws.dynamodb("Scan", json!({"TableName": table})).await.unwrap();
            for item in found["Items"].as_array().unwrap() {
                all.insert(format!("{table} {item}"), String::new());
            }
        }
        all
    }

    fn writes(&self) -> usize {
        let s3 = ["CopyObject", "DeleteObjects", "DeleteObject", "PutObject"];
        let s3: usize = s3.iter().map(|operation| self.aws.count("s3", operation)).sum();
        s3 + support::writes(&self.aws)
    }
}

const GO: [&str; 3] = ["s3-data-migration", "--dont-backup", "--no-confirmation"];

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_brought_together_and_taken_back() {
    let scene = Scene::new().await;
    let before = scene.world().await;
    let dry = scene.run(&["s3-data-migration", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.text());
    assert!(dry.text().contains("3 objects to copy"), "{}", dry.text());
    assert_eq!(scene.writes(), 0);
    assert_eq!(scene.world().await, before);

    let ran = scene.run(&GO);
    // What cannot be read is named, and stays where it is found.
    assert_eq!(ran.code, 1, "{}", ran.text());
    assert!(ran.text().contains("not a finite number"), "{}", ran.text());
    let after = scene.world().await;
    for (gone, there) in [
        ("user-conversations/ada/c 1", "consolidation/conversations/ada/c 1"),
        ("user-conversations/alan+x@ex.edu/é%20", "consolidation/conversations/alan+x@ex.edu/é%20"),
        ("dev-storage/terms.pdf", "consolidation/dataDisclosure/terms.pdf"),
    ] {
        let has =
            |world: &BTreeMap<String, String>, end| world.keys().any(|name| name.ends_with(end));
        assert!(has(&before, gone) && !has(&after, gone), "{gone}: {}", ran.text());
        assert!(has(&after, there), "{there}: {}", ran.text());
    }
    let text: Vec<&String> = after.keys().collect();
    let any = |part: &str| text.iter().any(|name| name.contains(part));
    assert!(any("conversations/ada/c 1\""), "the record names it: {text:?}");
    assert!(any("ada#amplify-artifacts#artifact-content"), "{text:?}");
    assert!(any("ada/20250306/Broken:v1\"") && any("bucket/ada/20250306/Broken:v1"), "{text:?}");
    assert!(any("user-conversations/nobody"), "{text:?}");

    scene.aws.clear_calls();
    let again = scene.run(&GO);
    assert_eq!(again.code, 1, "{}", again.text());
    assert_eq!((scene.writes(), scene.world().await), (0, after), "{}", again.text());

    let back = scene.run(&["rollback", "--no-confirmation", "--run", "1"]);
    assert_eq!(back.code, 0, "{}", back.text());
    assert_eq!(scene.world().await, before, "{}", back.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conversions_leave_behind_goes_only_if_asked_for_and_not_while_it_is_young() {
    let scene = Scene::new().await;
    let cleaned = scene.run(&[&GO[..], &["--bucket", "conversion-cleanup"]].concat());
    assert_eq!(cleaned.code, 0, "{}", cleaned.text());
    assert!(cleaned.text().contains("1 younger than a day stay"), "{}", cleaned.text());
    assert_eq!(scene.aws.s3().keys(INPUT), ["ada/1-to-pdf.md"]);
    assert_eq!(scene.aws.s3().keys(CONVERSATIONS).len(), 3, "nothing else was asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_sources_go_with_the_clean_up() {
    let scene = Scene::new().await;
    let kept = scene.run(&[&GO[..], &["--keep-old", "--bucket", "conversations"]].concat());
    assert_eq!(kept.code, 0, "{}", kept.text());
    assert_eq!(scene.aws.s3().keys(CONVERSATIONS).len(), 3);
    assert_eq!(scene.aws.s3().keys(CONSOLIDATION).len(), 2);
    let cleaned = scene.run(&["id-migration-cleanup", "--force"]);
    assert_eq!(cleaned.code, 0, "{}", cleaned.text());
    assert_eq!(scene.aws.s3().keys(CONVERSATIONS), ["nobody"], "{}", cleaned.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_changes_nothing() {
    let scene = Scene::new().await;
    for (arguments, code, part) in [
        (vec!["s3-data-migration", "--bucket", "pictures"], 2, "conversion-cleanup"),
        (vec!["s3-data-migration", "--no-confirmation"], 3, "backup-prereq"),
        (vec!["s3-data-migration", "--dont-backup"], 4, "--no-confirmation"),
        (vec!["s3-data-migration", "--csv-file", "none.csv"], 2, "none.csv"),
    ] {
        let run = scene.run(&arguments);
        assert_eq!(run.code, code, "{arguments:?}: {}", run.text());
        assert!(run.text().contains(part), "{arguments:?}: {}", run.text());
    }
    assert_eq!(scene.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_it_calls_is_declared() {
    let scene = Scene::new().await;
    let printed = scene.run(&[
        "permissions",
        "s3-data-migration",
        "--derived-names",
        "--region",
        "eu-west-1",
    ]);
    assert_eq!(printed.code, 0, "{}", printed.text());
    let records: Value = serde_json::from_str(&printed.out).unwrap();
    let mut declared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in records["Items"].as_array().unwrap() {
        let operations = item["operations"]["SS"].as_array().into_iter().flatten();
        let operations: Vec<String> = operations
            .map(|one| one.as_str().unwrap().rsplit(':').next().unwrap().to_owned())
            .collect();
        for function in item.as_object().unwrap().values() {
            for name in function["M"]["values"]["M"].as_object().into_iter().flatten() {
                declared.entry(name.0.clone()).or_default().extend(operations.iter().cloned());
            }
        }
    }
    let prepared = scene.run(&["backup-prereq"]);
    assert_eq!(prepared.code, 0, "{}", prepared.text());
    scene.aws.clear_calls();
    let ran = scene.run(&["s3-data-migration", "--no-confirmation"]);
    assert_eq!(ran.code, 1, "{}", ran.text());
    let mut seen = 0;
    for call in scene.aws.calls().iter().filter(|call| call.service == "s3") {
        let bucket = call.path.trim_matches('/').split(['/', '?']).next().unwrap();
        let own = declared.get(bucket).unwrap_or_else(|| panic!("{bucket}"));
        assert!(own.contains(&call.operation), "{} on {bucket}: {own:?}", call.operation);
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_takes_one_call_and_proofs_and_deletions_go_by_the_thousand() {
    let scene = Scene::new().await;
    for number in 0..1_500 {
        scene.aws.s3().put(
            CONVERSATIONS,
            &format!("ada/many/{number}"),
            format!("{{\"n\":{number}}}"),
        );
    }
    scene.aws.clear_calls();
    let ran = scene.run(&[&GO[..], &["--bucket", "conversations"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.text());
    let count = |operation| scene.aws.count("s3", operation);
    assert_eq!(scene.aws.s3().keys(CONVERSATIONS), ["nobody"]);
    assert_eq!(count("CopyObject"), 1_502);
    assert!(count("DeleteObjects") <= 4, "{}", count("DeleteObjects"));
    let all = ["CopyObject", "HeadObject", "DeleteObjects", "ListObjectsV2"].map(count);
    let all: usize = all.iter().sum();
    assert!(all * 20 <= 1_502 * 21, "{all} calls for 1502 objects");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_many_versions_is_one_object() {
    let scene = Scene::new().await;
    let s3 = scene.aws.s3();
    s3.enable_versioning(CONVERSATIONS);
    for number in 0..100_000 {
        s3.put(CONVERSATIONS, "ada/c 1", format!("{{\"conversation\":[{number}]}}"));
    }
    let before = scene.world().await;
    scene.aws.clear_calls();
    let of = ["--bucket", "conversations"];
    let ran = scene.run(&[&GO[..], &of].concat());
    assert_eq!(ran.code, 0, "{}", ran.text());
    let last = s3.get(CONSOLIDATION, "conversations/ada/c 1").unwrap();
    assert_eq!(last, r#"{"conversation":[99999]}"#);
    assert_eq!(s3.get(CONVERSATIONS, "ada/c 1"), None);
    assert_eq!(scene.aws.count("s3", "CopyObject"), 2);
    let undone = scene.run(&["rollback", "--no-confirmation"]);
    assert_eq!(undone.code, 0, "{}", undone.text());
    assert_eq!(scene.world().await, before);
}
