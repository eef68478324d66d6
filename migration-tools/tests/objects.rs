//! Moving objects loses nothing: what people opened before, they open after.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 4 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod object_worlds;
mod running;
mod support;
mod worlds;

use std::collections::BTreeSet;

use local_aws::{Effect, Fault};
use migration_tools::amplify::objects::Family;
use migration_tools::engine::journal::{Finding, Kind};
use migration_tools::engine::writer::Old;
use object_worlds::check::{assert_reaches, compare, left_behind, lost, still};
use object_worlds::scene::{Scene, assert_same};
use object_worlds::{
    ARTIFACTS, CONSOLIDATION, CONVERSATIONS, Deployed, LOGS, Much, STATES, T_LOGINS, Thing, Things,
};
use running::{How, in_parallel};

/// How many worlds are looked at.
fn seeds(unless: u64) -> u64 {
    std::env::var("MIGRATION_SEEDS").map_or(unless, |seeds| seeds.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_opened_before_they_open_after_and_a_second_run_writes_nothing() {
    in_parallel(0..seeds(4), |seed| async move {
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

#[tokio::test(flavor = "multi_thread")]
async fn where_old_objects_are_kept_they_stay_and_a_second_run_writes_nothing() {
    in_parallel([Old::Keep, Old::Mark], |old| async move {
        let deployed = Deployed::generate(21, &Much { each: 3, ..Much::default() });
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let how = How::with_objects(old, deployed.moves());
        let done = scene.migrate(&how).await;
        assert!(done.quiet && done.failed.is_empty(), "{done:?}");
        let after = scene.snapshot().await;
        assert_reaches(&deployed, &before, &after, "kept");
        for (place, thing) in &before.things {
            assert_eq!(after.things.get(place), Some(thing), "{place:?}");
        }
        scene.aws.clear_calls();
        let again = scene.migrate(&how).await;
        assert_eq!(again.total().written(), 0, "{again:?}");
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_same(&after, &scene.snapshot().await, "a second run");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_everybody_keeps_his_id_objects_are_brought_together_and_everything_opens() {
    in_parallel([false, true], |everyone| async move {
        let mut deployed = Deployed::generate(31, &Much { each: 3, ..Much::default() });
        for (old, new) in &mut deployed.world.pairs {
            new.clone_from(old);
        }
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let mut how = How::with_objects(Old::Delete, deployed.moves());
        how.moves.as_mut().unwrap().everyone = everyone;
        let done = scene.migrate(&how).await;
        assert!(done.quiet && done.failed.is_empty(), "{done:?}");
        let after = scene.snapshot().await;
        // Of everyone, nobody's objects stay.
        let mut all = deployed.clone();
        if everyone {
            all.strangers_take_part();
        }
        assert_reaches(&all, &before, &after, &format!("everyone: {everyone}"));
        let moved = |things: &Things| {
            things
                .keys()
                .filter(|(bucket, key)| *bucket == CONVERSATIONS && key.contains('/'))
                .count()
        };
        assert!(moved(&after.things) < moved(&before.things));
        scene.aws.clear_calls();
        scene.migrate(&how).await;
        assert_eq!(scene.writes(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_contents_of_one_thing_neither_is_lost_and_a_second_run_writes_nothing() {
    in_parallel(40..40 + seeds(3), |seed| async move {
        let much = Much { each: 2, odd: false, conflicts: true, ..Much::default() };
        let deployed = Deployed::generate(seed, &much);
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let how = How::with_objects(Old::Delete, deployed.moves());
        let done = scene.migrate(&how).await;
        let what = format!("seed {seed}");
        assert!(
            done.quiet && done.failed.is_empty() && done.total().failed == 0,
            "{what}: {done:?}"
        );
        let after = scene.snapshot().await;
        let checked = compare(&deployed, &before, &after);
        assert!(checked.wrong.is_empty(), "{what}: {:?}", checked.wrong);
        assert!(checked.contested > 5 && checked.opened > 100, "{what}: {checked:?}");
        assert_eq!(scene.aws.s3().notified(), [], "{what}");
        // What the other content hides is where it was, and named.
        let named: BTreeSet<String> =
            scene.findings().await.into_iter().map(|finding| finding.key).collect();
        for (missed, content) in &checked.missed {
            let still = still(&deployed, &before, &after, content);
            assert!(still.iter().any(|(_, key)| named.contains(key)), "{what}: {missed} {still:?}");
        }
        scene.aws.clear_calls();
        scene.migrate(&how).await;
        assert_eq!(scene.writes(), Vec::<String>::new(), "{what}");
        assert_same(&after, &scene.snapshot().await, &what);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_content_that_nobody_would_find_any_more_is_named_for_a_person_to_decide() {
    let mut deployed = Deployed::small(50, &[Family::Conversations]);
    let person = deployed.people().into_iter().find(|one| one.old != one.new).unwrap();
    let target = format!("conversations/{}/twice", person.new);
    let older = Thing { bytes: b"older".to_vec(), metadata: Default::default() };
    deployed.things.insert((CONSOLIDATION, target), older);
    let scene = Scene::of(&deployed).await;
    scene.rest().await;
    let newer = format!("{}/twice", person.old);
    scene.aws.s3().put(&scene.name(CONVERSATIONS), &newer, "newer");
    let how = How::with_objects(Old::Delete, deployed.moves());
    let done = scene.migrate(&how).await;
    assert!(!done.complete() && done.total().refused == 1, "{done:?}");
    assert_eq!(scene.aws.s3().get(&scene.name(CONVERSATIONS), &newer).unwrap(), "newer");
    let named = scene.findings().await;
    assert!(named.iter().any(|one| one.kind == Kind::Refused && one.key == newer), "{named:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_has_nothing_to_move() {
    in_parallel([CONVERSATIONS, LOGS, STATES, CONSOLIDATION], |missing| async move {
        let deployed = Deployed::generate(60, &Much { each: 2, odd: false, ..Much::default() })
            .without(missing);
        let scene = Scene::of_all_but(&deployed, missing).await;
        let before = scene.snapshot().await;
        let how = How::with_objects(Old::Delete, deployed.moves());
        let done = scene.migrate(&how).await;
        assert!(done.quiet && done.failed.is_empty() && !done.logins_held, "{missing}: {done:?}");
        let after = scene.snapshot().await;
        if missing == CONSOLIDATION {
            assert_eq!(before.things, after.things, "nothing can be moved");
            return;
        }
        assert_reaches(&deployed, &before, &after, missing);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_stays_with_its_owner_and_all_else_is_moved() {
    in_parallel(["GetObject", "HeadObject", "CopyObject"], |denied| async move {
        let deployed = Deployed::generate(70, &Much { each: 3, odd: false, ..Much::default() });
        let person = deployed.people().into_iter().find(|one| one.old != one.new).unwrap();
        let scene = Scene::of(&deployed).await;
        let before = scene.snapshot().await;
        let effect = Effect::Error {
            status: 403,
            code: "AccessDenied".to_owned(),
            message: "Access Denied".to_owned(),
        };
        for bucket in [CONVERSATIONS, LOGS, STATES, ARTIFACTS] {
            let (name, own) = (scene.name(bucket), format!("{}/", person.old));
            let trigger = Fault::on("s3", denied);
            let trigger = match denied {
                "CopyObject" => trigger.source(&name, &own),
                _ => trigger.object(&name, &own),
            };
            scene.aws.faults().add(trigger.with(effect.clone()));
        }
        let mut how = How::with_objects(Old::Delete, deployed.moves());
        how.patience = std::time::Duration::from_millis(50);
        let done = scene.migrate(&how).await;
        let struck = scene.aws.faults().triggered();
        assert!(struck > 0 && done.failed.is_empty(), "{denied}: {struck} {done:?}");
        scene.aws.faults().clear();
        let after = scene.snapshot().await;
        let lost = lost(&deployed, &before, &after);
        assert!(lost.is_empty(), "{denied}: {lost:?}");
        // Whoever has a login under the new id finds everything there.
        let logins = &after.rows[T_LOGINS];
        let is_over = logins.iter().any(|row| row["user_id"].as_s().unwrap() == &person.new);
        assert_eq!(is_over, !done.logins_held, "{denied}");
        // With the permission, the same command ends it.
        let done = scene.migrate(&how).await;
        assert!(
            done.quiet && done.failed.is_empty() && done.total().failed == 0,
            "{denied}: {done:?}"
        );
        assert_reaches(&deployed, &before, &scene.snapshot().await, denied);
    })
    .await;
}
