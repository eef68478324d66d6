//! Old records that were kept, without the journal of the migration: found again by what the migration
//! makes of them.

use super::{Rename, Target};
use crate::engine::apply::Rule;
use crate::engine::cleanup::{Cleaned, Cleanup, Tally};
use crate::engine::entry::{Entry, Placed};
use crate::engine::item::Item;
use crate::engine::read::{ReadError, segments};
use crate::engine::rewrite::{Here, Record, Rewrite};
use crate::engine::stop::Stop;
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
        let entries = items.into_iter().filter_map(|item| copied(rule, key, item)).collect();
        cleanup.clean_exactly(entries, counts).await.map_err(Ended::Stop)?;
        (cleanup.through)(read);
        Ok(())
    };
    // Pages one after the other: each has more deletions than are made at once.
    let segments = segments(described.bytes, 1);
    let read = cleanup.reader.pages(&described.table.name, segments, 1, visit).await;
    read.map_err(|ended| match ended {
        Ended::Stop(stop) => stop,
        Ended::Read(error) => Stop::reading(key, error),
    })
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

enum Ended {
    Read(ReadError),
    Stop(Stop),
}

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}
