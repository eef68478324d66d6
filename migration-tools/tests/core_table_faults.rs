//! Whatever happens to a run that copies into CoreTable, the next one that is let alone ends it.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 8 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod core_worlds;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use core_worlds::beside::beside;
use core_worlds::killer::{Killer, When};
use core_worlds::load::{core, names, old, put, rows};
use core_worlds::made::{Size, server_id};
use core_worlds::oracle::expected;
use core_worlds::runs::{How, Scene, UNHURRIED, config, migrate};
use core_worlds::{World, assert_same, by_key, item, text};
use fastrand::Rng;
use futures::FutureExt;
use local_aws::{Effect, Fault};

const SMALL: Size = Size { servers: 2, users: 3, hostile: true, pool: true };

fn how() -> How {
    How { pool: true, limit: Some(3), at_once: 4, ..How::default() }
}

/// Ends a run at one request, and lets the next one go on; answers whether there was such a request.
async fn killed(world: &World, at: usize, when: When) -> bool {
    let scene = Scene::of(world).await;
    let (killer, http) = Killer::new();
    killer.kill_at(at, when);
    let hurried = config(&scene.aws, http, UNHURRIED).await;
    let how = how();
    let was_killed = tokio::select! {
        biased;
        done = migrate(&hurried, scene.folder.path(), &how) => { done.unwrap(); false }
        () = killer.killed() => true,
    };
    let what = format!("killed at {at} {when:?}");
    let done = scene.migrate(&how).await;
    assert!(done.quiet, "{what}: {done:?}");
    assert_same(&expected(world).core, &core(&scene.client).await, &what);
    let again = scene.migrate(&how).await;
    assert_eq!(again.totals().values().map(|one| one.written()).sum::<u64>(), 0, "{what}");
    if at.is_multiple_of(4) {
        let undone = scene.roll_back().await;
        // Of rows that stood in the way nobody can tell afterwards whether the run that was killed wrote
        // them; they stay.
        let in_the_way = expected(world).left.iter().sum::<usize>();
        let refused = undone.total().refused;
        assert!(undone.stopped.is_none() && refused <= in_the_way as u64, "{what}: {undone:?}");
        assert_same(&by_key(world.core.clone()), &core(&scene.client).await, &what);
    }
    was_killed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_call_the_next_run_ends_it() {
    let world = World::generate(7, SMALL);
    for when in [When::Before, When::AfterWrite] {
        let mut at = 1;
        while killed(&world, at, when).await {
            at += 1;
        }
        assert!(at > 12, "{when:?}: only {at} calls");
    }
}

fn any_fault(rng: &mut Rng) -> Fault {
    let operations = ["a record", "a record", "Scan", "Query", "BatchGetItem"];
    let operation = operations[rng.usize(..operations.len())];
    let (code, message) = ("InternalServerError".to_owned(), "Internal error".to_owned());
    let effect = match rng.u8(..6) {
        0 => Effect::Throttle,
        1 => Effect::Error { status: 500, code, message },
        2 => Effect::DropBefore,
        3 => Effect::DropAfter,
        4 => Effect::Timeout,
        _ => {
            let fault = support::on_write().after(rng.usize(..12));
            return fault.times(rng.usize(1..12)).with(Effect::TransactionConflict);
        }
    };
    if rng.u8(..6) == 0 {
        let fault = Fault::on("cognito-idp", "AdminGetUser").after(rng.usize(..3));
        return fault.times(rng.usize(1..6)).with(effect);
    }
    let fault = match operation {
        "a record" => support::on_write(),
        operation => Fault::on("dynamodb", operation),
    };
    fault.after(rng.usize(..12)).times(rng.usize(1..12)).with(effect)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_faults_the_next_run_ends_in_the_same_world() {
    let seeds = std::env::var("MIGRATION_SEEDS").map_or(8, |seeds| seeds.parse().unwrap());
    let (mut struck, mut stopped) = (0, 0);
    for seed in 0..seeds {
        let mut rng = Rng::with_seed(seed);
        let world = World::generate(seed, SMALL);
        let scene = Scene::of(&world).await;
        let before = old(&scene.client).await;
        let faults: Vec<Fault> = (0..rng.usize(1..4)).map(|_| any_fault(&mut rng)).collect();
        let story = format!("seed {seed}: {faults:?}");
        let armed: Vec<_> = faults.into_iter().map(|fault| scene.aws.faults().add(fault)).collect();
        let attempt = Duration::from_millis(300);
        let hurried = config(&scene.aws, aws_clients::http_client(), attempt).await;
        let patience = Duration::from_millis([0, 50, 5_000][rng.usize(..3)]);
        let ended = migrate(&hurried, scene.folder.path(), &How { patience, ..how() }).await;
        struck += armed.iter().filter(|armed| armed.triggered() > 0).count();
        stopped += usize::from(!ended.is_ok_and(|done| done.quiet));
        scene.aws.faults().clear();
        assert!(scene.migrate(&how()).await.quiet, "{story}");
        assert_same(&expected(&world).core, &core(&scene.client).await, &story);
        assert_eq!(old(&scene.client).await, before, "{story}");
    }
    eprintln!("{struck} struck, {stopped} stopped");
    assert!(struck > 5);
}

/// Somebody joins servers, changes roles and opens servers while the run is at it.
#[tokio::test(flavor = "multi_thread")]
async fn who_joins_meanwhile_is_there_afterwards() {
    let size = Size { servers: 4, users: 6, hostile: false, pool: false };
    for seed in 0..5 {
        let world = World::generate(seed, size);
        let scene = Scene::of(&world).await;
        let (client, acts) = (scene.client.clone(), Arc::new(AtomicUsize::new(0)));
        let rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
        let mine: Vec<_> = world.core.iter().map(|row| row["PK"].clone()).collect();
        let movable: Vec<_> = world
            .memberships
            .iter()
            .filter(|row| !mine.contains(&text(&format!("USER#{}", row["userId"].as_s().unwrap()))))
            .cloned()
            .collect();
        assert!(!movable.is_empty(), "seed {seed}");
        let http = beside(move |moment| {
            let (client, acts, rng) = (client.clone(), Arc::clone(&acts), Arc::clone(&rng));
            let movable = movable.clone();
            async move {
                let moments = ["Scan", "TransactWriteItems", "UpdateItem", "BatchGetItem"];
                if !moments.contains(&moment.operation.as_str())
                    || acts.load(Ordering::SeqCst) >= 12
                {
                    return;
                }
                let (act, who, role) = {
                    let mut rng = rng.lock().unwrap();
                    (rng.u8(..6), rng.usize(..movable.len()), rng.usize(..3))
                };
                let n = acts.fetch_add(1, Ordering::SeqCst);
                let role = text(["admin", "viewer", "moderator"][role]);
                let stamp = text(&format!("2025-06-15T15:06:5{}Z", n % 10));
                let mut row = movable[who].clone();
                row.insert("role".to_owned(), role);
                match act {
                    0 => {}
                    1 => {
                        row.insert("email".to_owned(), text(&format!("moved{n}@x.example")));
                        row.insert("updatedAt".to_owned(), stamp);
                    }
                    2 => drop(row.insert("serverId".to_owned(), text(&server_id(n % 4)))),
                    3 => drop(row.insert("userId".to_owned(), text(&format!("{n}-new")))),
                    4 => {
                        let server = item(&[("id", text(&format!("i-new{n}"))), ("n", text("x"))]);
                        return put(&client, &names().servers, server).await;
                    }
                    _ => return,
                }
                put(&client, &names().memberships, row).await;
            }
            .boxed()
        });
        let watched = config(&scene.aws, http, UNHURRIED).await;
        let how = How { limit: Some(4), at_once: 2, ..How::default() };
        let done = migrate(&watched, scene.folder.path(), &how).await.unwrap();
        assert!(done.quiet, "seed {seed}: {done:?}");
        let later = World {
            servers: rows(&scene.client, &names().servers).await,
            memberships: rows(&scene.client, &names().memberships).await,
            ..world
        };
        let what = format!("seed {seed}");
        assert_same(&expected(&later).core, &core(&scene.client).await, &what);
    }
}
