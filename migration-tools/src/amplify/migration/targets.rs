//! Which tables there are.

use std::sync::Arc;

use futures::{StreamExt, stream};
use required_env_vars::{Failure, Reason};

use crate::amplify::id_map::IdMap;
use crate::amplify::tables::{Find, Group, Table, Turn, all};
use crate::amplify::{Deployment, Named};
use crate::engine::item::Item;
use crate::engine::journal::{Journal, Place};
use crate::engine::lookup::{Route, Way, choose};
use crate::engine::read::{Described, ReadError, Reader, Reading};
use crate::engine::table::Tables;

/// Most users who are looked up one by one.
const MAX_LOOKED_UP: u64 = 1_000;
/// How many records of a table a user is taken to have.
const RECORDS_OF_A_USER: u64 = 50;
/// Tables that are asked for at once.
const AT_ONCE: usize = 8;

/// A table that exists.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is known of it.
    pub table: &'static Table,
    /// What AWS says of it.
    pub described: Described,
    /// How its records are found.
    pub reading: Reading,
}

/// A table that nothing is known of.
#[derive(Clone, Debug)]
pub struct Missing {
    /// The table.
    pub table: &'static Table,
    /// Its name.
    pub name: String,
    /// Why it could not be asked; nothing where it is certain that there is none.
    pub why: Option<Failure>,
}

/// The tables of a deployment.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Those that exist, in the order in which they are worked on.
    pub present: Vec<Target>,
    /// Those that do not.
    pub absent: Vec<Missing>,
    /// Those that may: denied, or not reached. Nobody may take them for absent.
    pub unclear: Vec<Missing>,
}

/// The names of all tables that can ever take part.
#[must_use]
pub fn table_names(named: &[Named], of: &Deployment) -> Vec<(&'static Table, String)> {
    let name = |table: &'static Table| {
        let given = named.iter().find(|one| one.resource.key == table.key);
        (table, given.map_or_else(|| table.name(of), |one| one.name.clone()))
    };
    all().filter(|table| table.group != Group::Never).map(name).collect()
}

/// Asks for tables.
pub async fn find(reader: &Reader, names: &[(&'static Table, String)]) -> Targets {
    let mut targets = Targets::default();
    let asked = names
        .iter()
        .map(|(table, name)| async move { (*table, name.clone(), reader.describe(name).await) });
    let mut answers = stream::iter(asked).buffered(AT_ONCE);
    while let Some((table, name, answer)) = answers.next().await {
        let (why, of) = match answer {
            Ok(described) => {
                targets.present.push(Target { table, described, reading: Reading::Whole });
                continue;
            }
            Err(ReadError::Absent(_)) => (None, &mut targets.absent),
            Err(ReadError::Failed { failure, .. }) => (Some(failure), &mut targets.unclear),
            Err(ReadError::Busy(_) | ReadError::NoKeys(_)) => (None, &mut targets.unclear),
        };
        of.push(Missing { table, name, why });
    }
    targets.present.sort_by_key(|target| target.table.turn);
    targets
}

impl Targets {
    /// Chooses for each table how the records of a map's users are found: looked up where the facts say
    /// that this reaches all of them, and it is cheaper than reading the whole table. A table of which
    /// `whole` says so is read whole.
    pub fn choose_readings(&mut self, map: &IdMap, whole: impl Fn(&Table) -> bool) {
        let count = u64::try_from(map.renamed_users()).unwrap_or(u64::MAX);
        // Where one id is renamed after the other, ids are looked for that the map does not have.
        if count > MAX_LOOKED_UP || map.chains() > 0 {
            return;
        }
        let renamed = map.pairs().filter(|pair| !pair.is_identity());
        let ids = Arc::new(renamed.map(|pair| pair.old.to_owned()).collect::<Vec<_>>());
        // Of logins those under new ids are to be seen too.
        for target in
            self.present.iter_mut().filter(|one| one.table.turn != Turn::Login && !whole(one.table))
        {
            let way = |find: &Find| match *find {
                Find::Key => Way::Key,
                Find::Index { name, attribute } => Way::Index { name, attribute },
            };
            let ways: Vec<Way<'static>> = target.table.find.iter().map(way).collect();
            let choice = choose(&target.described, &ways, count, RECORDS_OF_A_USER);
            if choice.route == Route::Lookups {
                let (ids, because) = (Arc::clone(&ids), choice.because);
                target.reading = Reading::Ids { ways, ids, because };
            }
        }
    }

    /// The tables as the engine writes them.
    #[must_use]
    pub fn tables(&self) -> Tables {
        let one = |target: &Target| (target.table.key, target.described.table.clone());
        self.present.iter().map(one).collect()
    }

    /// The table with this key, where it exists.
    #[must_use]
    pub fn of_key(&self, key: &str) -> Option<&Target> {
        self.present.iter().find(|target| target.table.key == key)
    }

    /// Where a journal says that the record with this one's key was left.
    #[must_use]
    pub fn place(&self, journal: &Journal, table: &'static str, item: &Item) -> Option<Place> {
        let key = self.of_key(table)?.described.table.short_key(item).ok()?;
        // One that cannot be read is found out by the next write to it.
        journal.place(table, key).ok().flatten().map(|(_, _, place)| place)
    }

    /// Why nothing at all can be asked, where that is not about single tables.
    #[must_use]
    pub fn barred(&self) -> Option<&Failure> {
        let barred = |failure: &&Failure| {
            matches!(failure.reason(), Reason::BadCredentials | Reason::Unreachable)
        };
        let first = self.unclear.first()?.why.as_ref().filter(barred)?;
        self.present.is_empty().then_some(first)
    }
}
