//! Profiles as a Lambda: its process under the Runtime API, as AWS runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod profile_worlds;
mod support;

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue::N;
use local_aws::{Effect, LambdaFunction, Process};
use migration_tools::engine::item::Item;
use profile_worlds::made::world;
use profile_worlds::migrations::FILE;
use profile_worlds::oracle::expected;
use profile_worlds::runs::{Scene, create_journals};
use profile_worlds::{JOURNALS, Profiles, TABLE, assert_same, item, text};
use serde_json::{Value, json};
use support::Folder;

const PROGRAM: &str = env!("CARGO_BIN_EXE_profiles-lambda");
const LONG: Duration = Duration::from_secs(60);

/// A function in a world, with the table for its journals.
struct Deployed {
    scene: Scene,
    function: LambdaFunction,
    /// The function's folder.
    root: Folder,
}

impl Deployed {
    async fn of(world: &Profiles, timeout: Duration) -> Self {
        let scene = Scene::of(world).await;
        create_journals(&scene.aws, JOURNALS).await;
        let function = scene.aws.lambda().await.unwrap().with_timeout(timeout);
        scene.aws.clear_calls();
        let root = Folder::new();
        root.write("migrations.toml", FILE);
        Self { scene, function, root }
    }

    /// A container that starts cold.
    fn container(&self) -> Process {
        let root = self.root.path().display().to_string();
        let variables = [
            ("USER_PROFILES_TABLE", TABLE),
            ("MIGRATION_JOURNAL_TABLE", JOURNALS),
            ("MIGRATION_TOOLS_LEASES_TABLE", "migration-tools-leases"),
            ("LAMBDA_TASK_ROOT", root.as_str()),
        ];
        self.function.spawn(PROGRAM, variables).unwrap()
    }

    async fn invoke(&self, event: Value) -> Value {
        self.function.invoke(event).await.unwrap()
    }
}

fn is_done(answer: &Value) -> bool {
    assert!(answer["message"].is_string() && answer["complete"].is_boolean(), "{answer}");
    answer["success"].as_bool().unwrap()
}

