//! `core-table`, as an operator runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod core_worlds;
mod support;

use std::path::Path;

use core_worlds::load::{core, names, old, put, rows};
use core_worlds::made::{Size, user_id};
use core_worlds::oracle::expected;
use core_worlds::runs::Scene;
use core_worlds::{POOL, World, assert_same, by_key, item, text};
use local_aws::{Effect, Fault};
use serde_json::Value;
use support::{Folder, Run, run};

const PLAIN: Size = Size { servers: 6, users: 9, hostile: false, pool: false };
const HOSTILE: Size = Size { servers: 14, users: 24, hostile: true, pool: false };
const OF: [&str; 4] = ["--dep-name", "mc", "--stage", "dev"];

fn command(scene: &Scene, folder: &Path, arguments: &[&str]) -> Run {
    run(Some(&scene.aws), folder, &[&["core-table"], arguments, &OF].concat())
}

fn json(scene: &Scene, folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let run = command(scene, folder, &[arguments, &["--format", "json"]].concat());
    assert!(!run.out.is_empty(), "{run:?}");
    (run.code, run.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_the_guide() {
    let world = World::generate(2, Size { pool: true, ..PLAIN });
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    let path = folder.path();
    let before = old(&scene.client).await;
    let pool = ["--user-pool-id", POOL];

    let (code, planned) = json(&scene, path, &[&["dry-run"][..], &pool].concat());
    assert_eq!((code, planned["command"].as_str()), (0, Some("core-table dry-run")), "{planned}");
    assert_same(&by_key(world.core.clone()), &core(&scene.client).await, "a dry run");
    assert!(!path.join(".migration-tools").exists());

    let exported = command(&scene, path, &["export", "--out", "backup"]);
    assert_eq!(exported.code, 0, "{}", exported.text());
    let again = command(&scene, path, &["export", "--out", "backup"]);
    assert_eq!(again.code, 2, "{}", again.text());

    let (code, done) = json(&scene, path, &[&["migrate"][..], &pool].concat());
    assert_eq!((code, done["complete"].as_bool()), (0, Some(true)), "{done}");
    assert_same(&expected(&world).core, &core(&scene.client).await, "migrated");
    let to_write: u64 = ["servers", "memberships", "users"]
        .iter()
        .map(|table| planned["tables"][table]["absent"].as_u64().unwrap())
        .sum();
    assert_eq!(done["total"]["copied"], to_write, "{done}");

    let verified = command(&scene, path, &[&["verify"][..], &pool].concat());
    assert_eq!(verified.code, 0, "{}", verified.text());
    assert!(verified.out.contains("Both sides agree"), "{}", verified.text());
    let again = command(&scene, path, &[&["migrate"][..], &pool].concat());
    assert!(again.code == 0 && again.out.contains(" 0 rows written"), "{}", again.text());

    let asked = command(&scene, path, &["rollback"]);
    assert_eq!(asked.code, 4, "nobody can be asked: {}", asked.text());
    let undone = command(&scene, path, &["rollback", "--no-confirmation"]);
    assert_eq!(undone.code, 0, "{}", undone.text());
    assert_same(&by_key(world.core.clone()), &core(&scene.client).await, "rolled back");
    assert_eq!(old(&scene.client).await, before, "an old table was changed");

    // The day on which somebody deletes the old rows too early.
    let table = names().memberships;
    for row in rows(&scene.client, &table).await.iter().take(3) {
        let mut key = row.clone();
        key.retain(|name, _| name == "userId" || name == "serverId");
        scene.client.delete_item().table_name(&table).set_key(Some(key)).send().await.unwrap();
    }
    let file = format!("backup/{table}.jsonl");
    let restored = command(&scene, path, &["export", "--restore", &file]);
    assert_eq!(restored.code, 0, "{}", restored.text());
    assert_eq!(old(&scene.client).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_over_is_named_with_what_to_do() {
    let world = World::generate(1, HOSTILE);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    let path = folder.path();
    let left: usize = expected(&world).left.iter().sum();

    assert_eq!(command(&scene, path, &["dry-run"]).code, 1);
    let migrated = command(&scene, path, &["migrate"]);
    assert_eq!(migrated.code, 1, "{}", migrated.text());
    for part in [
        "it has an attribute `",
        "its `role` is no text",
        "CoreTable has another row for it: `",
        "there is no server of this id",
        "an id is too long",
        "have different addresses",
        "the role is none that is known",
    ] {
        assert!(migrated.err.contains(part), "`{part}` is not in {}", migrated.err);
    }
    assert!(!migrated.text().contains("@one.example"), "{}", migrated.text());
    let (code, verified) = json(&scene, path, &["verify", "--show-values"]);
    assert_eq!((code, verified["differences"].as_u64()), (5, Some(left as u64)), "{verified}");
    assert_eq!(verified["rows"].as_array().unwrap().len(), left);
    let status = run(Some(&scene.aws), path, &["status", "--run", "1", "--show-values"]);
    assert!(status.code == 0 && status.out.contains("core-table rollback --run 1"), "{status:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn some_users_first() {
    let world = World::generate(2, PLAIN);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    folder.write("users", format!("{}\n\n  {}  \n", user_id(0), user_id(4)));
    let users = ["--users", "users"];
    let (code, done) = json(&scene, folder.path(), &[&["migrate"][..], &users].concat());
    assert_eq!((code, done["users"].as_u64()), (0, Some(2)), "{done}");
    assert_eq!(done["tables"][2]["counts"]["records"], 2, "{done}");
    assert_eq!(command(&scene, folder.path(), &[&["verify"][..], &users].concat()).code, 0);
    assert_eq!(command(&scene, folder.path(), &["verify"]).code, 5);
    assert_eq!(command(&scene, folder.path(), &["migrate"]).code, 0);
    assert_eq!(command(&scene, folder.path(), &["verify"]).code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_may_have_other_names() {
    let world = World::generate(2, PLAIN);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    let names = names();
    // Another deployment by name, and these tables by parameter and by flag.
    let of = ["--dep-name", "other", "--stage", "dev", "--core-table", names.core.as_str()];
    scene.aws.ssm().put("/amplify/dev/SERVERS_TABLE_NAME", &names.servers);
    scene.aws.ssm().put("/amplify/dev/other/USER_MEMBERSHIP_TABLE_NAME", &names.memberships);
    let arguments = [&["core-table", "dry-run", "--format", "json"], &of[..]].concat();
    let run = run(Some(&scene.aws), folder.path(), &arguments);
    assert_eq!(run.code, 0, "{}", run.text());
    assert_eq!(run.json()["tables"]["servers"]["records"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_refused_before_anything_is_read() {
    let world = World::generate(2, PLAIN);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    folder.write("none", "\n\n");
    folder.write("csv", "ada\nold_id,new_id\n");
    let servers = names().servers;
    for (arguments, code, said) in [
        (vec!["migrate", "--users", "none"], 2, "names no user"),
        (vec!["migrate", "--users", "csv"], 2, "line 2 is no userId"),
        (vec!["migrate", "--users", "missing"], 2, "missing"),
        (vec!["migrate", "--core-table", "a b"], 2, "the character ` `"),
        (vec!["migrate", "--core-table", "mc-dev-Core"], 3, "mc-dev-Core"),
        (vec!["verify", "--core-table", &servers], 2, "was given for two"),
        (
            vec!["dry-run", "--servers-table", "mc-dev-CoreTable", "--core-table", &servers],
            2,
            "has the key (PK, SK)",
        ),
        (vec!["export"], 2, "--out"),
        (vec!["rollback"], 3, "there is no journal"),
        (vec!["rollback", "--run", "x"], 2, "invalid value"),
        (vec!["migrate", "--user-pool-id", "eu-west-1_nobody"], 1, "no user pool eu-west-1_nobody"),
    ] {
        let run = command(&scene, folder.path(), &arguments);
        assert!(run.code == code && run.err.contains(said), "{arguments:?}: {run:?}");
    }
    let (code, message) = ("AccessDeniedException".to_owned(), "no".to_owned());
    let denied = Effect::Error { status: 400, code, message };
    scene.aws.faults().add(Fault::on("dynamodb", "DescribeTable").every().with(denied));
    let run = command(&scene, folder.path(), &["verify"]);
    assert!(run.code == 3 && run.err.contains("ask for the permission"), "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_table_that_was_made_anew_is_not_taken_for_the_old_one() {
    let world = World::generate(2, PLAIN);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    assert_eq!(command(&scene, folder.path(), &["migrate"]).code, 0);
    let core = names().core;
    scene.client.delete_table().table_name(&core).send().await.unwrap();
    let empty = World { servers: Vec::new(), memberships: Vec::new(), ..world };
    core_worlds::load::create_core(&scene.client).await;
    for row in empty.core {
        put(&scene.client, &core, row).await;
    }
    let run = command(&scene, folder.path(), &["migrate"]);
    assert!(run.code == 3 && run.err.contains("give another --journal"), "{run:?}");
    let run = command(&scene, folder.path(), &["migrate", "--journal", "second"]);
    assert_eq!(run.code, 0, "{}", run.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_index_is_told() {
    let world = World::generate(2, PLAIN);
    let scene = Scene::of(&world).await;
    let folder = Folder::new();
    let copy = "mc-dev-Plain";
    core_worlds::load::create_plain(&scene.client, copy).await;
    put(&scene.client, copy, item(&[("PK", text("a")), ("SK", text("b"))])).await;
    let run = command(&scene, folder.path(), &["migrate", "--core-table", copy]);
    assert!(run.code == 0 && run.err.contains("has no index SK-PK-index"), "{run:?}");
}
