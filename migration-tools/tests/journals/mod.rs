//! A journal as runs leave it: one was killed, one had things to be seen to, one is complete.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use migration_tools::engine::journal::{Finding, Journal, Kind, Run, Settled, State};
use migration_tools::engine::timeline::Timeline;
use serde_json::{Value, json};

pub const DEPLOYMENT: &str = "v6-dev in eu-west-1 of account 123456789012";
/// Stands in keys of records, and nowhere else.
pub const ID: &str = "ada-lovelace";

/// Writes it into a folder.
pub fn write(folder: &Path) {
    let journal = Journal::open(folder, DEPLOYMENT).unwrap();
    let killed = run("id-migration --keep-old", "10:00:00", None);
    let first = journal.begin(&killed).unwrap();
    journal.commit(first, &vec![b"{}".to_vec(); 3], &[]).unwrap();
    let settled = [(1, State::Proven), (2, State::Void)];
    journal.commit(first, &[], &settled.map(|(number, state)| of(first, number, state))).unwrap();

    let partly = Run {
        continues: Some(first),
        summary: Some(summary(2, false)),
        ..run("id-migration --keep-old", "11:00:00", Some(("11:02:03.5", 1)))
    };
    let second = journal.begin(&partly).unwrap();
    entries(&journal, second, 1_234, State::Proven);
    let refused =
        |n: u32| finding(Kind::Refused, n, "both records have a text", "join them by hand");
    journal.find(second, &(0..25).map(refused).collect::<Vec<_>>()).unwrap();
    let failed = Finding {
        table: "MEMORY_DYNAMODB_TABLE".to_owned(),
        key: String::new(),
        ..finding(Kind::Failed, 0, "access was denied", "ask for the permission")
    };
    journal.find(second, &[failed]).unwrap();

    let complete = Run {
        continues: Some(second),
        summary: Some(summary(3, true)),
        ..run("id-migration --keep-old", "12:00:00", Some(("14:30:00", 0)))
    };
    let third = journal.begin(&complete).unwrap();
    entries(&journal, third, 25, State::Proven);
}

pub fn run(command: &str, started: &str, ended: Option<(&str, u8)>) -> Run {
    Run {
        command: command.to_owned(),
        version: "0.1.0".to_owned(),
        started: format!("2026-11-21T{started}Z"),
        ended: ended.map(|(time, _)| format!("2026-11-21T{time}Z")),
        exit: ended.map(|(_, exit)| exit),
        ..Run::default()
    }
}

fn of(run: u64, number: u64, state: State) -> Settled {
    Settled { run, number, state, places: Vec::new() }
}

fn entries(journal: &Journal, run: u64, count: usize, state: State) {
    let numbers = journal.commit(run, &vec![b"{}".to_vec(); count], &[]).unwrap();
    let settled: Vec<Settled> = numbers.into_iter().map(|number| of(run, number, state)).collect();
    journal.commit(run, &[], &settled).unwrap();
}

pub fn finding(kind: Kind, n: u32, reason: &str, remedy: &str) -> Finding {
    Finding {
        table: "ACCOUNTS_DYNAMODB_TABLE".to_owned(),
        key: json!({"user": {"S": format!("{ID}{n}")}}).to_string(),
        kind,
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// What `id-migration` says of itself.
fn summary(run: u64, complete: bool) -> Value {
    let table = |key: &str, name: &str, counts: Value| json!({"table": key, "name": format!("amplify-v6-{name}"), "counts": counts, "untouched": 7});
    json!({
        "command": "id-migration", "run": run, "dep_name": "v6", "stage": "dev", "region": "eu-west-1",
        "users": 1200, "renamed": 1100, "old": "keep", "complete": complete, "passes": 2,
        "tables": [
            table("ACCOUNTS_DYNAMODB_TABLE", "lambda-dev-accounts", json!({
                "records": 12_000, "bytes": 5_000_000, "copied": 1_075, "refused": if complete { 0 } else { 25 }, "large": 2,
            })),
            table("HASH_FILES_DYNAMO_TABLE", "lambda-dev-hash-files", json!({
                "records": 900, "bytes": 5_000, "edited": 150, "merged": 4, "kept": 3,
            })),
            table("MEMORY_DYNAMODB_TABLE", "memory-dev-memory", json!({"records": 0, "bytes": 0})),
        ],
        "failed_tables": if complete { json!([]) } else { json!(["MEMORY_DYNAMODB_TABLE"]) },
        "logins_held": !complete,
        "calls": 2_345, "read_units": 1_900, "write_units": 2_600, "throttles": 12,
        "planned": {"read_units": 1_800, "write_units": 2_500, "dollars": "0.004"},
        "timeline": timeline(),
    })
}

fn timeline() -> Timeline {
    let mut timeline = Timeline::default();
    for (pass, start) in [(1, 0), (2, 70_000)] {
        timeline.began(start, "ACCOUNTS_DYNAMODB_TABLE", pass);
        for second in 0..50 {
            let at = start + second * 1_000;
            timeline.read(at, 12_000 / 50);
            timeline.written(at, if pass == 1 { second } else { 0 });
        }
        timeline.ended(start + 50_000, "ACCOUNTS_DYNAMODB_TABLE", pass);
        timeline.began(start + 50_000, "HASH_FILES_DYNAMO_TABLE", pass);
        timeline.read(start + 51_000, 900);
        timeline.written(start + 52_000, if pass == 1 { 150 } else { 0 });
        timeline.ended(start + 53_000, "HASH_FILES_DYNAMO_TABLE", pass);
    }
    timeline.began(123_000, "MEMORY_DYNAMODB_TABLE", 2);
    timeline
}
