//! The policies that `iam-policies` makes for the CoreTable migration are what it needs: those of the
//! command's role, and those in the template of the Lambda.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod core_worlds;
mod policies;
mod support;

use std::process::Command;

use core_worlds::load::{create_journals, names};
use core_worlds::made::{Size, user_id};
use core_worlds::runs::Scene;
use core_worlds::{POOL, World};
use iam_policies::generate::Per;
use iam_policies::model::Inventory;
use iam_policies::needs::Options;
use iam_policies::source::{manifest, records};
use policies::{arn, is_allowed, needed_by, options, statements, template};
use serde_json::json;
use support::{Folder, run};

const SIZE: Size = Size { servers: 6, users: 9, hostile: false, pool: true };
const JOURNALS: &str = "mc-dev-MigrationJournal";
const TEMPLATE: &str = include_str!("../templates/core-table-lambda.yml");

#[tokio::test(flavor = "multi_thread")]
async fn the_command_needs_its_policy_and_no_more() {
    let world = World::generate(2, SIZE);
    let scene = Scene::of(&world).await;
    scene.aws.ssm().put("/amplify/dev/COGNITO_USER_POOL_ID", POOL);
    let folder = Folder::new();
    folder.write("users", user_id(0));
    let of = ["--dep-name", "mc", "--stage", "dev"];
    for (action, more) in [
        ("dry-run", &[][..]),
        ("export", &["--out", "backup"]),
        ("migrate", &["--users", "users"]),
        ("verify", &["--users", "users"]),
        ("migrate", &[]),
        ("verify", &[]),
        ("rollback", &["--no-confirmation"]),
    ] {
        let arguments = [&["core-table", action], more, &of].concat();
        let run = run(Some(&scene.aws), folder.path(), &arguments);
        assert!(run.code == 0 || run.code == 5, "{action}: {}", run.text());
    }
    let mut used = needed_by(&scene.aws);
    // Rows that change while they are copied, and rows that stand there already.
    let core = arn("dynamodb", "table/mc-dev-CoreTable");
    for action in ["UpdateItem", "ConditionCheckItem"] {
        used.insert((format!("dynamodb:{action}"), core.clone()));
    }
    let printed =
        run(Some(&scene.aws), folder.path(), &[&["permissions", "core-table"], &of[..]].concat());
    assert_eq!(printed.code, 0, "{}", printed.text());
    let inventory = records(&printed.out).unwrap();
    let statements = statements(&inventory, Per::Lambda, &options());
    for need in &used {
        assert!(is_allowed(&statements, need), "{need:?}");
    }
    for statement in &statements {
        for action in statement.actions.written() {
            let action = action.pattern.text();
            if action == "kms:Decrypt" {
                continue;
            }
            for resource in statement.resources.written() {
                let resource = resource.pattern.text();
                // What is declared to be read may be read by its indexes, whatever the code does.
                let free = resource.ends_with("/index/*") || action == "ssm:GetParameters";
                let need = (action.to_owned(), resource.to_owned());
                assert!(free || used.contains(&need), "nothing needs {need:?}");
            }
        }
    }
    assert!(!used.iter().any(|(action, resource)| {
        let old = [names().servers, names().memberships];
        let writes = ["Put", "Update", "Delete", "ConditionCheck"];
        old.iter().any(|name| resource.ends_with(name))
            && writes.iter().any(|write| action.contains(write))
    }));
}

/// What the function declares, with the names of a deployment.
fn declared() -> Inventory {
    let program = env!("CARGO_BIN_EXE_core-table-lambda");
    let printed = Command::new(program).arg("--required-env-vars-manifest").output().unwrap();
    let text = String::from_utf8(printed.stdout).unwrap();
    let mut inventory = manifest(&text, Some("mc")).unwrap();
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    let own = |function: &Option<String>| {
        let function = function.as_deref().unwrap_or_default();
        function.starts_with("migration_tools::lambda::core_table::")
    };
    inventory.usages.retain(|usage| own(&usage.function));
    let names = names();
    for usage in &mut inventory.usages {
        let value = match usage.variable.as_str() {
            "SERVERS_TABLE_NAME" => &names.servers,
            "USER_MEMBERSHIP_TABLE_NAME" => &names.memberships,
            "CORE_TABLE_NAME" => &names.core,
            "MIGRATION_JOURNAL_TABLE" => JOURNALS,
            "MIGRATION_TOOLS_LEASES_TABLE" => "migration-tools-leases",
            "COGNITO_USER_POOL_ID" => POOL,
            other => panic!("the template says nothing of {other}"),
        };
        usage.values.insert(value.to_owned(), None);
    }
    inventory
}

#[test]
fn the_template_has_the_policy_that_is_made_of_the_declarations() {
    let options = Options { stage: Some("dev".to_owned()), ..Options::default() };
    let inventory = declared();
    let made = template(&inventory, &options);
    let filled = TEMPLATE
        .replace("${Project}-${Env}", "mc-dev")
        .replace("${UserPoolId}", POOL)
        .replace("${Env}/${Project}", "dev/mc")
        .replace("/${Env}/", "/dev/");
    assert!(filled.contains(&made), "put this into the template:\n{made}");
    for variable in inventory.usages.iter().map(|usage| &usage.variable) {
        assert!(TEMPLATE.contains(&format!("          {variable}: ")), "{variable} has no value");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lambda_calls_nothing_that_its_policy_does_not_allow() {
    let world = World::generate(2, SIZE);
    let scene = Scene::of(&world).await;
    create_journals(&scene.client, JOURNALS).await;
    let function = scene.aws.lambda().await.unwrap();
    scene.aws.clear_calls();
    let names = names();
    let variables = [
        ("SERVERS_TABLE_NAME", names.servers.as_str()),
        ("USER_MEMBERSHIP_TABLE_NAME", names.memberships.as_str()),
        ("CORE_TABLE_NAME", names.core.as_str()),
        ("MIGRATION_JOURNAL_TABLE", JOURNALS),
        ("MIGRATION_TOOLS_LEASES_TABLE", "migration-tools-leases"),
        ("COGNITO_USER_POOL_ID", POOL),
    ];
    let container = function.spawn(env!("CARGO_BIN_EXE_core-table-lambda"), variables).unwrap();
    for action in ["dry-run", "migrate", "verify", "rollback"] {
        let answer = function.invoke(json!({ "action": action })).await.unwrap();
        assert_eq!(
            answer["statusCode"],
            200,
            "{action}: {} {}",
            answer["body"],
            container.output()
        );
    }
    let options = Options { stage: Some("dev".to_owned()), ..options() };
    let statements = statements(&declared(), Per::All, &options);
    // A build with everything in it asks for the commands' variables, too; that of the template has none.
    for need in needed_by(&scene.aws).iter().filter(|(action, _)| action != "ssm:GetParameters") {
        assert!(is_allowed(&statements, need), "{need:?}");
    }
}
