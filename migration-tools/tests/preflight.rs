//! `preflight` tells for every step of the guide how far it is and what is next, and only looks.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use local_aws::{Effect, Fault, LocalAws};
use migration_tools::amplify::{Deployment, RESOURCES};
use serde_json::{Value, json};
use support::{Folder, Run, run};

const PREFLIGHT: [&str; 7] =
    ["preflight", "--dep-name", "v6", "--stage", "dev", "--format", "json"];
const STACK: &str = "amplify-v6-lambda-basic-ops-dev";
const OLD_STORAGE: &str = "amplify-v6-lambda-basic-ops-dev-user-storage";
const STORAGE: &str = "amplify-v6-lambda-dev-user-data-storage";
const USERS: &str = "amplify-v6-object-access-dev-cognito-users";
const ACCOUNTS: &str = "amplify-v6-lambda-dev-accounts";
const BUCKET: &str = "amplify-v6-lambda-dev-consolidation";
const PATH: &str = "AWS::ApiGateway::Resource";
const USER_DATA: (&str, &str) = ("ApiGatewayResourceUserDashdata", PATH);
const FLAGS: &str = "--dep-name v6 --stage dev --region eu-west-1";

fn preflight(aws: &LocalAws, folder: &Folder, more: &[&str]) -> Run {
    run(Some(aws), folder.path(), &[&PREFLIGHT, more].concat())
}

fn check(run: &Run, word: &str) -> Value {
    let document = run.json();
    let checks = document["checks"].as_array().unwrap();
    checks.iter().find(|one| one["check"] == word).unwrap().clone()
}

/// The status of every step, in their order, as letters: done, to do, not needed, unknown.
fn statuses(run: &Run) -> String {
    let document = run.json();
    let letter = |one: &Value| match one["status"].as_str().unwrap() {
        "done" => 'd',
        "to-do" => 't',
        "does-not-apply" => 'n',
        _ => 'u',
    };
    document["checks"].as_array().unwrap().iter().map(letter).collect()
}

fn detail(run: &Run, word: &str) -> String {
    check(run, word)["detail"].as_str().unwrap().to_owned()
}

async fn table(aws: &LocalAws, name: &str, keys: &[&str]) {
    let attributes: Vec<Value> =
        keys.iter().map(|key| json!({"AttributeName": key, "AttributeType": "S"})).collect();
    let schema: Vec<Value> = keys
        .iter()
        .zip(["HASH", "RANGE"])
        .map(|(key, kind)| json!({"AttributeName": key, "KeyType": kind}))
        .collect();
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": schema,
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    recovery(aws, name, true).await;
}

async fn recovery(aws: &LocalAws, name: &str, on: bool) {
    let specification = json!({"PointInTimeRecoveryEnabled": on});
    let request = json!({"TableName": name, "PointInTimeRecoverySpecification": specification});
    aws.dynamodb("UpdateContinuousBackups", request).await.unwrap();
}

async fn row(aws: &LocalAws, table: &str, fields: &[(&str, &str)]) {
    let item: Value =
        fields.iter().map(|(name, text)| ((*name).to_owned(), json!({"S": text}))).collect();
    aws.dynamodb("PutItem", json!({"TableName": table, "Item": item})).await.unwrap();
}

fn publish(aws: &LocalAws) {
    let of = Deployment::new("v6", "dev").unwrap();
    let gone = ["lambda-basic-ops", "memory", "se"];
    for resource in RESOURCES.iter().filter(|one| !gone.contains(&one.service)) {
        let name = resource.alias.unwrap_or(resource.key);
        let path = format!("/amplify/dev/{}/{name}", resource.publisher(&of));
        aws.ssm().put(&path, &resource.name(&of));
    }
    aws.ssm().put("/amplify/dev/DEP_NAME", "v6");
    aws.ssm().put("/amplify/dev/LOG_LEVEL", "INFO");
}

