//! An application that goes on while objects are moved loses nothing that it writes.
//!
//! `MIGRATION_SEEDS` makes the search longer: how many seeds, 6 where it is not set.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod object_worlds;
mod running;
mod support;
mod worlds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fastrand::Rng;
use futures::FutureExt;
use migration_tools::amplify::objects::Family;
use migration_tools::engine::journal::Kind;
use migration_tools::engine::writer::Old;
use object_worlds::check::{lost, opened};
use object_worlds::live::Live;
use object_worlds::scene::Scene;
use object_worlds::{CONSOLIDATION, CONVERSATIONS, Deployed, Much};
use running::{How, UNHURRIED, config, in_parallel};
use tokio::sync::Mutex;
use worlds::beside::beside;

/// How often the application does something while a run is under way.
const ACTS: usize = 120;

async fn goes_on(seed: u64) -> BTreeMap<&'static str, usize> {
    let much = Much { people: 3, strangers: 0, each: 3, odd: false, ..Much::default() };
    let deployed = Deployed::generate(seed, &much);
    let scene = Scene::of(&deployed).await;
    let before = scene.snapshot().await;
    let old = if seed.is_multiple_of(3) { Old::Keep } else { Old::Delete };
    let how = How::with_objects(old, deployed.moves());
    let live = Live::new(&scene, &deployed, seed);
    let shared = Arc::new(Mutex::new((live, Rng::with_seed(seed), ACTS)));
    let own = Arc::clone(&shared);
    let http = beside(move |_| {
        let shared = Arc::clone(&own);
        async move {
            let (live, rng, left) = &mut *shared.lock().await;
            while *left > 0 && rng.u8(..8) == 0 {
                *left -= 1;
                live.act().await;
            }
        }
        .boxed()
    });
    let watched = config(&scene.aws, http, UNHURRIED).await;
    scene.try_migrate(&watched, &how).await.unwrap();
    // The application rests.
    let what = format!("seed {seed} {old:?}");
    let done = scene.migrate(&how).await;
    assert!(done.quiet && done.failed.is_empty(), "{what}: {done:?}");
    // Of what somebody has deleted under the new id, the old one stays.
    let failed = scene.findings().await.into_iter().filter(|one| one.kind != Kind::Stays);
    let failed: Vec<_> = failed.filter(|one| one.kind != Kind::Missing).collect();
    // Where an old record stays, it and its copy can both be written, and a person has to decide.
    let (refused, failed): (Vec<_>, Vec<_>) =
        failed.into_iter().partition(|one| old == Old::Keep && one.kind == Kind::Refused);
    assert_eq!(failed, [], "{what}");
    let after = scene.snapshot().await;
    let (live, ..) = &*shared.lock().await;
    let mut missed = Vec::new();
    for (at, person) in deployed.people().iter().enumerate() {
        let found = opened(&deployed, &after, &person.new);
        let mut expected = opened(&deployed, &before, &person.new);
        expected.extend(opened(&deployed, &before, &person.old));
        expected.retain(|label, _| !live.deleted.contains(&(at, label.clone())));
        let wrote = live.wrote.iter().filter(|((whose, _), _)| *whose == at);
        expected.extend(wrote.map(|((_, label), content)| (label.clone(), content.clone())));
        for (label, content) in expected {
            if found.get(&label) != Some(&content) {
                let is = found.get(&label);
                missed.push(format!("{person:?} {label}: {content:?} is {is:?}"));
            }
        }
    }
    // Those are tasks that were answered under both ids.
    let tasks: BTreeSet<&str> =
        missed.iter().filter_map(|one| one.split_once(" of ")?.1.split(':').next()).collect();
    let undecided = missed.iter().all(|one| one.contains(" log ")) && tasks.len() <= refused.len();
    assert!(missed.is_empty() || undecided, "{what} {refused:?}:\n{}", missed.join("\n"));
    let lost: Vec<String> = lost(&deployed, &before, &after)
        .into_iter()
        .filter(|one| {
            !live.deleted.iter().any(|(_, label)| {
                label.strip_prefix("conversation ").is_some_and(|id| one.contains(id))
            })
        })
        .collect();
    assert!(lost.is_empty(), "{what}: {lost:?}");
    live.done.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_written_while_objects_move_is_lost() {
    let seeds = std::env::var("MIGRATION_SEEDS").map_or(6, |seeds| seeds.parse().unwrap());
    let mut all = BTreeMap::new();
    for done in in_parallel(0..seeds, goes_on).await {
        for (what, times) in done {
            *all.entry(what).or_insert(0) += times;
        }
    }
    eprintln!("{all:?}");
    let kinds = ["saved", "made a file", "shared", "made a template", "deleted", "under a new id"];
    for what in kinds.into_iter().chain(["under an old id", "answered in the older bucket"]) {
        assert!(all.contains_key(what), "nothing is known of {what}: {all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_changed_after_it_was_copied_is_copied_again() {
    in_parallel([Old::Delete, Old::Keep], |old| async move {
        let deployed = Deployed::small(8, &[Family::Conversations]);
        let person = deployed.people().into_iter().find(|one| one.old != one.new).unwrap();
        let scene = Scene::of(&deployed).await;
        let how = How::with_objects(old, deployed.moves());
        let (source, target) =
            (format!("{}/x", person.old), format!("conversations/{}/x", person.new));
        let (from, to) = (scene.name(CONVERSATIONS), scene.name(CONSOLIDATION));
        let store = scene.aws.s3();
        for text in ["first", "second", "third"] {
            store.put(&from, &source, text);
            let done = scene.migrate(&how).await;
            assert!(done.complete(), "{text}: {done:?}");
            assert_eq!(store.get(&to, &target).unwrap(), text, "{old:?}");
            assert_eq!(store.get(&from, &source).is_some(), old == Old::Keep);
        }
        // Its user has written it under the new id: that is not taken from him.
        store.put(&to, &target, "newer");
        store.put(&from, &source, "stale");
        scene.migrate(&how).await;
        assert_eq!(store.get(&to, &target).unwrap(), "newer");
        assert_eq!(store.get(&from, &source).unwrap(), "stale");
    })
    .await;
}
