//! A rollback leaves the world as it was before, except where somebody has changed it since.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod undoing;

use std::sync::atomic::Ordering;

use local_aws::{Effect, Fault};
use migration_tools::engine::entry::{Entry, Placed};
use migration_tools::engine::item::{Item, canonical};
use migration_tools::engine::journal::{Kind, Run, State};
use migration_tools::engine::rewrite::Here;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::undo::{Counts, Undone};
use migration_tools::engine::writer::Old;
use undoing::killer::{Killer, When};
use undoing::{NOTES, PEOPLE, World, item, rows, until_killed, whole};

const ALL: [Old; 3] = [Old::Delete, Old::Keep, Old::Mark];

fn sum(undone: &Undone) -> Counts {
    whole(&undone.stopped);
    undone.total()
}

fn many() -> Vec<(&'static str, Item)> {
    vec![(PEOPLE, item(&[("user", "old-many"), ("name", "Legion")]))]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_world_is_as_before_and_a_second_rollback_writes_nothing() {
    for old in ALL {
        let world = World::new(&[rows(), many()].concat()).await;
        let before = world.dump().await;
        let run = world.migrate(&world.client, old).await;
        let migrated = world.dump().await;
        assert_ne!(migrated, before);

        let calls = world.transactions();
        let (would, findings) = world.undo(&world.client, &[run], true).await;
        assert_eq!((world.transactions(), findings.len()), (calls, 0));
        assert_eq!(world.dump().await, migrated, "a dry run changes nothing");

        let (undone, findings) = world.undo(&world.client, &[run], false).await;
        let counts = sum(&undone);
        assert_eq!((counts.refused, findings.len()), (0, 0), "{old:?}");
        assert_eq!(world.dump().await, before, "{old:?}");
        assert_eq!(sum(&would), counts, "{old:?}");

        let calls = world.transactions();
        let (again, _) = world.undo(&world.client, &[run], false).await;
        assert_eq!((sum(&again), world.transactions()), (Counts::default(), calls));

        // Nothing is left in the journal that would keep the next migration from its work.
        world.migrate(&world.client, old).await;
        assert_eq!(world.dump().await, migrated, "{old:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_has_changed_is_left_alone_and_named() {
    type Change = (&'static str, &'static str, &'static [(&'static str, &'static str)]);
    let changes: [Change; 5] = [
        // A value, an attribute that was not there, a record that was merged, one that was edited.
        (PEOPLE, "new-ada", &[("name", "Augusta")]),
        (PEOPLE, "new-ada", &[("phone", "1")]),
        (PEOPLE, "new-bob", &[("name", "Bobby")]),
        (NOTES, "1", &[("owner", "zed")]),
        (NOTES, "1", &[("draft", "no")]),
    ];
    for old in ALL {
        for (table, key, change) in changes {
            let world = World::new(&rows()).await;
            let before = world.everything().await;
            let run = world.migrate(&world.client, old).await;
            let migrated = world.everything().await;
            world.change(table, key, change).await;
            let changed = world.get(table, key).await.unwrap();
            for dry in [true, false] {
                let (undone, findings) = world.undo(&world.client, &[run], dry).await;
                assert_eq!(sum(&undone).refused, 1, "{old:?} {key} {change:?}");
                let [finding] = &findings[..] else { panic!("{findings:?}") };
                assert_eq!((finding.table.as_str(), finding.kind), (table, Kind::Changed));
                assert!(finding.key.contains(key), "{finding:?}");
            }
            let after = world.everything().await;
            for (at, row) in &after {
                // Nor is the record touched that it was made of.
                let expected = match &*at.1 {
                    own if own == key => &changed,
                    other if other.replace("old-", "new-") == key => &migrated[at],
                    _ => &before[at],
                };
                assert_eq!(canonical(row), canonical(expected), "{old:?} {key}: {at:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_taken_back_beside_what_others_have_edited() {
    let world = World::new(&rows()).await;
    let run = world.migrate(&world.client, Old::Delete).await;
    world.change(NOTES, "1", &[("text", "c"), ("more", "d")]).await;
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert_eq!((sum(&undone).refused, findings.len()), (0, 0));
    let expected =
        item(&[("id", "1"), ("owner", "old-ada"), ("draft", "yes"), ("text", "c"), ("more", "d")]);
    assert_eq!(world.get(NOTES, "1").await, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_copy_of_a_record_is_not_deleted() {
    for old in [Old::Keep, Old::Mark] {
        let world = World::new(&rows()).await;
        let run = world.migrate(&world.client, old).await;
        world.delete(PEOPLE, "old-ada").await;
        let (undone, findings) = world.undo(&world.client, &[run], false).await;
        assert_eq!((sum(&undone).refused, findings.len()), (1, 1), "{old:?}");
        assert!(world.get(PEOPLE, "new-ada").await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_on_purpose_does_not_come_back() {
    let world = World::new(&rows()).await;
    let run = world.migrate(&world.client, Old::Delete).await;
    world.delete(PEOPLE, "new-ada").await;
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert_eq!((sum(&undone).refused, findings.len()), (1, 1));
    assert_eq!(world.get(PEOPLE, "old-ada").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_record_stay_together() {
    let world = World::new(&many()).await;
    let run = world.migrate(&world.client, Old::Delete).await;
    let migrated = world.everything().await.len();
    // Somebody new has the old id: the last part cannot be taken back, and then no part is.
    world.put(PEOPLE, &item(&[("user", "old-many"), ("name", "Another")])).await;
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert_eq!((sum(&undone).refused, findings.len()), (2, 2));
    assert_eq!(world.everything().await.len(), migrated + 1);
    world.delete(PEOPLE, "old-many").await;
    let (undone, _) = world.undo(&world.client, &[run], false).await;
    assert_eq!(sum(&undone).rolled_back, 2);
    assert_eq!(world.everything().await.into_values().collect::<Vec<_>>(), [many()[0].1.clone()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_is_killed_at_any_call_is_gone_on_with() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let world = World::new(&rows()).await;
            let before = world.dump().await;
            let run = world.migrate(&world.client, Old::Mark).await;
            let (killer, client) = world.killed_at(call, when).await;
            let ended = until_killed(&killer, world.undo(&client, &[run], false)).await;
            let (undone, findings) = world.undo(&world.client, &[run], false).await;
            assert_eq!((sum(&undone).refused, findings.len()), (0, 0), "{when:?} {call}");
            assert_eq!(world.dump().await, before, "{when:?} {call}");
            if ended {
                assert!(call > 8, "the rollback takes more calls than {call}");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_is_killed_at_any_call_is_taken_back() {
    for (old, when) in
        [(Old::Delete, When::After), (Old::Mark, When::After), (Old::Keep, When::Before)]
    {
        for call in 1.. {
            let world = World::new(&rows()).await;
            let before = world.dump().await;
            let (killer, client) = world.killed_at(call, when).await;
            let ended = until_killed(&killer, world.migrate(&client, old)).await;
            let runs = world.runs().await;
            let (undone, findings) = world.undo(&world.client, &runs, false).await;
            assert_eq!(world.dump().await, before, "{old:?} {call}");
            // Of a copy that was about to be put where another record stood, nothing tells whether it
            // was put and changed, as long as the old record stays.
            let open = world.journal().await.intended().unwrap().len();
            assert!(open == 0 || old == Old::Keep && open == 1, "{old:?} {call} {findings:?}");
            assert_eq!((sum(&undone).refused, findings.len()), (open as u64, open), "{findings:?}");
            if ended {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_that_is_stopped_is_gone_on_with() {
    let world = World::new(&many()).await;
    let before = world.dump().await;
    let run = world.migrate(&world.client, Old::Delete).await;
    // Both parts are of one record, so that one waits for the other.
    world.patience.store(1, Ordering::SeqCst);
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert!(matches!(undone.stopped, Some(Stop::Interrupted)), "{undone:?}");
    assert_eq!((undone.total().rolled_back, findings.len()), (1, 0));
    world.patience.store(usize::MAX, Ordering::SeqCst);
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert_eq!((sum(&undone).rolled_back, findings.len()), (1, 0));
    assert_eq!(world.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_runs_are_taken_back_together() {
    let world = World::new(&rows()).await;
    let before = world.dump().await;
    let first = world.migrate(&world.client, Old::Keep).await;
    world.change(PEOPLE, "old-ada", &[("name", "Ada King")]).await;
    let second = world.migrate(&world.client, Old::Keep).await;
    assert_eq!(world.get(PEOPLE, "new-ada").await.unwrap()["name"].as_s().unwrap(), "Ada King");
    let (undone, findings) = world.undo(&world.client, &[second, first], false).await;
    assert_eq!((sum(&undone).refused, findings.len()), (0, 0));
    world.change(PEOPLE, "old-ada", &[("name", "Ada")]).await;
    assert_eq!(world.dump().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_end_in_the_world_before() {
    for effect in
        [Effect::Throttle, Effect::TransactionConflict, Effect::DropBefore, Effect::DropAfter]
    {
        for call in ["a record", "BatchGetItem"] {
            let world = World::new(&rows()).await;
            let before = world.dump().await;
            let run = world.migrate(&world.client, Old::Delete).await;
            let fault = match call {
                "a record" => support::on_write(),
                call => Fault::on("dynamodb", call),
            };
            let fault = fault.times(2).with(effect.clone());
            if call == "BatchGetItem" && matches!(effect, Effect::TransactionConflict) {
                continue;
            }
            world.aws.faults().add(fault);
            let (undone, findings) = world.undo(&world.client, &[run], false).await;
            assert_eq!((sum(&undone).refused, findings.len()), (0, 0), "{effect:?} {call}");
            assert_eq!(world.dump().await, before, "{effect:?} {call}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_tell_is_said_and_left() {
    let world = World::new(&rows()).await;
    // Killed when the first transaction was about to be sent; meanwhile somebody changes the record.
    world.begin(&world.client, Old::Delete).await.writer.close().await.unwrap();
    let (mut call, mut left) = (0, Vec::new());
    while left.is_empty() {
        call += 1;
        let (killer, client): (Killer, _) = world.killed_at(call, When::Before).await;
        assert!(!until_killed(&killer, world.migrate(&client, Old::Delete)).await);
        left = world.journal().await.intended().unwrap();
    }
    let (run, number) = left[0];
    world.change(NOTES, "1", &[("owner", "yan")]).await;
    let at = world.begin(&world.client, Old::Delete).await;
    assert_eq!((at.settlement.proven, at.settlement.void, at.settlement.unclear), (0, 0, 1));
    at.writer.close().await.unwrap();
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    assert_eq!((sum(&undone).refused, findings.len()), (1, 1));
    assert!(findings[0].reason.contains("nobody can tell"), "{findings:?}");
    let stored = world.journal().await.entry(run, number).unwrap().unwrap();
    assert_eq!(stored.state, State::Intended);
    assert_eq!(world.get(NOTES, "1").await.unwrap()["owner"].as_s().unwrap(), "yan");
}

/// A copy that was in flight, to where a record stands that is not it.
#[tokio::test(flavor = "multi_thread")]
async fn what_stands_as_an_earlier_change_left_it_tells_that_a_later_one_was_not_made() {
    for moved in [true, false] {
        let world = World::new(&rows()).await;
        let before = world.dump().await;
        let mut runs = Vec::new();
        if moved {
            runs.push(world.migrate(&world.client, Old::Delete).await);
        } else {
            // Nobody knows where this one is from.
            world.put(PEOPLE, &item(&[("user", "new-ada"), ("name", "Ada")])).await;
        }
        let entry = Entry {
            table: NOTES.to_owned(),
            record: item(&[("id", "1"), ("text", "kept")]),
            here: Here::Keep,
            puts: vec![Placed {
                table: PEOPLE.to_owned(),
                before: None,
                after: item(&[("user", "new-ada"), ("name", "somebody else")]),
            }],
            left: None,
            of: None,
        };
        let killed = {
            let journal = world.journal().await;
            let run = journal.begin(&Run::default()).unwrap();
            journal.commit(run, &[entry.encode().unwrap()], &[]).unwrap();
            run
        };
        runs.insert(0, killed);
        let at = world.begin(&world.client, Old::Delete).await;
        let settled = (at.settlement.void, at.settlement.unclear);
        assert_eq!(settled, if moved { (1, 0) } else { (0, 1) });
        at.writer.close().await.unwrap();
        drop(at.reader);
        let (undone, findings) = world.undo(&world.client, &runs, false).await;
        assert_eq!((sum(&undone).refused, findings.len()), if moved { (0, 0) } else { (1, 1) });
        if moved {
            assert_eq!(world.dump().await, before, "the earlier change is taken back");
        }
    }
}
