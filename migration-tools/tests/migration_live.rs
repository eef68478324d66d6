//! An application that goes on writing while its users are renamed loses nothing.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 24 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod running;
mod support;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue::{N, Ss};
use fastrand::Rng;
use futures::FutureExt;
use local_aws::Effect;
use migration_tools::amplify::tables::Table;
use migration_tools::engine::item::Item;
use migration_tools::engine::writer::Old;
use running::{How, Scene, UNHURRIED, assert_same, config, in_parallel, migrate, unmarked};
use serde_json::json;
use tokio::sync::Mutex;
use worlds::application::{Application, Habit, with_seen_attributes};
use worlds::beside::beside;
use worlds::killer::{Killer, When};
use worlds::{Size, World, item};

/// How often the application does something while a migration is under way.
const ACTS: usize = 60;

/// Tables whose rows move, merge, are added up and are changed in place.
fn lively(seed: u64) -> World {
    let tables = vec![
        "ACCOUNTS_DYNAMO_TABLE",
        "ASSISTANTS_DYNAMODB_TABLE",
        "ASSISTANT_GROUPS_DYNAMO_TABLE",
        "COGNITO_USERS_DYNAMODB_TABLE",
        "COST_CALCULATIONS_DYNAMO_TABLE",
        "OLD_USER_STORAGE_TABLE",
        "SHARES_DYNAMODB_TABLE",
        "USER_DATA_STORAGE_TABLE",
        "USER_TAGS_DYNAMO_TABLE",
    ];
    let size = Size { users: 4, rows: 2, filler: 2, large: false, tables, ..Size::default() };
    with_seen_attributes(World::generate(seed, &size))
}

/// When the application does something.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// Between any two calls of the migration, which writes one record after the other: a seed is one
    /// story.
    Between,
    /// At any time, while many records are being written.
    Beside,
}

async fn goes_on(seed: u64, old: Old, pace: Pace) -> BTreeMap<&'static str, usize> {
    let habit = if old == Old::Delete { Habit::New } else { Habit::Old };
    let world = lively(seed);
    let mut how = How::new(old);
    let scene = Scene::of(&world).await;
    let mut application = Application::new(scene.client.clone(), &world, habit, seed);
    match pace {
        Pace::Between => {
            how.at_once = 1;
            application = between(&scene, &world, &how, application, seed).await;
        }
        Pace::Beside => {
            let run = migrate(&scene.config, &world, scene.folder.path(), &how);
            let acts = async {
                for _ in 0..ACTS {
                    application.act().await;
                }
            };
            tokio::join!(run, acts).0.unwrap();
        }
    }
    // The application rests.
    let mut done = scene.migrate(&world, &how).await;
    let what = format!("seed {seed} {old:?} {pace:?}");
    if done.total().refused > 0 {
        // Named, and nobody else's business: where nothing tells a copy from as much again.
        assert_eq!(application.add_up().await as u64, done.total().refused, "{what}: {done:?}");
        *application.done.entry("added up by hand").or_default() += 1;
        done = scene.migrate(&world, &how).await;
    }
    assert!(done.complete() && done.total().leftovers == 0, "{what}: {done:?}");
    let expected = application.expected(&how.options());
    assert_same(&expected, &unmarked(&world.dump(&scene.client).await, old), &what);
    application.done
}

