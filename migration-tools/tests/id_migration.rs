//! `id-migration` and what follows it, with the real command on whole deployments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod deployed;
mod support;
mod worlds;

use deployed::{Deployment, MIGRATE};
use local_aws::{Effect, Fault};
use migration_tools::engine::journal::State;
use serde_json::Value;
use support::run;
use worlds::Size;

async fn small() -> Deployment {
    let tables = vec![
        "ACCOUNTS_DYNAMO_TABLE",
        "COGNITO_USERS_DYNAMODB_TABLE",
        "COST_CALCULATIONS_DYNAMO_TABLE",
        "SHARES_DYNAMODB_TABLE",
        "USER_DATA_STORAGE_TABLE",
    ];
    Deployment::new(11, &Size { users: 5, tables, large: false, ..Size::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_plans_and_writes_nothing_and_the_plan_is_run_as_it_is() {
    let deployment = Deployment::new(5, &Size::default()).await;
    let before = deployment.world.dump(&deployment.client).await;
    let dry = deployment.run(&["id-migration", "--dry-run", "--plan-out", "plan.json"]);
    assert_eq!(dry.code, 0, "{}", dry.text());
    assert_eq!(deployment.all_writes(), 0);
    assert!(!deployment.folder.path().join(".migration-tools").exists());
    let plan: Value = serde_json::from_str(&deployment.folder.read("plan.json")).unwrap();
    assert!(plan["cost"]["write_units"].as_u64().unwrap() > 0, "{plan}");
    for (old, _) in &deployment.world.pairs {
        // Shorter ones are words too.
        if old.len() > 8 {
            assert!(!dry.text().contains(old.as_str()), "no id is told");
            assert!(!deployment.folder.read("plan.json").contains(old.as_str()));
        }
    }
    let ran = deployment.run(&[MIGRATE.as_slice(), &["--plan", "plan.json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.text());
    deployment.assert_migrated(false).await;
    assert_ne!(before, deployment.world.dump(&deployment.client).await);
    // What was planned is what was done.
    let summary = deployment.run(&["--format", "json", "id-migration", "--dry-run"]);
    assert_eq!(summary.code, 0);
    let again: Value = summary.json();
    let to_do: u64 = again["survey"]["tables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|table| {
            ["moved", "copied", "edited", "deleted"].map(|of| table["counts"][of].as_u64().unwrap())
        })
        .sum();
    assert_eq!(to_do, 0, "{again}");
    let verified = deployment.run(&["verify", "--strict"]);
    assert_eq!(verified.code, 0, "{}", verified.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_does_not_fit_any_more_is_refused() {
    let deployment = small().await;
    let dry = deployment.run(&["id-migration", "--dry-run", "--plan-out", "plan.json"]);
    assert_eq!(dry.code, 0, "{}", dry.text());
    let with_plan = [MIGRATE.as_slice(), &["--plan", "plan.json"]].concat();
    let other = deployment.run(&[with_plan.as_slice(), &["--keep-old"]].concat());
    assert_eq!(other.code, 3, "{}", other.text());
    assert!(
        other.err.contains("old records: planned was delete, and now it is keep"),
        "{}",
        other.err
    );
    let csv = deployment.world.csv();
    let fewer: Vec<&str> = csv.lines().take(3).collect();
    deployment.folder.write("migration_users.csv", fewer.join("\n"));
    let map = deployment.run(&with_plan);
    assert_eq!(map.code, 3, "{}", map.text());
    assert!(map.err.contains("the id map is another one"), "{}", map.err);
    deployment.folder.write("migration_users.csv", &csv);
    deployment.folder.edit("plan.json", "\"format\": 1", "\"format\": 2");
    assert_eq!(deployment.run(&with_plan).code, 3);
    deployment.folder.write("plan.json", "{}");
    let none = deployment.run(&with_plan);
    assert_eq!(none.code, 2, "{}", none.text());
    assert_eq!(deployment.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_without_backups_an_answer_or_what_has_to_be_there() {
    let deployment = small().await;
    for (arguments, code, says) in [
        (vec!["id-migration", "--no-confirmation"], 3, "backup-prereq"),
        (vec!["id-migration", "--dont-backup"], 4, "--no-confirmation"),
        (vec!["id-migration", "--use-sub", "--no-id-change"], 2, "cannot be used with"),
        (vec!["id-migration", "--csv-file", "none.csv"], 2, "generate-csv"),
        (vec!["id-migration", "--mark-old"], 2, "--keep-old"),
        (
            vec!["id-migration", "--only", "everything"],
            2,
            "objects, storage, old-storage, tables, login",
        ),
        (vec!["id-migration", "--only", "objects,tables"], 2, "--only objects,storage,tables"),
        (vec!["--stage", "prod", "id-migration"], 3, "--stage"),
        (vec!["id-migration", "--no-id-change"], 2, "gives"),
    ] {
        let ended = run(
            Some(&deployment.aws),
            deployment.folder.path(),
            &[
                vec!["--dep-name", "v6"],
                if arguments.contains(&"--stage") { vec![] } else { vec!["--stage", "dev"] },
                arguments.clone(),
            ]
            .concat(),
        );
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.text());
        assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
        assert_eq!(deployment.writes(), 0, "{arguments:?}");
    }
    deployment.folder.write("broken.csv", "old_id,new_id\na,b\nc,b\n");
    let broken = deployment.run(&["id-migration", "--csv-file", "broken.csv"]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("line 3"), "{}", broken.err);
    deployment.aws.faults().add(Fault::on("dynamodb", "DescribeTable").times(1_000).with(
        Effect::Error {
            status: 400,
            code: "AccessDeniedException".to_owned(),
            message: "not authorized to perform dynamodb:DescribeTable".to_owned(),
        },
    ));
    let denied = deployment.run(&MIGRATE);
    assert_eq!(denied.code, 3, "{}", denied.text());
    assert!(denied.err.contains("access denied"), "{}", denied.err);
    assert_eq!(deployment.writes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn backups_that_were_made_let_it_begin_and_a_second_run_writes_nothing() {
    let deployment = small().await;
    let made = deployment.run(&["backup-prereq"]);
    assert_eq!(made.code, 0, "{}", made.text());
    let ran = deployment.run(&[
        "--format",
        "json",
        "id-migration",
        "--no-confirmation",
        "--include-unlisted",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.text());
    let summary = ran.json();
    assert_eq!(summary["complete"], true, "{summary}");
    deployment.assert_migrated(true).await;
    deployment.aws.clear_calls();
    let again = deployment.run(&["id-migration", "--no-confirmation", "--include-unlisted"]);
    assert_eq!(again.code, 0, "{}", again.text());
    assert_eq!(deployment.writes(), 0, "{}", again.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_what_somebody_broke() {
    let deployment = small().await;
    assert_eq!(deployment.run(&MIGRATE).code, 0);
    assert_eq!(deployment.run(&["verify", "--strict"]).code, 0);
    let table = "amplify-v6-object-access-dev-cognito-users";
    let (_, new) = deployment.world.pairs.iter().find(|(old, new)| old != new).unwrap();
    let (old, _) = deployment.world.pairs.iter().find(|(_, to)| to == new).unwrap();
    use aws_sdk_dynamodb::types::AttributeValue::S;
    let client = &deployment.client;
    client.delete_item().table_name(table).key("user_id", S(new.clone())).send().await.unwrap();
    client.put_item().table_name(table).item("user_id", S(old.clone())).send().await.unwrap();
    let found = deployment.run(&["verify"]);
    assert_eq!(found.code, 5, "{}", found.text());
    for word in ["1 NOT MIGRATED", "1 MISSING"] {
        assert!(found.text().contains(word), "{}", found.text());
    }
    assert!(!found.text().contains(new.as_str()), "{}", found.text());
    let shown = deployment.run(&["verify", "--show-values"]);
    assert!(shown.text().contains(new.as_str()), "{}", shown.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_gone_on_with() {
    let deployment = Deployment::new(3, &Size::default()).await;
    let mut kills = 0;
    for after in [1, 40, 150] {
        deployment.aws.clear_calls();
        let mut child = deployment.command(&MIGRATE).spawn().unwrap();
        while support::writes(&deployment.aws) < after && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        deployment.forget_lease().await;
    }
    assert!(kills >= 2, "{kills}");
    let ran = deployment.run(&MIGRATE);
    assert_eq!(ran.code, 0, "{}", ran.text());
    deployment.assert_migrated(false).await;
    let verified = deployment.run(&["verify", "--strict"]);
    let text = format!("{}{}", ran.text(), verified.text());
    assert_eq!(verified.code, 0, "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_said_is_in_a_log_with_a_name_of_its_own() {
    let deployment = small().await;
    let logs = || -> Vec<String> {
        let entries = std::fs::read_dir(deployment.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut logs: Vec<String> = names.filter(|name| name.contains(".log")).collect();
        logs.sort();
        logs
    };
    let commands: [(&[&str], &str); 7] = [
        (&["id-migration", "--dry-run"], "id_migration_dry_run_"),
        (&["backup-prereq", "--dry-run"], "backup_prereq_dry_run_"),
        (&["backup-prereq"], "backup_prereq_backup_"),
        (&["backup-prereq", "--verify-only"], "backup_prereq_verify_"),
        (&["--format", "json", "id-migration", "--no-confirmation"], "id_migration_migration_"),
        (&["id-migration-cleanup", "--force"], "id_migration_cleanup_"),
        (&["rollback", "--no-confirmation"], "rollback_"),
    ];
    let mut known = Vec::new();
    for (arguments, name) in commands {
        let ran = deployment.run(arguments);
        let new: Vec<String> = logs().into_iter().filter(|log| !known.contains(log)).collect();
        let [log] = &new[..] else { panic!("{arguments:?}: {new:?} {}", ran.text()) };
        let digits = log.strip_prefix(name).unwrap().strip_suffix(".log").unwrap();
        let form = digits.chars().map(|c| if c.is_ascii_digit() { '0' } else { c });
        assert_eq!(form.collect::<String>(), "00000000_000000");
        assert!(ran.text().contains(&format!("The full log is in {log}.")), "{}", ran.text());
        let written = deployment.folder.read(log);
        let said = if arguments[0] == "--format" { &ran.err } else { &ran.out };
        for line in said.lines().filter(|line| !line.starts_with("The full log")) {
            assert!(written.contains(line), "{line}: {written}");
        }
        for (old, new) in deployment.world.pairs.iter().filter(|(old, _)| old.len() > 4) {
            assert!(!written.contains(old.as_str()) && !written.contains(new.as_str()));
        }
        known.push(log.clone());
    }
    // Others change nothing, and who names a file gets that one alone.
    deployment.run(&["status"]);
    deployment.run(&["verify"]);
    deployment.run(&["id-migration", "--dry-run", "--log", "own.log"]);
    known.push("own.log".to_owned());
    known.sort();
    assert_eq!(logs(), known);
}

/// What is in flight is finished, the lease is given back, and the same command goes on.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_run_says_what_it_did_and_is_gone_on_with() {
    for format in ["human", "json"] {
        let deployment = Deployment::new(6, &Size::default()).await;
        let mut child = deployment
            .command(&[&["--format", format], &MIGRATE[..]].concat())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        while support::writes(&deployment.aws) < 40 {
            assert!(child.try_wait().unwrap().is_none(), "it was to be interrupted at work");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let pid = child.id().to_string();
        std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap();
        let ended = support::finish(child);
        assert_eq!(ended.code, 130, "{}", ended.text());
        assert!(ended.err.contains("The same command goes on"), "{}", ended.err);
        assert!(
            ended.text().contains("records and objects written in 1 passes"),
            "{}",
            ended.text()
        );
        let counts = deployment.journal().count(1).unwrap();
        let of = |state| counts.iter().find(|(one, _)| *one == state).unwrap().1;
        assert_eq!(of(State::Intended), 0, "nothing was left in flight: {counts:?}");
        // The journal has the same, for who asks later.
        let status = deployment.done(&["--format", "json", "status", "--run", "1"]).json();
        assert_eq!(status["run"]["exit"], 130);
        assert!(!status["work"]["timeline"]["turns"].as_array().unwrap().is_empty(), "{status}");
        if format == "json" {
            let told = ended.json();
            assert_eq!((&told["interrupted"], &told["complete"]), (&true.into(), &false.into()));
            let total = &told["total"];
            let written: u64 = ["moved", "copied", "edited", "deleted"]
                .map(|of| total[of].as_u64().unwrap())
                .iter()
                .sum();
            assert!(written > 0 && written == of(State::Proven), "{written} {counts:?}");
        }
        // Nobody has to wait for a lease.
        let ran = deployment.run(&MIGRATE);
        assert_eq!(ran.code, 0, "{}", ran.text());
        deployment.assert_migrated(false).await;
    }
}
