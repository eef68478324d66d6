//! Moving objects loses nothing: what people opened before, they open after.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 8 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod object_worlds;
mod running;
mod support;
mod worlds;

use migration_tools::engine::journal::{Finding, Kind};
use migration_tools::engine::writer::Old;
use object_worlds::check::{assert_reaches, left_behind};
use object_worlds::scene::{Scene, assert_same};
use object_worlds::{Deployed, Much};
use running::{How, in_parallel};

fn seeds(unless: u64) -> u64 {
    std::env::var("MIGRATION_SEEDS").map_or(unless, |seeds| seeds.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_opened_before_they_open_after_and_a_second_run_writes_nothing() {
    in_parallel(2..seeds(3), |seed| async move {
        let deployed = Deployed::generate(seed, &Much { odd: seed % 2 == 0, ..Much::default() });
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let listeners = scene.listeners().await;
        let how = How::with_objects(Old::Delete, deployed.moves());
        let done = scene.migrate(&how).await;
        let what = format!("seed {seed}");
        assert!(done.quiet && done.failed.is_empty() && !done.logins_held, "{what}: {done:?}");
        let failed: Vec<Finding> =
            scene.findings().await.into_iter().filter(|one| one.kind == Kind::Failed).collect();
        assert_eq!(failed, [], "{what}");
        let after = scene.snapshot().await;
        assert_reaches(&deployed, &before, &after, &what);
        let left = left_behind(&deployed, &before, &after);
        assert!(left.is_empty(), "{what}: {left:?}");
        assert_eq!(scene.aws.s3().notified(), [], "{what}");
        assert_eq!(scene.listeners().await, listeners, "{what}");
        scene.aws.clear_calls();
        let again = scene.migrate(&how).await;
        assert_eq!(again.total().written(), 0, "{what}: {again:?}");
        assert_eq!(scene.writes(), Vec::<String>::new(), "{what}");
        assert_same(&after, &scene.snapshot().await, &what);
    })
    .await;
}
