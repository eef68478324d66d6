//! `config` tells the names that will be used, and what is behind them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::process::Stdio;

use local_aws::{Effect, Fault, LocalAws};
use serde_json::{Value, json};
use support::{Folder, Run, command, finish};

const CONFIG: [&str; 5] = ["config", "--dep-name", "v6", "--stage", "dev"];

fn config(aws: &LocalAws, variables: &[(&str, &str)], more: &[&str]) -> Run {
    let folder = Folder::new();
    let mut command = command(Some(aws), folder.path(), &[&CONFIG, more].concat());
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().unwrap())
}

fn resource(document: &Value, key: &str) -> Value {
    let resources = document["resources"].as_array().unwrap();
    resources.iter().find(|one| one["key"] == key).unwrap().clone()
}

async fn table(aws: &LocalAws, name: &str) {
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_overridden_like_any_declared_variable() {
    let aws = LocalAws::start().await.unwrap();
    let ssm = aws.ssm();
    // Each under the path of the service that publishes it, which is not always the one in its name.
    ssm.put("/amplify/dev/amplify-v6-amplify-js/COST_CALCULATIONS_DYNAMO_TABLE", "costs");
    ssm.put("/amplify/dev/amplify-v6-lambda/USER_STORAGE_TABLE", "storage");
    ssm.put("/amplify/dev/amplify-v6-lambda/ACCOUNTS_DYNAMO_TABLE", "not-this-one");
    ssm.put("/amplify/dev/FILES_DYNAMO_TABLE", "shared-files");
    ssm.put("/amplify/dev/amplify-v6-lambda/S3_SHARE_BUCKET_NAME", "amplify-v6-lambda-dev-share");
    let run = config(&aws, &[("ACCOUNTS_DYNAMO_TABLE", " accounts ")], &["--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.text());
    let document = run.json();
    assert_eq!(document["resources"].as_array().unwrap().len(), 58);
    for (key, name, source) in [
        ("ACCOUNTS_DYNAMO_TABLE", "accounts", "environment"),
        ("COST_CALCULATIONS_DYNAMO_TABLE", "costs", "service parameter"),
        ("USER_DATA_STORAGE_TABLE", "storage", "service parameter"),
        ("FILES_DYNAMO_TABLE", "shared-files", "shared parameter"),
        ("S3_SHARE_BUCKET_NAME", "amplify-v6-lambda-dev-share", "service parameter"),
        ("OLD_USER_STORAGE_TABLE", "amplify-v6-lambda-basic-ops-dev-user-storage", "derived"),
        ("SHARES_DYNAMODB_TABLE", "amplify-v6-lambda-dev", "derived"),
    ] {
        let found = resource(&document, key);
        assert_eq!((&found["name"], &found["source"]), (&json!(name), &json!(source)), "{key}");
    }
    assert!(aws.total() <= 12, "{} calls", aws.total());
    let shown = config(&aws, &[], &[]).out;
    assert!(
        shown.contains(
            "costs (service parameter, instead of amplify-v6-lambda-dev-cost-calculations)"
        ),
        "{shown}"
    );
    assert!(
        shown.contains("amplify-v6-lambda-dev-share\n"),
        "an override that says the same is none: {shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_that_cannot_be_read_is_not_taken_for_absent() {
    let aws = LocalAws::start().await.unwrap();
    aws.ssm().deny("/amplify/dev/amplify-v6-lambda");
    let run = config(&aws, &[], &[]);
    assert_eq!(run.code, 3, "{}", run.text());
    for told in ["access denied", "/amplify/dev/amplify-v6-lambda/", "--derived-names"] {
        assert!(run.err.contains(told), "{}", run.err);
    }
    assert_eq!(config(&aws, &[], &["--derived-names"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_aws_does_not_take_is_told_with_its_rule() {
    let aws = LocalAws::start().await.unwrap();
    let run = config(&aws, &[("S3_SHARE_BUCKET_NAME", "Share_Bucket")], &[]);
    assert_eq!(run.code, 2);
    let told = "S3_SHARE_BUCKET_NAME: the name `Share_Bucket` (environment) has the character `S`";
    assert!(run.err.contains(told), "{}", run.err);
    let folder = Folder::new();
    let long = ["config", "--derived-names", "--dep-name", "university", "--stage", "staging"];
    let long = support::run(Some(&aws), folder.path(), &long);
    assert_eq!(long.code, 2);
    let told = "S3_GROUP_ASSISTANT_CONVERSATIONS_BUCKET_NAME: the name";
    assert!(long.err.contains(told) && long.err.contains("a bucket has 3 to 63"), "{}", long.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn existing_absent_denied_and_unreachable_are_told_apart() {
    let aws = LocalAws::start().await.unwrap();
    table(&aws, "amplify-v6-lambda-dev-accounts").await;
    aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
    let named = |name: &'static str| {
        move |body: &[u8]| String::from_utf8_lossy(body).contains(&format!("\"{name}\""))
    };
    let error = |status, code: &str| Effect::Error {
        status,
        code: code.to_owned(),
        message: "told by the test".to_owned(),
    };
    let describe = || Fault::on("dynamodb", "DescribeTable");
    let denied = describe().matching(named("amplify-v6-lambda-ops-dev-ops"));
    aws.faults().add(denied.with(error(400, "AccessDeniedException")));
    let broken = describe().matching(named("amplify-v6-memory-dev-memory"));
    aws.faults().add(broken.with(error(400, "InternalServerFault")));
    aws.faults().add(Fault::on("s3", "HeadBucket").nth(2).with(error(403, "AccessDenied")));
    let run = config(&aws, &[], &["--check", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.text());
    let document = run.json();
    for (key, word) in [
        ("ACCOUNTS_DYNAMO_TABLE", "exists"),
        ("S3_CONSOLIDATION_BUCKET_NAME", "exists"),
        ("FILES_DYNAMO_TABLE", "absent"),
        ("OPS_DYNAMODB_TABLE", "denied"),
        ("MEMORY_DYNAMO_TABLE", "unreachable"),
    ] {
        assert_eq!(resource(&document, key)["existence"], word, "{key}");
    }
    let resources = document["resources"].as_array().unwrap();
    let buckets = resources.iter().filter(|one| one["kind"] == "bucket");
    assert_eq!(buckets.filter(|one| one["existence"] == "denied").count(), 1);
    assert!(
        run.err.contains("58 resources: 2 existing, 53 absent, 2 denied, 1 unreachable."),
        "{}",
        run.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_of_which_nothing_exists_is_probably_another() {
    let aws = LocalAws::start().await.unwrap();
    let run = config(&aws, &[], &["--check"]);
    assert_eq!(run.code, 3);
    assert!(
        run.err.contains("nothing of this deployment exists in eu-west-1; check --dep-name"),
        "{}",
        run.err
    );
    assert_eq!(config(&aws, &[], &[]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_once() {
    let folder = Folder::new();
    let more = ["--region", "eu-west-1", "--derived-names", "--check"];
    let run = support::run(None, folder.path(), &[&CONFIG[..], &more].concat());
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.err.contains("aws sso login"), "{}", run.err);
}
