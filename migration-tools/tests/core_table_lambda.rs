//! CoreTable as a Lambda: its process under the Runtime API, as AWS runs it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod core_worlds;
mod support;

use std::time::Duration;

use core_worlds::load::{core, create_journals, names, old, put};
use core_worlds::made::Size;
use core_worlds::oracle::expected;
use core_worlds::runs::Scene;
use core_worlds::{POOL, World, assert_same, by_key, item, text};
use local_aws::{Effect, LambdaFunction, Process};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_core-table-lambda");
const JOURNALS: &str = "mc-dev-MigrationJournal";
const HOSTILE: Size = Size { servers: 14, users: 24, hostile: true, pool: true };
const PLAIN: Size = Size { servers: 6, users: 9, hostile: false, pool: false };

/// A function in a world, with the table for its journals.
struct Deployed {
    scene: Scene,
    function: LambdaFunction,
    pool: bool,
}

impl Deployed {
    async fn of(world: &World, timeout: Duration) -> Self {
        let scene = Scene::of(world).await;
        create_journals(&scene.client, JOURNALS).await;
        let function = scene.aws.lambda().await.unwrap().with_timeout(timeout);
        scene.aws.clear_calls();
        Self { scene, function, pool: world.pool.is_some() }
    }

    /// A container that starts cold.
    fn container(&self) -> Process {
        let names = names();
        let mut variables = vec![
            ("SERVERS_TABLE_NAME", names.servers.as_str()),
            ("USER_MEMBERSHIP_TABLE_NAME", names.memberships.as_str()),
            ("CORE_TABLE_NAME", names.core.as_str()),
            ("MIGRATION_JOURNAL_TABLE", JOURNALS),
            ("MIGRATION_TOOLS_LEASES_TABLE", "migration-tools-leases"),
        ];
        if self.pool {
            variables.push(("COGNITO_USER_POOL_ID", POOL));
        }
        self.function.spawn(PROGRAM, variables).unwrap()
    }

    async fn invoke(&self, action: &str) -> Value {
        self.function.invoke(json!({ "action": action })).await.unwrap()
    }
}

async fn end(container: Process) {
    container.kill();
    container.wait().await;
}

const LONG: Duration = Duration::from_secs(60);