/// A deployment with everything that a migration needs, and nobody in it.
async fn deployed() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    publish(&aws);
    aws.s3().create_bucket(BUCKET);
    table(&aws, STORAGE, &["PK", "SK"]).await;
    table(&aws, USERS, &["user_id"]).await;
    table(&aws, ACCOUNTS, &["user"]).await;
    aws
}

async fn users(aws: &LocalAws, ids: &[&str]) {
    for id in ids {
        row(aws, USERS, &[("user_id", id)]).await;
    }
}

fn csv(folder: &Folder, pairs: &[(&str, &str)]) {
    let lines: String = pairs.iter().map(|(old, new)| format!("{old},{new}\n")).collect();
    folder.write("migration_users.csv", format!("old_id,new_id\n{lines}"));
}

/// Every operation that a look needs; none of them writes.
const READS: [&str; 9] = [
    "DescribeContinuousBackups",
    "DescribeStacks",
    "DescribeTable",
    "GetParameters",
    "GetParametersByPath",
    "HeadBucket",
    "ListStackResources",
    "Query",
    "Scan",
];

fn only_looked(aws: &LocalAws) {
    for call in aws.calls() {
        assert!(READS.contains(&&*call.operation), "{}:{}", call.service, call.operation);
    }
    assert_eq!(aws.violations().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_deployment_needs_its_parameters_and_the_base_service_and_nothing_more() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::new());
    let nothing = preflight(&aws, &folder, &[]);
    assert_eq!((nothing.code, &*statuses(&nothing)), (3, "tntnnnnn"), "{}", nothing.text());
    let populate = format!("migration-tools populate-parameter-store {FLAGS}");
    assert_eq!(nothing.json()["next"], json!([format!("{populate} --dry-run"), populate]));
    assert!(detail(&nothing, "parameters").contains("none of the 54 names"), "{}", nothing.out);
    let base = check(&nothing, "base-service");
    let build = "(cd amplify-lambda/markitdown && ./markitdown.sh)";
    assert_eq!(base["next"], json!([build, "serverless amplify-lambda:deploy --stage dev"]));
    assert!(detail(&nothing, "base-service").contains("nothing of the deployment exists"));
    only_looked(&aws);

    let aws = deployed().await;
    let ready = preflight(&aws, &folder, &[]);
    assert_eq!((ready.code, &*statuses(&ready)), (0, "dndnnnnn"), "{}", ready.text());
    assert_eq!(ready.json()["next"], json!([]));
    assert!(ready.err.contains("Nothing is known to be left to do."), "{}", ready.err);
    only_looked(&aws);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_that_lack_or_are_another_deployments_are_told() {
    let (aws, folder) = (deployed().await, Folder::new());
    aws.ssm().remove("/amplify/dev/amplify-v6-lambda/USER_STORAGE_TABLE");
    aws.ssm().remove("/amplify/dev/amplify-v6-object-access/API_KEYS_DYNAMODB_TABLE");
    let run = preflight(&aws, &folder, &[]);
    assert_eq!(run.code, 3);
    let told = detail(&run, "parameters");
    assert!(told.starts_with("52 of 54 names of tables and buckets are published; missing"));
    assert!(told.ends_with(": API_KEYS_DYNAMODB_TABLE, USER_DATA_STORAGE_TABLE"), "{told}");
    assert_eq!(run.json()["counts"]["names_published"], 52);
    publish(&aws);
    aws.ssm().remove("/amplify/dev/LOG_LEVEL");
    assert!(detail(&preflight(&aws, &folder, &[]), "parameters").contains("but not LOG_LEVEL"));
    aws.ssm().put("/amplify/dev/DEP_NAME", "v5");
    let other = preflight(&aws, &folder, &[]);
    assert!(detail(&other, "parameters").contains("those of the deployment `v5`"));
    aws.ssm().deny("/amplify/dev");
    let denied = preflight(&aws, &folder, &["--derived-names"]);
    assert_eq!((denied.code, &*statuses(&denied)), (1, "undnnnnn"), "{}", denied.text());
    assert!(denied.err.contains("1 of the steps could not be told"), "{}", denied.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_service_is_removed_at_once_only_where_it_has_no_rows() {
    let (aws, folder) = (deployed().await, Folder::new());
    let stacks = aws.cloudformation();
    stacks.stack(STACK, &[("UserStorage", "AWS::DynamoDB::Table"), USER_DATA]);
    let remove = "serverless amplify-lambda-basic-ops:remove --stage dev";
    let route = |told: &str, next: &str| {
        let run = preflight(&aws, &folder, &[]);
        let found = check(&run, "basic-ops-route");
        assert!(found["detail"].as_str().unwrap().contains(told), "{told}: {found}");
        match next {
            "" => assert_eq!(found["next"], json!([])),
            next => assert_eq!(found["next"], json!([next])),
        }
        run.code
    };
    assert_eq!(route("no rows to keep", remove), 3);
    table(&aws, OLD_STORAGE, &["PK", "SK"]).await;
    assert_eq!(route("no rows to keep", remove), 3);
    let denied =
        Effect::Error { status: 400, code: "AccessDeniedException".into(), message: "no".into() };
    let scan = |body: &[u8]| String::from_utf8_lossy(body).contains(OLD_STORAGE);
    aws.faults().add(Fault::on("dynamodb", "Scan").matching(scan).with(denied));
    let deploy = "serverless amplify-lambda-basic-ops:deploy --stage dev";
    assert_eq!(route("may have rows: keep the stack", deploy), 1);
    aws.faults().clear();
    row(&aws, OLD_STORAGE, &[("PK", "ada#amplify-memory#note"), ("SK", "1")]).await;
    assert_eq!(route("has rows: keep the stack, comment the path out", deploy), 3);

    // Only the path itself is in the way.
    let others =
        [("ApiGatewayResourceUserDashdataDashold", PATH), ("UserDashdata", "AWS::SNS::Topic")];
    stacks.stack(STACK, &others);
    csv(&folder, &[("ada", "ada")]);
    assert_eq!(route("has no path /user-data", ""), 0);
    let run = preflight(&aws, &folder, &[]);
    assert_eq!(statuses(&run), "dddddtnt", "{}", run.out);
    let old = check(&run, "old-user-storage");
    assert!(old["detail"].as_str().unwrap().contains("are not told apart here"), "{old}");
    let removal = check(&run, "basic-ops-removal");
    let verify = format!("migration-tools verify {FLAGS} --csv-file migration_users.csv");
    assert_eq!(removal["next"], json!([verify, remove]));

    stacks.stack(STACK, &[USER_DATA, ("Other", PATH)]);
    stacks.set_resource_status(STACK, "ApiGatewayResourceUserDashdata", "DELETE_COMPLETE");
    assert_eq!(route("has no path /user-data", ""), 0);
    stacks.stack(STACK, &[("Paths", "AWS::CloudFormation::Stack"), ("A", "AWS::SNS::Topic")]);
    stacks.stack(&format!("{STACK}-Paths"), &[("B", "AWS::SNS::Topic"), USER_DATA]);
    stacks.set_page_size(1);
    assert_eq!(route("owns the path /user-data", deploy), 3);
    stacks.set_status(STACK, "DELETE_IN_PROGRESS");
    let wait = format!(
        "aws cloudformation wait stack-delete-complete --stack-name {STACK} --region eu-west-1"
    );
    assert_eq!(route("is being deleted", &wait), 3);
    stacks.set_status(STACK, "DELETE_COMPLETE");
    assert_eq!(route("there is no stack", ""), 0);
    only_looked(&aws);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_id_map_is_read_and_held_against_the_login_rows() {
    let (aws, folder) = (deployed().await, Folder::new());
    users(&aws, &["ada@example.edu", "turinga1", "grace@example.edu", "hopperg1", "guest"]).await;
    let none = preflight(&aws, &folder, &[]);
    assert_eq!((none.code, &*statuses(&none)), (3, "dndtdntn"), "{}", none.text());
    let generate = format!("migration-tools generate-csv {FLAGS}");
    let ways = ["--use-sub", "--no-id-change"]
        .map(|how| format!("{generate} {how} --csv-file migration_users.csv"));
    assert_eq!(check(&none, "csv")["next"], json!(ways));
    assert_eq!(check(&none, "csv")["one_of"], true);

    folder.write("migration_users.csv", "old_id,new_id\nada@example.edu,\n");
    let bad = preflight(&aws, &folder, &[]);
    assert_eq!(bad.code, 2, "{}", bad.text());
    assert!(detail(&bad, "csv").contains("line 2: its `new_id` is empty"), "{}", bad.out);

    csv(
        &folder,
        &[
            ("ada@example.edu", "lovelaa1"),
            ("alan@example.edu", "turinga1"),
            ("grace@example.edu", "hopperg1"),
            ("emmy@example.edu", "noethee1"),
            ("guest", "guest"),
        ],
    );
    let run = preflight(&aws, &folder, &[]);
    assert_eq!((run.code, &*statuses(&run)), (0, "dndddntn"), "{}", run.text());
    let counts = &run.json()["counts"];
    for (name, expected) in [
        ("logins_old_only", 1),
        ("logins_new_only", 1),
        ("logins_both", 1),
        ("logins_neither", 1),
        ("logins_unchanged", 1),
        ("logins_unlisted", 0),
        ("csv_users", 5),
        ("csv_renamed", 4),
    ] {
        assert_eq!(counts[name], expected, "{name}: {counts}");
    }
    let migrate = format!("migration-tools id-migration {FLAGS} --csv-file migration_users.csv");
    assert_eq!(check(&run, "users")["next"], json!([format!("{migrate} --dry-run"), migrate]));
    for id in ["example.edu", "lovelaa1", "turinga1", "hopperg1", "noethee1", "guest"] {
        assert!(!run.text().contains(id), "{id}: {}", run.text());
    }

    csv(&folder, &[("guest", "guest")]);
    assert_eq!(check(&preflight(&aws, &folder, &[]), "users")["status"], "does-not-apply");
    csv(&folder, &[("a", "b"), ("b", "c")]);
    let chains = check(&preflight(&aws, &folder, &[]), "users");
    assert!(chains["next"][1].as_str().unwrap().ends_with("--allow-chains"), "{chains}");
    only_looked(&aws);
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_switched_and_left_their_data_behind_are_found() {
    let (aws, folder) = (deployed().await, Folder::new());
    users(&aws, &["lovelaa1", "turinga1"]).await;
    csv(&folder, &[("ada@example.edu", "lovelaa1"), ("alan@example.edu", "turinga1")]);
    row(&aws, ACCOUNTS, &[("user", "lovelaa1")]).await;
    let run = preflight(&aws, &folder, &[]);
    assert_eq!((run.code, &*statuses(&run)), (0, "dndddndn"), "{}", run.text());
    assert!(
        detail(&run, "users").contains("2 of them have nothing left under old ids in 1 tables")
    );

    row(&aws, ACCOUNTS, &[("user", "alan@example.edu")]).await;
    let half = preflight(&aws, &folder, &[]);
    assert_eq!((half.code, &*statuses(&half)), (0, "dndddntn"), "{}", half.text());
    let told = "of 2 who switched and were looked for, 1 still have data under the old id";
    assert!(detail(&half, "users").contains(told), "{}", half.out);
    assert_eq!(half.json()["counts"]["switched_with_data_left"], 1);
    only_looked(&aws);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_without_a_way_back_are_named() {
    let (aws, folder) = (deployed().await, Folder::new());
    users(&aws, &["guest"]).await;
    csv(&folder, &[("guest", "guest")]);
    recovery(&aws, ACCOUNTS, false).await;
    let run = preflight(&aws, &folder, &[]);
    assert_eq!((run.code, &*statuses(&run)), (3, "dnddtnnn"), "{}", run.text());
    let told = format!("1 of 3 tables have no point-in-time recovery: {ACCOUNTS}");
    assert_eq!(detail(&run, "backups"), told);
    let backup = format!("migration-tools backup-prereq {FLAGS}");
    let next = json!([backup, format!("{backup} --verify-only")]);
    assert_eq!(check(&run, "backups")["next"], next);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_seen_is_told_and_hides_nothing_else() {
    let (aws, folder) = (deployed().await, Folder::new());
    users(&aws, &["guest"]).await;
    csv(&folder, &[("guest", "guest")]);
    let denied = |status, code: &str| Effect::Error {
        status,
        code: code.to_owned(),
        message: "told by the test".to_owned(),
    };
    let dynamodb = || denied(400, "AccessDeniedException");
    let of = |name: &'static str| move |body: &[u8]| String::from_utf8_lossy(body).contains(name);
    for (fault, effect, expected) in [
        (Fault::on("cloudformation", "DescribeStacks"), denied(403, "AccessDenied"), "dudddnnu"),
        (Fault::on("s3", "HeadBucket"), denied(403, "AccessDenied"), "dnuddnnn"),
        (Fault::on("dynamodb", "DescribeTable").matching(of(STORAGE)), dynamodb(), "dnuddnnn"),
        (Fault::on("dynamodb", "DescribeTable").matching(of(OLD_STORAGE)), dynamodb(), "dndddunn"),
        (Fault::on("dynamodb", "Scan").matching(of(USERS)), dynamodb(), "dndddnun"),
        (Fault::on("dynamodb", "DescribeContinuousBackups"), dynamodb(), "dnddunnn"),
    ] {
        aws.faults().add(fault.with(effect));
        let run = preflight(&aws, &folder, &[]);
        assert_eq!((run.code, &*statuses(&run)), (1, expected), "{}", run.text());
        assert!(
            run.err.contains("cannot tell") && run.err.contains("access denied"),
            "{}",
            run.err
        );
        aws.faults().clear();
    }
    // A throttle is waited for.
    aws.faults().add(Fault::on("cloudformation", "DescribeStacks").nth(1).with(Effect::Throttle));
    assert_eq!(preflight(&aws, &folder, &[]).code, 0);
    only_looked(&aws);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_is_told_once() {
    let folder = Folder::new();
    let more = ["--region", "eu-west-1", "--derived-names"];
    let run = run(None, folder.path(), &[&PREFLIGHT[..], &more].concat());
    assert_eq!(run.code, 3, "{}", run.text());
    assert!(run.err.contains("nothing could be looked at in eu-west-1"), "{}", run.err);
    assert!(run.err.contains("aws sso login"), "{}", run.err);
    assert_eq!(run.out, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_read_what_is_next() {
    let (aws, folder) = (deployed().await, Folder::new());
    users(&aws, &["guest"]).await;
    let run = run(Some(&aws), folder.path(), &["preflight", "--dep-name", "v6", "--stage", "dev"]);
    assert_eq!(run.code, 3, "{}", run.text());
    for told in [
        "Deployment v6, stage dev, region eu-west-1:\n",
        "  done            Parameter Store: all 54 names of tables and buckets are published\n",
        "  to do           Id map: there is no file migration_users.csv;",
        "\n                  either: migration-tools generate-csv --dep-name v6",
        "\n                  or: migration-tools generate-csv --dep-name v6",
        "\nNext step: Id map.\n",
    ] {
        assert!(run.out.contains(told), "{told}\n{}", run.out);
    }
}
