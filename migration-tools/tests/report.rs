//! `report` tells what a run did, as text and as a page that needs nothing else.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod journals;
mod support;
mod worlds;

use std::fs;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use journals::ID;
use local_aws::LocalAws;
use migration_tools::engine::timeline::Timeline;
use migration_tools::report::{
    Group, Level, MARK, Next, One, Outcome, Planned, Report, TableWork, Told, Used, Work, html,
    text,
};
use proptest::prelude::*;
use support::{Folder, Run, config, run};
use worlds::{OLD_STORAGE, STORAGE, Size, World};

/// The command as it is run where nobody is signed in and there is no network.
fn report(folder: &Folder, more: &[&str]) -> Run {
    run(None, folder.path(), &[&["report"], more].concat())
}

fn written() -> Folder {
    let folder = Folder::new();
    journals::write(&folder.path().join(".migration-tools"));
    folder
}

/// Byte for byte.
fn is_expected(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("RENEW_EXPECTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "migration-tools/tests/expected/{name} differs. If the change is meant, renew it with \
         `RENEW_EXPECTED=1 cargo test -p migration-tools --test report` and read its diff. Now it is:\n{text}"
    );
}

#[test]
fn the_report_of_a_run_with_open_ends_as_a_page() {
    let folder = written();
    let told = report(&folder, &["--run", "2", "--html", "r.html"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.text());
    let page = folder.read("r.html");
    assert!(!page.contains(ID));
    is_expected("report.html", &page);
}

#[test]
fn the_report_of_the_last_run_as_text() {
    let told = report(&written(), &[]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    is_expected("report.txt", &told.out);
}

#[test]
fn a_run_that_was_killed_has_a_report() {
    let folder = written();
    let told = report(&folder, &["--run", "1", "--html", "r.html"]);
    assert_eq!(told.code, 0, "{}", told.text());
    let page = folder.read("r.html");
    for text in [
        "It did not end",
        "Run 2 went on with it.",
        "as to say what it did",
        "rollback --run 1 --dep-name v6",
    ] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn a_page_takes_the_place_of_an_earlier_one_and_of_nothing_else() {
    let folder = written();
    let write = |name: &str, run: &str| report(&folder, &["--run", run, "--html", name]);
    assert_eq!(write("r.html", "2").code, 0);
    let second = folder.read("r.html");
    assert_eq!(write("r.html", "3").code, 0);
    let third = folder.read("r.html");
    assert!(
        third != second && third.starts_with(MARK) && third.contains("<h1 dir=\"auto\">Run 3 of")
    );
    folder.write("mine.html", "<!doctype html>\n<p>mine");
    fs::create_dir(folder.path().join("folder")).unwrap();
    for name in ["mine.html", "folder", "none/r.html"] {
        let refused = write(name, "3");
        assert_eq!(refused.code, 2, "{name}: {}", refused.text());
        assert!(refused.err.contains(name), "{}", refused.err);
    }
    assert_eq!(folder.read("mine.html"), "<!doctype html>\n<p>mine");
    let files = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 4, "nothing else is left");
}

#[test]
fn keys_are_told_only_if_asked_for_and_then_the_page_says_so() {
    let folder = written();
    let told =
        report(&folder, &["--run", "2", "--html", "r.html", "--show-values", "--log", "log"]);
    assert_eq!(told.code, 0, "{}", told.text());
    let page = folder.read("r.html");
    assert_eq!(page.matches(ID).count(), 25);
    assert!(page.contains("as confidential as the tables"));
    assert!(!told.text().contains(ID) && !folder.read("log").contains(ID));
    let document = report(&folder, &["--run", "2", "--format", "json"]);
    assert!(!document.text().contains(ID));
    let document = document.json();
    assert_eq!(document["work"]["tables"][0]["counts"]["copied"], 1_075);
    assert_eq!(document["next"][0]["commands"][0], "migration-tools status --run 2 --show-values");
}

#[test]
fn there_is_nothing_to_report_without_a_run() {
    let folder = Folder::new();
    assert_eq!(report(&folder, &[]).code, 3);
    let journal = folder.path().join(".migration-tools");
    drop(migration_tools::engine::journal::Journal::open(&journal, "v6-dev").unwrap());
    let told = report(&folder, &[]);
    assert_eq!(told.code, 3);
    assert!(told.err.contains("no run in the journal"), "{}", told.err);
    assert_eq!(report(&folder, &["--run", "1"]).code, 2);
}

/// A report in which every text from outside is this one.
fn named(name: &str) -> Report {
    let own = || name.to_owned();
    // Words that the report has a meaning for are none of these.
    let counts = [("moved".to_owned(), 3), (format!("x{name}"), 2), ("large".to_owned(), 1)];
    let table = TableWork { table: own(), name: own(), counts: counts.into() };
    let idle = TableWork { table: format!("idle{name}"), ..TableWork::default() };
    let mut timeline = Timeline::default();
    timeline.began(0, name, 1);
    timeline.read(10, 5);
    timeline.ended(20, name, 1);
    Report {
        deployment: own(),
        run: Told {
            run: 1,
            command: own(),
            version: own(),
            started: own(),
            ended: Some(own()),
            exit: Some(1),
            continues: Some(1),
            entries: [("proven", 3)].into(),
            findings: [("refused", 1)].into(),
            summary: None,
        },
        continued_by: None,
        outcome: Outcome { level: Level::Open, sentences: vec![own()] },
        work: Some(Work {
            users: Some((2, 1)),
            old: Some(own()),
            tables: vec![table, idle],
            failed_tables: vec![own()],
            used: Used { calls: Some(1), ..Used::default() },
            planned: Some(Planned { dollars: Some(own()), ..Planned::default() }),
            others: [(own(), 1)].into(),
            timeline: Some(timeline),
            ..Work::default()
        }),
        findings: vec![Group {
            table: own(),
            kind: "refused",
            reason: own(),
            remedy: own(),
            count: 9,
            findings: vec![One { number: own(), key: Some(own()) }],
        }],
        next: vec![Next { what: own(), commands: vec![own()] }],
    }
}

const HOSTILE: &str = "\"><script>alert(1)</script><!--\u{2028}\u{202e}🙂'&amp;{{main}}\u{1b}[2J";

#[test]
fn no_text_leaves_its_place() {
    let page = html(&named(HOSTILE));
    assert!(!page.contains("<script") && !page.contains("{{main}}</main>"));
    assert_eq!(page.matches("<!--").count(), 1, "the page's own mark");
    assert!(!page.contains(['\u{2028}', '\u{202e}', '\u{1b}']));
    assert!(!text(&named(HOSTILE)).contains(['\u{202e}', '\u{1b}']));
    for what in ["http:", "https:", "url(", "@import", "src=", "href=", "style=", "onload="] {
        let own = html(&named("plain"));
        let tags = own.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag);
        assert!(tags.into_iter().all(|tag| !tag.contains(what)), "{what}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]
    #[test]
    fn any_text_stays_text(name in any::<Vec<char>>()) {
        let name = format!("x{}", String::from_iter(name));
        let page = html(&named(&name));
        let plain = html(&named("plain"));
        for mark in ['<', '>', '"'] {
            prop_assert_eq!(page.matches(mark).count(), plain.matches(mark).count());
        }
        let told = text(&named(&name));
        prop_assert_eq!(told.lines().count(), text(&named("plain")).lines().count());
        prop_assert!(!told.contains(|c: char| c.is_control() && c != '\n'));
    }
}

/// The command, while the embedded AWS goes on.
fn on(aws: &LocalAws, folder: &Folder, arguments: &[&str]) -> Run {
    tokio::task::block_in_place(|| run(Some(aws), folder.path(), arguments))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_and_what_follows_it_are_told_from_the_journal() {
    let size = Size {
        users: 4,
        rows: 2,
        filler: 2,
        tables: vec![STORAGE, OLD_STORAGE, "COGNITO_USERS_DYNAMODB_TABLE", "ACCOUNTS_DYNAMO_TABLE"],
        large: true,
        conflicts: true,
        ..Size::default()
    };
    let world = World::generate(7, &size);
    let aws = LocalAws::start().await.unwrap();
    world.create(&Client::new(&config(&aws).await)).await;
    aws.s3().create_bucket("amplify-v6-lambda-dev-consolidation");
    let folder = Folder::new();
    folder.write("migration_users.csv", world.csv());
    let of = ["--dep-name", "v6", "--stage", "dev"];
    let begin = ["id-migration", "--keep-old", "--dont-backup", "--no-confirmation"];
    let migrated = on(&aws, &folder, &[&begin[..], &of].concat());
    assert!(migrated.code <= 1, "{}", migrated.text());
    let told = run(None, folder.path(), &["status", "--format", "json"]);
    assert_eq!(told.code, 0, "{}", told.text());
    let first = &told.json()["runs"][0];
    assert_eq!(first["command"], "id-migration --keep-old", "{}", migrated.text());
    assert_eq!(first["exit"], migrated.code);
    let document = report(&folder, &["--format", "json"]).json();
    let work = &document["work"];
    let written: u64 = ["moved", "copied", "edited", "deleted"]
        .iter()
        .flat_map(|name| {
            work["tables"].as_array().unwrap().iter().map(|t| t["counts"][*name].as_u64().unwrap())
        })
        .sum();
    let parts = work["timeline"]["parts"].as_array().unwrap();
    let over_time: u64 = parts.iter().map(|part| part["written"].as_u64().unwrap()).sum();
    assert!(written > 0 && over_time == written, "{written} {work}");
    let turns = work["timeline"]["turns"].as_array().unwrap();
    let passes = work["passes"].as_u64().unwrap();
    assert_eq!(turns.len() as u64, passes * work["tables"].as_array().unwrap().len() as u64);
    assert!(turns.iter().all(|turn| turn["ended_ms"].is_u64()), "{turns:?}");
    assert_eq!(report(&folder, &["--html", "r.html"]).code, 0);
    let page = folder.read("r.html");
    assert!(
        page.contains(
            "id-migration-cleanup --dep-name v6 --stage dev --region eu-west-1 --dry-run"
        )
    );
    for (command, flag) in [("id-migration-cleanup", "--force"), ("rollback", "--no-confirmation")]
    {
        let ended = on(&aws, &folder, &[&[command, flag][..], &of].concat());
        assert!(ended.code <= 1, "{}", ended.text());
        let document = report(&folder, &["--format", "json"]).json();
        assert_eq!(
            (&document["run"]["command"], &document["run"]["exit"]),
            (&command.into(), &ended.code.into())
        );
        let count = |name: &str| -> u64 {
            let tables = document["work"]["tables"].as_array().unwrap().iter();
            tables.filter_map(|table| table["counts"][name].as_u64()).sum()
        };
        assert!(count("deleted") + count("rolled_back") > 0, "{document}");
        let told = report(&folder, &[]).out;
        let word = if command == "rollback" { " taken back" } else { " deleted" };
        assert!(told.contains(word), "{told}");
    }
    let first = report(&folder, &["--run", "1"]).out;
    assert!(first.contains("of its changes were taken back since"), "{first}");
    for (old, new) in world.pairs.iter().filter(|(old, _)| old.len() > 5) {
        assert!(!page.contains(old.as_str()) && !page.contains(new.as_str()), "{old} {new}");
    }
}
