//! What a project reads from Parameter Store: told where it leads nowhere, and only there.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use local_aws::LocalAws;
use serde_json::Value;
use support::{Folder, Run, parameters, run};

const POPULATE: [&str; 5] = ["populate-parameter-store", "--dep-name", "v6", "--stage", "dev"];

/// A project of one service that reads these.
fn reading(lines: &[&str]) -> Folder {
    let folder = Folder::new();
    folder.write("var/dev-var.yml", "LOG_LEVEL: INFO\n");
    let lines: String =
        lines.iter().zip(1..).map(|(line, n)| format!("    R{n}: {line}\n")).collect();
    let text = "service: amplify-v6-a\ncustom:\n  set: x\nprovider:\n  environment:\n";
    folder.write("a/serverless.yml", format!("{text}{lines}"));
    folder
}

fn populate(aws: &LocalAws, folder: &Folder) -> Run {
    run(Some(aws), folder.path(), &[&POPULATE[..], &["--format", "json"]].concat())
}

fn listed(run: &Run, list: &str) -> Vec<(String, u64)> {
    let document = run.json();
    let entry = |one: &Value| {
        (one["reference"].as_str().unwrap().to_owned(), one["line"].as_u64().unwrap())
    };
    document["references"][list].as_array().unwrap().iter().map(entry).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_never_asks_for_is_not_missed() {
    let aws = LocalAws::start().await.unwrap();
    let folder = reading(&[
        "${ssm:/amplify/dev/LOG_LEVEL, ${ssm:/amplify/dev/NOPE}}",
        "${self:custom.set, ssm:/amplify/dev/NOPE}",
        "${self:custom.set, ${ssm:/amplify/dev/NOPE}}",
        "${ssm:/amplify/dev/NOPE, ${ssm:/amplify/dev/LOG_LEVEL}}",
        "${ssm:/amplify/dev/NOPE, ${ssm:/amplify/dev/NOPE2, ''}}",
    ]);
    let run = populate(&aws, &folder);
    assert_eq!(run.code, 0, "{}", run.text());
    let folder = reading(&[
        "${ssm:/amplify/dev/NOPE, ${ssm:/amplify/dev/NOPE2}}",
        "${ssm:/amplify/dev/LOG_LEVEL, ${ssm:/amplify/dev/NOPE}}-${ssm:/amplify/dev/NOPE}",
        "${self:custom.unset, ssm:/amplify/dev/NOPE}",
    ]);
    let run = populate(&aws, &folder);
    assert_eq!(run.code, 1, "{}", run.text());
    let expected = [
        ("${ssm:/amplify/dev/NOPE, ${ssm:/amplify/dev/NOPE2}}", 6),
        ("${ssm:/amplify/dev/NOPE}", 7),
        ("${self:custom.unset, ssm:/amplify/dev/NOPE}", 8),
    ];
    assert_eq!(listed(&run, "dangling"), expected.map(|(text, line)| (text.to_owned(), line)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_nobody_can_read_is_told() {
    let aws = LocalAws::start().await.unwrap();
    let folder = reading(&[
        "${ssm:/amplify/dev/${stage}/X}",
        "${ssm:/amplify/dev/NOPE, hunter2}",
        "${ssm:/amplify/dev/NOPE",
        "${ssm(raw):/amplify/dev/NOPE, }",
    ]);
    let run = populate(&aws, &folder);
    let lines: Vec<u64> = listed(&run, "unchecked").into_iter().map(|(_, line)| line).collect();
    assert_eq!(lines, [6, 7, 8, 9], "{}", run.text());
    assert!(!run.text().contains("hunter2"), "what stands in may be a secret: {}", run.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_full_of_open_references_is_read_soon() {
    let aws = LocalAws::start().await.unwrap();
    let folder = reading(&[&format!("\"{}\"", "${ssm:a".repeat(100_000))]);
    let started = std::time::Instant::now();
    let run = populate(&aws, &folder);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    let unchecked = listed(&run, "unchecked");
    assert!(unchecked.len() < 100 && unchecked.iter().all(|(text, _)| text.len() < 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_without_its_slash_leads_nowhere() {
    let aws = LocalAws::start().await.unwrap();
    aws.ssm().put("flat", "x");
    let folder = reading(&["${ssm:amplify/dev/LOG_LEVEL}", "${ssm:flat}"]);
    let run = populate(&aws, &folder);
    assert_eq!(run.code, 1, "{}", run.text());
    let expected = ("${ssm:amplify/dev/LOG_LEVEL}".to_owned(), 6);
    assert_eq!(listed(&run, "dangling"), [expected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_may_not_see_stops_nothing() {
    let aws = LocalAws::start().await.unwrap();
    aws.ssm().put("/other/seen", "x");
    aws.ssm().deny("/other/hidden");
    let folder = reading(&["${ssm:/other/seen}", "${ssm:/other/hidden}", "${ssm:/other/no name}"]);
    let run = populate(&aws, &folder);
    assert!(parameters(&aws).contains_key("/amplify/dev/LOG_LEVEL"), "{}", run.text());
    assert_eq!(listed(&run, "unchecked"), [("${ssm:/other/hidden}".to_owned(), 7)]);
    assert_eq!(listed(&run, "dangling"), [("${ssm:/other/no name}".to_owned(), 8)]);
    assert_eq!(run.json()["references"]["found"], 1);
}
