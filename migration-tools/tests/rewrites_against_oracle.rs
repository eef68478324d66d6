//! What the rewrites and merges make of whole worlds is what the oracle expects of them.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod worlds;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use migration_tools::amplify::id_map::IdMap;
use migration_tools::amplify::tables::{
    Clash, Context, Everything, Group, Settings, Table, all, leftovers, merge, rewrite,
};
use migration_tools::engine::item::Item;
use migration_tools::engine::rewrite::{Here, Merge, Record, Rewrite};
use worlds::oracle::{Options, expected};
use worlds::{OLD_STORAGE, Rows, STORAGE, Size, World, differences, key_of};

const SEEDS: u64 = 40;

/// Tables by key, and rows by theirs.
type Tables = BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>;

/// A migration of a world in memory, one record after the other.
struct Migration<'w> {
    map: &'w IdMap,
    settings: Settings,
    options: Options,
    tables: Tables,
    /// Chooses which record is next: several are worked on at once, in an order that nobody knows.
    rng: Rng,
    /// The tables of records that were refused.
    refused: Vec<&'static str>,
    /// What happened in which tables.
    happened: BTreeSet<(&'static str, Event)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Edit,
    Move,
    /// A record met one that was the same,
    Same,
    /// or one that stayed,
    Keep,
    /// or one that it became one with.
    Merge,
}

/// What a migration came to.
struct Run {
    after: Rows,
    refused: Vec<&'static str>,
    happened: BTreeSet<(&'static str, Event)>,
}

impl Migration<'_> {
    fn run(world: &World, options: Options) -> Run {
        let by_key = |key: &str, rows: &[Item]| {
            rows.iter().map(|row| (key_of(key, row), row.clone())).collect()
        };
        let tables = world.tables.iter().map(|(key, rows)| (*key, by_key(key, rows))).collect();
        let map = world.map();
        let settings = Settings::default();
        let (refused, happened, rng) = (Vec::new(), BTreeSet::new(), Rng::with_seed(0));
        let mut run = Migration { map: &map, settings, options, tables, rng, refused, happened };
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
        let after = run.tables.into_iter().map(|(key, table)| (key, rows(table))).collect();
        Run { after, refused: run.refused, happened: run.happened }
    }

    /// Every record that is there when its turn comes.
    fn table(&mut self, table: &'static Table) {
        let mut keys: Vec<Vec<u8>> = self.tables[table.key].keys().cloned().collect();
        self.rng.shuffle(&mut keys);
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
        let context =
            Context { map: self.map, settings: &self.settings, moved: &Everything::default() };
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
                Some(existing) => {
                    let merged = merge(Table::of_key(put.table)?, existing, &put.item);
                    let (event, item) = match merged {
                        Merge::Same => (Event::Same, existing.clone()),
                        Merge::KeepExisting { .. } => (Event::Keep, existing.clone()),
                        Merge::Merged { item, .. } => (Event::Merge, item),
                        Merge::Conflict(_) => return None,
                    };
                    self.happened.insert((put.table, event));
                    item
                }
            };
            puts.push((put.table, to, item));
        }
        for (table, to, item) in puts {
            self.tables.get_mut(table)?.insert(to, item);
        }
        let rows = self.tables.get_mut(table.key)?;
        match changes.here {
            Here::Edit(_) => drop(self.happened.insert((table.key, Event::Edit))),
            Here::Delete => drop(self.happened.insert((table.key, Event::Move))),
            Here::Keep => {}
        }
        match changes.here {
            Here::Edit(edit) => drop(rows.insert(key.to_vec(), edit.applied_to(item))),
            Here::Delete if !self.options.keep_old => drop(rows.remove(key)),
            Here::Delete | Here::Keep => {}
        }
        Some(())
    }
}

/// Checks that a migration of the world gives what is expected.
fn check(world: &World, options: Options) -> Run {
    let run = Migration::run(world, options);
    let differences = differences(&expected(world, &options), &run.after);
    let some = differences.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(some.is_empty(), "{options:?}, {} differences:\n{some}", differences.len());
    run
}

