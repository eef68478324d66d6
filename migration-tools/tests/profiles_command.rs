//! `profiles`, as an operator runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod profile_worlds;
mod support;

use aws_sdk_dynamodb::types::AttributeValue::M;
use local_aws::Effect;
use migration_tools::engine::journal::Journal;
use migration_tools::profiles::moment;
use profile_worlds::made::world;
use profile_worlds::migrations::FILE;
use profile_worlds::oracle::expected;
use profile_worlds::runs::{Scene, create};
use profile_worlds::{Profiles, TABLE, assert_same, by_key, item, number, text};
use serde_json::{Value, json};
use support::{Folder, Run, run};

const OF: [&str; 4] = ["--dep-name", "cicada", "--stage", "dev"];
const BY: [&str; 4] = ["--table", TABLE, "--migrations", "m.toml"];

struct Desk {
    scene: Scene,
    folder: Folder,
}

impl Desk {
    async fn of(world: &Profiles) -> Self {
        let folder = Folder::new();
        folder.write("m.toml", FILE);
        Self { scene: Scene::of(world).await, folder }
    }

    /// A command line as it is.
    fn plain(&self, arguments: &[&str]) -> Run {
        let all = [&["profiles"], arguments, &OF].concat();
        run(Some(&self.scene.aws), self.folder.path(), &all)
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.plain(&[arguments, &BY].concat())
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let run = self.run(&[arguments, &["--format", "json"]].concat());
        assert!(!run.out.is_empty(), "{run:?}");
        (run.code, run.json())
    }

