//! What the rewrites and merges make of whole worlds is what the oracle expects of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use migration_tools::amplify::id_map::IdMap;
use migration_tools::amplify::tables::{
    Context, Group, Objects, Settings, Table, leftovers, merge, rewrite,
};
use migration_tools::engine::item::Item;
use migration_tools::engine::rewrite::{Here, Merge, Record, Rewrite};
use worlds::oracle::{Options, expected};
use worlds::{Rows, STORAGE, Size, World, differences, key_of};

const SEEDS: u64 = 40;

/// Tables by key, and rows by theirs.
type Tables = BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>;

/// A migration of a world in memory, one record after the other.
struct Migration<'w> {
    map: &'w IdMap,
    settings: Settings,
    options: Options,
    tables: Tables,
    /// Records that were refused.
    refused: Vec<&'static str>,
    /// What was done in which tables.
    done: BTreeSet<(&'static str, Done)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Done {
    Edited,
    Moved,
    /// A record met one that stood there already, and was the same, or it stayed, or both became one.
    Same,
    Kept,
    Merged,
}

impl Migration<'_> {
    fn run(world: &World, options: Options) -> (Rows, Vec<&'static str>) {
        let by_key = |key: &str, rows: &[Item]| {
            rows.iter().map(|row| (key_of(key, row), row.clone())).collect()
        };
        let tables = world.tables.iter().map(|(key, rows)| (*key, by_key(key, rows))).collect();
        let map = world.map();
        let settings = Settings::default();
        let (refused, done) = (Vec::new(), BTreeSet::new());
        let mut run = Migration { map: &map, settings, options, tables, refused, done };
        let mut order: Vec<&Table> = world.keys().into_iter().filter_map(Table::of_key).collect();
        order.sort_by_key(|table| table.turn);
        for table in order {
            let takes_part = match table.group {
                Group::IdChange | Group::Always => true,
                Group::OptIn => options.include_unlisted,
                Group::Never => false,
            };
            if takes_part {
                run.table(table);
            }
        }
        let rows = |rows: BTreeMap<Vec<u8>, Item>| rows.into_values().collect();
        (run.tables.into_iter().map(|(key, table)| (key, rows(table))).collect(), run.refused)
    }

    /// Every record that is there when its turn comes.
    fn table(&mut self, table: &'static Table) {
        let keys: Vec<Vec<u8>> = self.tables[table.key].keys().cloned().collect();
        for key in keys {
            if let Some(item) = self.tables[table.key].get(&key).cloned()
                && self.record(table, &key, &item).is_none()
            {
                self.refused.push(table.key);
            }
        }
    }

    /// All that belongs to a record, or nothing where something is refused.
    fn record(&mut self, table: &'static Table, key: &[u8], item: &Item) -> Option<()> {
        let context = Context { map: self.map, settings: &self.settings };
        let changes = match rewrite(table, &Record { item: item.clone() }, &context) {
            Rewrite::Unchanged => return Some(()),
            Rewrite::Changes(changes) => changes,
            Rewrite::Refused(_) => return None,
        };
        let mut puts = Vec::new();
        for put in changes.puts {
            let Some(rows) = self.tables.get(put.table) else { continue };
            let to = key_of(put.table, &put.item);
            let item = match rows.get(&to) {
                None => put.item,
                Some(existing) => match merge(Table::of_key(put.table)?, existing, &put.item) {
                    Merge::Same | Merge::KeepExisting { .. } => existing.clone(),
                    Merge::Merged { item, .. } => item,
                    Merge::Conflict(_) => return None,
                },
            };
            puts.push((put.table, to, item));
        }
        for (table, to, item) in puts {
            self.tables.get_mut(table)?.insert(to, item);
        }
        let rows = self.tables.get_mut(table.key)?;
        match changes.here {
            Here::Edit(edit) => drop(rows.insert(key.to_vec(), edit.applied_to(item))),
            Here::Delete if !self.options.keep_old => drop(rows.remove(key)),
            Here::Delete | Here::Keep => {}
        }
        Some(())
    }
}

/// Whether a migration of the world gives what is expected; the refused records.
fn check(seed: u64, size: &Size, options: Options) -> Vec<&'static str> {
    let world = World::generate(seed, size);
    let (after, refused) = Migration::run(&world, options);
    let differences = differences(&expected(&world, &options), &after);
    assert!(
        differences.is_empty(),
        "seed {seed}, {options:?}, {} differences:\n{}",
        differences.len(),
        differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n")
    );
    refused
}

fn options(seed: u64) -> Options {
    Options { keep_old: seed % 4 == 3, include_unlisted: seed % 2 == 0 }
}

fn size(seed: u64) -> Size {
    Size {
        users: 4 + seed as usize % 19,
        rows: 1 + seed as usize % 4,
        large: seed == 0,
        idp_prefix: (seed % 3 == 0).then_some("Campus+1"),
        ..Size::default()
    }
}

#[test]
fn every_record_of_a_world_becomes_what_it_should() {
    for seed in 0..SEEDS {
        let size = Size { words: seed % 2 == 1, ..size(seed) };
        let refused = check(seed, &size, options(seed));
        assert_eq!(refused, Vec::<&str>::new(), "seed {seed}: nothing stands in the way");
    }
}

#[test]
fn records_that_cannot_be_moved_stay_and_nothing_is_written_over() {
    for seed in 0..SEEDS {
        let refused = check(seed, &Size { conflicts: true, ..size(seed) }, options(seed));
        assert_ne!(refused, Vec::<&str>::new(), "seed {seed}");
    }
}

#[test]
fn users_who_keep_their_ids_keep_their_records() {
    let size = Size { identity: true, ..Size::default() };
    let world = World::generate(1, &size);
    let (after, refused) = Migration::run(&world, Options::default());
    assert_eq!(refused, Vec::<&str>::new());
    let mut without_storage = (world.tables.clone(), after);
    without_storage.0.remove(STORAGE);
    without_storage.1.remove(STORAGE);
    assert_eq!(differences(&without_storage.0, &without_storage.1), Vec::<String>::new());
    check(1, &size, Options::default());
}

#[test]
fn a_second_migration_changes_nothing() {
    for seed in 0..SEEDS / 4 {
        let options = Options { keep_old: false, include_unlisted: true };
        let world = World::generate(seed, &size(seed));
        let (after, _) = Migration::run(&world, options);
        let again = World { tables: after.clone(), ..world };
        let (twice, refused) = Migration::run(&again, options);
        assert_eq!(refused, Vec::<&str>::new(), "seed {seed}");
        assert_eq!(differences(&after, &twice), Vec::<String>::new(), "seed {seed}");
        assert_eq!(differences(&expected(&again, &options), &after), Vec::<String>::new());
    }
}

#[test]
fn no_old_id_is_found_afterwards() {
    for seed in 0..SEEDS / 4 {
        let world = World::generate(seed, &size(seed));
        let map = world.map();
        let after = expected(&world, &Options { keep_old: false, include_unlisted: true });
        for (key, rows) in &after {
            let table = Table::of_key(key).unwrap();
            for row in rows.iter().filter(|_| table.group != Group::Never) {
                let left = leftovers(row, &map, &table.allowed(Objects::Stay));
                assert!(left.is_empty(), "seed {seed}, {key}: {left:?} {row:?}");
            }
        }
    }
}