fn status(answer: &Value) -> u64 {
    assert!(answer["body"].is_string() && answer["summary"].is_object(), "{answer}");
    answer["statusCode"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_actions_in_the_order_of_the_guide() {
    let world = World::generate(2, Size { pool: true, ..PLAIN });
    let deployed = Deployed::of(&world, LONG).await;
    let client = &deployed.scene.client;
    let container = deployed.container();
    let before = old(client).await;

    let planned = deployed.invoke("dry-run").await;
    assert_eq!(status(&planned), 200, "{planned} {}", container.output());
    assert_same(&by_key(world.core.clone()), &core(client).await, "a dry run");
    // Without an action it is to migrate.
    let done = deployed.function.invoke(json!({})).await.unwrap();
    assert_eq!((status(&done), &done["summary"]["complete"]), (200, &json!(true)), "{done}");
    assert!(done["body"].as_str().unwrap().starts_with("Migration completed successfully"));
    assert_eq!(done["summary"]["written"], planned["summary"]["to_write"]);
    assert_same(&expected(&world).core, &core(client).await, "migrated");
    let verified = deployed.invoke("verify").await;
    assert_eq!((status(&verified), &verified["summary"]["differences"]), (200, &json!(0)));

    // A second time, in a container that knows nothing of the first one.
    end(container).await;
    let _second = deployed.container();
    let again = deployed.invoke("migrate").await;
    assert_eq!((status(&again), &again["summary"]["written"]), (200, &json!(0)), "{again}");
    let undone = deployed.invoke("rollback").await;
    assert_eq!((status(&undone), &undone["summary"]["complete"]), (200, &json!(true)), "{undone}");
    assert_same(&by_key(world.core.clone()), &core(client).await, "rolled back");
    assert_eq!(old(client).await, before, "an old table was changed");
    let once_more = deployed.invoke("migrate").await;
    assert_eq!(once_more["summary"]["written"], done["summary"]["written"], "{once_more}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_to_be_seen_to_is_in_the_answer() {
    let world = World::generate(1, HOSTILE);
    let deployed = Deployed::of(&world, LONG).await;
    let _container = deployed.container();
    let after = expected(&world);
    let done = deployed.invoke("migrate").await;
    let left: usize = after.left.iter().sum();
    assert_eq!(
        (status(&done), &done["summary"]["refused"]),
        (500, &json!(left)),
        "{}",
        done["body"]
    );
    assert_same(&after.core, &core(&deployed.scene.client).await, "migrated");
    let groups = done["summary"]["findings"]["groups"].as_array().unwrap();
    let refused = groups.iter().filter(|group| group["kind"] == "refused");
    assert_eq!(refused.map(|group| group["count"].as_u64().unwrap()).sum::<u64>(), left as u64);
    let verified = deployed.invoke("verify").await;
    assert_eq!((status(&verified), &verified["summary"]["differences"]), (500, &json!(left)));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_events_are_told_before_anything_is_called() {
    let deployed = Deployed::of(&World::generate(2, PLAIN), LONG).await;
    let _container = deployed.container();
    for (event, said) in [
        (json!({"action": "delete"}), "has to be one of migrate, dry-run, verify, rollback"),
        (json!({"action": 1}), "`action` of the event is a number"),
        (json!({"action": null}), "`action` of the event is null"),
        (json!({"Action": "verify"}), "a field `Action`"),
        (json!({"action": "verify", "users": []}), "a field `users`"),
        (json!(["migrate"]), "the event is a list"),
        (json!("migrate"), "the event is text"),
    ] {
        let answer = deployed.function.invoke(event.clone()).await.unwrap();
        assert_eq!(status(&answer), 500, "{event}: {answer}");
        assert!(answer["body"].as_str().unwrap().contains(said), "{event}: {answer}");
    }
    assert_eq!(deployed.scene.aws.total(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_named() {
    let deployed = Deployed::of(&World::generate(2, PLAIN), LONG).await;
    let _container = deployed.container();
    let (client, core) = (&deployed.scene.client, names().core);
    client.delete_table().table_name(&core).send().await.unwrap();
    let answer = deployed.invoke("migrate").await;
    assert!(status(&answer) == 500 && answer["body"].as_str().unwrap().contains(&core), "{answer}");
    core_worlds::load::create_core(client).await;
    client.delete_table().table_name(JOURNALS).send().await.unwrap();
    let answer = deployed.invoke("migrate").await;
    assert!(answer["body"].as_str().unwrap().contains(JOURNALS), "{answer}");
}

/// Invokes until it is complete, each time in a new container; answers the last answer, and how many there
/// were.
async fn until_complete(deployed: &Deployed, action: &str) -> (Value, usize) {
    for times in 1..40 {
        let container = deployed.container();
        let answer = deployed.invoke(action).await;
        let output = container.output();
        end(container).await;
        assert_eq!(status(&answer), 200, "{answer} {output}");
        if answer["summary"]["complete"] == true {
            return (answer, times);
        }
        assert!(answer["body"].as_str().unwrap().contains("invoke again"), "{answer}");
    }
    panic!("it does not come to an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_time_is_over_the_next_invocation_goes_on_and_nothing_is_written_twice() {
    let mut world = World::generate(3, PLAIN);
    world.core.clear();
    for n in 0..150 {
        world.servers.push(item(&[("id", text(&format!("more-{n}")))]));
    }
    let deployed = Deployed::of(&world, Duration::from_secs(3)).await;
    let slow = Effect::Delay(Duration::from_millis(300));
    let fault = support::on_write().every().with(slow);
    deployed.scene.aws.faults().add(fault);
    let (done, times) = until_complete(&deployed, "migrate").await;
    let after = expected(&world).core;
    assert_same(&after, &core(&deployed.scene.client).await, "migrated");
    assert!(times > 1, "the time was never over: {}", done["body"]);
    assert_eq!(done["summary"]["written"], after.len(), "{}", done["body"]);
    let written = support::writes(&deployed.scene.aws);
    // What was cut off in flight may be tried again.
    assert!(written <= after.len() + 32 * times, "{written} writes in {times} invocations");
    let (undone, times) = until_complete(&deployed, "rollback").await;
    assert!(times > 1 && undone["summary"]["rolled_back"] == after.len(), "{times}: {undone}");
    assert!(core(&deployed.scene.client).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_is_killed_loses_nothing() {
    let mut world = World::generate(3, PLAIN);
    world.core.clear();
    let deployed = Deployed::of(&world, LONG).await;
    let aws = &deployed.scene.aws;
    for at in [2, 9, 17] {
        let fault = support::on_write().after(at).with(Effect::Timeout);
        let armed = aws.faults().add(fault);
        let container = deployed.container();
        let function = deployed.function.clone();
        let invoked = tokio::spawn(async move { function.invoke(json!({})).await });
        while armed.triggered() == 0 && !invoked.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        end(container).await;
        let ended = invoked.await.unwrap();
        aws.faults().clear();
        assert!(ended.is_err() || armed.triggered() == 0, "{ended:?}");
        // The lease of a dead container ends after two minutes; nobody waits for that here.
        let leases = json!({"TableName": "migration-tools-leases"});
        aws.dynamodb("DeleteTable", leases).await.unwrap();
    }
    let _container = deployed.container();
    let done = deployed.invoke("migrate").await;
    assert_eq!((status(&done), &done["summary"]["complete"]), (200, &json!(true)), "{done}");
    assert_same(&expected(&world).core, &core(&deployed.scene.client).await, "migrated");
    let undone = deployed.invoke("rollback").await;
    assert_eq!(status(&undone), 200, "{undone}");
    assert!(core(&deployed.scene.client).await.is_empty(), "{undone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_told_apart() {
    let deployed = Deployed::of(&World::generate(3, PLAIN), LONG).await;
    let lease = json!({"lease": {"S": "mc-dev"}, "holder": {"S": "ada@desk"}, "token": {"N": "1"},
        "expires": {"N": "9999999999"}});
    let _container = deployed.container();
    assert_eq!(status(&deployed.invoke("verify").await), 500);
    let row = json!({"TableName": "migration-tools-leases", "Item": lease});
    deployed.scene.aws.dynamodb("PutItem", row).await.unwrap();
    let answer = deployed.invoke("migrate").await;
    assert!(
        status(&answer) == 500 && answer["body"].as_str().unwrap().contains("ada@desk"),
        "{answer}"
    );
    put(&deployed.scene.client, &names().core, item(&[("PK", text("x")), ("SK", text("y"))])).await;
}
