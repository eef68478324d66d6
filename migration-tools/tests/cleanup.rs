//! Old records go once they are proven to be copied, and come back where that is taken back.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod undoing;

use aws_sdk_dynamodb::types::AttributeValue::Bool;
use local_aws::Effect;
use migration_tools::engine::cleanup::{Cleaned, Counts};
use migration_tools::engine::item::Item;
use migration_tools::engine::journal::{Finding, Kind, State};
use migration_tools::engine::writer::{MARK, Old};
use undoing::killer::When;
use undoing::{Dump, PEOPLE, World, item, rows, until_killed, whole};

const KEPT: [Old; 2] = [Old::Keep, Old::Mark];

fn sum(cleaned: &Cleaned) -> Counts {
    whole(&cleaned.stopped);
    cleaned.total()
}

fn deleted(deleted: u64) -> Counts {
    Counts { deleted, ..Counts::default() }
}

fn with_many() -> Vec<(&'static str, Item)> {
    let many = item(&[("user", "old-many"), ("name", "Legion")]);
    [rows(), vec![(PEOPLE, many)]].concat()
}

/// What a migration leaves that keeps nothing.
async fn without_old(rows: &[(&'static str, Item)]) -> Dump {
    let world = World::new(rows).await;
    world.migrate(&world.client, Old::Delete).await;
    world.dump().await
}

fn only(findings: &[Finding], key: &str, kind: Kind) {
    let [finding] = findings else { panic!("{findings:?}") };
    assert_eq!((finding.table.as_str(), finding.kind), (PEOPLE, kind), "{finding:?}");
    assert!(finding.key.contains(key), "{finding:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_records_are_deleted_as_if_they_had_never_been_kept() {
    let expected = without_old(&with_many()).await;
    for old in KEPT {
        let world = World::new(&with_many()).await;
        world.migrate(&world.client, old).await;
        let kept = world.dump().await;
        let calls = world.transactions();
        let (would, findings) = world.clean(&world.client, true).await;
        assert_eq!((sum(&would), findings.len()), (deleted(4), 0), "{old:?}");
        assert_eq!((world.dump().await, world.transactions()), (kept, calls), "{old:?}");

        let (cleaned, findings) = world.clean(&world.client, false).await;
        assert_eq!((sum(&cleaned), findings.len()), (deleted(4), 0), "{old:?}");
        assert_eq!(world.dump().await, expected, "{old:?}");

        let calls = world.transactions();
        let (again, _) = world.clean(&world.client, false).await;
        assert_eq!((sum(&again), world.transactions()), (Counts::default(), calls));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_cleaned_up_is_taken_back_whole() {
    for old in KEPT {
        let world = World::new(&with_many()).await;
        let before = world.dump().await;
        let run = world.migrate(&world.client, old).await;
        world.clean(&world.client, false).await;
        let (would, findings) = world.undo(&world.client, &[run], true).await;
        whole(&would.stopped);
        assert_eq!(findings, []);
        let (undone, findings) = world.undo(&world.client, &[run], false).await;
        whole(&undone.stopped);
        assert_eq!((would.tables, findings.len()), (undone.tables, 0));
        assert_eq!(world.dump().await, before, "{old:?}");
        let calls = world.transactions();
        let runs = world.runs().await;
        let (again, findings) = world.undo(&world.client, &runs, false).await;
        assert_eq!((again.tables.len(), findings.len(), world.transactions()), (0, 0, calls));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_is_taken_back_alone_and_done_again() {
    for old in KEPT {
        let world = World::new(&with_many()).await;
        let run = world.migrate(&world.client, old).await;
        let kept = world.dump().await;
        world.clean(&world.client, false).await;
        let cleaned = world.dump().await;
        let own = world.runs().await[0];
        let (undone, findings) = world.undo(&world.client, &[own], false).await;
        whole(&undone.stopped);
        assert_eq!(findings, []);
        assert_eq!(world.dump().await, kept, "{old:?}");
        let (again, _) = world.clean(&world.client, false).await;
        assert_eq!(sum(&again), deleted(4), "{old:?}");
        assert_eq!(world.dump().await, cleaned, "{old:?}");
        // The next migration finds nothing to do either.
        world.migrate(&world.client, old).await;
        assert_eq!(world.dump().await, cleaned, "{old:?}");
        let states = world.journal().await.count(run).unwrap();
        let proven = states.iter().find(|(state, _)| *state == State::Cleaned).unwrap();
        assert_eq!(proven.1, 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_after_it_was_copied_stays() {
    for old in KEPT {
        let world = World::new(&rows()).await;
        world.migrate(&world.client, old).await;
        world.change(PEOPLE, "old-ada", &[("name", "Ada King")]).await;
        let changed = world.get(PEOPLE, "old-ada").await;
        let (cleaned, findings) = world.clean(&world.client, false).await;
        assert_eq!(sum(&cleaned), Counts { refused: 1, ..deleted(2) }, "{old:?}");
        only(&findings, "old-ada", Kind::Changed);
        assert_eq!(world.get(PEOPLE, "old-ada").await, changed);
        // The migration copies it as it is now.
        world.migrate(&world.client, old).await;
        let (cleaned, findings) = world.clean(&world.client, false).await;
        assert_eq!((sum(&cleaned), findings.len()), (deleted(1), 0), "{old:?}");
        assert_eq!(world.get(PEOPLE, "new-ada").await.unwrap()["name"].as_s().unwrap(), "Ada King");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_stays_whose_copy_is_gone() {
    for old in KEPT {
        let world = World::new(&with_many()).await;
        world.migrate(&world.client, old).await;
        // One of the first part of a record that took two transactions.
        world.delete(PEOPLE, "part-7").await;
        let (cleaned, findings) = world.clean(&world.client, false).await;
        assert_eq!(sum(&cleaned), Counts { refused: 1, ..deleted(3) }, "{old:?}");
        only(&findings, "part-7", Kind::Missing);
        assert!(world.get(PEOPLE, "old-many").await.is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_the_application_has_changed_are_copies() {
    let world = World::new(&rows()).await;
    let run = world.migrate(&world.client, Old::Keep).await;
    world.change(PEOPLE, "new-ada", &[("name", "Augusta")]).await;
    let copy = world.get(PEOPLE, "new-ada").await;
    world.delete(PEOPLE, "old-cy").await;
    let (cleaned, findings) = world.clean(&world.client, false).await;
    let expected = Counts { deleted: 2, changed_copies: 1, gone: 1, refused: 0 };
    assert_eq!((sum(&cleaned), findings.len()), (expected, 0));
    assert_eq!(world.get(PEOPLE, "new-ada").await, copy);
    // A rollback gives the old record back and leaves the changed copy to a person.
    let (undone, findings) = world.undo(&world.client, &[run], false).await;
    whole(&undone.stopped);
    assert!(world.get(PEOPLE, "old-ada").await.is_some());
    assert_eq!(world.get(PEOPLE, "new-ada").await, copy);
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_that_was_added_by_hand_is_no_change() {
    let world = World::new(&rows()).await;
    world.migrate(&world.client, Old::Keep).await;
    let mut marked = world.get(PEOPLE, "old-ada").await.unwrap();
    marked.insert(MARK.to_owned(), Bool(true));
    world.put(PEOPLE, &marked).await;
    let (cleaned, _) = world.clean(&world.client, false).await;
    assert_eq!(sum(&cleaned), deleted(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_that_is_killed_at_any_call_is_gone_on_with() {
    let expected = without_old(&rows()).await;
    for (old, when) in
        [(Old::Keep, When::After), (Old::Mark, When::Before), (Old::Mark, When::After)]
    {
        for call in 1.. {
            let world = World::new(&rows()).await;
            let before = world.dump().await;
            world.migrate(&world.client, old).await;
            let (killer, client) = world.killed_at(call, when).await;
            let ended = until_killed(&killer, world.clean(&client, false)).await;
            let (cleaned, findings) = world.clean(&world.client, false).await;
            whole(&cleaned.stopped);
            assert_eq!(findings, [], "{when:?} {call}");
            assert_eq!(world.dump().await, expected, "{when:?} {call}");
            let (undone, findings) = world.undo(&world.client, &world.runs().await, false).await;
            whole(&undone.stopped);
            assert_eq!(findings, [], "{when:?} {call}");
            assert_eq!(world.dump().await, before, "{when:?} {call}");
            if ended {
                assert!(call > 4, "the clean-up takes more calls than {call}");
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_that_is_killed_is_taken_back() {
    for call in 1.. {
        let world = World::new(&rows()).await;
        let before = world.dump().await;
        let run = world.migrate(&world.client, Old::Mark).await;
        let (killer, client) = world.killed_at(call, When::After).await;
        let ended = until_killed(&killer, world.clean(&client, false)).await;
        let (undone, findings) = world.undo(&world.client, &[run], false).await;
        whole(&undone.stopped);
        assert_eq!(findings, [], "{call}");
        assert_eq!(world.dump().await, before, "{call}");
        if ended {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_end_in_the_same_world() {
    let expected = without_old(&rows()).await;
    for effect in
        [Effect::Throttle, Effect::TransactionConflict, Effect::DropBefore, Effect::DropAfter]
    {
        let world = World::new(&rows()).await;
        world.migrate(&world.client, Old::Keep).await;
        let fault = support::on_write().times(2).with(effect.clone());
        world.aws.faults().add(fault);
        let (cleaned, findings) = world.clean(&world.client, false).await;
        assert_eq!((sum(&cleaned), findings.len()), (deleted(3), 0), "{effect:?}");
        assert_eq!(world.dump().await, expected, "{effect:?}");
    }
}