    /// The time that the first run's migrations were given.
    fn now(&self) -> String {
        let journal = Journal::open_existing(&self.folder.path().join(".migration-tools")).unwrap();
        moment(&journal.runs().unwrap(), 1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_the_guide() {
    let before = world(3, 30, false);
    let desk = Desk::of(&before).await;
    let (code, planned) = desk.json(&["dry-run"]);
    assert_eq!((code, &planned["target_version"]), (0, &json!(4)), "{planned}");
    assert_same(&before, &desk.scene.profiles().await, "a dry run");
    assert!(!desk.folder.path().join(".migration-tools").exists());
    let fields: Vec<&Value> = planned["changes"].as_array().unwrap().iter().collect();
    let counted: u64 = fields.iter().map(|one| one["profiles"].as_u64().unwrap()).sum();
    assert_eq!(planned["older"], counted);
    let renamed = json!({"field": "profileData.characterName", "what": "removed"});
    assert!(fields.iter().any(|one| one["fields"].as_array().unwrap().contains(&renamed)));
    assert!(!planned.to_string().contains("user-"), "a key without being asked for");

    let early = desk.run(&["verify"]);
    assert_eq!(early.code, 5, "{}", early.text());
    let (code, done) = desk.json(&["migrate"]);
    assert_eq!((code, &done["complete"]), (0, &json!(true)), "{done}");
    assert_eq!(done["total"]["edited"], counted);
    let after = expected(&before, 4, &desk.now());
    assert_same(&after.profiles, &desk.scene.profiles().await, "migrated");
    let verified = desk.run(&["verify"]);
    assert!(verified.code == 0 && verified.out.contains("Every profile has the version"));
    let again = desk.run(&["migrate"]);
    assert!(again.code == 0 && again.out.contains(" 0 profiles written"), "{}", again.text());

    let listed = run(None, desk.folder.path(), &["status"]);
    assert!(listed.code == 0 && listed.out.matches("profiles migrate").count() == 2, "{listed:?}");
    let told = run(None, desk.folder.path(), &["status", "--run", "1"]);
    assert!(told.out.contains("profiles rollback"), "{}", told.text());
    let asked = desk.plain(&["rollback", "--table", TABLE]);
    assert_eq!(asked.code, 4, "nobody can be asked: {}", asked.text());
    let undone = desk.plain(&["rollback", "--table", TABLE, "--no-confirmation"]);
    assert_eq!(undone.code, 0, "{}", undone.text());
    assert_same(&before, &desk.scene.profiles().await, "rolled back");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_migrated_is_named_and_the_rest_is_migrated() {
    let before = world(1, 30, true);
    let desk = Desk::of(&before).await;
    let run = desk.run(&["migrate", "--log", "log"]);
    assert_eq!(run.code, 1, "{}", run.text());
    let after = expected(&before, 4, &desk.now());
    assert_same(&after.profiles, &desk.scene.profiles().await, "migrated");
    assert!(run.err.contains("refused") && run.err.contains("version"), "{}", run.text());
    assert!(!run.text().contains("user-") && !desk.folder.read("log").contains("user-"));
    let named = ["status", "--run", "1", "--show-values", "--format", "json"];
    let named = support::run(None, desk.folder.path(), &named).json();
    let count = named["findings"].as_array().unwrap().iter();
    assert_eq!(
        count.map(|one| one["count"].as_u64().unwrap()).sum::<u64>(),
        after.left.len() as u64
    );
    let (code, verified) = desk.json(&["verify"]);
    assert_eq!((code, &verified["refused"]), (5, &json!(after.left.len())), "{verified}");
    let shown = desk.run(&["dry-run", "--show-values", "--log", "second"]);
    assert!(shown.code == 1 && shown.out.contains("user-"), "{}", shown.text());
    assert!(!desk.folder.read("second").contains("user-"), "no log may keep ids of users");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_asked_for_a_failure_takes_everything_back() {
    let before = world(1, 30, true);
    let desk = Desk::of(&before).await;
    let (code, done) = desk.json(&["migrate", "--rollback-on-failure"]);
    assert_eq!(code, 1, "{done}");
    assert_eq!(done["taken_back"]["rolled_back"], done["total"]["edited"], "{done}");
    assert_same(&before, &desk.scene.profiles().await, "taken back");
    let sound = Desk::of(&world(3, 12, false)).await;
    let (code, done) = sound.json(&["migrate", "--rollback-on-failure"]);
    assert_eq!((code, &done["taken_back"]), (0, &Value::Null), "{done}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_ended_is_gone_on_with_at_its_own_time() {
    let mut before = world(3, 24, false);
    for profile in before.values_mut() {
        profile
            .retain(|name, _| !["version", "updatedAt", "lastAccessedAt"].contains(&name.as_str()));
    }
    let desk = Desk::of(&before).await;
    let fault = support::on_write().after(8).with(Effect::Error {
        status: 400,
        code: "ExpiredTokenException".to_owned(),
        message: "The security token included in the request is expired".to_owned(),
    });
    desk.scene.aws.faults().add(fault);
    let ended = desk.run(&["migrate", "--concurrency", "1"]);
    assert_eq!(ended.code, 3, "{}", ended.text());
    desk.scene.aws.faults().clear();
    let (code, done) = desk.json(&["migrate"]);
    assert_eq!((code, &done["run"]), (0, &json!(2)), "{done}");
    let written = done["total"]["edited"].as_u64().unwrap();
    assert!((1..24).contains(&written), "{done}");
    let after = expected(&before, 4, &desk.now());
    assert_same(&after.profiles, &desk.scene.profiles().await, "gone on with");
    let undone = desk.plain(&["rollback", "--table", TABLE, "--no-confirmation"]);
    assert_eq!(undone.code, 0, "{}", undone.text());
    assert_same(&before, &desk.scene.profiles().await, "both runs go together");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_said_before_anything_is_read() {
    let desk = Desk::of(&world(3, 4, false)).await;
    let gap = FILE.replace("from = 2\nto = 3", "from = 7\nto = 8");
    desk.folder.write("gap.toml", gap);
    desk.folder
        .write("empty.toml", "[[migration]]\nfrom = 1\nto = 2\ndescription = \"d\"\nsteps = []\n");
    desk.folder.write("bad.toml", "[[migration]\n");
    let key = "[[migration]]\nfrom = 1\nto = 2\ndescription = \"d\"\nsteps = [{ remove = \"profileKey\" }]\n";
    desk.folder.write("key.toml", key);
    desk.folder.write("part.toml", key.replace("profileKey", "profileId.x"));
    desk.scene.aws.clear_calls();
    for (arguments, said) in [
        (&["migrate", "--table", TABLE][..], "give --migrations FILE.toml"),
        (&["migrate", "--table", TABLE, "--migrations", "none.toml"], "none.toml"),
        (
            &["migrate", "--table", TABLE, "--migrations", "gap.toml"],
            "no migration goes from version 2",
        ),
        (
            &["verify", "--table", TABLE, "--migrations", "empty.toml"],
            "line 5, column 9: the migration names no field",
        ),
        (&["migrate", "--table", TABLE, "--migrations", "bad.toml"], "line 1"),
        (
            &["migrate", "--table", TABLE, "--migrations", "m.toml", "--target-version", "5"],
            "the newest known is 4",
        ),
        (&["migrate", "--table", TABLE, "--migrations", "m.toml", "--target-version", "0"], "0"),
        (
            &["dry-run", "--table", TABLE, "--migrations", "m.toml", "--target-version", "two"],
            "two",
        ),
        (&["migrate", "--table", "no!", "--migrations", "m.toml"], "no!"),
    ] {
        let run = desk.plain(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.text());
        assert!(run.err.contains(said), "{arguments:?}: {}", run.text());
    }
    assert_eq!(desk.scene.aws.count("dynamodb", "DescribeTable"), 0);
    for file in ["key.toml", "part.toml"] {
        let run = desk.plain(&["migrate", "--table", TABLE, "--migrations", file]);
        assert!(run.code == 2 && run.err.contains("part of the key"), "{}", run.text());
    }
    let none = desk.plain(&["verify", "--migrations", "m.toml"]);
    assert!(none.code == 2 && none.err.contains("USER_PROFILES_TABLE"), "{}", none.text());
    let absent = desk.plain(&["verify", "--table", "other", "--migrations", "m.toml"]);
    assert!(absent.code == 3 && absent.err.contains("no table `other`"), "{}", absent.text());
    assert_eq!(desk.scene.aws.count("dynamodb", "Scan"), 0);
    assert_eq!(support::writes(&desk.scene.aws), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_found_by_its_variable_and_its_keys_are_called_as_they_are() {
    let desk = Desk::of(&Profiles::new()).await;
    let other = "profiles-elsewhere";
    create(&desk.scene.aws, other, "sortKey").await;
    let profile = item(&[
        ("userId", text("ada")),
        ("sortKey", text("character#a#b")),
        ("profileType", text("character")),
        ("profileId", text("a#b")),
        ("profileData", M(item(&[("characterName", text("Nim"))]))),
    ]);
    let put = desk.scene.client.put_item().table_name(other).set_item(Some(profile.clone()));
    put.send().await.unwrap();
    desk.scene.aws.ssm().put("/amplify/dev/cicada/USER_PROFILES_TABLE", other);
    let run = desk.plain(&["migrate", "--migrations", "m.toml", "--target-version", "3"]);
    assert_eq!(run.code, 0, "{}", run.text());
    let all = desk.scene.client.scan().table_name(other).send().await.unwrap();
    let after = &all.items()[0];
    assert_eq!((&after["version"], &after["sortKey"]), (&number("3"), &profile["sortKey"]));
    assert_eq!(after["profileData"].as_m().unwrap()["name"], text("Nim"));
    // The journal is of that table.
    let elsewhere = desk.run(&["migrate"]);
    assert!(elsewhere.code == 3 && elsewhere.err.contains("another table"), "{}", elsewhere.text());
    assert_same(&by_key([]), &desk.scene.profiles().await, "the other table");
}
