//! The command as people run it: on files, and on the embedded AWS.

#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;
use std::process::Command;

use local_aws::{Effect, Fault, LocalAws};
use serde_json::{Value, json};

const TABLE: &str = "env-vars-tracking";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

struct Run {
    code: i32,
    out: String,
    err: String,
}

/// A folder of its own for each test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("iam-policies-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(arguments: &[&str], aws: Option<&LocalAws>) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_iam-policies"));
    command.args(arguments).env_clear();
    command.envs(aws.map(LocalAws::environment).into_iter().flatten());
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn item(service: &str, variable: &str, value: &str, operations: &[&str]) -> Value {
    let days: Value =
        operations.iter().map(|op| ((*op).to_owned(), json!({"S": "2026-11-21"}))).collect();
    let function = json!({"M": {
        "path": {"S": "files::get"},
        "lambda": {"S": format!("{service}-api")},
        "last_seen": {"S": "2026-11-21"},
        "declared": {"M": days},
        "observed": {"M": days},
        "values": {"M": {value: {"S": "2026-11-21"}}},
        "declared_at": {"M": {"src/main.rs:12": {"S": "2026-11-21"}}},
        "regions": {"M": {"eu-west-1": {"S": "2026-11-21"}}},
    }});
    json!({
        "service_var_key": {"S": format!("{service}#{variable}")},
        "service_name": {"S": service},
        "var_name": {"S": variable},
        "resolved_value": {"S": value},
        "parameter_path": {"S": format!("/amplify/dev/{service}/{variable}")},
        "operations": {"SS": operations},
        format!("function:files::get@{service}-api"): function,
    })
}

