//! Profiles are brought to a version, in made-up worlds, against an oracle.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod profile_worlds;
mod support;

use migration_tools::engine::item::same;
use migration_tools::profiles::Profile;
use profile_worlds::made::world;
use profile_worlds::migrations::{in_rust, in_toml};
use profile_worlds::oracle::expected;
use profile_worlds::runs::{How, Scene};
use profile_worlds::{NOW, TABLE, assert_same, text};

#[tokio::test(flavor = "multi_thread")]
async fn every_world_becomes_what_the_facts_say_however_it_is_read() {
    let limits = [None, Some(1), Some(3), Some(7)];
    for (seed, limit) in (0..12).zip(limits.into_iter().cycle()) {
        let before = world(seed, 40, true);
        let scene = Scene::of(&before).await;
        let registry = if seed % 2 == 0 { in_rust() } else { in_toml() };
        let target = if seed % 5 == 4 { 3 } else { 4 };
        let how = How { limit, target: Some(target), ..How::by(registry) };
        let after = expected(&before, target, NOW);
        let what = format!("seed {seed}, pages of {limit:?}, to {target}");
        assert!(after.left.len() > 3 && after.changed > 10, "{what}");

        let planned = scene.survey(&how).await.tally;
        assert_same(&before, &scene.profiles().await, "a dry run");
        assert_eq!((planned.profiles, planned.older), (40, after.changed as u64), "{what}");
        assert_eq!(planned.refused, after.left.len() as u64, "{what}");
        scene.aws.clear_calls();
        let done = scene.migrate(&how).await;
        assert_same(&after.profiles, &scene.profiles().await, &what);
        let total = done.total();
        assert_eq!((total.edited, total.records), (planned.older, 40), "{what}");
        assert_eq!((total.refused, total.failed), (planned.refused, 0), "{what}");
        assert!(done.quiet && done.passes == 2, "{what}: {done:?}");
        let writes = support::writes(&scene.aws);
        assert_eq!(writes, after.changed, "{what}");

        scene.aws.clear_calls();
        let again = scene.migrate(&how).await;
        assert_eq!((again.total().written(), again.passes), (0, 1), "{what}");
        assert_eq!(support::writes(&scene.aws), 0, "{what}");
        let seen = scene.survey(&how).await.tally;
        assert_eq!((seen.older, seen.refused), (0, after.left.len() as u64), "{what}");
        assert!(scene.aws.violations().is_empty(), "{what}: {:?}", scene.aws.violations());
    }
}

#[test]
fn values_and_file_give_equal_profiles() {
    let (rust, toml) = (in_rust(), in_toml());
    let mut migrated = 0;
    for seed in 0..40 {
        for profile in world(seed, 40, true).into_values() {
            let of = |registry: &migration_tools::profiles::Registry| {
                registry.applied(Profile::from(profile.clone()), NOW).map(Profile::into_item)
            };
            match (of(&rust), of(&toml)) {
                (Ok(rust), Ok(toml)) => {
                    assert!(same(&rust, &toml), "seed {seed}");
                    migrated += 1;
                }
                (rust, toml) => assert_eq!(rust.err(), toml.err(), "seed {seed}"),
            }
        }
    }
    assert!(migrated > 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_version_after_the_other_is_the_same_as_all_at_once() {
    let before = world(77, 40, false);
    let (scene, other) = (Scene::of(&before).await, Scene::of(&before).await);
    for target in 2..=4 {
        scene.migrate(&How { target: Some(target), ..How::by(in_toml()) }).await;
    }
    other.migrate(&How::by(in_rust())).await;
    // Those above a target were left alone on the way.
    assert_same(&other.profiles().await, &scene.profiles().await, "step by step");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_gives_every_profile_what_it_had() {
    for seed in 0..3 {
        let before = world(seed, 40, true);
        let scene = Scene::of(&before).await;
        let how = How::by(in_toml());
        let done = scene.migrate(&how).await;
        let undone = scene.roll_back(&how).await;
        assert!(undone.stopped.is_none() && undone.total().refused == 0, "{undone:?}");
        assert_eq!(undone.total().rolled_back, done.total().edited);
        assert_same(&before, &scene.profiles().await, "rolled back");
        assert_eq!(scene.roll_back(&how).await.total().rolled_back, 0);
        scene.migrate(&how).await;
        let after = expected(&before, 4, NOW);
        assert_same(&after.profiles, &scene.profiles().await, "once more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_edited_since_is_not_rolled_back() {
    let before = world(5, 20, false);
    let scene = Scene::of(&before).await;
    let how = How::by(in_toml());
    let after = expected(&before, 4, NOW);
    scene.migrate(&how).await;
    let edited = before.keys().find(|key| before[*key] != after.profiles[*key]).unwrap();
    let mut profile = after.profiles[edited].clone();
    profile.insert("profileData".to_owned(), text("rewritten"));
    let put = scene.client.put_item().table_name(TABLE).set_item(Some(profile.clone()));
    put.send().await.unwrap();
    let undone = scene.roll_back(&how).await;
    assert_eq!(undone.total().refused, 1, "{undone:?}");
    let mut left = before.clone();
    left.insert(edited.clone(), profile);
    assert_same(&left, &scene.profiles().await, "rolled back");
}