/// A run before whose calls the application acts, until it has had enough.
async fn between(
    scene: &Scene,
    world: &World,
    how: &How,
    application: Application,
    seed: u64,
) -> Application {
    let shared = Arc::new(Mutex::new((Some(application), Rng::with_seed(seed), ACTS)));
    let own = Arc::clone(&shared);
    let http = beside(move |moment| {
        let shared = Arc::clone(&own);
        async move {
            let (application, rng, left) = &mut *shared.lock().await;
            let Some(application) = application else { return };
            if moment.operation != "Scan" && !support::WRITES.contains(&moment.operation.as_str()) {
                return;
            }
            for _ in 0..rng.usize(..4).min(*left) {
                *left -= 1;
                application.act().await;
            }
        }
        .boxed()
    });
    let watched = config(&scene.aws, http, UNHURRIED).await;
    migrate(&watched, world, scene.folder.path(), how).await.unwrap();
    let (application, _, left) = &mut *shared.lock().await;
    assert_eq!(*left, 0, "seed {seed}: it could have done more");
    application.take().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_an_application_writes_meanwhile_is_there_afterwards() {
    let seeds = std::env::var("MIGRATION_SEEDS").map_or(24, |seeds| seeds.parse().unwrap());
    let each = |seed: u64| {
        let old =
            [Old::Delete, Old::Delete, Old::Keep, Old::Mark][usize::try_from(seed % 4).unwrap()];
        let pace = if seed.is_multiple_of(3) { Pace::Beside } else { Pace::Between };
        goes_on(seed, old, pace)
    };
    let mut all = BTreeMap::new();
    for done in in_parallel(0..seeds, each).await {
        for (what, times) in done {
            *all.entry(what).or_insert(0) += times;
        }
    }
    eprintln!("{all:?}");
    let acts = ["changed", "note removed", "deleted", "deleted in place", "spent", "tagged"];
    for what in acts.into_iter().chain(["invited", "created"]) {
        assert!(all.contains_key(what), "it has never {what}: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_old_record_gets_after_it_was_copied_takes_nothing_from_what_stood_there() {
    const TAGS: &str = "USER_TAGS_DYNAMO_TABLE";
    let cost = |id: &str, cost| item(json!({"id": id, "accountInfo": "a", "dailyCost": cost}));
    let tags = |id: &str, tags| item(json!({"user": id, "tags": {"$ss": tags}}));
    let world = World {
        dep_name: "v6",
        stage: "dev",
        pairs: vec![("turing".to_owned(), "turinga1".to_owned())],
        idp_prefix: None,
        tables: [
            (COSTS, vec![cost("turing", 1), cost("turinga1", 10)]),
            (TAGS, vec![tags("turing", json!(["a"])), tags("turinga1", json!(["b"]))]),
        ]
        .into(),
    };
    let how = How::new(Old::Keep);
    let scene = Scene::of(&world).await;
    assert!(scene.migrate(&world, &how).await.complete());
    let name = |key: &str| Table::of_key(key).unwrap().name(&world.deployment());
    let add = |table, key: Item, expression: &str, value| {
        let add = scene.client.update_item().table_name(name(table)).set_key(Some(key));
        add.update_expression(expression).expression_attribute_values(":more", value).send()
    };
    let mut key = cost("turing", 1);
    key.remove("dailyCost");
    add(COSTS, key, "ADD dailyCost :more", N("2".to_owned())).await.unwrap();
    let key = item(json!({"user": "turing"}));
    add(TAGS, key, "ADD tags :more", Ss(vec!["c".to_owned()])).await.unwrap();
    let done = scene.migrate(&world, &how).await;
    // Of two amounts that were added up, nobody can tell which part to replace.
    assert_eq!(done.total().refused, 1, "{done:?}");
    let after = unmarked(&world.dump(&scene.client).await, Old::Keep);
    let expected = [
        (COSTS, vec![cost("turing", 3), cost("turinga1", 11)]),
        (TAGS, vec![tags("turing", json!(["a", "c"])), tags("turinga1", json!(["a", "b", "c"]))]),
    ];
    assert_same(&expected.into(), &after, "an old record changed");
}

const COSTS: &str = "COST_CALCULATIONS_DYNAMO_TABLE";

/// What one user has spent, by id.
fn spent(rows: &[(&str, &str)]) -> World {
    let row = |(id, cost): &(&str, &str)| {
        item(json!({"id": id, "accountInfo": "a", "dailyCost": {"$n": cost}}))
    };
    World {
        dep_name: "v6",
        stage: "dev",
        pairs: vec![("turing".to_owned(), "turinga1".to_owned())],
        idp_prefix: None,
        tables: [(COSTS, rows.iter().map(row).collect())].into(),
    }
}

async fn spend(scene: &Scene, world: &World, id: &str, more: &str) {
    let name = Table::of_key(COSTS).unwrap().name(&world.deployment());
    let key = item(json!({"id": id, "accountInfo": "a"}));
    let update = scene.client.update_item().table_name(name).set_key(Some(key));
    let update = update.update_expression("ADD dailyCost :more");
    let update = update.expression_attribute_values(":more", N(more.to_owned()));
    update.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn as_much_again_is_added_up_once_wherever_the_run_is_killed() {
    for kill in [None, Some(When::Before), Some(When::AfterWrite)] {
        let world = spent(&[("turing", "1.25")]);
        let (scene, how) = (Scene::of(&world).await, How::new(Old::Delete));
        assert!(scene.migrate(&world, &how).await.complete());
        spend(&scene, &world, "turing", "1.25").await;
        if let Some(when) = kill {
            let (killer, http) = Killer::new();
            let doomed = config(&scene.aws, http, UNHURRIED).await;
            // The lease, then the transaction.
            killer.kill_at(if when == When::Before { 6 } else { 2 }, when);
            tokio::select! {
                biased;
                _ = migrate(&doomed, &world, scene.folder.path(), &how) => {}
                () = killer.killed() => {}
            }
        }
        for _ in 0..2 {
            assert!(scene.migrate(&world, &how).await.complete(), "{kill:?}");
            let after = world.dump(&scene.client).await;
            assert_same(&spent(&[("turinga1", "2.5")]).tables, &after, &format!("{kill:?}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_got_lost_adds_nothing_twice() {
    let world = spent(&[("turing", "1.25")]);
    let (scene, how) = (Scene::of(&world).await, How::new(Old::Delete));
    assert!(scene.migrate(&world, &how).await.complete());
    spend(&scene, &world, "turing", "1.25").await;
    let lost = support::on_write().times(4).with(Effect::DropAfter);
    scene.aws.faults().add(lost);
    assert!(scene.migrate(&world, &how).await.complete());
    let after = world.dump(&scene.client).await;
    assert_same(&spent(&[("turinga1", "2.5")]).tables, &after, "answers got lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_amounts_under_both_ids_are_left_to_a_person() {
    for old in [Old::Delete, Old::Keep] {
        let world = spent(&[("turing", "1.25"), ("turinga1", "1.25")]);
        let (scene, how) = (Scene::of(&world).await, How::new(old));
        for _ in 0..2 {
            let done = scene.migrate(&world, &how).await;
            assert_eq!(done.total().refused, 1, "{done:?}");
            assert_same(&world.tables, &world.dump(&scene.client).await, "neither is touched");
        }
        // More was spent meanwhile: then they are two for certain.
        spend(&scene, &world, "turinga1", "1").await;
        assert!(scene.migrate(&world, &how).await.complete());
        let after = unmarked(&world.dump(&scene.client).await, old);
        let mut expected = vec![("turinga1", "3.5")];
        expected.extend((old == Old::Keep).then_some(("turing", "1.25")));
        assert_same(&spent(&expected).tables, &after, "added up");
    }
}
