//! What the journal has confirmed is there, whatever happens to the process.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use migration_tools::engine::journal::{Journal, JournalError, Run, Settled, State};
use proptest::prelude::*;
use support::Folder;

const DEPLOYMENT: &str = "v6-dev in eu-west-1";

fn run(command: &str) -> Run {
    Run {
        command: command.to_owned(),
        version: "0.1.0".to_owned(),
        started: "2026-11-21T10:00:00Z".to_owned(),
        ended: None,
        ..Run::default()
    }
}

fn settled_as(run: u64, number: u64, state: State) -> Settled {
    Settled { run, number, state, places: Vec::new() }
}

fn entries(journal: &Journal, run: u64) -> Vec<(u64, State, Vec<u8>)> {
    let all = journal.entries_after(run, 0, usize::MAX).unwrap();
    all.into_iter().map(|stored| (stored.number, stored.state, stored.entry)).collect()
}

#[test]
fn runs_and_entries_are_there_when_it_is_opened_again() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), DEPLOYMENT).unwrap();
    assert_eq!(journal.begin(&run("id-migration")).unwrap(), 1);
    assert_eq!(journal.commit(1, &[b"a".to_vec(), b"b".to_vec()], &[]).unwrap(), [1, 2]);
    assert_eq!(
        journal.commit(1, &[b"c".to_vec()], &[settled_as(1, 1, State::Proven)]).unwrap(),
        [3]
    );
    assert_eq!(journal.begin(&run("rollback")).unwrap(), 2);
    assert_eq!(journal.commit(2, &[b"z".to_vec()], &[]).unwrap(), [1]);
    let ended = Run { ended: Some("2026-11-21T11:00:00Z".to_owned()), exit: Some(1), ..run("x") };
    journal.update(1, &ended).unwrap();
    drop(journal);
    let journal = Journal::open(folder.path(), DEPLOYMENT).unwrap();
    assert_eq!(journal.runs().unwrap(), [(1, ended), (2, run("rollback"))]);
    let expected = [
        (1, State::Proven, b"a".to_vec()),
        (2, State::Intended, b"b".to_vec()),
        (3, State::Intended, b"c".to_vec()),
    ];
    assert_eq!(entries(&journal, 1), expected);
    assert_eq!(entries(&journal, 2), [(1, State::Intended, b"z".to_vec())]);
}

#[test]
fn a_journal_of_somebody_else_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let journal = Journal::open(folder.path(), DEPLOYMENT).unwrap();
    journal.begin(&run("id-migration")).unwrap();
    let second = Journal::open(folder.path(), DEPLOYMENT).unwrap_err();
    assert!(matches!(second, JournalError::InUse(_)), "{second}");
    drop(journal);
    let other = Journal::open(folder.path(), "v7-dev in eu-west-1").unwrap_err().to_string();
    assert!(other.contains("is of v6-dev in eu-west-1, not of v7-dev in eu-west-1"), "{other}");
    assert_eq!(Journal::open(folder.path(), DEPLOYMENT).unwrap().runs().unwrap().len(), 1);
    folder
        .write("not/journal.redb", "this is no database, it is a letter to a friend\n".repeat(200));
    let wrong = Journal::open(&folder.path().join("not"), DEPLOYMENT).unwrap_err();
    assert!(matches!(wrong, JournalError::Storage { .. }), "{wrong}");
    assert!(folder.read("not/journal.redb").starts_with("this is no database"));
    folder.write("file", "");
    let no_folder = Journal::open(&folder.path().join("file"), DEPLOYMENT).unwrap_err();
    assert!(matches!(no_folder, JournalError::Folder { .. }), "{no_folder}");
}

/// Not a test of its own: what the next one kills.
#[test]
fn writer() {
    let Some(folder) = env::var_os("JOURNAL_FOLDER") else { return };
    let journal = Journal::open(Path::new(&folder), DEPLOYMENT).unwrap();
    let number = journal.begin(&run("killed")).unwrap();
    let mut settled = Vec::new();
    loop {
        let intended: Vec<Vec<u8>> = (0..7_u8).map(|n| vec![n; 3_000]).collect();
        let numbers = journal.commit(number, &intended, &settled).unwrap();
        println!("confirmed {}", numbers.last().unwrap());
        settled = numbers.into_iter().map(|at| settled_as(number, at, State::Proven)).collect();
    }
}

#[test]
fn what_was_confirmed_survives_a_kill() {
    let folder = Folder::new();
    for round in 1..=5_u64 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "writer", "--nocapture"])
            .env("JOURNAL_FOLDER", folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let confirmed = lines.filter_map(|line| line.strip_prefix("confirmed ")?.parse().ok());
        let confirmed: u64 = confirmed.take(usize::try_from(round * 3).unwrap()).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let journal = Journal::open(folder.path(), DEPLOYMENT).unwrap();
        let found = entries(&journal, round);
        assert!(found.len() as u64 >= confirmed, "{} of {confirmed}", found.len());
        for (number, state, entry) in found {
            assert_eq!(entry, vec![u8::try_from((number - 1) % 7).unwrap(); 3_000]);
            assert!(number > confirmed - 7 || state == State::Proven, "{number} {state:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn every_commit_is_read_back(
        commits in proptest::collection::vec(
            (1..4_u64, proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..5)),
            1..12,
        ),
    ) {
        let folder = Folder::new();
        let journal = Journal::open(folder.path(), DEPLOYMENT).unwrap();
        let mut model: Vec<Vec<Vec<u8>>> = vec![Vec::new(); 4];
        for (run, intended) in commits {
            let numbers = journal.commit(run, &intended, &[]).unwrap();
            let own = &mut model[usize::try_from(run).unwrap()];
            let first = own.len() as u64 + 1;
            prop_assert_eq!(numbers, (first..first + intended.len() as u64).collect::<Vec<_>>());
            own.extend(intended);
        }
        for (run, own) in model.into_iter().enumerate() {
            let found = entries(&journal, run as u64).into_iter().map(|(_, _, entry)| entry);
            prop_assert_eq!(found.collect::<Vec<_>>(), own);
        }
    }
}
