//! `generate-csv` writes the id map of the users that there are, whole or not at all, and tells nobody
//! who they are.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use local_aws::{Effect, Fault, LocalAws};
use migration_tools::amplify::id_map::{IdMap, Rules};
use serde_json::json;
use support::{Folder, Run, command, finish, run};

const GENERATE: [&str; 5] = ["generate-csv", "--dep-name", "v6", "--stage", "dev"];
const SAME: [&str; 6] = ["generate-csv", "--dep-name", "v6", "--stage", "dev", "--no-id-change"];
const SUBS: [&str; 6] = ["generate-csv", "--dep-name", "v6", "--stage", "dev", "--use-sub"];
const TABLE: &str = "amplify-v6-object-access-dev-cognito-users";
const FILE: &str = "migration_users.csv";
const POOL: &str = "/amplify/dev/COGNITO_USER_POOL_ID";

async fn users(aws: &LocalAws, ids: &[&str]) {
    let request = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "user_id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "user_id", "KeyType": "HASH"}],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    for id in ids {
        // Large enough for several pages in the tests with many users.
        let item = json!({"user_id": {"S": id}, "note": {"S": "x".repeat(9000)}});
        aws.dynamodb("PutItem", json!({"TableName": TABLE, "Item": item})).await.unwrap();
    }
}

/// A world in which every kind of user is: a pool of two pages, and a table.
async fn university() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    let pool = aws.cognito().create_pool("university");
    aws.ssm().put(POOL, &pool);
    aws.ssm().put("/amplify/prod/COGNITO_USER_POOL_ID", "eu-west-1_another");
    let add = |name: &str, attributes: &[(&str, &str)]| {
        aws.cognito().add_user(&pool, name, attributes);
    };
    for n in 0..70 {
        let (email, sub) = (format!("user{n:02}@example.edu"), format!("sub-{n:02}"));
        add(&format!("u{n}"), &[("email", &email), ("sub", &sub)]);
    }
    add("ada", &[("email", "Ada.Lovelace@example.edu"), ("sub", "sub-ada")]);
    add("native", &[("email", "alan.turing@example.edu"), ("sub", "sub-alan-1")]);
    add("sso_alan", &[("email", "Alan.Turing@example.edu"), ("sub", "sub-alan-2")]);
    add("robot", &[("sub", "sub-robot")]);
    users(&aws, &["Ada.Lovelace@example.edu", "alan.turing@example.edu", "hopperg1"]).await;
    aws
}

fn many() -> Vec<String> {
    (0..250).map(|n| format!("user{n:03}@example.edu")).collect()
}

async fn table_of_many() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    let ids = many();
    users(&aws, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    aws
}

fn expected(ids: &[String]) -> String {
    let lines: String = ids.iter().map(|id| format!("{id},{id}\r\n")).collect();
    format!("old_id,new_id\r\n{lines}")
}

