//! `user-storage-backup` keeps every row of the old user storage table without loss, and writes back
//! what the table lacks and nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use local_aws::{Effect, Fault, LocalAws};
use serde_json::{Value, json};
use support::{Folder, Run, command, finish, run};

const BACKUP: [&str; 5] = ["user-storage-backup", "--dep-name", "v6", "--stage", "dev"];
const TABLE: &str = "amplify-v6-lambda-basic-ops-dev-user-storage";
const FILE: &str = "b.jsonl";
const SECRET: &str = "only Ada reads this";

/// A backup into `b.jsonl`.
fn backup(aws: &LocalAws, folder: &Folder) -> Run {
    run(Some(aws), folder.path(), &[&BACKUP[..], &["--output-file", FILE]].concat())
}

fn restore(aws: &LocalAws, folder: &Folder, more: &[&str]) -> Run {
    run(Some(aws), folder.path(), &[&BACKUP[..], &["--restore", FILE], more].concat())
}

async fn table(aws: &LocalAws) {
    let attribute = |name: &str| json!({"AttributeName": name, "AttributeType": "S"});
    let request = json!({
        "TableName": TABLE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("PK"), attribute("SK")],
        "KeySchema": [
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

async fn put(aws: &LocalAws, item: &Value) {
    aws.dynamodb("PutItem", json!({"TableName": TABLE, "Item": item})).await.unwrap();
}

async fn delete_table(aws: &LocalAws) {
    aws.dynamodb("DeleteTable", json!({"TableName": TABLE})).await.unwrap();
}

/// Everything that is in the table, by key. Sets are sorted: their order is nobody's.
async fn rows(aws: &LocalAws) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut start = Value::Null;
    loop {
        let mut request = json!({"TableName": TABLE, "ConsistentRead": true});
        if !start.is_null() {
            request["ExclusiveStartKey"] = start;
        }
        let page = aws.dynamodb("Scan", request).await.unwrap();
        for item in page["Items"].as_array().unwrap() {
            let mut item = item.clone();
            sort_sets(&mut item);
            all.insert(format!("{} {}", item["PK"]["S"], item["SK"]["S"]), item);
        }
        start = page["LastEvaluatedKey"].clone();
        if start.is_null() {
            return all;
        }
    }
}

fn sort_sets(value: &mut Value) {
    if let Value::Object(all) = value {
        for (name, inner) in all {
            match inner {
                Value::Array(members) if ["SS", "NS", "BS"].contains(&name.as_str()) => {
                    members.sort_by_key(Value::to_string);
                }
                Value::Array(members) => members.iter_mut().for_each(sort_sets),
                other => sort_sets(other),
            }
        }
    }
}

/// Rows of every type, one of exactly 400 KB, and enough of them for several pages.
fn world() -> Vec<Value> {
    let key = |n: usize| (format!("ada@example.edu#app{n}"), format!("row{n}"));
    let mut rows: Vec<Value> = (0..20)
        .map(|n| {
            let (pk, sk) = key(n);
            json!({"PK": {"S": pk}, "SK": {"S": sk}, "data": {"S": SECRET.repeat(3000)}})
        })
        .collect();
    rows.push(json!({
        "PK": {"S": "types"}, "SK": {"S": "ä\"\n\u{1f40d}"},
        "text": {"S": ""}, "digits": {"N": "12345678901234567890.123456789012345678"},
        "small": {"N": "-0.0000000001"}, "binary": {"B": "AP8H"}, "empty": {"B": ""},
        "yes": {"BOOL": true}, "no": {"BOOL": false}, "nothing": {"NULL": true},
        "texts": {"SS": ["b", "a", "1"]}, "numbers": {"NS": ["3", "1", "2.5"]},
        "binaries": {"BS": ["AA==", "/w=="]},
        "list": {"L": [{"N": "1"}, {"S": "1"}, {"L": []}, {"M": {}}]},
        "map": {"M": {"M": {"M": {"S": {"S": "deep"}}}, "createdAt": {"N": "1750000000"}}},
    }));
    let size = 400 * 1024 - 11;
    rows.push(json!({"PK": {"S": "large"}, "SK": {"S": "x"}, "d": {"S": "y".repeat(size)}}));
    rows
}

async fn full() -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    table(&aws).await;
    for row in world() {
        put(&aws, &row).await;
    }
    aws
}

fn files(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Runs until the next call that a fault holds, and kills it there.
fn kill_at(aws: &LocalAws, folder: &Folder, number: usize, more: &[&str]) {
    let armed = aws.faults().add(Fault::on_any().nth(number).with(Effect::Timeout));
    let mut child = command(Some(aws), folder.path(), &[&BACKUP[..], more].concat());
    let mut child = child.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while armed.triggered() == 0 {
        sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    aws.faults().clear();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_table_comes_back_as_it_was_and_its_rows_are_shown_to_nobody() {
    let (aws, folder) = (full().await, Folder::new());
    let before = rows(&aws).await;
    let saved =
        run(Some(&aws), folder.path(), &[&BACKUP[..], &["--log", "run.log", "-v"]].concat());
    assert_eq!(saved.code, 0, "{}", saved.text());
    assert!(aws.count("dynamodb", "Scan") > 1, "several pages");
    let name = files(&folder).into_iter().find(|name| name.ends_with(".jsonl")).unwrap();
    let date: Vec<&str> = name.trim_end_matches(".jsonl").rsplitn(3, '_').collect();
    assert_eq!((date[2], date[1].len(), date[0].len()), ("user_storage_backup", 8, 6), "{name}");
    let text = folder.read(&name);
    assert_eq!(text.lines().count(), before.len() + 2);
    let header: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((&header["table"], &header["region"]), (&json!(TABLE), &json!("eu-west-1")));
    fs::rename(folder.path().join(&name), folder.path().join(FILE)).unwrap();

    delete_table(&aws).await;
    table(&aws).await;
    let back = restore(&aws, &folder, &["--log", "run.log", "-v"]);
    assert_eq!(back.code, 0, "{}", back.text());
    assert!(back.out.contains("22 rows written, 0 already there, 0 conflicts"), "{}", back.out);
    assert_eq!(rows(&aws).await, before);
    let again = restore(&aws, &folder, &["--format", "json"]);
    assert_eq!(again.code, 0, "{}", again.text());
    let told = again.json();
    assert_eq!((&told["written"], &told["already_there"]), (&json!(0), &json!(22)));
    for said in [saved.text(), back.text(), again.text(), folder.read("run.log")] {
        assert!(!said.contains(SECRET) && !said.contains("ada@"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_table_has_a_backup_and_a_missing_one_is_told() {
    let (aws, folder) = (LocalAws::start().await.unwrap(), Folder::new());
    let absent = backup(&aws, &folder);
    assert_eq!(absent.code, 3, "{}", absent.text());
    assert!(absent.err.contains(&format!("there is no old user storage table {TABLE}")));
    table(&aws).await;
    let empty = backup(&aws, &folder);
    assert_eq!(empty.code, 0, "{}", empty.text());
    assert_eq!(folder.read(FILE).lines().count(), 2);
    assert_eq!(restore(&aws, &folder, &[]).code, 0);
    delete_table(&aws).await;
    assert_eq!(restore(&aws, &folder, &[]).code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_changed_since_are_named_by_line_and_kept() {
    let (aws, folder) = (full().await, Folder::new());
    assert_eq!(backup(&aws, &folder).code, 0);
    let line_of = |key: &str| {
        let text = folder.read(FILE);
        1 + text
            .lines()
            .position(|line| line.contains(&format!("\"PK\":{{\"S\":\"{key}\"}}")))
            .unwrap()
    };
    put(&aws, &json!({"PK": {"S": "large"}, "SK": {"S": "x"}, "d": {"S": "newer"}})).await;
    put(&aws, &json!({"PK": {"S": "new"}, "SK": {"S": "row"}})).await;
    let key = json!({"PK": {"S": "ada@example.edu#app3"}, "SK": {"S": "row3"}});
    aws.dynamodb("DeleteItem", json!({"TableName": TABLE, "Key": key})).await.unwrap();
    let mut expected = rows(&aws).await;
    let run = restore(&aws, &folder, &["--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.text());
    let told = run.json();
    assert_eq!(told["conflicts"], json!([line_of("large")]));
    assert_eq!((&told["written"], &told["already_there"]), (&json!(1), &json!(20)));
    assert!(run.err.contains(&format!("of line {};", line_of("large"))), "{}", run.err);
    let back = world().swap_remove(3);
    expected.insert("\"ada@example.edu#app3\" \"row3\"".to_owned(), back);
    assert_eq!(rows(&aws).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_complete_backup_of_this_table_writes_nothing() {
    let (aws, folder) = (full().await, Folder::new());
    assert_eq!(backup(&aws, &folder).code, 0);
    let whole = folder.read(FILE);
    delete_table(&aws).await;
    table(&aws).await;
    let lines: Vec<&str> = whole.lines().collect();
    let without = |at: usize| {
        let kept = lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| *line);
        kept.map(|line| format!("{line}\n")).collect::<String>()
    };
    let changed = whole.replacen("only Ada", "only Bob", 1);
    for (content, told) in [
        (String::new(), "line 1: this is no backup of a table"),
        ("PK,SK,data\r\na,b,c\r\n".to_owned(), "line 1: this is no backup of a table"),
        (without(0), "line 1: this is no backup of a table"),
        (without(5), "line 23: the backup had 22 rows, and the file has 21"),
        (without(23), "line 23: the end of the backup is missing"),
        (whole[..whole.len() / 2].to_owned(), "the end of the backup is missing"),
        (changed, "line 24: the checksum is another one"),
        (whole.replacen("{\"PK\"", "{PK", 1), "line 2, column 2: it is no JSON"),
        (whole.replacen("\"version\":1", "\"version\":9", 1), "it has version 9"),
    ] {
        folder.write(FILE, content);
        let run = restore(&aws, &folder, &[]);
        assert_eq!(run.code, 2, "{told}: {}", run.text());
        assert!(run.err.contains(told), "{told}: {}", run.err);
        assert!(!run.text().contains(SECRET));
    }
    folder.write(FILE, &whole);
    let other = run(
        Some(&aws),
        folder.path(),
        &["user-storage-backup", "--dep-name", "v7", "--stage", "dev", "--restore", FILE],
    );
    assert_eq!(other.code, 2, "{}", other.text());
    assert!(other.err.contains(&format!("is a backup of {TABLE} in eu-west-1")), "{}", other.err);
    folder.remove(FILE);
    assert_eq!(restore(&aws, &folder, &[]).code, 2);
    assert_eq!((aws.count("dynamodb", "PutItem"), rows(&aws).await.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_never_overwritten() {
    let (aws, folder) = (full().await, Folder::new());
    folder.write(FILE, "mine");
    let run = backup(&aws, &folder);
    assert_eq!((run.code, folder.read(FILE).as_str()), (2, "mine"), "{}", run.text());
    assert!(run.err.contains("b.jsonl exists"), "{}", run.err);
    assert_eq!(files(&folder), [FILE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_killed_at_any_call_leaves_no_backup_and_the_next_is_whole() {
    let (aws, folder) = (full().await, Folder::new());
    aws.clear_calls();
    assert_eq!(backup(&aws, &folder).code, 0);
    let (calls, whole) = (aws.total(), folder.read(FILE));
    let rows = |text: &str| text.lines().skip(1).take(22).map(str::to_owned).collect::<Vec<_>>();
    for number in 1..=calls {
        let folder = Folder::new();
        kill_at(&aws, &folder, number, &[]);
        let has_name = |name: &String| !name.ends_with(".partial");
        assert!(!files(&folder).iter().any(has_name), "killed at call {number}");
        assert_eq!(backup(&aws, &folder).code, 0);
        assert_eq!(rows(&folder.read(FILE)), rows(&whole), "killed at call {number}");
        assert_eq!(files(&folder), [FILE], "what was left is cleaned up");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_killed_at_any_call_is_finished_by_the_next() {
    let (aws, folder) = (full().await, Folder::new());
    let before = rows(&aws).await;
    assert_eq!(backup(&aws, &folder).code, 0);
    delete_table(&aws).await;
    table(&aws).await;
    aws.clear_calls();
    assert_eq!(restore(&aws, &folder, &[]).code, 0);
    for number in 1..=aws.total() {
        delete_table(&aws).await;
        table(&aws).await;
        kill_at(&aws, &folder, number, &["--restore", FILE]);
        let next = restore(&aws, &folder, &[]);
        assert_eq!(next.code, 0, "killed at call {number}: {}", next.text());
        assert_eq!(rows(&aws).await, before, "killed at call {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn throttles_and_lost_answers_change_nothing_in_the_end() {
    let (aws, folder) = (full().await, Folder::new());
    let before = rows(&aws).await;
    for effect in [Effect::Throttle, Effect::DropAfter, Effect::DropBefore] {
        aws.faults().add(Fault::on("dynamodb", "Scan").times(3).with(effect.clone()));
        let saved = backup(&aws, &folder);
        assert_eq!(saved.code, 0, "{effect:?}: {}", saved.text());
        delete_table(&aws).await;
        table(&aws).await;
        aws.faults().add(Fault::on("dynamodb", "PutItem").after(3).times(9).with(effect.clone()));
        let back = restore(&aws, &folder, &[]);
        assert_eq!(back.code, 0, "{effect:?}: {}", back.text());
        assert_eq!(rows(&aws).await, before, "{effect:?}");
        aws.faults().clear();
        folder.remove(FILE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_is_named_and_what_went_before_stays() {
    let (aws, folder) = (full().await, Folder::new());
    let before = rows(&aws).await;
    assert_eq!(backup(&aws, &folder).code, 0);
    delete_table(&aws).await;
    table(&aws).await;
    let error = |code: &str| Effect::Error {
        status: 400,
        code: code.to_owned(),
        message: "told by the test".to_owned(),
    };
    let put = || Fault::on("dynamodb", "PutItem");
    let of_large = |body: &[u8]| String::from_utf8_lossy(body).contains("\"large\"");
    aws.faults().add(put().matching(of_large).with(error("ValidationException")));
    let refused = restore(&aws, &folder, &["--format", "json"]);
    assert_eq!(refused.code, 1, "{}", refused.text());
    assert_eq!((&refused.json()["written"], &refused.json()["not_tried"]), (&json!(21), &json!(0)));
    aws.faults().clear();
    for code in ["ExpiredTokenException", "AccessDeniedException", "ResourceNotFoundException"] {
        delete_table(&aws).await;
        table(&aws).await;
        aws.faults().add(put().after(5).with(error(code)));
        let stopped = restore(&aws, &folder, &["--format", "json"]);
        assert_eq!(stopped.code, 3, "{code}: {}", stopped.text());
        let told = stopped.json();
        assert_eq!((&told["written"], rows(&aws).await.len()), (&json!(5), 5), "{code}");
        assert!(told["not_tried"].as_u64().unwrap() >= 2, "nothing more is tried: {told}");
        aws.faults().clear();
    }
    assert_eq!(restore(&aws, &folder, &[]).code, 0);
    assert_eq!(rows(&aws).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_both_cleanly() {
    let (aws, folder) = (full().await, Folder::new());
    let before = rows(&aws).await;
    let interrupted = |operation: &str, more: &[&str]| {
        let slow = Effect::Delay(Duration::from_millis(400));
        let armed = aws.faults().add(Fault::on("dynamodb", operation).with(slow));
        let mut child = command(Some(&aws), folder.path(), &[&BACKUP[..], more].concat());
        let child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        while armed.triggered() == 0 {
            sleep(Duration::from_millis(5));
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let run = finish(child);
        aws.faults().clear();
        run
    };
    let run = interrupted("Scan", &["--output-file", FILE]);
    assert_eq!((run.code, files(&folder).len()), (130, 0), "{}", run.text());
    assert_eq!(backup(&aws, &folder).code, 0);
    delete_table(&aws).await;
    table(&aws).await;
    let run = interrupted("PutItem", &["--restore", FILE]);
    assert_eq!(run.code, 130, "{}", run.text());
    assert!(run.err.contains("rows were not tried; run it again"), "{}", run.err);
    assert!((1..22).contains(&rows(&aws).await.len()), "what was in flight arrived");
    assert_eq!(restore(&aws, &folder, &[]).code, 0);
    assert_eq!(rows(&aws).await, before);
}