/// A deployment of two services, with its tracking table.
async fn world() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    let table = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "service_var_key", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "service_var_key", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", table).await.unwrap();
    for item in [
        item("files", "FILES_TABLE", "files-dev", &["dynamodb:GetItem", "dynamodb:Query"]),
        item("files", "MEDIA", "media-dev", &["s3:HeadObject"]),
        item(
            "orders",
            "QUEUE",
            "https://sqs.eu-west-1.amazonaws.com/111122223333/orders",
            &["sqs:SendMessageBatch"],
        ),
    ] {
        aws.dynamodb("PutItem", json!({"TableName": TABLE, "Item": item})).await.unwrap();
    }
    aws.clear_calls();
    aws
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn with(aws: &std::sync::Arc<LocalAws>, arguments: &[&str]) -> Run {
    let aws = aws.clone();
    let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
    blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&arguments, Some(&aws))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_and_its_export_give_the_same_policies_every_time() {
    let aws = std::sync::Arc::new(world().await);
    let from_table = ["generate", "--from-table", TABLE, "--explain"];
    let one = with(&aws, &from_table).await;
    assert_eq!(one.code, 0, "{}", one.err);
    assert!(one.err.contains("src/main.rs:12"), "{}", one.err);
    assert_eq!(aws.count("dynamodb", "Scan") + aws.count("dynamodb", "DescribeTable"), 2);
    assert_eq!(aws.total(), 3, "and who the account is: {:?}", aws.calls());
    let policies: Value = serde_json::from_str(&one.out).unwrap();
    let names: Vec<&String> = policies.as_object().unwrap().keys().collect();
    assert_eq!(names, ["files", "orders"]);
    assert!(
        one.out.contains("\"arn:aws:dynamodb:eu-west-1:111122223333:table/files-dev/index/*\"")
    );
    assert!(one.out.contains("\"s3:GetObject\"") && !one.out.contains("HeadObject"));
    assert!(one.out.contains("\"sqs:SendMessage\"") && !one.out.contains("SendMessageBatch"));

    assert_eq!(with(&aws, &from_table).await.out, one.out);
    let scan = aws.dynamodb("Scan", json!({"TableName": TABLE})).await.unwrap();
    let file = folder("export").join("records.json");
    std::fs::write(&file, scan.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let export = [
        "generate",
        "--from-records",
        file,
        "--account",
        "111122223333",
        "--tracking-table",
        TABLE,
    ];
    let other = with(&aws, &export).await;
    assert_eq!((other.code, other.out), (0, one.out), "{}", other.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn throttled_calls_are_made_again() {
    let aws = std::sync::Arc::new(world().await);
    let expected = with(&aws, &["generate", "--from-table", TABLE]).await;
    aws.faults().add(Fault::on("dynamodb", "Scan").times(2).with(Effect::Throttle));
    let run = with(&aws, &["generate", "--from-table", TABLE]).await;
    assert_eq!((run.code, &run.out), (0, &expected.out), "{}", run.err);
    assert!(run.err.contains("with 4 calls"), "{}", run.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_table_or_none_is_refused_before_it_is_read() {
    let aws = std::sync::Arc::new(world().await);
    let table = json!({
        "TableName": "users",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", table).await.unwrap();
    for (name, expected) in [
        ("users", "table `users` is not a tracking table: its partition key is `id`"),
        ("nowhere", "table `nowhere`: DescribeTable failed"),
    ] {
        let run = with(&aws, &["generate", "--from-table", name]).await;
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{name}");
        assert!(run.err.contains(expected), "{}", run.err);
    }
    assert_eq!(aws.count("dynamodb", "Scan"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_audited_as_it_is_in_aws() {
    let aws = std::sync::Arc::new(world().await);
    let generated = with(&aws, &["generate", "--from-table", TABLE, "--service", "files"]).await;
    aws.iam().create_role("files-role");
    let arn = aws.iam().create_managed_policy("files", &generated.out);
    aws.iam().attach_role_policy("files-role", &arn);
    let audit = ["audit", "--from-table", TABLE, "--service", "files", "--role", "files-role"];
    let clean = with(&aws, &audit).await;
    assert_eq!(clean.code, 0, "{}{}", clean.out, clean.err);

    let much = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
    aws.iam().put_role_policy("files-role", "much", much);
    let findings = with(&aws, &audit).await;
    assert_eq!(findings.code, 1);
    assert!(
        findings.out.contains("excess-action") && findings.out.contains("much"),
        "{}",
        findings.out
    );

    let little = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]}"#;
    let boundary = aws.iam().create_managed_policy("boundary", little);
    aws.iam().set_permissions_boundary("files-role", &boundary);
    let outside = with(&aws, &audit).await;
    assert!(outside.out.contains("boundary"), "{}", outside.out);

    let nobody = with(&aws, &["audit", "--from-table", TABLE, "--role", "nobody"]).await;
    assert_eq!(nobody.code, 2);
    assert!(nobody.err.contains("role `nobody`: GetRole failed"), "{}", nobody.err);
}

#[test]
fn bad_input_ends_with_2_and_nothing_is_written() {
    let folder = folder("bad");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let empty = write("empty.json", b"");
    let cut = write("cut.json", b"{\"Items\": [{\"service_var_key\"");
    let binary = write("binary.json", b"\xff\xfe\x00\x01");
    let other = write("other.json", b"{\"Items\": [{\"id\": {\"S\": \"x\"}}]}");
    let manifest = write(
        "manifest.json",
        br#"{"required_env_vars_manifest": 1, "declarations": [{"function": "f", "variable": "T", "operations": ["dynamodb:GetItem"]}]}"#,
    );
    let newer = write("newer.json", br#"{"required_env_vars_manifest": 2, "declarations": []}"#);
    let out = folder.join("out");
    let out = out.to_str().unwrap();
    let of = |records: &str| {
        vec![
            "generate".to_owned(),
            "--from-records".to_owned(),
            records.to_owned(),
            "--out".to_owned(),
            out.to_owned(),
        ]
    };
    let generate = |more: &[&str]| {
        let mut all = vec!["generate", "--from-manifest", &manifest, "--out", out];
        all.extend(more);
        all.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let cases: Vec<(Vec<String>, &str)> = vec![
        (of(&empty), "empty.json`: the file is empty"),
        (of(&cut), "line 1, column"),
        (of(&binary), "is not text in UTF-8"),
        (of(&other), "no export of a tracking table"),
        (of("/does/not/exist"), "cannot read `/does/not/exist`"),
        (
            vec!["generate".into(), "--from-manifest".into(), newer],
            "format 2, this tool reads format 1",
        ),
        (vec!["generate".into(), "--from-manifest".into(), cut.clone()], "not a manifest"),
        (generate(&[]), "account or region of the resources is not known"),
        (generate(&["--account", "12"]), "twelve digits"),
        (generate(&["--region", "eu west*"]), "--region: letters, digits and hyphens only"),
        (generate(&["--stage", "*"]), "--stage"),
        (generate(&["--value", "T"]), "--value \"T\": a variable's name"),
        (generate(&["--value", "X=y"]), "no function uses \"X\""),
        (generate(&["--kms-key", "T=alias/x"]), "is not the ARN of a KMS key"),
        (generate(&["--kms-key", &format!("X={KEY}")]), "no function uses \"X\""),
        (generate(&["--pass-role", "X=resizer"]), "no function uses \"X\""),
        (generate(&["--pass-role", "T=a b"]), "--pass-role T=...: the value cannot be"),
        (generate(&["--tracking-table", "a*"]), "--tracking-table: the value cannot be"),
        (
            generate(&["--tracking-table", "arn:aws:s3:::b"]),
            "--tracking-table: the value is an ARN",
        ),
        (vec!["diff".into(), "-".into(), "-".into()], "only one of the files"),
        (
            generate(&["--service", "f", "--function", "g"]),
            "there is no use of a variable that fits",
        ),
        (generate(&["--from-records", &other]), "cannot be used with"),
        (
            vec!["audit".into(), "--from-manifest".into(), manifest.clone()],
            "--policy FILE or --role NAME",
        ),
        (
            vec![
                "audit".into(),
                "--from-manifest".into(),
                manifest.clone(),
                "--policy".into(),
                empty.clone(),
            ],
            "empty.json:1:1",
        ),
        (vec!["diff".into(), manifest.clone(), other.clone()], "compare two of a kind"),
        (vec!["generate".into()], "--from-table <NAME>"),
        (vec!["generat".into()], "generate"),
    ];
    for (arguments, expected) in cases {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = run(&arguments, None);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{arguments:?}: {}", run.err);
        assert!(run.err.contains(expected), "{arguments:?}: {}", run.err);
        assert!(!std::path::Path::new(out).exists(), "{arguments:?}");
    }
}

#[test]
fn what_is_left_out_is_said_and_ends_with_1() {
    let folder = folder("gaps");
    let records = folder.join("records.json");
    let items = json!([
        {"service_var_key": "files#T", "resolved_value": "*", "parameter_path": "/amplify/dev/files/T", "operations": ["dynamodb:GetItem"]},
        {"service_var_key": "files#U", "resolved_value": "files", "parameter_path": "/amplify/dev/files/U", "operations": ["dynamodb:GetItem", "dynamodb:Gone"]},
    ]);
    std::fs::write(&records, items.to_string()).unwrap();
    let run = run(
        &[
            "generate",
            "--from-records",
            records.to_str().unwrap(),
            "--account",
            "111122223333",
            "--region",
            "eu-west-1",
        ],
        None,
    );
    assert_eq!(run.code, 1);
    assert!(
        run.err.contains("not understood: files#U: `operations`: \"dynamodb:Gone\""),
        "{}",
        run.err
    );
    assert!(
        run.err.contains("gap: files / T: the value cannot be the name of a table"),
        "{}",
        run.err
    );
    assert!(run.out.contains("table/files\"") && !run.out.contains("table/*"), "{}", run.out);
}

#[test]
fn what_is_open_is_said_with_the_option_that_fills_it_in() {
    let folder = folder("open");
    let manifest = folder.join("manifest.json");
    let text = r#"{"required_env_vars_manifest": 1, "declarations": [{"function": "f", "variable": "F", "operations": ["lambda:CreateFunction"]}]}"#;
    std::fs::write(&manifest, text).unwrap();
    let manifest = manifest.to_str().unwrap();
    let given = ["--account", "111122223333", "--region", "eu-west-1"];
    let generate = |more: &[&str]| {
        run(&[&["generate", "--from-manifest", manifest], &given[..], more].concat(), None)
    };
    let open = generate(&[]);
    assert_eq!(open.code, 1);
    let fill = ["--stage dev", "--service files", "--value F=resize", "--pass-role F=resizer"];
    for option in fill {
        let flag = option.split(['=', ' ']).next().unwrap();
        assert!(
            open.err.contains(&format!("give {flag} "))
                || open.err.contains(&format!("and {flag} ")),
            "{flag}: {}",
            open.err
        );
    }
    let all: Vec<&str> = fill.iter().flat_map(|option| option.split(' ')).collect();
    let filled = generate(&all);
    assert_eq!(filled.code, 0, "{}", filled.err);
}

#[test]
fn a_change_that_allows_more_can_fail_a_build() {
    let folder = folder("diff");
    let manifest = |name: &str, operations: &str| {
        let path = folder.join(name);
        let text = format!(
            r#"{{"required_env_vars_manifest": 1, "declarations": [{{"function": "f", "variable": "T", "operations": [{operations}]}}]}}"#
        );
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (old, new) = (
        manifest("old.json", r#""dynamodb:GetItem""#),
        manifest("new.json", r#""dynamodb:GetItem", "dynamodb:PutItem""#),
    );
    let wider = run(&["diff", &old, &new, "--fail-on-widening"], None);
    assert_eq!((wider.code, wider.out.as_str()), (1, "+ f / T: dynamodb:PutItem\n"));
    assert_eq!(run(&["diff", &old, &new], None).code, 0);
    let narrower = run(&["diff", &new, &old, "--fail-on-widening"], None);
    assert_eq!((narrower.code, narrower.out.as_str()), (0, "- f / T: dynamodb:PutItem\n"));
    assert_eq!(run(&["diff", &old, &old], None).out, "Both declare the same.\n");
}
