//! The policies that `iam-policies` makes for the migration of profiles are what it needs: those of the
//! command's role, and those in the template of the Lambda.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod policies;
mod profile_worlds;
mod support;

use std::collections::BTreeSet;
use std::process::Command;

use iam_policies::generate::Per;
use iam_policies::model::Inventory;
use iam_policies::needs::Options;
use iam_policies::source::{manifest, records};
use policies::{Need, is_allowed, needed_by, options, statements, template};
use profile_worlds::made::world;
use profile_worlds::migrations::FILE;
use profile_worlds::runs::{Scene, create_journals};
use profile_worlds::{JOURNALS, TABLE};
use serde_json::json;
use support::{Folder, run};

const TEMPLATE: &str = include_str!("../templates/profiles-lambda.yml");

#[tokio::test(flavor = "multi_thread")]
async fn the_command_needs_its_policy_and_no_more() {
    let scene = Scene::of(&world(3, 12, false)).await;
    scene.aws.ssm().put("/amplify/dev/cicada/USER_PROFILES_TABLE", TABLE);
    let folder = Folder::new();
    folder.write("m.toml", FILE);
    let of = ["--dep-name", "cicada", "--stage", "dev"];
    let by = ["--migrations", "m.toml"];
    for (action, more) in [
        ("dry-run", &by[..]),
        ("migrate", &by),
        ("verify", &by),
        ("rollback", &["--no-confirmation"]),
    ] {
        let run =
            run(Some(&scene.aws), folder.path(), &[&["profiles", action], more, &of].concat());
        assert_eq!(run.code, 0, "{action}: {}", run.text());
    }
    let used: BTreeSet<Need> = needed_by(&scene.aws);
    let printed =
        run(Some(&scene.aws), folder.path(), &[&["permissions", "profiles"], &of[..]].concat());
    assert_eq!(printed.code, 0, "{}", printed.text());
    let statements = statements(&records(&printed.out).unwrap(), Per::Lambda, &options());
    for need in &used {
        assert!(is_allowed(&statements, need), "{need:?}");
    }
    for statement in &statements {
        for action in statement.actions.written() {
            let action = action.pattern.text();
            for resource in statement.resources.written() {
                let resource = resource.pattern.text();
                // What a transaction may have in it, and what may be read by an index, whatever the code does.
                let free = resource.ends_with("/index/*")
                    || ["kms:Decrypt", "ssm:GetParameters"].contains(&action)
                    || ["Put", "Delete", "ConditionCheck"]
                        .iter()
                        .any(|one| *action == format!("dynamodb:{one}Item"));
                let need = (action.to_owned(), resource.to_owned());
                assert!(free || used.contains(&need), "nothing needs {need:?}");
            }
        }
    }
}

/// What the function declares, with the names of a deployment.
fn declared() -> Inventory {
    let program = env!("CARGO_BIN_EXE_profiles-lambda");
    let printed = Command::new(program).arg("--required-env-vars-manifest").output().unwrap();
    let text = String::from_utf8(printed.stdout).unwrap();
    let mut inventory = manifest(&text, Some("cicada")).unwrap();
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    // A build with everything in it has the declarations of everything.
    inventory.usages.retain(|usage| {
        let function = usage.function.as_deref().unwrap_or_default();
        function.starts_with("migration_tools::lambda::profiles::")
    });
    for usage in &mut inventory.usages {
        let value = match usage.variable.as_str() {
            "USER_PROFILES_TABLE" => TABLE,
            "MIGRATION_JOURNAL_TABLE" => JOURNALS,
            "MIGRATION_TOOLS_LEASES_TABLE" => "migration-tools-leases",
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
        .replace("${ProfilesTable}", TABLE)
        .replace("${Project}-${Env}", "cicada-dev")
        .replace("${Env}/${Project}", "dev/cicada")
        .replace("/${Env}/", "/dev/");
    assert!(filled.contains(&made), "put this into the template:\n{made}");
    for variable in inventory.usages.iter().map(|usage| &usage.variable) {
        assert!(TEMPLATE.contains(&format!("          {variable}: ")), "{variable} has no value");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lambda_calls_nothing_that_its_policy_does_not_allow() {
    let scene = Scene::of(&world(3, 12, false)).await;
    create_journals(&scene.aws, JOURNALS).await;
    let function = scene.aws.lambda().await.unwrap();
    scene.aws.clear_calls();
    let folder = Folder::new();
    folder.write("migrations.toml", FILE);
    let root = folder.path().display().to_string();
    let variables = [
        ("USER_PROFILES_TABLE", TABLE),
        ("MIGRATION_JOURNAL_TABLE", JOURNALS),
        ("MIGRATION_TOOLS_LEASES_TABLE", "migration-tools-leases"),
        ("LAMBDA_TASK_ROOT", root.as_str()),
    ];
    let container = function.spawn(env!("CARGO_BIN_EXE_profiles-lambda"), variables).unwrap();
    for event in
        [json!({"dryRun": true}), json!({}), json!({"verifyOnly": true}), json!({"rollback": true})]
    {
        let answer = function.invoke(event.clone()).await.unwrap();
        assert!(answer["success"] == true, "{event}: {answer} {}", container.output());
    }
    let options = Options { stage: Some("dev".to_owned()), ..options() };
    let statements = statements(&declared(), Per::All, &options);
    // A build with everything in it asks for the commands' variables, too; that of the template has none.
    for need in needed_by(&scene.aws).iter().filter(|(action, _)| action != "ssm:GetParameters") {
        assert!(is_allowed(&statements, need), "{need:?}");
    }
}
