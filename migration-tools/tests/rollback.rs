//! `rollback` and `id-migration-cleanup`, with the real command on whole deployments.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod deployed;
mod support;
mod worlds;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue::S;
use deployed::{Deployment, MIGRATE};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::{Item, canonical};
use serde_json::json;
use worlds::oracle::{Options, expected};
use worlds::{Rows, Size, World, differences, item};

const ACCOUNTS: &str = "ACCOUNTS_DYNAMO_TABLE";
const COSTS: &str = "COST_CALCULATIONS_DYNAMO_TABLE";

/// Every table, some users.
fn size() -> Size {
    Size { users: 6, rows: 2, filler: 3, large: false, ..Size::default() }
}

async fn small() -> Deployment {
    let tables = vec![ACCOUNTS, "COGNITO_USERS_DYNAMODB_TABLE", "USER_DATA_STORAGE_TABLE"];
    Deployment::new(7, &Size { users: 4, tables, large: false, ..Size::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_deployment_is_as_it_was_before() {
    for (seed, old) in [(1, &[][..]), (2, &["--keep-old"]), (3, &["--keep-old", "--mark-old"])] {
        let deployment = Deployment::new(seed, &size()).await;
        let before = deployment.dump().await;
        deployment.done(&[&MIGRATE, old].concat());
        assert!(!differences(&before, &deployment.dump().await).is_empty());
        let writes = deployment.all_writes();
        let dry = deployment.done(&["--format", "json", "rollback", "--dry-run"]).json();
        assert_eq!(deployment.all_writes(), writes);
        let run = deployment.done(&["--format", "json", "rollback", "--no-confirmation"]).json();
        assert_eq!(run["total"], dry["total"]);
        assert_eq!((run["total"]["refused"].as_u64(), &run["runs"]), (Some(0), &dry["runs"]));
        deployment.assert_is(&before, &format!("{old:?}")).await;
        let writes = deployment.all_writes();
        let again = deployment.done(&["rollback"]);
        assert!(again.out.contains("nothing to take back"), "{}", again.text());
        assert_eq!(deployment.all_writes(), writes);
        // And the way forward is open again.
        deployment.done(&MIGRATE);
        let options = Options { keep_old: false, include_unlisted: false };
        deployment.assert_is(&expected(&deployment.world, &options), "migrated again").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cleaned_up_it_is_as_if_nothing_had_been_kept() {
    for (seed, old) in [(4, &["--keep-old"][..]), (5, &["--keep-old", "--mark-old"])] {
        let deployment = Deployment::new(seed, &size()).await;
        let before = deployment.dump().await;
        deployment.done(&[&MIGRATE, old].concat());
        let kept = deployment.dump().await;
        let writes = deployment.all_writes();
        let dry =
            deployment.done(&["--format", "json", "id-migration-cleanup", "--dry-run"]).json();
        assert_eq!(deployment.all_writes(), writes);
        let run = deployment.done(&["--format", "json", "id-migration-cleanup", "--force"]).json();
        assert_eq!(
            (&run["total"], run["total"]["deleted"].as_u64() > Some(50)),
            (&dry["total"], true)
        );
        let options = Options { keep_old: false, include_unlisted: false };
        deployment.assert_is(&expected(&deployment.world, &options), "cleaned up").await;
        let again = deployment.done(&["id-migration-cleanup"]);
        assert!(again.out.contains("0 old records"), "{}", again.text());
        deployment.done(&["rollback", "--run", "2", "--no-confirmation"]);
        deployment.assert_is(&kept, "the clean-up taken back").await;
        deployment.done(&["id-migration-cleanup", "--force"]);
        deployment.done(&["rollback", "--no-confirmation"]);
        deployment.assert_is(&before, "all taken back").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_there_is_no_terminal() {
    let deployment = small().await;
    deployment.done(&[&MIGRATE[..], &["--keep-old"]].concat());
    let migrated = deployment.dump().await;
    let writes = deployment.all_writes();
    for (command, flag) in [("rollback", "--no-confirmation"), ("id-migration-cleanup", "--force")]
    {
        let run = deployment.run(&[command]);
        assert_eq!(run.code, 4, "{}", run.text());
        assert!(run.err.contains(flag), "{}", run.text());
    }
    assert_eq!(deployment.all_writes(), writes);
    deployment.assert_is(&migrated, "not confirmed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_journal_nothing_is_done() {
    let deployment = small().await;
    deployment.done(&[&MIGRATE[..], &["--keep-old"]].concat());
    let writes = deployment.all_writes();
    for command in [["rollback", "--no-confirmation"], ["id-migration-cleanup", "--force"]] {
        let run = deployment.run(&[&["--journal", "elsewhere"], &command[..]].concat());
        assert_eq!(run.code, 3, "{}", run.text());
        assert!(run.err.contains("there is no journal"), "{}", run.text());
        assert!(!deployment.folder.path().join("elsewhere").exists());
    }
    let unknown = deployment.run(&["rollback", "--run", "9", "--no-confirmation"]);
    assert_eq!(unknown.code, 2, "{}", unknown.text());
    assert_eq!(deployment.all_writes(), writes);
}

/// Rows that are in the one and not in the other.
fn beyond(rows: &Rows, of: &Rows) -> usize {
    let others = |key| of.get(key).into_iter().flatten().map(canonical).collect::<BTreeSet<_>>();
    let own = |(key, rows): (&&'static str, &Vec<Item>)| {
        let others = others(*key);
        rows.iter().filter(|row| !others.contains(&canonical(row))).count()
    };
    rows.iter().map(own).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_journal_only_what_is_exactly_copied_is_deleted() {
    for (seed, old) in [(8, &["--keep-old"][..]), (9, &["--keep-old", "--mark-old"])] {
        let deployment = Deployment::new(seed, &size()).await;
        deployment.done(&[&MIGRATE, old].concat());
        let kept = deployment.dump().await;
        std::fs::remove_dir_all(deployment.folder.path().join(".migration-tools")).unwrap();
        let writes = deployment.all_writes();
        let by_file = ["id-migration-cleanup", "--csv-file", "migration_users.csv"];
        let dry = deployment.run(&[&["--format", "json"], &by_file[..], &["--dry-run"]].concat());
        assert_eq!((dry.code, deployment.all_writes()), (1, writes), "{}", dry.text());
        let run = deployment.run(&[&["--format", "json"], &by_file[..], &["--force"]].concat());
        assert_eq!(run.code, 1, "{}", run.text());
        let total = &run.json()["total"];
        assert_eq!(*total, dry.json()["total"]);
        assert_eq!(
            (total["deleted"].as_u64() > Some(50), total["changed_copies"].as_u64()),
            (true, Some(0))
        );
        // What was deleted was copied: nothing is missing that a migration leaves.
        let options = Options { keep_old: false, include_unlisted: false };
        let (expected, found) = (expected(&deployment.world, &options), deployment.dump().await);
        assert_eq!((beyond(&expected, &found), beyond(&found, &kept)), (0, 0));
        assert_eq!(beyond(&found, &expected) as u64, total["refused"].as_u64().unwrap());
        deployment.done(&["rollback", "--run", "1", "--no-confirmation"]);
        deployment.assert_is(&kept, "the clean-up taken back").await;
    }
}

/// As much may have been spent under the new id as under the old one.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_journal_and_a_mark_the_same_amounts_are_no_copy() {
    let cost = |id: &str, of: &str, cost: u8| {
        item(json!({"id": id, "accountInfo": of, "dailyCost": cost, "record_type": "cost"}))
    };
    let rows = vec![
        cost("turing.alan", "some", 1),
        cost("turinga1", "some", 1),
        cost("turing.alan", "none", 0),
        cost("turinga1", "none", 0),
    ];
    let world = World {
        dep_name: "v6",
        stage: "dev",
        pairs: vec![("turing.alan".to_owned(), "turinga1".to_owned())],
        idp_prefix: None,
        tables: [
            (COSTS, rows),
            ("USER_DATA_STORAGE_TABLE", Vec::new()),
            ("COGNITO_USERS_DYNAMODB_TABLE", Vec::new()),
        ]
        .into(),
    };
    let deployment = Deployment::of(world).await;
    let mut expected = deployment.dump().await;
    let arguments = ["id-migration-cleanup", "--csv-file", "migration_users.csv", "--force"];
    let run = deployment.run(&[&["--format", "json"], &arguments[..]].concat());
    assert_eq!(run.code, 1, "{}", run.text());
    let told = run.json();
    assert_eq!(told["total"]["deleted"], 1, "{told}");
    assert_eq!(told["findings"][0]["table"], COSTS, "{told}");
    expected.get_mut(COSTS).unwrap().retain(|row| *row != cost("turing.alan", "none", 0));
    deployment.assert_is(&expected, "cleaned up").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_is_told_and_left() {
    let deployment = small().await;
    deployment.done(&MIGRATE);
    let accounts = Table::of_key(ACCOUNTS).unwrap().name(&deployment.world.deployment());
    let (_, new) = deployment.world.pairs.iter().find(|(old, new)| old != new).unwrap();
    let key = S(new.clone());
    let update = deployment.client.update_item().table_name(accounts).key("user", key);
    let update = update.update_expression("SET seen = :now");
    update.expression_attribute_values(":now", S("today".to_owned())).send().await.unwrap();
    let run = deployment.run(&["--format", "json", "rollback", "--no-confirmation"]);
    assert_eq!(run.code, 1, "{}", run.text());
    let told = run.json();
    assert_eq!(told["total"]["refused"].as_u64(), Some(1), "{told}");
    assert_eq!(told["findings"][0]["table"], ACCOUNTS);
    assert_eq!(told["findings"][0]["reason"], "somebody has changed it since");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_was_stopped_is_finished_before_anything_else() {
    let deployment = Deployment::new(4, &size()).await;
    let before = deployment.dump().await;
    deployment.done(&MIGRATE);
    deployment.aws.clear_calls();
    let mut child = deployment
        .command(&["rollback", "--no-confirmation"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while support::writes(&deployment.aws) < 3 {
        assert!(child.try_wait().unwrap().is_none(), "it was to be killed at work");
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    deployment.forget_lease().await;
    let early = deployment.run(&MIGRATE);
    assert_eq!(early.code, 3, "{}", early.text());
    assert!(early.err.contains("finish it with `migration-tools rollback`"), "{}", early.err);
    deployment.done(&["rollback", "--no-confirmation"]);
    deployment.assert_is(&before, "rolled back in two goes").await;
    deployment.done(&MIGRATE);
}
