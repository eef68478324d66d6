//! Whatever AWS does to a migration, the next run that is let alone ends it as the facts say.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 36 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod running;
mod support;
mod worlds;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use futures::FutureExt;
use local_aws::{Effect, Fault};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::lease::LeaseError;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::writer::Old;
use running::{
    How, Lease, Scene, UNHURRIED, assert_same, config, in_parallel, migrate, opened, small,
    unmarked,
};
use support::Folder;
use worlds::beside::beside;
use worlds::killer::{Killer, When};
use worlds::oracle::expected;
use worlds::{Rows, World};

const OLD: [Old; 3] = [Old::Delete, Old::Keep, Old::Mark];
const LOGIN: &str = "COGNITO_USERS_DYNAMODB_TABLE";

fn expired() -> Effect {
    let message = "The security token included in the request is expired".to_owned();
    Effect::Error { status: 400, code: "ExpiredTokenException".to_owned(), message }
}

/// Some calls that go wrong, or all from one on; and the name of how.
fn any_fault(rng: &mut Rng) -> (Fault, &'static str) {
    let writes = ["TransactWriteItems", "TransactWriteItems", "UpdateItem", "UpdateItem"];
    let reads = ["Scan", "Scan", "BatchGetItem", "DescribeTable"];
    let operation = if rng.bool() { writes[rng.usize(..4)] } else { reads[rng.usize(..4)] };
    let (effect, name) = match rng.u8(..8) {
        0 => (Effect::Throttle, "throttled"),
        1 => {
            let (code, message) = ("InternalServerError".to_owned(), "Internal error".to_owned());
            (Effect::Error { status: 500, code, message }, "error 500")
        }
        2 => (Effect::DropBefore, "dropped before"),
        3 | 4 => (Effect::DropAfter, "dropped after"),
        5 => (Effect::Timeout, "time-out"),
        6 => (Effect::TransactionConflict, "conflict"),
        _ => {
            let trigger = Fault::on_service("dynamodb").after(rng.usize(..70));
            return (trigger.with(expired()), "expired");
        }
    };
    let operation = if name == "conflict" { writes[0] } else { operation };
    let latest = if operation.starts_with("Transact") { 24 } else { 12 };
    let trigger = Fault::on("dynamodb", operation).after(rng.usize(..latest));
    (trigger.times(rng.usize(1..24)).with(effect), name)
}

/// What struck, and how the runs ended that were struck.
type Seen = BTreeMap<&'static str, usize>;

