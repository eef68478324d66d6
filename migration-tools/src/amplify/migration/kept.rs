//! Old records that were kept, without the journal of the migration: found again by what the migration
//! makes of them.

use super::{Rename, Target};
use crate::engine::apply::{Rule, is_marked};
use crate::engine::cleanup::{Cleaned, Cleanup, Tally};
use crate::engine::entry::{Entry, Placed};
use crate::engine::item::Item;
use crate::engine::read::segments;
use crate::engine::rewrite::{Here, Merge, Record, Rewrite};
use crate::engine::stop::{Ended, Stop};
use crate::engine::writer::MARK;

/// Reads these tables and cleans up every record that has an old id in its key, where exactly what the
/// migration makes of it stands under the new one.
pub async fn clean_up(cleanup: &Cleanup<'_>, tables: &[&Target], rule: &Rename<'_>) -> Cleaned {
    let counts = Tally::default();
    let mut ended = Ok(());
    for target in tables {
        ended = one(cleanup, target, rule, &counts).await;
        if ended.is_err() {
            break;
        }
    }
    cleanup.ended(counts, ended).await
}

async fn one(
    cleanup: &Cleanup<'_>,
    target: &Target,
    rule: &Rename<'_>,
    counts: &Tally,
) -> Result<(), Stop> {
    let (key, described) = (target.table.key, &target.described);
    let visit = |items: Vec<Item>| async move {
        let read = items.len();
        let entries = items.into_iter().filter_map(|item| copied(rule, key, item));
        let (told, open): (Vec<_>, Vec<_>) = entries.partition(|entry| is_told(rule, key, entry));
        for entry in open {
            let because = "as much may have been spent under the new id as under the old one: that both records are the same proves nothing";
            let remedy = "give the --journal of the migration, which can tell, or compare the two and delete the old one by hand";
            cleanup.leave(entry, (because, remedy), counts)?;
        }
        cleanup.clean_exactly(told, counts).await?;
        (cleanup.through)(read);
        Ok(())
    };
    // Pages one after the other: each has more deletions than are made at once.
    let segments = segments(described.bytes, 1);
    let read = cleanup.reader.pages(&described.table.name, segments, 1, visit).await;
    read.or_else(|ended: Ended| ended.of(key))
}

/// Whether a record that is the same under the new id is a copy of this one. Where amounts are added up,
/// only the mark says so, which every migration leaves there.
fn is_told(rule: &Rename<'_>, table: &'static str, entry: &Entry) -> bool {
    let same = |put: &Placed| rule.merge(table, &put.after, &put.after) == Merge::Same;
    is_marked(&entry.record) || entry.puts.iter().all(same)
}

/// The entry of a record that a migration would have copied and kept.
fn copied(rule: &Rename<'_>, table: &'static str, item: Item) -> Option<Entry> {
    // The mark is of the old record only.
    let mut unmarked = item.clone();
    unmarked.remove(MARK);
    let Rewrite::Changes(changes) = rule.rewrite(table, &Record { item: unmarked }) else {
        return None;
    };
    if changes.here != Here::Delete || changes.puts.is_empty() {
        return None;
    }
    let puts = changes.puts.into_iter().map(|put| Placed {
        table: put.table.to_owned(),
        before: None,
        after: put.item,
    });
    Some(Entry {
        table: table.to_owned(),
        record: item,
        here: Here::Keep,
        puts: puts.collect(),
        left: None,
        of: None,
    })
}
