//! `backup-prereq` makes a way back for every table and bucket, says when there is none, and leaves
//! alone what is there.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use aws_sdk_s3::config::{Builder, Credentials};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use local_aws::{ACCESS_KEY_ID, Effect, Fault, LocalAws, SECRET_ACCESS_KEY};
use migration_tools::backups::{Answer, Lack, Reader, Resources, Terms, check};
use serde_json::{Value, json};
use support::{Folder, Run, command, finish, run};

const PREREQ: [&str; 6] =
    ["backup-prereq", "--dep-name", "v6", "--stage", "dev", "--derived-names"];
const NAMED: [&str; 2] = ["--backup-name", "before"];
const ACCOUNTS: &str = "amplify-v6-lambda-dev-accounts";
const USERS: &str = "amplify-v6-object-access-dev-cognito-users";
/// A table that the original does not list.
const SKILLS: &str = "amplify-v6-amplify-js-dev-skills";
/// A table that no migration touches.
const POLLS: &str = "amplify-v6-lambda-dev-poll-status";
const CONSOLIDATION: &str = "amplify-v6-lambda-dev-consolidation";
const SHARE: &str = "amplify-v6-lambda-dev-share";
const ARTIFACTS: &str = "amplify-v6-artifacts-dev-bucket";

async fn table(aws: &LocalAws, name: &str) {
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

/// The embedded S3 checks signatures.
async fn s3(aws: &LocalAws) -> aws_sdk_s3::Client {
    let keys = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "test");
    let config = Builder::from(&support::config(aws).await).credentials_provider(keys);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Four tables, and buckets whose versioning is on, off and suspended.
async fn world() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    for name in [ACCOUNTS, USERS, SKILLS, POLLS] {
        table(&aws, name).await;
    }
    aws.s3().enable_versioning(CONSOLIDATION);
    aws.s3().create_bucket(SHARE);
    aws.s3().enable_versioning(ARTIFACTS);
    let client = s3(&aws).await;
    let suspended = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended);
    let call = client.put_bucket_versioning().bucket(ARTIFACTS);
    call.versioning_configuration(suspended.build()).send().await.unwrap();
    aws.clear_calls();
    aws
}

fn prereq(aws: &LocalAws, folder: &Folder, more: &[&str]) -> Run {
    run(Some(aws), folder.path(), &[&PREREQ, more].concat())
}

fn verify(aws: &LocalAws, folder: &Folder, more: &[&str]) -> Run {
    prereq(aws, folder, &[&["--verify-only"], more].concat())
}

/// Calls that change something, whatever they are.
fn writes(aws: &LocalAws) -> Vec<String> {
    let calls = aws.calls().into_iter();
    let reads =
        |name: &str| ["Describe", "List", "Get", "Head"].iter().any(|r| name.starts_with(r));
    calls.map(|call| call.operation).filter(|name| !reads(name)).collect()
}

async fn backups(aws: &LocalAws, table: &str) -> Vec<String> {
    let listed = aws.dynamodb("ListBackups", json!({"TableName": table})).await.unwrap();
    let all = listed["BackupSummaries"].as_array().unwrap().iter();
    all.map(|one| one["BackupName"].as_str().unwrap().to_owned()).collect()
}

async fn recovery(aws: &LocalAws, table: &str) -> Value {
    let request = json!({"TableName": table});
    let answer = aws.dynamodb("DescribeContinuousBackups", request).await.unwrap();
    answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        ["PointInTimeRecoveryStatus"]
        .clone()
}

async fn versioning(aws: &LocalAws, bucket: &str) -> Option<BucketVersioningStatus> {
    let client = s3(aws).await;
    client.get_bucket_versioning().bucket(bucket).send().await.unwrap().status
}

fn resource(document: &Value, name: &str) -> Value {
    let resources = document["resources"].as_array().unwrap();
    resources.iter().find(|one| one["name"] == name).cloned().unwrap_or_default()
}

/// The files that are there, but for logs.
fn files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.contains(".log"));
    names.sort();
    names
}

fn about(table: &str) -> impl Fn(&[u8]) -> bool + Send + Sync + 'static {
    let name = format!("\"{table}\"");
    move |body: &[u8]| String::from_utf8_lossy(body).contains(&name)
}

