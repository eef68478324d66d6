//! The examples and the demo run, and say what they are there to say.

#![allow(clippy::unwrap_used, reason = "used by tests only")]

use std::process::Command;

/// Runs a program of this package, without Cargo: its Lambdas are built with it.
fn output(program: &str, arguments: &[&str]) -> (bool, String) {
    let run = Command::new(program).args(arguments).env_remove("CARGO").output().unwrap();
    let text = [run.stdout, run.stderr].concat();
    (run.status.success(), String::from_utf8(text).unwrap())
}

#[test]
fn the_demo_tells_its_story() {
    let (success, text) = output(env!("CARGO_BIN_EXE_demo"), &[]);
    assert!(success, "{text}");
    for part in [
        "FILES_DYNAMO_TABLE             service-parameter",
        "ORGANIZATION_EMAIL_DOMAIN      environment",
        "S3_CONSOLIDATION_BUCKET_NAME   shared-parameter",
        "calls of resolution, tracking:  1 dynamodb:BatchGetItem, ",
        "answered 200 (Forty chairs, two tables)",
        "calls of resolution, tracking:  none",
        "calls of resolution, tracking:  1 dynamodb:BatchGetItem, 2 ssm:GetParameters",
        "observed: dynamodb:GetItem, dynamodb:UpdateItem",
        "\"arn:aws:dynamodb:eu-west-1:111122223333:table/",
        "\"dynamodb:LeadingKeys\"",
        "in statement 2 (Content) of sloppy.json, s3:HeadObject",
        "warning  excess-action",
        "✓ amplify-uni-core: 10/10 parameters",
        "mail/SENDER_KEY = ****",
        "33 parameters of 5 services: 0 created, 0 updated, 33 the same.",
        "-> 4 reads, 0 writes",
        "1 of 3 variables of this binary could not be resolved",
        "`DynamoDBOperation::PutItem` is not declared for `FILES_TABLE`",
    ] {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

#[test]
fn each_lambda_answers_its_events() {
    for (lambda, part) in [
        ("files-api", "\"statusCode\":200"),
        (
            "order-queue",
            "{\"batchItemFailures\":[{\"itemIdentifier\":\"059f36b4-87a3-44ab-83d2-661970000002\"}]}",
        ),
        ("nightly-report", "\"to\":\"karin.holm@holm-seating.example\""),
    ] {
        let (success, text) = output(env!("CARGO_BIN_EXE_on-local-aws"), &[lambda]);
        assert!(success && text.contains(part), "{lambda}:\n{text}");
    }
}

#[test]
fn an_unknown_example_is_refused_with_those_that_there_are() {
    let (success, text) = output(env!("CARGO_BIN_EXE_on-local-aws"), &["orders"]);
    assert!(!success && text.contains("files-api, order-queue, nightly-report"), "{text}");
}
