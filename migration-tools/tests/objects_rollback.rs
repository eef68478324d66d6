//! A run that moved objects is taken back as a whole: objects, what points to them, and copies.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod object_worlds;
mod running;
mod support;
mod worlds;

use std::sync::Arc;

use migration_tools::amplify::objects::Family;
use migration_tools::engine::writer::Old;
use object_worlds::scene::{Scene, assert_same, timeless};
use object_worlds::undo::take_back;
use object_worlds::{CONSOLIDATION, Deployed, Much};
use running::{How, UNHURRIED, config, in_parallel};
use worlds::killer::{Killer, When};

#[tokio::test(flavor = "multi_thread")]
async fn taken_back_everything_is_as_it_was_and_can_be_done_again() {
    let kinds = [(1, Old::Delete, false), (2, Old::Keep, true), (3, Old::Delete, true)];
    in_parallel(kinds, |(seed, old, conflicts)| async move {
        let much = Much { each: 3, odd: !conflicts, conflicts, ..Much::default() };
        let deployed = Deployed::generate(seed, &much);
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let how = How::with_objects(old, deployed.moves());
        assert!(scene.migrate(&how).await.quiet);
        let migrated = scene.snapshot().await;
        scene.migrate(&how).await;
        let what = format!("seed {seed} {old:?}");
        for round in 0..2 {
            let undone = take_back(&scene, &scene.config, &deployed.moves()).await.unwrap();
            assert_eq!(undone.refused(), 0, "{what} {round}: {undone:?}");
            assert!(undone.records.stopped.is_none(), "{what}: {undone:?}");
            assert_same(&before, &scene.snapshot().await, &what);
        }
        assert_eq!(scene.aws.s3().notified(), [], "{what}");
        assert!(scene.migrate(&how).await.quiet, "{what}");
        // Objects that were put back are as old as that.
        assert_same(&timeless(migrated), &timeless(scene.snapshot().await), &what);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_is_taken_back_or_before_it_ends_in_the_world_before() {
    let parts: [&[Family]; 2] = [
        &[Family::Conversations, Family::TaskLogs, Family::DataDisclosure],
        &[Family::Artifacts, Family::Shares],
    ];
    for families in parts {
        let deployed = Deployed::small(4, families);
        let mut how = How::with_objects(Old::Delete, deployed.moves());
        how.moves.as_mut().unwrap().families = families.iter().copied().collect();
        let scene = Scene::of(&deployed).await;
        let (killer, http) = Killer::new();
        let watched = config(&scene.aws, http, UNHURRIED).await;
        assert!(scene.try_migrate(&watched, &how).await.unwrap().quiet);
        let there = killer.writes();
        let (killer, http) = Killer::new();
        let watched = config(&scene.aws, http, UNHURRIED).await;
        take_back(&scene, &watched, &deployed.moves()).await.unwrap();
        let back = killer.writes();
        eprintln!("{families:?}: {there} writes there, {back} back");
        assert!(there > 15 && back > 15, "{there} {back}");
        let kills = (1..=there).map(|at| (at, 0)).chain((1..=back).map(|at| (0, at)));
        let shared = Arc::new((deployed, how));
        in_parallel(kills, move |(there, back)| {
            let shared = Arc::clone(&shared);
            async move { killed(&shared.0, &shared.1, there, back).await }
        })
        .await;
    }
}

/// A run that is killed after this write, or a way back that is; 0 for neither.
async fn killed(deployed: &Deployed, how: &How, there: usize, back: usize) {
    let scene = Scene::of(deployed).await;
    let before = scene.snapshot().await;
    let what = format!("killed at {there} there, {back} back");
    let (killer, http) = Killer::new();
    if there > 0 {
        killer.kill_at(there, When::AfterWrite);
        scene.rest().await;
    }
    let doomed = config(&scene.aws, http, UNHURRIED).await;
    tokio::select! {
        biased;
        done = scene.try_migrate(&doomed, how) => assert!(done.unwrap().quiet, "{what}"),
        () = killer.killed() => {}
    }
    let moves = deployed.moves();
    if back > 0 {
        let (killer, http) = Killer::new();
        killer.kill_at(back, When::AfterWrite);
        let doomed = config(&scene.aws, http, UNHURRIED).await;
        tokio::select! {
            biased;
            done = take_back(&scene, &doomed, &moves) => drop(done.unwrap()),
            () = killer.killed() => {}
        }
    }
    let undone = take_back(&scene, &scene.config, &moves).await.unwrap();
    assert_eq!(undone.refused(), 0, "{what}: {undone:?}");
    assert_same(&before, &scene.snapshot().await, &what);
    assert_eq!(scene.listeners().await.len(), 3, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_its_user_has_changed_since_stays_and_is_named() {
    let deployed = Deployed::small(6, &[Family::Conversations]);
    let scene = Scene::of(&deployed).await;
    let how = How::with_objects(Old::Delete, deployed.moves());
    assert!(scene.migrate(&how).await.complete());
    let person = deployed.people().into_iter().find(|one| one.old != one.new).unwrap();
    let own = format!("conversations/{}/", person.new);
    let bucket = scene.name(CONSOLIDATION);
    let key = scene.aws.s3().keys(&bucket).into_iter().find(|key| key.starts_with(&own)).unwrap();
    scene.aws.s3().put(&bucket, &key, "written since");
    let undone = take_back(&scene, &scene.config, &deployed.moves()).await.unwrap();
    assert!(undone.refused() > 0, "{undone:?}");
    assert_eq!(scene.aws.s3().get(&bucket, &key).unwrap(), "written since");
}
