//! A migration ends in the world that the facts say, wherever it is killed on the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod running;
mod support;
mod worlds;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use migration_tools::amplify::tables::{Clash, Table};
use migration_tools::engine::item::Item;
use migration_tools::engine::typed_json::encode;
use migration_tools::engine::writer::Old;
use running::{
    How, Scene, UNHURRIED, assert_kinds, assert_same, config, in_parallel, migrate, small, unmarked,
};
use worlds::killer::{Killer, When};
use worlds::oracle::expected;
use worlds::{OLD_STORAGE, Rows, Size, World};

#[tokio::test(flavor = "multi_thread")]
async fn every_table_ends_as_the_facts_say_and_a_second_run_writes_nothing() {
    in_parallel([(1, Old::Delete), (2, Old::Keep), (3, Old::Mark)], |(seed, old)| async move {
        // So that each table has each of its shapes once.
        let size = Size { users: 7, rows: 3, ..Size::default() };
        let world = World::generate(seed, &size);
        let scene = Scene::of(&world).await;
        let how = How::new(old);
        let done = scene.migrate(&world, &how).await;
        assert!(done.complete(), "{done:?}");
        let after = world.dump(&scene.client).await;
        let what = format!("seed {seed}");
        assert_same(&expected(&world, &how.options()), &unmarked(&after, old), &what);
        scene.aws.clear_calls();
        let again = scene.migrate(&world, &how).await;
        assert_eq!(again.total().written(), 0, "{again:?}");
        assert_eq!(support::writes(&scene.aws), 0, "{what}");
        assert_same(&after, &world.dump(&scene.client).await, "second run");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_call_and_run_again_it_ends_in_the_same_world() {
    for old in [Old::Delete, Old::Keep] {
        let world = small(7);
        let how = How::new(old);
        let expected = expected(&world, &how.options());
        let scene = Scene::of(&world).await;
        let (killer, http) = Killer::new();
        let watched = config(&scene.aws, http, UNHURRIED).await;
        let done = migrate(&watched, &world, scene.folder.path(), &how).await.unwrap();
        assert_kinds(&done, old);
        let (calls, writes) = (killer.requests(), killer.writes());
        let before = (1..=calls).map(|at| (at, When::Before));
        let after = (1..=writes).map(|at| (at, When::AfterWrite));
        let shared = Arc::new((world, how, expected));
        let killed = in_parallel(before.chain(after), move |kill| {
            let shared = Arc::clone(&shared);
            async move { killed(&shared.0, &shared.1, kill, &shared.2).await }
        })
        .await;
        let struck = killed.iter().filter(|killed| **killed).count();
        eprintln!("{old:?}: killed at {calls} calls and after {writes} writes, {struck} times");
        // What is written at once is not always written in one order.
        assert!(struck + 4 >= calls + writes && writes > 15, "{struck} of {calls} and {writes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_keeps_his_id_keeps_every_record_as_it_is() {
    let size = Size { users: 4, rows: 2, identity: true, ..Size::default() };
    let mut world = World::generate(11, &size);
    world.tables.remove(OLD_STORAGE);
    let scene = Scene::of(&world).await;
    let before = world.dump(&scene.client).await;
    let done = scene.migrate(&world, &How::new(Old::Delete)).await;
    assert!(done.complete() && done.total().written() == 0, "{done:?}");
    assert_eq!(support::writes(&scene.aws), 0);
    assert_eq!(before, world.dump(&scene.client).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_others_not_a_byte_changes_and_values_move_as_they_are() {
    let size = Size { users: 4, rows: 5, filler: 9, ..Size::default() };
    // Ids that are no words.
    let is_id = |id: &String| id.len() > 5 && !["received", "2025-03-05"].contains(&id.as_str());
    let mut worlds = (0..).map(|seed| World::generate(seed, &size));
    let is_told = |world: &World| world.pairs.iter().all(|(old, new)| is_id(old) && is_id(new));
    let world = worlds.find(is_told).unwrap();
    let scene = Scene::of(&world).await;
    // Both as DynamoDB gives them.
    let before = world.dump(&scene.client).await;
    assert!(scene.migrate(&world, &How::new(Old::Delete)).await.complete());
    let after = world.dump(&scene.client).await;
    let names =
        |text: &str| world.pairs.iter().any(|(old, new)| text.contains(old) || text.contains(new));
    let mut others = 0;
    for (key, rows) in &before {
        for row in rows.iter().filter(|row| !names(&format!("{row:?}"))) {
            assert!(after[key].contains(row), "{key}: {row:?}");
            others += 1;
        }
    }
    assert!(others > 50, "{others}");
    let mut values = 0;
    for (key, rows) in &before {
        // Where two meet that differ, not all of both stays.
        if !matches!(Table::of_key(key).unwrap().clash, Clash::Refuse) {
            continue;
        }
        let (before, after) = (of_edges(rows), of_edges(&after[key]));
        assert_eq!(before, after, "{key}");
        values += before.len();
    }
    assert!(values > 50, "{values}");
}

/// The generator's values at the edges of all types, as they are spelled; sets in one order.
fn of_edges(rows: &[Item]) -> BTreeSet<String> {
    let edges = rows.iter().flatten().filter(|(name, _)| name.starts_with("zz"));
    let spelled = edges.map(|(name, value)| match value {
        AttributeValue::Ss(set) | AttributeValue::Ns(set) => {
            format!("{name} {:?}", set.iter().collect::<BTreeSet<_>>())
        }
        AttributeValue::Bs(set) => {
            format!("{name} {:?}", set.iter().map(AsRef::as_ref).collect::<BTreeSet<&[u8]>>())
        }
        value => encode(&[(name.clone(), value.clone())].into()).unwrap(),
    });
    spelled.collect()
}

/// A run that is killed, and the next one; whether it was still at work.
async fn killed(world: &World, how: &How, (at, when): (usize, When), expected: &Rows) -> bool {
    let scene = Scene::of(world).await;
    let (killer, http) = Killer::new();
    killer.kill_at(at, when);
    let doomed = config(&scene.aws, http, UNHURRIED).await;
    let finished = {
        let run = migrate(&doomed, world, scene.folder.path(), how);
        tokio::select! {
            biased;
            done = run => Some(done.unwrap()),
            () = killer.killed() => None,
        }
    };
    let done = scene.migrate(world, how).await;
    let what = format!("{:?}, killed at {at} {when:?}", how.old);
    assert!(done.complete(), "{what}: {done:?}");
    let after = world.dump(&scene.client).await;
    assert_same(expected, &unmarked(&after, how.old), &what);
    if when != When::Before {
        let again = scene.migrate(world, how).await;
        assert_eq!(again.total().written(), 0, "{what}");
    }
    finished.is_none()
}
