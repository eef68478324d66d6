//! Servers and memberships become CoreTable, in made-up worlds, against an oracle.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod core_worlds;
mod support;

use std::collections::BTreeSet;

use core_worlds::load::{core, is_admin, members_of, names, old, put, servers_of};
use core_worlds::made::{Size, user_id};
use core_worlds::oracle::{expected, expected_of};
use core_worlds::runs::{How, Scene};
use core_worlds::{World, assert_same, by_key, item, text};
use migration_tools::core_table::{CORE, MEMBERSHIPS, Position, SERVERS, Tally, USERS};
use migration_tools::engine::item::Item;

const HOSTILE: Size = Size { servers: 10, users: 15, hostile: true, pool: false };
const PLAIN: Size = Size { servers: 6, users: 9, hostile: false, pool: false };

fn tally(position: &Position, table: &str) -> Tally {
    position.tally.get(table).copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_world_becomes_what_the_facts_say_however_its_pages_are_cut() {
    let limits = [None, Some(2), Some(3), Some(1), Some(7), None];
    for (seed, limit) in (0..).zip(limits) {
        let world = World::generate(seed, Size { pool: seed % 2 == 0, ..HOSTILE });
        let scene = Scene::of(&world).await;
        let before = old(&scene.client).await;
        let how = How { limit, pool: world.pool.is_some(), ..How::default() };
        let after = expected(&world);
        let left: usize = after.left.iter().sum();
        assert!(left > 3, "seed {seed}: nothing is in the way");

        let planned = scene.compare(&how, false).await;
        assert_same(&by_key(world.core.clone()), &core(&scene.client).await, "a dry run");
        let done = scene.migrate(&how).await;
        let what = format!("seed {seed}, pages of {limit:?}");
        assert_same(&after.core, &core(&scene.client).await, &what);
        assert_eq!(old(&scene.client).await, before, "{what}: an old table was changed");
        assert!(done.quiet && done.passes == 2, "{what}: {done:?}");
        for (kind, table) in [SERVERS, MEMBERSHIPS, USERS].into_iter().enumerate() {
            let (counts, plan) = (done.total(table), tally(&planned, table));
            assert_eq!(counts.records, after.all[kind] as u64, "{what}: {table}");
            assert_eq!(counts.refused, after.left[kind] as u64, "{what}: {table}");
            assert_eq!(plan.absent, counts.copied, "{what}: {table}");
            assert_eq!(plan.refused + plan.differing, counts.refused, "{what}: {table}");
        }

        scene.aws.clear_calls();
        let again = scene.migrate(&how).await;
        assert_eq!(again.totals().values().map(|one| one.written()).sum::<u64>(), 0, "{what}");
        let verified = scene.compare(&how, true).await;
        let differences: u64 = verified.tally.values().map(Tally::differences).sum();
        assert_eq!(differences, left as u64, "{what}: {:?}", verified.tally);
        let seen = tally(&verified, CORE);
        assert_eq!(seen.records, after.core.len() as u64, "{what}");
        assert_eq!((seen.only_here, seen.stale), (1, 0), "{what}");
        assert_eq!(scene.aws.violations().len(), 0, "{what}: {:?}", scene.aws.violations());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_calls_nothing_that_writes_rows() {
    let world = World::generate(3, PLAIN);
    let scene = Scene::of(&world).await;
    scene.migrate(&How::default()).await;
    scene.aws.clear_calls();
    let again = scene.migrate(&How::default()).await;
    assert_eq!((again.passes, support::writes(&scene.aws)), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_readers_find_what_they_look_for() {
    let world = World::generate(5, PLAIN);
    let scene = Scene::of(&world).await;
    scene.migrate(&How::default()).await;
    let of = |name: &str, id: &str, other: &str| -> BTreeSet<String> {
        let rows = world.memberships.iter().filter(|row| row[name] == text(id));
        rows.map(|row| row[other].as_s().unwrap().clone()).collect()
    };
    for n in 0..PLAIN.users {
        let user = user_id(n);
        assert_eq!(servers_of(&scene.client, &user).await, of("userId", &user, "serverId"));
        assert_eq!(is_admin(&scene.client, &user).await, n < 3, "{user}");
    }
    for server in world.servers.iter().map(|row| row["id"].as_s().unwrap()) {
        assert_eq!(members_of(&scene.client, server).await, of("serverId", server, "userId"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn some_users_come_first_with_their_servers_and_the_rest_later() {
    for (seed, limit) in [(1, None), (2, Some(2))] {
        let world = World::generate(seed, HOSTILE);
        let scene = Scene::of(&world).await;
        let some: Vec<String> = [0, 2, 5, 8].map(user_id).into();
        let users = Some([some.clone(), vec!["nobody".to_owned()]].concat());
        let how = How { users, limit, ..How::default() };
        let done = scene.migrate(&how).await;
        assert!(done.quiet, "{done:?}");
        let only = expected_of(&world, Some(&some.into_iter().collect()));
        assert_same(&only.core, &core(&scene.client).await, &format!("seed {seed}, some"));
        let verified = scene.compare(&how, true).await;
        let differences: u64 = verified.tally.values().map(Tally::differences).sum();
        assert_eq!(differences, only.left.iter().sum::<usize>() as u64);
        scene.migrate(&How::default()).await;
        let after = expected(&world).core;
        assert_same(&after, &core(&scene.client).await, &format!("seed {seed}, all"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_copied_goes_again_and_what_stood_there_stays() {
    for seed in 0..2 {
        let world = World::generate(seed, HOSTILE);
        let scene = Scene::of(&world).await;
        let before = old(&scene.client).await;
        scene.migrate(&How::default()).await;
        let undone = scene.roll_back().await;
        assert!(undone.stopped.is_none() && undone.total().refused == 0, "{undone:?}");
        assert_same(&by_key(world.core.clone()), &core(&scene.client).await, "rolled back");
        assert_eq!(old(&scene.client).await, before);
        assert_eq!(scene.roll_back().await.total().rolled_back, 0);
        scene.migrate(&How::default()).await;
        assert_same(&expected(&world).core, &core(&scene.client).await, "once more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_live_traffic_does_in_core_table_is_never_undone() {
    let world = World::generate(4, PLAIN);
    let scene = Scene::of(&world).await;
    scene.migrate(&How::default()).await;
    let mut expected = expected(&world).core;
    let written: Vec<_> = expected
        .keys()
        .filter(|key| !by_key(world.core.clone()).contains_key(key))
        .cloned()
        .collect();
    // Somebody left a server, somebody became somebody else.
    let member = written.iter().find(|(_, sk)| sk.starts_with("SERVER#")).unwrap();
    let person =
        written.iter().find(|(pk, sk)| pk.starts_with("USER#") && sk == "METADATA").unwrap();
    let key = |(pk, sk): &(String, String)| item(&[("PK", text(pk)), ("SK", text(sk))]);
    let delete = scene.client.delete_item().table_name(names().core);
    delete.set_key(Some(key(member))).send().await.unwrap();
    expected.remove(member);
    let row = expected.get_mut(person).unwrap();
    row.insert("name".to_owned(), text("Another"));
    put(&scene.client, &names().core, row.clone()).await;

    let again = scene.migrate(&How::default()).await;
    assert!(again.quiet && again.passes == 1, "{again:?}");
    assert_same(&expected, &core(&scene.client).await, "a second run");
    let verified = scene.compare(&How::default(), true).await;
    assert_eq!(tally(&verified, USERS).changed_since, 1);
    assert_eq!(tally(&verified, MEMBERSHIPS).removed_since, 1);
    let undone = scene.roll_back().await;
    assert_eq!(undone.total().refused, 1, "{undone:?}");
    let mut left = by_key(world.core.clone());
    left.insert(person.clone(), expected[person].clone());
    assert_same(&left, &core(&scene.client).await, "rolled back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_follows_its_old_row_and_one_whose_old_row_is_gone_is_named() {
    let world = World::generate(6, PLAIN);
    let scene = Scene::of(&world).await;
    scene.migrate(&How::default()).await;
    // What stood in CoreTable before a run is not written by it.
    let own = |row: &Item| {
        let user = format!("USER#{}", row["userId"].as_s().unwrap());
        world.core.iter().any(|core| core["PK"] == text(&user))
    };
    let mut later = world.clone();
    let mut movable = later.memberships.iter_mut();
    let changed = movable.find(|row| row["role"] != text("admin") && !own(row)).unwrap();
    changed.insert("role".to_owned(), text("admin"));
    changed.insert("email".to_owned(), text("new@new.example"));
    changed.insert("updatedAt".to_owned(), text("2025-06-15T15:06:59Z"));
    put(&scene.client, &names().memberships, changed.clone()).await;
    let before = scene.compare(&How::default(), true).await;
    assert_eq!(tally(&before, MEMBERSHIPS).outdated + tally(&before, USERS).outdated, 2);
    scene.migrate(&How::default()).await;
    let after = expected(&later).core;
    assert_same(&after, &core(&scene.client).await, "after the change");

    let gone = later.memberships.iter().find(|row| !own(row)).unwrap();
    let mut key = gone.clone();
    key.retain(|name, _| name == "userId" || name == "serverId");
    let delete = scene.client.delete_item().table_name(names().memberships);
    delete.set_key(Some(key)).send().await.unwrap();
    let verified = scene.compare(&How::default(), true).await;
    assert!(tally(&verified, CORE).stale >= 1, "{:?}", verified.tally);
}