fn files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn generate(aws: &LocalAws, folder: &Folder, arguments: &[&str], more: &[&str]) -> Run {
    run(Some(aws), folder.path(), &[arguments, more].concat())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_every_user_of_every_page_keeps_the_id() {
    let (aws, folder) = (table_of_many().await, Folder::new());
    let first = generate(&aws, &folder, &SAME, &[]);
    assert_eq!(first.code, 0, "{}", first.text());
    assert!(aws.count("dynamodb", "Scan") > 1, "several pages");
    assert_eq!(folder.read(FILE), expected(&many()));
    assert_eq!(first.out, "migration_users.csv: 250 users, written.\n");
    let second = generate(&aws, &folder, &SAME, &[]);
    assert_eq!((second.code, files(&folder)), (0, vec![FILE.to_owned()]));
    assert_eq!(second.out, "migration_users.csv: 250 users, unchanged.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn subs_are_assigned_where_it_is_certain_and_the_rest_is_told_without_names() {
    let (aws, folder) = (university().await, Folder::new());
    let run = generate(&aws, &folder, &SUBS, &["--format", "json", "--log", "run.log", "-v"]);
    assert_eq!(run.code, 1, "{}", run.text());
    assert_eq!(aws.count("cognito-idp", "ListUsers"), 2);
    let map = IdMap::read(folder.read(FILE).as_bytes(), &Rules::default()).unwrap();
    assert_eq!(map.len(), 71);
    assert_eq!(map.get("Ada.Lovelace@example.edu").unwrap().new, "sub-ada");
    assert_eq!(map.get("user69@example.edu").unwrap().new, "sub-69");
    assert!(map.lower_cased("alan.turing@example.edu").is_none());
    let told = run.json();
    assert_eq!(told["left_out"], json!({"shared-email": 1, "no-email": 1, "not-an-email": 1}));
    assert_eq!((&told["users"], &told["unknown"]), (&json!(71), &json!(70)));
    for hidden in ["example.edu", "sub-", "hopperg1", "sso_alan"] {
        assert!(!run.text().contains(hidden), "{hidden}: {}", run.text());
        assert!(!folder.read("run.log").contains(hidden), "{hidden}");
    }
    let shown = generate(&aws, &folder, &SUBS, &["--show-values", "--log", "run.log"]);
    assert!(!folder.read("run.log").contains("hopperg1"), "a log keeps nobody's id");
    assert!(shown.out.contains("  hopperg1\n") && shown.out.contains("unchanged"), "{}", shown.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pool_is_that_of_the_flag_or_the_environment_or_the_stage() {
    let (aws, folder) = (university().await, Folder::new());
    folder.write("var/dev-var.yml", "COGNITO_USER_POOL_ID: eu-west-1_fromfile\n");
    let other = aws.cognito().create_pool("other");
    aws.cognito().add_user(&other, "emmy", &[("email", "emmy@example.edu"), ("sub", "sub-emmy")]);
    let flag = ["--user-pool-id", &other, "--csv-file", "flag.csv", "--format", "json"];
    let told = generate(&aws, &folder, &SUBS, &flag).json();
    assert_eq!((&told["user_pool"], &told["users"]), (&json!(other), &json!(1)));
    let mut command = command(Some(&aws), folder.path(), &SUBS);
    command.args(["--csv-file", "variable.csv"]).env("COGNITO_USER_POOL_ID", &other);
    let run = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    assert_eq!(run.code, 1, "{}", run.text());
    assert_eq!(folder.read("variable.csv"), folder.read("flag.csv"));

    aws.ssm().remove(POOL);
    let none = generate(&aws, &folder, &SUBS, &[]);
    assert_eq!(none.code, 3, "{}", none.text());
    for told in
        ["user pool of stage dev is not known", "--user-pool-id", "populate-parameter-store"]
    {
        assert!(none.err.contains(told), "{}", none.err);
    }
    aws.ssm().deny("/amplify/dev/COGNITO_USER_POOL_ID");
    let denied = generate(&aws, &folder, &SUBS, &[]);
    assert_eq!(denied.code, 3, "{}", denied.text());
    assert!(denied.err.contains("access denied"), "denied is not absent: {}", denied.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_says_something_else_is_never_overwritten() {
    let (aws, folder) = (university().await, Folder::new());
    for content in ["old_id,new_id\r\na,b\r\n", ""] {
        folder.write(FILE, content);
        let run = generate(&aws, &folder, &SAME, &[]);
        assert_eq!((run.code, folder.read(FILE)), (2, content.to_owned()), "{}", run.text());
        assert!(
            run.err.contains("migration_users.csv exists and has another content"),
            "{}",
            run.err
        );
        assert_eq!(files(&folder).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage_is_told_before_any_call() {
    let (aws, folder) = (university().await, Folder::new());
    for (arguments, told) in [
        (&[][..], "required arguments were not provided"),
        (&["--no-id-change", "--use-sub"], "cannot be used with"),
        (&["--no-id-change", "--user-pool-id", "x"], "cannot be used with"),
        (&["--no-id-change", "--dry-run"], "unexpected argument '--dry-run'"),
    ] {
        let run = generate(&aws, &folder, &GENERATE, arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.text());
        assert!(run.err.contains(told), "{arguments:?}: {}", run.err);
        assert_eq!(aws.total(), 0);
    }
    for (pool, told) in [
        ("us-east-1_aB3dE5fG7", "is in us-east-1, and the region is eu-west-1"),
        ("university", "is no id of a user pool"),
        ("eu-west-1_", "is no id of a user pool"),
    ] {
        let run = generate(&aws, &folder, &SUBS, &["--user-pool-id", pool]);
        assert_eq!(run.code, 2, "{pool}: {}", run.text());
        assert!(run.err.contains(told), "{pool}: {}", run.err);
    }
    let nowhere = generate(&aws, &folder, &SAME, &["--csv-file", "no/where.csv"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.text());
    assert!(nowhere.err.contains("`no/where.csv` cannot be written"), "{}", nowhere.err);
    assert_eq!(files(&folder).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_there_and_nothing_there_are_no_success() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::new());
    let absent = generate(&aws, &folder, &SAME, &[]);
    assert_eq!(absent.code, 3, "{}", absent.text());
    assert!(absent.err.contains(&format!("there is no users table {TABLE}")), "{}", absent.err);
    users(&aws, &[]).await;
    let empty = generate(&aws, &folder, &SAME, &[]);
    assert_eq!(empty.code, 1, "{}", empty.text());
    assert!(empty.err.contains("The users table has no users; no file was written."));
    let pool = generate(&aws, &folder, &SUBS, &["--user-pool-id", "eu-west-1_aB3dE5fG7"]);
    assert_eq!(pool.code, 3, "{}", pool.text());
    assert!(pool.err.contains("there is no user pool eu-west-1_aB3dE5fG7"), "{}", pool.err);
    let denied = Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "told by the test".to_owned(),
    };
    aws.faults().add(Fault::on("dynamodb", "Scan").with(denied));
    let denied = generate(&aws, &folder, &SAME, &[]);
    assert_eq!(denied.code, 3, "{}", denied.text());
    assert!(denied.err.contains("access denied"), "{}", denied.err);
    assert_eq!(files(&folder).len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_killed_at_any_call_leaves_nothing_and_the_next_one_writes_the_file() {
    let (aws, folder) = (university().await, Folder::new());
    assert_eq!(generate(&aws, &folder, &SUBS, &["--csv-file", "whole.csv"]).code, 1);
    let (whole, calls) = (folder.read("whole.csv"), aws.total());
    for number in 1..=calls {
        let folder = Folder::new();
        let armed = aws.faults().add(Fault::on_any().nth(number).with(Effect::Timeout));
        let mut child = command(Some(&aws), folder.path(), &SUBS);
        let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while armed.triggered() == 0 {
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        aws.faults().clear();
        assert_eq!(files(&folder).len(), 0, "killed at call {number}");
        assert_eq!(generate(&aws, &folder, &SUBS, &[]).code, 1);
        assert_eq!((folder.read(FILE), files(&folder).len()), (whole.clone(), 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttles_and_lost_answers_change_nothing_in_the_end() {
    let (aws, folder) = (university().await, Folder::new());
    assert_eq!(generate(&aws, &folder, &SUBS, &["--csv-file", "whole.csv"]).code, 1);
    for effect in [Effect::Throttle, Effect::DropAfter, Effect::DropBefore] {
        for (service, operation) in [("dynamodb", "Scan"), ("cognito-idp", "ListUsers")] {
            aws.faults().add(Fault::on(service, operation).times(3).with(effect.clone()));
        }
        let run = generate(&aws, &folder, &SUBS, &[]);
        assert_eq!(run.code, 1, "{effect:?}: {}", run.text());
        assert_eq!(folder.read(FILE), folder.read("whole.csv"), "{effect:?}");
        aws.faults().clear();
        folder.remove(FILE);
    }
}
