//! Whatever happens to a run over profiles, the next one that is let alone ends it.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 12 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod profile_worlds;
mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue::{M, N};
use fastrand::Rng;
use futures::FutureExt;
use local_aws::{Effect, Fault};
use migration_tools::engine::item::Item;
use profile_worlds::beside::beside;
use profile_worlds::killer::{Killer, When};
use profile_worlds::made::world;
use profile_worlds::migrations::{in_rust, in_toml};
use profile_worlds::oracle::expected;
use profile_worlds::runs::{How, Scene, UNHURRIED, config, migrate};
use profile_worlds::{NOW, Profiles, TABLE, assert_same, item, key, number, text};

/// Ends a run at one request, and lets the next one go on; answers whether there was such a request.
async fn killed(before: &Profiles, at: usize, when: When) -> bool {
    let scene = Scene::of(before).await;
    let (killer, http) = Killer::new();
    killer.kill_at(at, when);
    let hurried = config(&scene.aws, http, UNHURRIED).await;
    let how = How { limit: Some(4), at_once: 3, ..How::by(in_toml()) };
    let was_killed = tokio::select! {
        biased;
        done = migrate(&hurried, scene.folder.path(), &how) => { done.unwrap(); false }
        () = killer.killed() => true,
    };
    let what = format!("killed at {at} {when:?}");
    let done = scene.migrate(&how).await;
    assert!(done.quiet, "{what}: {done:?}");
    let after = expected(before, 4, NOW);
    assert_same(&after.profiles, &scene.profiles().await, &what);
    assert_eq!(scene.migrate(&how).await.total().written(), 0, "{what}");
    if at.is_multiple_of(3) {
        assert_eq!(scene.roll_back(&how).await.total().refused, 0, "{what}");
        assert_same(before, &scene.profiles().await, &what);
    }
    was_killed
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_call_the_next_run_ends_the_same() {
    let before = world(8, 9, true);
    for when in [When::Before, When::After] {
        let mut at = 1;
        while killed(&before, at, when).await {
            at += 1;
        }
        assert!(at > 12, "only {at} requests");
    }
}

fn any_fault(rng: &mut Rng) -> Fault {
    let operation = ["a record", "a record", "Scan", "BatchGetItem", "UpdateItem"][rng.usize(..5)];
    let effect = match rng.u8(..7) {
        0 => Effect::Throttle,
        1 => Effect::DropBefore,
        2 | 3 => Effect::DropAfter,
        4 => Effect::Timeout,
        5 if operation == "a record" => Effect::TransactionConflict,
        _ => {
            let (code, message) = ("InternalServerError".to_owned(), "Internal error".to_owned());
            Effect::Error { status: 500, code, message }
        }
    };
    let trigger = match operation {
        "a record" => support::on_write(),
        operation => Fault::on("dynamodb", operation),
    };
    trigger.after(rng.usize(..12)).times(rng.usize(1..16)).with(effect)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_any_faults_the_next_run_ends_in_the_same_world() {
    let seeds = std::env::var("MIGRATION_SEEDS").map_or(12, |seeds| seeds.parse().unwrap());
    let mut struck = 0;
    for seed in 0..seeds {
        let mut rng = Rng::with_seed(seed);
        let before = world(seed, 16, true);
        let scene = Scene::of(&before).await;
        for _ in 0..2 {
            let patience = Duration::from_millis([0, 50, 2_000][rng.usize(..3)]);
            let how = How { patience, at_once: 4, ..How::by(in_rust()) };
            let armed: Vec<_> =
                (0..rng.usize(1..4)).map(|_| scene.aws.faults().add(any_fault(&mut rng))).collect();
            let (killer, http) = Killer::new();
            if rng.u8(..3) == 0 {
                killer.kill_at(rng.usize(1..12), When::AfterWrite);
            }
            let hurried = config(&scene.aws, http, Duration::from_millis(300)).await;
            tokio::select! {
                biased;
                ended = migrate(&hurried, scene.folder.path(), &how) => drop(ended),
                () = killer.killed() => {}
            }
            struck += armed.iter().map(|one| one.triggered()).sum::<usize>();
            scene.aws.faults().clear();
        }
        let how = How::by(in_toml());
        let done = scene.migrate(&how).await;
        assert!(done.quiet && done.total().failed == 0, "seed {seed}: {done:?}");
        let after = expected(&before, 4, NOW);
        assert_same(&after.profiles, &scene.profiles().await, &format!("seed {seed}"));
        assert_eq!(scene.migrate(&how).await.total().written(), 0, "seed {seed}");
        let undone = scene.roll_back(&how).await;
        assert_eq!(undone.total().refused, 0, "seed {seed}: {undone:?}");
        assert_same(&before, &scene.profiles().await, &format!("seed {seed}, rolled back"));
    }
    assert!(struck > 10, "{struck} faults");
}

/// What an application does with a profile: it reads, changes what it knows, and puts the whole back.
fn edited(mut profile: Item, act: u8, n: usize) -> Item {
    let stamp = text(&format!("2026-11-21T11:00:{:02}.000Z", n % 60));
    match act {
        0 => drop(profile.insert("nickname".to_owned(), text(&format!("nick-{n}")))),
        1 => drop(profile.insert("lastAccessedAt".to_owned(), stamp.clone())),
        // The old code, which knows the first version only, makes a new profile of an old shape.
        2 => {
            profile.remove("version");
            let data = M(item(&[("characterName", text(&format!("Nim {n}")))]));
            profile.insert("profileData".to_owned(), data);
        }
        _ => {
            if let Some(M(data)) = profile.get_mut("profileData") {
                data.insert("level".to_owned(), number(&n.to_string()));
            }
        }
    }
    profile.insert("updatedAt".to_owned(), stamp);
    profile
}

/// The oracle keeps up with what the application writes: an edit of a profile that was migrated meanwhile is
/// one of the migrated profile.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_edits_profiles_meanwhile_loses_nothing() {
    for seed in 0..6 {
        let before = world(seed, 12, false);
        let scene = Scene::of(&before).await;
        let acts = Arc::new(AtomicUsize::new(0));
        let rng = Arc::new(Mutex::new(Rng::with_seed(seed)));
        let written: Arc<Mutex<Vec<Item>>> = Arc::default();
        let keys: Vec<(String, String)> = before.keys().cloned().collect();
        let (client, log) = (scene.client.clone(), Arc::clone(&written));
        let one_at_a_time = Arc::new(tokio::sync::Mutex::new(()));
        let http = beside(move |moment| {
            let (client, acts, rng) = (client.clone(), Arc::clone(&acts), Arc::clone(&rng));
            let (keys, log) = (keys.clone(), Arc::clone(&log));
            let one_at_a_time = Arc::clone(&one_at_a_time);
            async move {
                let _turn = one_at_a_time.lock().await;
                let moments = ["Scan", "UpdateItem", "TransactWriteItems"];
                if !moments.contains(&moment.operation.as_str())
                    || acts.load(Ordering::SeqCst) >= 10
                {
                    return;
                }
                let n = acts.fetch_add(1, Ordering::SeqCst);
                let (which, act) = {
                    let mut rng = rng.lock().unwrap();
                    (rng.usize(..keys.len()), rng.u8(..4))
                };
                let (user, profile_key) = &keys[which];
                let own = item(&[("userId", text(user)), ("profileKey", text(profile_key))]);
                let got = client.get_item().table_name(TABLE).set_key(Some(own));
                let got = got.consistent_read(true).send().await.unwrap().item.unwrap();
                let profile = edited(got.clone(), act, n);
                // Only where nobody was faster, as careful code does.
                let put = client.put_item().table_name(TABLE).set_item(Some(profile.clone()));
                let put = match got.get("version") {
                    Some(version) => put
                        .condition_expression("#v = :v")
                        .expression_attribute_values(":v", version.clone()),
                    None => put.condition_expression("attribute_not_exists(#v)"),
                };
                let put = put.expression_attribute_names("#v", "version");
                if put.send().await.is_ok() {
                    log.lock().unwrap().push(profile);
                }
            }
            .boxed()
        });
        let watched = config(&scene.aws, http, UNHURRIED).await;
        let how = How { limit: Some(5), at_once: 2, ..How::by(in_toml()) };
        let done = migrate(&watched, scene.folder.path(), &how).await.unwrap();
        assert!(done.quiet, "seed {seed}: {done:?}");
        let mut last = before.clone();
        let all = written.lock().unwrap().clone();
        assert!(all.len() > 3, "seed {seed}: {} edits", all.len());
        for profile in all {
            last.insert(key(&profile), profile);
        }
        let after = expected(&last, 4, NOW);
        let what = format!("seed {seed}");
        assert_same(&after.profiles, &scene.profiles().await, &what);
        assert!(after.profiles.values().all(|one| one["version"] == N("4".into())), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_of_a_time_that_has_changed_since_is_made_again() {
    let profile = item(&[
        ("userId", text("ada")),
        ("profileKey", text("npc#1")),
        ("profileType", text("npc")),
        ("profileId", text("1")),
        ("updatedAt", text("2025-01-01T00:00:00.000Z")),
    ]);
    let before: Profiles = [(key(&profile), profile)].into();
    let scene = Scene::of(&before).await;
    let (client, times) = (scene.client.clone(), Arc::new(AtomicUsize::new(0)));
    let http = beside(move |moment| {
        let (client, times) = (client.clone(), Arc::clone(&times));
        async move {
            if moment.operation != "UpdateItem"
                || !moment.is_about(TABLE)
                || times.fetch_add(1, Ordering::SeqCst) > 0
            {
                return;
            }
            // The migration changes another attribute, and this one decides what it becomes.
            let update = client.update_item().table_name(TABLE);
            let update = update.key("userId", text("ada")).key("profileKey", text("npc#1"));
            let update = update.update_expression("SET updatedAt = :new");
            let new = text("2026-01-01T00:00:00.000Z");
            update.expression_attribute_values(":new", new).send().await.unwrap();
        }
        .boxed()
    });
    let watched = config(&scene.aws, http, UNHURRIED).await;
    let how = How { target: Some(2), ..How::by(in_rust()) };
    let done = migrate(&watched, scene.folder.path(), &how).await.unwrap();
    assert_eq!(done.total().edited, 1);
    let after = scene.profiles().await.into_values().next().unwrap();
    assert_eq!(after["lastAccessedAt"], text("2026-01-01T00:00:00.000Z"));
    assert_eq!(after["lastAccessedAt"], after["updatedAt"]);
}