async fn struck_at_random(seed: u64) -> Seen {
    let mut rng = Rng::with_seed(seed);
    let old = OLD[rng.usize(..3)];
    let world = small(seed);
    let scene = Scene::of(&world).await;
    let mut seen = Seen::new();
    let mut story = format!("seed {seed} {old:?}");
    for round in 0..2 {
        let mut how = How::new(old);
        how.patience = Duration::from_millis([0, 0, 50, 5_000][rng.usize(..4)]);
        let mut faults: Vec<_> = (0..rng.usize(1..5)).map(|_| any_fault(&mut rng)).collect();
        // What the first run left open is looked up in several calls.
        if round == 1 && rng.bool() {
            let trigger = Fault::on("dynamodb", "BatchGetItem").times(2);
            faults.push((trigger.with(Effect::Partial(rng.usize(..2))), "partial"));
        }
        story = format!("{story}; {faults:?}");
        let armed: Vec<_> =
            faults.into_iter().map(|(fault, name)| (scene.aws.faults().add(fault), name)).collect();
        let (killer, http) = Killer::new();
        if rng.u8(..3) == 0 {
            killer.kill_at(rng.usize(1..40), When::AfterWrite);
        }
        let hurried = config(&scene.aws, http, Duration::from_millis(400)).await;
        let ended = {
            let run = migrate(&hurried, &world, scene.folder.path(), &how);
            tokio::select! {
                biased;
                done = run => match done {
                    Ok(done) if done.complete() => "complete",
                    Ok(_) => "incomplete",
                    Err(_) => "stopped",
                },
                () = killer.killed() => "killed",
            }
        };
        let struck = armed.iter().filter(|(armed, _)| armed.triggered() > 0).map(|(_, name)| *name);
        for what in struck.chain([ended]) {
            *seen.entry(what).or_default() += 1;
        }
        story = format!("{story}: {ended}");
        scene.aws.faults().clear();
    }
    let how = How::new(old);
    let done = scene.migrate(&world, &how).await;
    assert!(done.complete(), "{story}: {done:?}");
    let after = world.dump(&scene.client).await;
    assert_same(&expected(&world, &how.options()), &unmarked(&after, old), &story);
    let again = scene.migrate(&world, &how).await;
    assert_eq!(again.total().written(), 0, "{story}");
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_faults_the_next_run_ends_in_the_same_world() {
    let seeds = std::env::var("MIGRATION_SEEDS").map_or(36, |seeds| seeds.parse().unwrap());
    let mut all = Seen::new();
    for seen in in_parallel(0..seeds, struck_at_random).await {
        for (what, times) in seen {
            *all.entry(what).or_default() += times;
        }
    }
    eprintln!("{all:?}");
    let effects = ["throttled", "error 500", "dropped before", "dropped after", "time-out"];
    let more = ["conflict", "partial", "expired", "complete", "incomplete", "stopped", "killed"];
    for what in effects.into_iter().chain(more) {
        assert!(all.contains_key(what), "nothing is known of {what}: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_credentials_end_a_run_at_once_and_whoever_signs_in_again_goes_on() {
    in_parallel([1, 8, 10, 20, 30, 45], |after| async move {
        let world = small(7);
        let how = How::new(Old::Delete);
        let scene = Scene::of(&world).await;
        let fault = Fault::on_service("dynamodb").after(after).with(expired());
        let armed = scene.aws.faults().add(fault);
        let ended = migrate(&scene.config, &world, scene.folder.path(), &how).await;
        let is_said = ended.as_ref().is_err_and(|stop| stop.to_string().contains("expired"));
        assert!(is_said, "after {after}: {ended:?}");
        // Those that were under way, and giving back the lease.
        assert!(armed.triggered() <= 9, "after {after}: {} more calls", armed.triggered());
        scene.aws.faults().clear();
        assert!(scene.migrate(&world, &how).await.complete());
        assert_same(
            &expected(&world, &how.options()),
            &world.dump(&scene.client).await,
            &format!("after {after}"),
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_writing_is_impossible_for_minutes_nothing_is_done_by_halves() {
    in_parallel([Effect::Throttle, Effect::TransactionConflict], |effect| async move {
        let world = small(7);
        let mut how = How::new(Old::Delete);
        how.patience = Duration::from_millis(100);
        let scene = Scene::of(&world).await;
        scene.aws.faults().add(support::on_write().with(effect.clone()));
        let done = scene.migrate(&world, &how).await;
        assert!(!done.complete() && done.logins_held, "{effect:?}: {done:?}");
        assert!(done.total().failed > 8 && done.total().written() == 0, "{effect:?}: {done:?}");
        assert_same(&world.tables, &world.dump(&scene.client).await, "nothing was written");
        scene.aws.faults().clear();
        assert!(scene.migrate(&world, &how).await.complete());
        let after = world.dump(&scene.client).await;
        assert_same(&expected(&world, &how.options()), &after, &format!("{effect:?}"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_deleted_meanwhile_is_named_and_all_others_are_done() {
    const GONE: &str = "USER_TAGS_DYNAMO_TABLE";
    in_parallel(["Scan", "TransactWriteItems"], |operation| async move {
        let world = small(7);
        let how = How::new(Old::Delete);
        let scene = Scene::of(&world).await;
        let name = Table::of_key(GONE).unwrap().name(&world.deployment());
        let (client, deleted) = (scene.client.clone(), Arc::new(AtomicBool::new(false)));
        let http = beside(move |moment| {
            let is_it = moment.operation == operation && moment.is_about(&name);
            let (client, name) = (client.clone(), name.clone());
            let first = is_it && !deleted.swap(true, Ordering::SeqCst);
            async move {
                if first {
                    client.delete_table().table_name(name).send().await.unwrap();
                }
            }
            .boxed()
        });
        let watched = config(&scene.aws, http, UNHURRIED).await;
        let done = migrate(&watched, &world, scene.folder.path(), &how).await.unwrap();
        assert_eq!(done.failed, [GONE], "{done:?}");
        assert!(!done.complete() && done.logins_held, "{done:?}");
        let journal = opened(scene.folder.path()).await;
        let named = journal.findings(1, 0, 100).unwrap();
        assert!(named.iter().any(|(_, finding)| finding.table == GONE), "{named:?}");
        drop(journal);
        // What was there to be done, but for the logins.
        let all = expected(&world, &how.options());
        let mut rest = World { tables: without(&world.tables, &[GONE]), ..world.clone() };
        let mut held = without(&all, &[GONE]);
        held.insert(LOGIN, world.tables[LOGIN].clone());
        assert_same(&held, &rest.dump(&scene.client).await, operation);
        // A table that is not there is none that something is to be done in.
        assert!(scene.migrate(&rest, &how).await.complete());
        rest.tables = without(&all, &[GONE]);
        assert_same(&rest.tables, &rest.dump(&scene.client).await, operation);
    })
    .await;
}

fn without(rows: &Rows, keys: &[&str]) -> Rows {
    rows.iter()
        .filter(|(key, _)| !keys.contains(*key))
        .map(|(key, rows)| (*key, rows.clone()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_is_refused_while_one_is_at_work_and_told_whose_it_is() {
    let world = small(7);
    let mut first = How::new(Old::Delete);
    first.lease = Lease::Shared("v6-dev", "ada@example (process 1)");
    let mut second = How::new(Old::Delete);
    second.lease = Lease::Shared("v6-dev", "bob@example (process 2)");
    let scene = Scene::of(&world).await;
    let refused = Arc::new(Mutex::new(None));
    let (killer, http) = Killer::new();
    let seconds = config(&scene.aws, http, UNHURRIED).await;
    let (told, begun) = (Arc::clone(&refused), AtomicBool::new(false));
    let others = (world.clone(), second.clone());
    let http = beside(move |moment| {
        let begins =
            moment.operation == "TransactWriteItems" && !begun.swap(true, Ordering::SeqCst);
        let (told, seconds, others) = (Arc::clone(&told), seconds.clone(), others.clone());
        async move {
            if !begins {
                return;
            }
            let runtime = tokio::runtime::Handle::current();
            let run = move || {
                // On another machine: with a journal of its own.
                let folder = Folder::new();
                runtime.block_on(migrate(&seconds, &others.0, folder.path(), &others.1))
            };
            let ended = tokio::task::spawn_blocking(run).await.unwrap();
            *told.lock().unwrap() = ended.err();
        }
        .boxed()
    });
    let watched = config(&scene.aws, http, UNHURRIED).await;
    let done = migrate(&watched, &world, scene.folder.path(), &first).await.unwrap();
    assert!(done.complete(), "{done:?}");
    let refused = refused.lock().unwrap().take();
    let Some(Stop::Lease(LeaseError::Held { holder, .. })) = &refused else {
        panic!("it was not refused: {refused:?}")
    };
    assert_eq!(holder, "ada@example (process 1)");
    assert!(refused.unwrap().to_string().contains("ada@example (process 1) is at work"));
    // The lease and nothing else.
    assert_eq!(killer.writes(), 1, "the second run wrote");
    let after = world.dump(&scene.client).await;
    assert_same(&expected(&world, &first.options()), &unmarked(&after, Old::Delete), "the first");
    let freely = migrate(&scene.config, &world, scene.folder.path(), &second).await.unwrap();
    assert_eq!(freely.total().written(), 0, "{freely:?}");
}