fn options(seed: u64) -> Options {
    Options { keep_old: seed % 4 == 3, include_unlisted: seed.is_multiple_of(2) }
}

fn size(seed: u64) -> Size {
    Size {
        users: 4 + usize::try_from(seed % 19).unwrap(),
        rows: 1 + usize::try_from(seed % 3).unwrap(),
        large: seed == 0,
        idp_prefix: seed.is_multiple_of(3).then_some("Campus+1"),
        ..Size::default()
    }
}

#[test]
fn every_record_of_a_world_becomes_what_it_should() {
    let mut happened = BTreeSet::new();
    for seed in 0..SEEDS {
        println!("seed {seed}");
        let world = World::generate(seed, &Size { words: seed % 2 == 1, ..size(seed) });
        let run = check(&world, options(seed));
        assert_eq!(run.refused, Vec::<&str>::new(), "nothing stands in the way");
        happened.extend(run.happened);
    }
    // Else the worlds would show nothing.
    for table in all().filter(|table| table.group != Group::Never) {
        let expected: &[Event] = match table.clash {
            // Nothing there is an id, or it stays.
            _ if ["DATA_DISCLOSURE_VERSIONS_TABLE", OLD_STORAGE].contains(&table.key) => &[],
            Clash::Storage => &[Event::Edit, Event::Move, Event::Same, Event::Keep, Event::Merge],
            Clash::Greatest(_) => &[Event::Move, Event::Same, Event::Keep, Event::Merge],
            Clash::Refuse if !moves(table) => &[Event::Edit],
            Clash::Refuse => &[Event::Move, Event::Same],
            Clash::Sum(..) => &[Event::Move, Event::Merge],
            _ => &[Event::Move, Event::Same, Event::Merge],
        };
        for event in expected {
            assert!(happened.contains(&(table.key, *event)), "{}: no {event:?}", table.key);
        }
    }
}

/// Whether the key of a record has an id in it.
fn moves(table: &Table) -> bool {
    table.places.iter().any(|place| table.keys.contains(&place.path))
}

#[test]
fn records_that_cannot_be_moved_stay_and_nothing_is_written_over() {
    for seed in 0..SEEDS / 2 {
        println!("seed {seed}");
        let world = World::generate(seed, &Size { conflicts: true, ..size(seed) });
        assert_ne!(check(&world, options(seed)).refused, Vec::<&str>::new());
    }
}

#[test]
fn users_who_keep_their_ids_keep_their_records() {
    let world = World::generate(1, &Size { identity: true, ..Size::default() });
    let run = check(&world, Options { include_unlisted: true, ..Options::default() });
    assert_eq!(run.refused, Vec::<&str>::new());
    let changed = differences(&world.tables, &run.after);
    let copied = |told: &String| told.starts_with(STORAGE);
    assert!(changed.iter().all(copied), "{changed:?}");
    assert_ne!(changed, Vec::<String>::new(), "the old user storage is copied");
}

#[test]
fn a_second_migration_changes_nothing() {
    for seed in 0..SEEDS / 4 {
        println!("seed {seed}");
        let options = Options { include_unlisted: true, ..Options::default() };
        let world = World::generate(seed, &size(seed));
        let tables = Migration::run(&world, options).after;
        let again = World { tables, ..world };
        let run = check(&again, options);
        assert_eq!(differences(&again.tables, &run.after), Vec::<String>::new());
        assert_eq!(run.refused, Vec::<&str>::new());
    }
}

#[test]
fn no_old_id_is_found_afterwards() {
    for seed in 0..SEEDS / 4 {
        let world = World::generate(seed, &size(seed));
        let map = world.map();
        let after = expected(&world, &Options { include_unlisted: true, ..Options::default() });
        for (key, rows) in &after {
            let table = Table::of_key(key).unwrap();
            for row in rows.iter().filter(|_| table.group != Group::Never) {
                let left = leftovers(row, &map, &table.allowed());
                assert!(left.is_empty(), "seed {seed}, {key}: {left:?} {row:?}");
            }
        }
    }
}