fn denied() -> Effect {
    Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "not authorized to perform: it".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_exists_has_a_way_back_afterwards_and_the_state_before_is_kept() {
    let (aws, folder) = (world().await, Folder::new());
    let made = prereq(&aws, &folder, &[&NAMED[..], &["--format", "json"]].concat());
    assert_eq!(made.code, 0, "{}", made.text());
    for name in [ACCOUNTS, USERS, SKILLS] {
        assert_eq!(backups(&aws, name).await, [format!("before-{name}")]);
        assert_eq!(recovery(&aws, name).await, "ENABLED");
    }
    assert!(backups(&aws, POLLS).await.is_empty(), "no migration touches it");
    for name in [CONSOLIDATION, SHARE, ARTIFACTS] {
        assert_eq!(versioning(&aws, name).await, Some(BucketVersioningStatus::Enabled), "{name}");
    }
    let document = made.json();
    assert_eq!(document["covered"], true);
    assert_eq!(document["wait_minutes"], 15, "a bucket had no versioning before");
    let accounts = resource(&document, ACCOUNTS);
    assert_eq!(accounts["state"], "covered");
    let arn = accounts["by"][0]["arn"].as_str().unwrap();
    let described = aws.dynamodb("DescribeBackup", json!({"BackupArn": arn})).await.unwrap();
    assert_eq!(described["BackupDescription"]["BackupDetails"]["BackupStatus"], "AVAILABLE");
    let absent = resource(&document, "amplify-v6-lambda-dev-chat-usage");
    assert_eq!(absent["state"], "absent");

    assert_eq!(files(&folder), ["backup-prereq-before.json"]);
    assert_eq!(document["state_before"], "backup-prereq-before.json");
    let prior: Value = serde_json::from_str(&folder.read("backup-prereq-before.json")).unwrap();
    for (bucket, state) in [(CONSOLIDATION, "enabled"), (SHARE, "off"), (ARTIFACTS, "suspended")] {
        let buckets = prior["buckets"].as_array().unwrap();
        let kept = buckets.iter().find(|one| one["name"] == bucket).unwrap();
        assert_eq!(kept["versioning"], state, "{bucket}");
    }
    let undo = prior["undo"].to_string();
    assert!(undo.contains(SHARE) && undo.contains(ARTIFACTS) && undo.contains(ACCOUNTS), "{undo}");
    assert!(!undo.contains(CONSOLIDATION), "it was enabled before: {undo}");

    aws.clear_calls();
    for more in [&[][..], &NAMED] {
        let verified = verify(&aws, &folder, more);
        assert_eq!(verified.code, 0, "{}", verified.text());
        assert!(verified.out.contains("6 covered, 55 absent (skipped)."), "{}", verified.out);
    }
    let other = verify(&aws, &folder, &["--backup-name", "bef"]);
    assert_eq!(other.code, 3, "a name is the whole name: {}", other.text());
    assert_eq!(writes(&aws), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_of_the_same_name_changes_nothing() {
    let (aws, folder) = (world().await, Folder::new());
    assert_eq!(prereq(&aws, &folder, &NAMED).code, 0);
    assert_eq!(writes(&aws).len(), 3 + 3 + 2);
    aws.clear_calls();
    let again = prereq(&aws, &folder, &NAMED);
    assert_eq!((again.code, writes(&aws).len()), (0, 0), "{}", again.text());
    assert_eq!(files(&folder), ["backup-prereq-before.json"]);
    // What came since is made up for, and the first state stays on record.
    aws.s3().create_bucket("amplify-v6-agent-loop-dev-agent-state");
    assert_eq!(prereq(&aws, &folder, &NAMED).code, 0);
    assert_eq!(writes(&aws), ["PutBucketVersioning"]);
    assert_eq!(files(&folder), ["backup-prereq-before-2.json", "backup-prereq-before.json"]);
    // Another name is another backup.
    let unnamed = prereq(&aws, &folder, &[]);
    assert_eq!(unnamed.code, 0, "{}", unnamed.text());
    let all = backups(&aws, USERS).await;
    assert!(all.len() == 2 && all[1].starts_with("id-migration-backup-2"), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told_with_the_command_that_makes_it() {
    let (aws, folder) = (world().await, Folder::new());
    let bare = verify(&aws, &folder, &[]);
    assert_eq!(bare.code, 3, "{}", bare.text());
    for told in [
        &format!("table {ACCOUNTS}: missing: no backup, point-in-time recovery is off"),
        &format!("bucket {SHARE}: missing: versioning is off"),
        &format!("bucket {ARTIFACTS}: missing: versioning is suspended"),
        "run `migration-tools backup-prereq --dep-name v6 --stage dev --region eu-west-1`",
    ] {
        assert!(bare.err.contains(told), "{told}: {}", bare.err);
    }
    assert!(bare.out.contains("1 covered, 5 missing, 55 absent (skipped)."), "{}", bare.out);
    let dry = prereq(&aws, &folder, &[&NAMED[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{}", dry.text());
    let told = format!(
        "table {ACCOUNTS}: missing: no backup, point-in-time recovery is off; would be made"
    );
    assert!(dry.out.contains(&told), "{}", dry.out);
    assert_eq!((writes(&aws), files(&folder)), (vec![], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_seen_is_no_reason_to_leave_out_the_rest() {
    let (aws, folder) = (world().await, Folder::new());
    let faults = aws.faults();
    faults.add(Fault::on("dynamodb", "ListBackups").matching(about(ACCOUNTS)).with(denied()));
    faults.add(Fault::on("dynamodb", "CreateBackup").matching(about(USERS)).with(denied()));
    let files_table = "amplify-v6-lambda-dev-user-files";
    faults.add(Fault::on("dynamodb", "DescribeTable").matching(about(files_table)).with(denied()));
    let no_bucket = Effect::Error {
        status: 403,
        code: "AccessDenied".to_owned(),
        message: "Access Denied".to_owned(),
    };
    faults.add(Fault::on("s3", "PutBucketVersioning").nth(1).with(no_bucket));
    let run = prereq(&aws, &folder, &[&NAMED[..], &["--format", "json"]].concat());
    assert_eq!(run.code, 1, "{}", run.text());
    let document = run.json();
    for (name, call) in
        [(ACCOUNTS, "ListBackups"), (USERS, "CreateBackup"), (files_table, "DescribeTable")]
    {
        let found = resource(&document, name);
        assert_eq!(
            (&found["state"], &found["failed"][0]["call"]),
            (&json!("denied"), &json!(call))
        );
        assert!(run.err.contains(&format!("table {name}: denied: {call}: access denied")));
    }
    assert!(run.err.contains("ask for the permission"), "{}", run.err);
    assert_eq!(resource(&document, SKILLS)["state"], "covered");
    assert_eq!(recovery(&aws, USERS).await, "ENABLED", "the rest of it is made");
    assert!(run.err.contains("4 denied"), "{}", run.err);
    assert_eq!(verify(&aws, &folder, &NAMED).code, 1, "a denied one is not taken for absent");

    faults.clear();
    let rest = prereq(&aws, &folder, &NAMED);
    assert_eq!(rest.code, 0, "{}", rest.text());
    assert_eq!(backups(&aws, SKILLS).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_and_a_lost_answer_make_no_second_backup() {
    let (aws, folder) = (world().await, Folder::new());
    let faults = aws.faults();
    faults.add(Fault::on("dynamodb", "ListBackups").times(2).with(Effect::Throttle));
    let lost = Fault::on("dynamodb", "CreateBackup").matching(about(ACCOUNTS)).nth(1);
    let lost = faults.add(lost.with(Effect::DropAfter));
    let throttled = Fault::on("dynamodb", "CreateBackup").matching(about(USERS)).nth(1);
    let throttled = faults.add(throttled.with(Effect::Throttle));
    let run = prereq(&aws, &folder, &NAMED);
    assert_eq!(run.code, 0, "{}", run.text());
    assert_eq!((lost.triggered(), throttled.triggered()), (1, 1));
    for name in [ACCOUNTS, USERS, SKILLS] {
        assert_eq!(backups(&aws, name).await, [format!("before-{name}")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_that_does_not_cover_this_moment_yet_is_waited_for() {
    let (aws, folder) = (world().await, Folder::new());
    aws.recovery_lags(Duration::from_secs(300));
    let run = prereq(&aws, &folder, &NAMED);
    assert_eq!(run.code, 3, "{}", run.text());
    let told = format!(
        "table {USERS}: missing: point-in-time recovery is on, but does not cover this moment yet; wait 5 minutes and verify again"
    );
    assert!(run.err.contains(&told), "{}", run.err);
    assert!(run.err.contains("--backup-name before --verify-only`"), "{}", run.err);
    assert_eq!(verify(&aws, &folder, &[]).code, 3, "to be on is not enough");
    aws.recovery_lags(Duration::ZERO);
    assert_eq!(verify(&aws, &folder, &[]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_counts_when_it_is_complete() {
    let (aws, folder) = (world().await, Folder::new());
    aws.backups_take(Duration::from_secs(3));
    let run = prereq(&aws, &folder, &NAMED);
    assert_eq!(run.code, 0, "{}", run.text());
    assert!(run.err.contains("waiting for 3 backups"), "{}", run.err);
    aws.backups_take(Duration::from_secs(3600));
    let request = json!({"TableName": POLLS, "BackupName": "slow"});
    aws.dynamodb("CreateBackup", request).await.unwrap();
    let reader = Reader::new(&support::config(&aws).await);
    let polls = Resources { tables: vec![POLLS.to_owned()], buckets: Vec::new() };
    let terms = Terms { patience: Duration::from_secs(1), ..Terms::default() };
    let report = check(&reader, &polls, &terms, &()).await;
    let unfinished = Lack::BackupUnfinished { name: "slow".to_owned() };
    let answer = &report.entries[0].answer;
    assert!(matches!(answer, Answer::Missing(what) if what[0] == unfinished), "{answer:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_waiting_is_told_how_to_go_on() {
    let (aws, folder) = (world().await, Folder::new());
    aws.backups_take(Duration::from_secs(3600));
    let mut child = command(Some(&aws), folder.path(), &[&PREREQ[..], &NAMED].concat());
    let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while aws.count("dynamodb", "DescribeBackup") == 0 {
        sleep(Duration::from_millis(10));
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let run = finish(child);
    assert_eq!(run.code, 130, "{}", run.text());
    let told = "Stopped. To go on, run `migration-tools backup-prereq";
    assert!(run.err.contains(told) && run.err.contains("still being made"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_table_that_had_the_name_before_is_none() {
    let (aws, folder) = (world().await, Folder::new());
    assert_eq!(prereq(&aws, &folder, &NAMED).code, 0);
    aws.dynamodb("DeleteTable", json!({"TableName": USERS})).await.unwrap();
    table(&aws, USERS).await;
    let run = verify(&aws, &folder, &NAMED);
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.err.contains(&format!("table {USERS}: missing: no backup")), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_backup_is_found_behind_a_hundred_others() {
    let (aws, folder) = (world().await, Folder::new());
    for number in 0..101 {
        let request = json!({"TableName": USERS, "BackupName": format!("other-{number}")});
        aws.dynamodb("CreateBackup", request).await.unwrap();
    }
    assert_eq!(prereq(&aws, &folder, &NAMED).code, 0);
    aws.clear_calls();
    assert_eq!(verify(&aws, &folder, &NAMED).code, 0);
    assert_eq!(aws.count("dynamodb", "ListBackups"), 3 + 1);
    assert!(aws.violations().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_changed_before_the_state_before_is_on_the_disk() {
    let aws = world().await;
    // Nobody can make a file there.
    let run = run(Some(&aws), Path::new("/proc"), &[&PREREQ[..], &NAMED].concat());
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.err.contains("backup-prereq-before.json`, so nothing was changed"), "{}", run.err);
    assert!(run.err.contains("No log is written"), "{}", run.err);
    assert_eq!(writes(&aws), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_which_nothing_exists_is_probably_another() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::new());
    let run = prereq(&aws, &folder, &[]);
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.err.contains("nothing of this deployment exists in eu-west-1"), "{}", run.err);
    let nobody = [&PREREQ[..], &["--verify-only", "--region", "eu-west-1"]].concat();
    let run = support::run(None, folder.path(), &nobody);
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.err.contains("aws sso login"), "{}", run.err);
    let run = prereq(&aws, &folder, &["--backup-name", "../before"]);
    assert_eq!(run.code, 2, "{}", run.text());
    assert!(run.err.contains("has the character `/`"), "{}", run.err);
    let help = prereq(&aws, &folder, &["--help"]);
    assert!(help.out.contains("restore-table-from-backup"), "{}", help.out);
}
