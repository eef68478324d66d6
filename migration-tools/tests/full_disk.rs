//! A journal that cannot grow ends a run before anything is changed that is not in it, and the same
//! command goes on once there is room.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod deployed;
mod support;
mod worlds;

use std::process::{Command, Stdio};

use deployed::{Deployment, MIGRATE};
use migration_tools::engine::item::{Item, same};
use support::Run;
use worlds::oracle::{Options, expected};
use worlds::{Rows, Size};

/// The command, where no file may be larger than so many kilobytes: a write beyond them fails as on a
/// full disk, and does not kill, since the signal is ignored.
fn limited(deployment: &Deployment, kilobytes: u64, arguments: &[&str]) -> Run {
    let inner = deployment.command(arguments);
    let mut shell = Command::new("bash");
    shell.arg("-c").arg(format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\""));
    shell.arg(inner.get_program()).args(inner.get_args());
    shell.current_dir(inner.get_current_dir().unwrap()).env_clear();
    shell.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    support::finish(shell.spawn().unwrap())
}

/// Every row that is there is as it was or as it is to be, and each is there once.
fn assert_nothing_is_lost(before: &Rows, after: &Rows, found: &Rows) {
    let known = |rows: &[Item], row: &Item| rows.iter().any(|one| same(one, row));
    for (key, rows) in found {
        for row in rows {
            let is_known = known(&before[key], row) || known(&after[key], row);
            assert!(is_known, "{key}: a row that nobody expects: {row:?}");
        }
        assert!(rows.len() >= after[key].len().min(before[key].len()), "{key}: rows are missing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_ends_the_run_and_the_same_command_goes_on() {
    let size = Size { users: 14, rows: 4, large: false, ..Size::default() };
    let deployment = Deployment::new(4, &size).await;
    let before = deployment.dump().await;
    let options = Options { keep_old: false, include_unlisted: false };
    let after = expected(&deployment.world, &options);
    // Not enough for an empty journal, for the first entries, for some more.
    let writes = async |kilobytes, code, says: &str| {
        let run = limited(&deployment, kilobytes, &MIGRATE);
        assert_eq!(run.code, code, "{kilobytes} KB: {}", run.text());
        assert!(run.err.contains(says), "{kilobytes} KB: {}", run.text());
        assert!(run.err.contains("File too large"), "{kilobytes} KB: {}", run.text());
        assert_nothing_is_lost(&before, &after, &deployment.dump().await);
        support::writes(&deployment.aws)
    };
    assert_eq!(writes(900, 3, "nothing is changed that is not in the journal").await, 0);
    let some = writes(1_040, 1, "make room on the disk").await;
    // The file grows in large steps.
    let more = writes(2_000, 1, "make room on the disk").await;
    assert!(some > 50 && more > some + 50, "{some} {more}");
    // Nobody has to wait for a lease, and what was in flight is settled.
    deployment.done(&MIGRATE);
    deployment.assert_migrated(false).await;
    deployment.done(&["verify", "--strict"]);
    deployment.done(&["rollback", "--no-confirmation"]);
    deployment.assert_is(&before, "taken back").await;
}