/// The time of the run, in what it has written.
fn now_of(profiles: &Profiles, before: &Profiles) -> String {
    let is_new = |(key, one): &(&(String, String), &Item)| {
        !before[*key].contains_key("updatedAt")
            && !before[*key].contains_key("lastAccessedAt")
            && one.contains_key("lastAccessedAt")
            && before[*key].get("version").is_none_or(|version| *version == N("1".into()))
    };
    let found = profiles.iter().find(is_new).unwrap();
    found.1["lastAccessedAt"].as_s().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_the_guide() {
    let mut before = world(3, 40, false);
    // One in which the time of the run is to be seen.
    if let Some(profile) = before.values_mut().next() {
        let names = ["version", "updatedAt", "lastAccessedAt"];
        profile.retain(|name, _| !names.contains(&name.as_str()));
    }
    let deployed = Deployed::of(&before, LONG).await;
    let container = deployed.container();
    let planned = deployed.invoke(json!({"dryRun": true})).await;
    assert!(is_done(&planned), "{planned} {}", container.output());
    assert_same(&before, &deployed.scene.profiles().await, "a dry run");
    let summary = &planned["summary"];
    assert_eq!(summary["totalProfiles"], 40);
    let first = &summary["results"][0];
    assert!(first["success"] == true && first["userId"].is_string(), "{first}");
    assert!(!first["changes"].as_array().unwrap().is_empty(), "{first}");

    let early = deployed.invoke(json!({"verifyOnly": true, "targetVersion": 4})).await;
    let found = &early["verification"];
    assert!(!is_done(&early) && found["valid"] == false, "{early}");
    assert_eq!(found["invalidCount"], summary["successCount"]);
    let invalid = &found["invalidProfiles"][0];
    let key = (invalid["userId"].as_str().unwrap(), invalid["profileId"].as_str().unwrap());
    let named =
        before.values().any(|one| one["userId"] == text(key.0) && one["profileId"] == text(key.1));
    assert!(named && invalid["version"].is_number(), "{invalid}");

    let done = deployed.invoke(Value::Null).await;
    assert!(is_done(&done) && done["complete"] == true, "{done} {}", container.output());
    assert_eq!(done["summary"]["successCount"], summary["successCount"]);
    assert_eq!(done["summary"]["skippedCount"], summary["skippedCount"]);
    let now = now_of(&deployed.scene.profiles().await, &before);
    let after = expected(&before, 4, &now);
    assert_same(&after.profiles, &deployed.scene.profiles().await, "migrated");
    let verified = deployed.invoke(json!({"verifyOnly": true})).await;
    assert!(is_done(&verified) && verified["verification"]["valid"] == true, "{verified}");

    // A second time, in a container that knows nothing of the first one.
    container.kill();
    container.wait().await;
    let _second = deployed.container();
    let again = deployed.invoke(json!({})).await;
    assert!(is_done(&again) && again["summary"]["successCount"] == 0, "{again}");
    let undone = deployed.invoke(json!({"rollback": true})).await;
    assert!(is_done(&undone), "{undone}");
    assert_eq!(undone["summary"]["successCount"], summary["successCount"]);
    assert_same(&before, &deployed.scene.profiles().await, "rolled back");
    let nothing = deployed.invoke(json!({"rollback": true})).await;
    assert!(is_done(&nothing) && nothing["summary"]["successCount"] == 0, "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_come_first_and_long_results_are_capped() {
    let mut before = world(1, 150, true);
    for (n, profile) in before.values_mut().enumerate().filter(|(n, _)| n % 2 == 0) {
        profile.insert("version".to_owned(), text(&format!("v{n}")));
    }
    let deployed = Deployed::of(&before, LONG).await;
    let _container = deployed.container();
    for event in [json!({"dryRun": true}), json!({})] {
        let done = deployed.invoke(event.clone()).await;
        assert!(!is_done(&done) && done["complete"] == true, "{event}: {done}");
        let summary = &done["summary"];
        let results = summary["results"].as_array().unwrap();
        assert_eq!((results.len(), &summary["resultsLimit"]), (50, &json!(50)));
        assert!(results.iter().all(|one| one["success"] == false && one["error"].is_string()));
        let count = |name: &str| summary[name].as_u64().unwrap();
        assert_eq!(count("resultsOmitted") + 50, count("successCount") + count("failureCount"));
        let counted = count("successCount") + count("failureCount") + count("skippedCount");
        assert_eq!((counted, count("totalProfiles")), (150, 150), "{event}");
        let left = expected(&before, 4, "").left.len() as u64;
        assert_eq!(count("failureCount"), left);
    }
    let verified = deployed.invoke(json!({"verifyOnly": true})).await;
    assert_eq!(verified["verification"]["invalidProfiles"].as_array().unwrap().len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_events_are_told_before_anything_is_called() {
    let deployed = Deployed::of(&world(3, 3, false), LONG).await;
    let container = deployed.container();
    for (event, said) in [
        (json!({"targetVersion": "4"}), "`targetVersion` of the event is text"),
        (json!({"targetVersion": 2.5}), "a whole number from 1"),
        (json!({"targetVersion": -1}), "a whole number from 1"),
        (json!({"targetVersion": 0}), "a whole number from 1"),
        (json!({"targetVersion": null}), "null"),
        (json!({"targetVersion": 9}), "the newest known is 4"),
        (json!({"dryRun": "yes"}), "`dryRun` of the event is text"),
        (json!({"dryRun": true, "verifyOnly": true}), "both true"),
        (json!({"dryrun": true}), "a field `dryrun`"),
        (json!([]), "the event is a list"),
    ] {
        let answer = deployed.invoke(event.clone()).await;
        assert!(!is_done(&answer), "{event}: {answer}");
        assert!(answer["error"].as_str().unwrap().contains(said), "{event}: {answer}");
    }
    assert_eq!(deployed.scene.aws.total(), 0);
    drop(container);
    let deployed = Deployed::of(&world(3, 3, false), LONG).await;
    deployed.root.write("migrations.toml", "[[migration]]\nfrom = 1\n");
    let _wrong = deployed.container();
    let answer = deployed.invoke(json!({})).await;
    assert!(!is_done(&answer) && answer["error"].as_str().unwrap().contains("line 1"), "{answer}");
    assert_eq!(deployed.scene.aws.total(), 0);
}

/// Invokes until it is complete, each time in a new container; answers the last answer, and how many there
/// were.
async fn until_complete(deployed: &Deployed, event: Value) -> (Value, usize) {
    for times in 1..40 {
        let container = deployed.container();
        let answer = deployed.invoke(event.clone()).await;
        container.kill();
        container.wait().await;
        if answer["complete"] == true {
            return (answer, times);
        }
        let said = answer["message"].as_str().unwrap();
        assert!(said.contains("invoke again"), "{answer} {}", container.output());
    }
    panic!("it does not come to an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_time_is_over_the_next_invocation_goes_on_at_the_time_of_the_first() {
    let before: Profiles = (0..150)
        .map(|n| {
            let (user, id) = (format!("user-{n}"), format!("p#{n}"));
            let profile = item(&[
                ("userId", text(&user)),
                ("profileKey", text(&format!("npc#{id}"))),
                ("profileType", text("npc")),
                ("profileId", text(&id)),
            ]);
            ((user, format!("npc#{id}")), profile)
        })
        .collect();
    let deployed = Deployed::of(&before, Duration::from_secs(3)).await;
    let slow = Effect::Delay(Duration::from_millis(400));
    let fault = support::on_write().every().with(slow);
    deployed.scene.aws.faults().add(fault);
    let (done, times) = until_complete(&deployed, json!({})).await;
    assert!(times > 1 && is_done(&done), "{times}: {done}");
    assert_eq!(done["summary"]["successCount"], 150, "{done}");
    let profiles = deployed.scene.profiles().await;
    let after = expected(&before, 4, &now_of(&profiles, &before));
    assert_same(&after.profiles, &profiles, "one time for all");
    let written = support::writes(&deployed.scene.aws);
    // What was cut off in flight may be tried again.
    assert!(written <= 150 + 32 * times, "{written} writes in {times} invocations");
    let (undone, times) = until_complete(&deployed, json!({"rollback": true})).await;
    assert!(times > 1 && undone["summary"]["successCount"] == 150, "{times}: {undone}");
    assert_same(&before, &deployed.scene.profiles().await, "rolled back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_is_killed_loses_nothing() {
    let before = world(3, 30, false);
    let deployed = Deployed::of(&before, LONG).await;
    let aws = &deployed.scene.aws;
    for at in [3, 11] {
        let fault = support::on_write().after(at).with(Effect::Timeout);
        let armed = aws.faults().add(fault);
        let container = deployed.container();
        let function = deployed.function.clone();
        let invoked = tokio::spawn(async move { function.invoke(json!({})).await });
        while armed.triggered() == 0 && !invoked.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        container.kill();
        let _ = invoked.await.unwrap();
        aws.faults().clear();
        // The lease of a dead container ends after two minutes; nobody waits for that here.
        let leases = json!({"TableName": "migration-tools-leases"});
        aws.dynamodb("DeleteTable", leases).await.unwrap();
    }
    let _container = deployed.container();
    let done = deployed.invoke(json!({})).await;
    assert!(is_done(&done) && done["complete"] == true, "{done}");
    let verified = deployed.invoke(json!({"verifyOnly": true})).await;
    assert!(is_done(&verified), "{verified}");
    for _ in 0..3 {
        deployed.invoke(json!({"rollback": true})).await;
    }
    assert_same(&before, &deployed.scene.profiles().await, "rolled back");
}
