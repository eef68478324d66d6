//! Made-up deployments: everything that tables of Amplify are known to hold, what must have become of
//! it after a migration, and a client that dies in the middle of one.
//!
//! Everything follows from the seed: the same seed and size give the same world.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod acts;
pub mod application;
pub mod beside;
pub mod chained;
mod common_rows;
pub mod killer;
mod load;
mod merges;
pub mod oracle;
pub mod people;
mod private_rows;
mod renames;
mod storage_renames;
mod storage_rows;
mod targets;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use migration_tools::amplify::Deployment;
use migration_tools::amplify::id_map::{IdMap, Rules};
use migration_tools::amplify::tables::{Table, all};
use migration_tools::engine::item::{Item, canonical_value};

#[allow(unused_imports, reason = "each test binary uses a part of it")]
pub use load::{differences, dump};
use people::Person;
#[allow(unused_imports, reason = "each test binary uses a part of it")]
pub use values::item;

/// The tables of a world by their keys, the rows of each in the order of their keys.
pub type Rows = BTreeMap<&'static str, Vec<Item>>;

pub const STORAGE: &str = "USER_DATA_STORAGE_TABLE";
pub const OLD_STORAGE: &str = "OLD_USER_STORAGE_TABLE";

/// How much a world has, and what.
#[derive(Clone, Debug)]
pub struct Size {
    /// Users in the id map, one at least.
    pub users: usize,
    /// Rows of each of them in each table that has several rows of a user. The shapes of a table, 20
    /// at most, are dealt out to the users in turn.
    pub rows: usize,
    /// Rows in each table of users who are not in the map. Some name users who are.
    pub filler: usize,
    /// The keys of the tables; none means all.
    pub tables: Vec<&'static str>,
    /// Whether there are rows that must be refused: they and what is in their way stay as they are.
    pub conflicts: bool,
    /// Whether some old ids are also words in keys, such as `run`, and old ids stand where none is
    /// expected. They are rewritten where ids live only, so that a search for old ids finds them
    /// afterwards.
    pub words: bool,
    /// Whether one row of a table that has such rows is almost as large as DynamoDB takes.
    pub large: bool,
    /// The deployment's prefix of the identity provider.
    pub idp_prefix: Option<&'static str>,
    /// Whether every user keeps his id.
    pub identity: bool,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            users: 12,
            rows: 3,
            filler: 6,
            tables: Vec::new(),
            conflicts: false,
            words: false,
            large: true,
            idp_prefix: None,
            identity: false,
        }
    }
}

/// A deployment before the migration.
#[derive(Clone)]
pub struct World {
    pub dep_name: &'static str,
    pub stage: &'static str,
    /// Old and new ids, in the order of the file. Some users keep theirs.
    pub pairs: Vec<(String, String)>,
    pub idp_prefix: Option<&'static str>,
    pub tables: Rows,
}

impl World {
    pub fn generate(seed: u64, size: &Size) -> Self {
        let mut rng = Rng::with_seed(seed);
        let pairs = people::pairs(&mut rng, size);
        let named = |key: &&str| size.tables.is_empty() || size.tables.contains(key);
        let keys: Vec<&'static str> = all().map(|table| table.key).filter(named).collect();
        let mut builder = Builder::new(&keys);
        for key in keys {
            builder.fill(key, &pairs, size, &mut rng);
        }
        // Of three rows with one key, what stays would depend on who meets whom first.
        if !size.conflicts {
            builder.meet_in_storage(rng.u8(..3).into());
        }
        let tables = builder.finish();
        Self { dep_name: "v6", stage: "dev", pairs, idp_prefix: size.idp_prefix, tables }
    }

    /// The id map as a file.
    pub fn csv(&self) -> String {
        let quoted = |id: &str| format!("\"{}\"", id.replace('"', "\"\""));
        let line = |(old, new): &(String, String)| format!("{},{}\n", quoted(old), quoted(new));
        format!("old_id,new_id\n{}", self.pairs.iter().map(line).collect::<String>())
    }

    pub fn deployment(&self) -> Deployment {
        Deployment::new(self.dep_name, self.stage).unwrap()
    }

    pub fn rules(&self) -> Rules {
        Rules { idp_prefix: self.idp_prefix.map(str::to_owned), ..Rules::default() }
    }

    /// The id map, read from the file.
    pub fn map(&self) -> IdMap {
        IdMap::read(self.csv().as_bytes(), &self.rules()).unwrap()
    }

    /// The keys of its tables.
    pub fn keys(&self) -> Vec<&'static str> {
        self.tables.keys().copied().collect()
    }
}

