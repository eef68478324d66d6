//! `status` tells what the journal has, to whoever has the folder, and changes nothing.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod journals;
mod support;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use journals::{DEPLOYMENT, ID};
use migration_tools::engine::journal::{Journal, JournalError, Kind, Run as Begun};
use redb::{Database, TableDefinition};
use support::{Folder, Run, run};

/// The command as it is run where nobody is signed in and there is no network.
fn status(folder: &Folder, more: &[&str]) -> Run {
    run(None, folder.path(), &[&["status", "--journal", "j"], more].concat())
}

fn written() -> Folder {
    let folder = Folder::new();
    journals::write(&folder.path().join("j"));
    folder
}

#[test]
fn all_runs_are_listed_with_how_they_ended() {
    let folder = written();
    let before = fs::read(folder.path().join("j/journal.redb")).unwrap();
    let told = status(&folder, &[]);
    assert_eq!(told.code, 0, "{}", told.text());
    let expected = format!(
        "The journal is of {DEPLOYMENT}.
Run 1: id-migration --keep-old
    2026-11-21 10:00:00 UTC, did not end
    changes: 1 intended, 1 proven, 1 void; findings: none
Run 2: id-migration --keep-old
    2026-11-21 11:00:00 UTC to 2026-11-21 11:02:03 UTC (2 min 3 s), exit code 1, goes on with run 1
    changes: 1,234 proven; findings: 1 failed, 25 refused
Run 3: id-migration --keep-old
    2026-11-21 12:00:00 UTC to 2026-11-21 14:30:00 UTC (2 h 30 min), exit code 0, goes on with run 2
    changes: 25 proven; findings: none
`migration-tools status --run ID` tells what has to be seen to.
"
    );
    assert_eq!(told.out, expected);
    let document = status(&folder, &["--format", "json"]).json();
    assert_eq!(document["deployment"], DEPLOYMENT);
    assert_eq!(document["runs"][1]["findings"]["refused"], 25);
    assert_eq!(document["runs"][0]["outcome"]["level"], "broken");
    assert_eq!(document["runs"][2]["outcome"]["level"], "done");
    let after = fs::read(folder.path().join("j/journal.redb")).unwrap();
    assert!(before == after, "the journal was only looked at");
}

#[test]
fn a_run_tells_what_has_to_be_seen_to_and_whose_it_is_only_if_asked() {
    let folder = written();
    let told = status(&folder, &["--run", "2"]);
    assert_eq!(told.code, 0, "{}", told.text());
    for text in [
        "ACCOUNTS_DYNAMODB_TABLE: 25 refused: both records have a text\n    do: join them by hand\n    2.1, 2.2, ",
        "2.19, 2.20\n    and 5 more\n",
        "MEMORY_DYNAMODB_TABLE: 1 failed: access was denied",
        "Run 3 went on with it.",
        "1,075 copied, 25 refused",
        "150 changed, 3 kept, of these 4 brought together with others",
    ] {
        assert!(told.out.contains(text), "{text} in\n{}", told.out);
    }
    assert!(!told.text().contains(ID), "{}", told.text());
    let named = status(&folder, &["--run", "2", "--show-values", "--log", "log"]);
    assert_eq!(named.out.matches(ID).count(), 20, "{}", named.out);
    assert!(named.out.contains(&format!("    2.1 {{\"user\":{{\"S\":\"{ID}0\"}}}}\n")));
    assert!(named.out.contains("    do: ask for the permission\n    2.26\n"), "{}", named.out);
    assert!(!folder.read("log").contains(ID), "no log may keep ids of users");
}

#[test]
fn the_document_has_everything() {
    let folder = written();
    let group = |more: &[&str]| {
        let told = status(&folder, &[&["--run", "2", "--format", "json"], more].concat());
        assert!(told.err.contains("2.20\n") || told.err.contains("    2.20 "), "{}", told.err);
        assert!(told.err.contains("    and 5 more\n"), "text stays bounded: {}", told.err);
        (told.json()["findings"][0].clone(), told.text().matches(ID).count())
    };
    let (without, ids) = group(&[]);
    assert_eq!((without["count"].as_u64(), ids), (Some(25), 0));
    assert_eq!(without["findings"].as_array().unwrap().len(), 25);
    assert_eq!(without["findings"][24]["number"], "2.25");
    let (with, _) = group(&["--show-values"]);
    assert_eq!(with["findings"][24]["key"], format!("{{\"user\":{{\"S\":\"{ID}24\"}}}}"));
    assert_eq!(with["remedy"], "join them by hand");
}