/// The values of the key of a row, in one text that orders them.
pub fn key_of(key: &str, item: &Item) -> Vec<u8> {
    let table = Table::of_key(key).unwrap_or_else(|| panic!("no table {key}"));
    table.keys.iter().flat_map(|name| canonical_value(&item[*name])).collect()
}

/// Rows by table and key; the first one of a key stays.
struct Builder {
    tables: BTreeMap<&'static str, BTreeMap<Vec<u8>, Item>>,
    taken: BTreeSet<&'static str>,
}

impl Builder {
    fn new(keys: &[&'static str]) -> Self {
        let tables = keys.iter().map(|key| (*key, BTreeMap::new())).collect();
        Self { tables, taken: BTreeSet::new() }
    }

    fn has(&self, key: &str, item: &Item) -> bool {
        self.tables[key].contains_key(&key_of(key, item))
    }

    fn add(&mut self, key: &'static str, item: Item) {
        let rows = self.tables.get_mut(key).unwrap_or_else(|| panic!("no table {key}"));
        rows.entry(key_of(key, &item)).or_insert(item);
    }

    /// Adds rows that meet others in user storage: copies in the old table, and a row under the key
    /// that another one gets when it is sanitised.
    fn meet_in_storage(&mut self, first: usize) {
        let Some(rows) = self.tables.get(STORAGE) else { return };
        let rows: Vec<Item> = rows.values().cloned().collect();
        for (at, item) in rows.into_iter().enumerate() {
            if let Some(twin) = targets::sanitised(&item) {
                self.add(STORAGE, twin);
            }
            if at % 3 == first && self.tables.contains_key(OLD_STORAGE) {
                self.add(OLD_STORAGE, targets::copied_before(item, at));
            }
        }
    }

    fn finish(self) -> Rows {
        self.tables.into_iter().map(|(key, rows)| (key, rows.into_values().collect())).collect()
    }

    fn fill(&mut self, key: &'static str, pairs: &[(String, String)], size: &Size, rng: &mut Rng) {
        for item in common_rows::of_everyone(key, pairs) {
            self.add(key, item);
        }
        for at in 0..pairs.len() {
            for n in 0..size.rows {
                let other = &pairs[rng.usize(..pairs.len())];
                let unique = format!("{at:x}-{n:x}-{:08x}", rng.u32(..));
                let before = Person::listed(&pairs[at], other, &unique, at + n * pairs.len());
                self.of_user(key, &before, size, rng);
            }
        }
        for n in 0..size.filler {
            let listed = &pairs[rng.usize(..pairs.len())].0;
            let stranger = people::STRANGERS[n % people::STRANGERS.len()];
            let other = people::STRANGERS[(n + 3) % people::STRANGERS.len()];
            let other = if n % 2 == 0 { listed.as_str() } else { other };
            let unique = format!("f{n:x}-{:08x}", rng.u32(..));
            for item in rows(key, &Person::stranger(stranger, other, &unique, n), size) {
                self.add(key, values::with_more(item, rng));
            }
        }
    }

    /// The rows of a user under his old id, and what stands already under his new one.
    fn of_user(&mut self, key: &'static str, before: &Person<'_>, size: &Size, rng: &mut Rng) {
        for item in rows(key, before, size) {
            let mut item = values::with_more(item, rng);
            // Of the tables with one row of a user, it is the first shape.
            if self.has(key, &item) {
                continue;
            }
            if size.large && values::LARGE.contains(&key) && self.taken.insert(key) {
                values::enlarge(&mut item);
            }
            // Of the login rows some moved already, by whoever began before.
            let moved = key == "COGNITO_USERS_DYNAMODB_TABLE" && before.shape % 7 == 6;
            if before.is_renamed() && (moved || rng.u8(..5) < 2) {
                let mut target = item.clone();
                target.extend(rows(key, &before.after(), size).remove(0));
                targets::vary(key, &mut target, size.conflicts, rng);
                if key_of(key, &target) != key_of(key, &item) {
                    self.add(key, target);
                }
            }
            if !(moved && before.is_renamed()) {
                self.add(key, item);
            }
        }
        if size.conflicts
            && before.is_renamed()
            && let Some(item) = targets::too_large(key, before)
        {
            self.add(key, item);
        }
    }
}

/// What a table has of a person.
fn rows(key: &str, person: &Person<'_>, size: &Size) -> Vec<Item> {
    let row = match key {
        STORAGE | OLD_STORAGE => Some(storage_rows::row(key, person, size)),
        _ => private_rows::row(key, person).or_else(|| common_rows::row(key, person)),
    };
    row.map(values::item).into_iter().collect()
}