#[test]
fn a_long_list_is_bounded() {
    let folder = Folder::new();
    let journal = Journal::open(&folder.path().join("j"), DEPLOYMENT).unwrap();
    for number in 1..=50 {
        let ended = Some(("10:00:01", 0));
        journal.begin(&journals::run(&format!("cmd-{number}"), "10:00:00", ended)).unwrap();
    }
    let finding = |n: u32| journals::finding(Kind::Leftover, n, &format!("reason {n:02}"), "look");
    journal.find(50, &(0..30).map(finding).collect::<Vec<_>>()).unwrap();
    drop(journal);
    let told = status(&folder, &[]);
    assert!(
        told.out.contains("30 earlier runs, and the last 20:\nRun 31: cmd-31\n"),
        "{}",
        told.out
    );
    assert_eq!(status(&folder, &["--format", "json"]).json()["runs"].as_array().unwrap().len(), 50);
    let told = status(&folder, &["--run", "50"]);
    assert!(told.out.contains("reason 19") && !told.out.contains("reason 20"), "{}", told.out);
    assert!(told.out.contains("And 10 more kinds of findings"), "{}", told.out);
}

#[test]
fn what_cannot_be_read_is_said_and_left_as_it_is() {
    let folder = Folder::new();
    let none = status(&folder, &[]);
    assert_eq!(none.code, 3, "{}", none.text());
    assert!(none.err.contains("there is no journal in the folder `j`"), "{}", none.err);
    assert!(!folder.path().join("j").exists(), "none is begun");
    let letter = "this is no database, it is a letter to a friend\n".repeat(200);
    folder.write("j/journal.redb", &letter);
    let wrong = status(&folder, &[]);
    assert_eq!(
        (wrong.code, folder.read("j/journal.redb") == letter),
        (3, true),
        "{}",
        wrong.text()
    );
    folder.write("j/journal.redb", "");
    assert_eq!(status(&folder, &[]).code, 3);
    folder.remove("j/journal.redb");
    meta(&folder, &[("format", "2"), ("deployment", DEPLOYMENT)]);
    let other = status(&folder, &[]);
    assert_eq!(other.code, 3);
    assert!(other.err.contains("has the format 2"), "{}", other.err);
    folder.remove("j/journal.redb");
    meta(&folder, &[]);
    let nobody = status(&folder, &[]);
    assert_eq!(nobody.code, 3, "{}", nobody.text());
    assert!(nobody.err.contains("does not say which format it has"), "{}", nobody.err);
    let folder = written();
    let unknown = status(&folder, &["--run", "9"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("there is no run 9"), "{}", unknown.err);
}

fn meta(folder: &Folder, rows: &[(&str, &str)]) {
    let database = Database::create(folder.path().join("j/journal.redb")).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let meta: TableDefinition<'_, &str, &str> = TableDefinition::new("meta");
        let mut meta = transaction.open_table(meta).unwrap();
        for (name, value) in rows {
            meta.insert(name, value).unwrap();
        }
    }
    transaction.commit().unwrap();
}

/// Not a test of its own: what the next one kills.
#[test]
fn holder() {
    let Some(folder) = env::var_os("JOURNAL_FOLDER") else { return };
    let journal = Journal::open(Path::new(&folder), DEPLOYMENT).unwrap();
    let run = journal.begin(&journals::run("id-migration", "10:00:00", None)).unwrap();
    journal.commit(run, &vec![b"{}".to_vec(); 7], &[]).unwrap();
    println!("ready");
    std::thread::sleep(std::time::Duration::from_secs(600));
}

#[test]
fn a_run_at_work_is_not_disturbed_and_a_killed_one_is_told() {
    let folder = Folder::new();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "holder", "--nocapture"])
        .env("JOURNAL_FOLDER", folder.path().join("j"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.ends_with("ready")));
    let busy = status(&folder, &[]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(busy.code, 3, "{}", busy.text());
    assert!(busy.err.contains("is in use by another run"), "{}", busy.err);
    for _ in 0..2 {
        let told = status(&folder, &["--run", "1"]);
        assert_eq!(told.code, 0, "{}", told.text());
        assert!(told.out.contains("It did not end: it was killed"), "{}", told.out);
        assert!(told.out.contains("changes: 7 intended"), "{}", told.out);
        assert!(told.out.contains("migration-tools id-migration --journal j\n"), "{}", told.out);
    }
}

#[test]
fn who_looks_cannot_write_and_is_not_alone() {
    let folder = written();
    let path = folder.path().join("j");
    let one = Journal::open_existing(&path).unwrap();
    let other = Journal::open_existing(&path).unwrap();
    assert_eq!(one.deployment().unwrap(), DEPLOYMENT);
    assert_eq!(other.runs().unwrap().len(), 3);
    let refused = one.begin(&Begun::default()).unwrap_err().to_string();
    assert!(refused.contains("it is only looked at"), "{refused}");
    let busy = Journal::open(&path, DEPLOYMENT).unwrap_err();
    assert!(matches!(busy, JournalError::InUse(_)), "{busy}");
    drop((one, other));
    assert_eq!(Journal::open(&path, DEPLOYMENT).unwrap().runs().unwrap().len(), 3);
}
