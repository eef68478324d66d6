//! Which tables there are.

use futures::{StreamExt, stream};
use required_env_vars::{Failure, Reason};

use crate::amplify::tables::{Group, Table, all};
use crate::amplify::{Deployment, Named};
use crate::engine::item::Item;
use crate::engine::journal::{Journal, Place};
use crate::engine::read::{Described, ReadError, Reader};
use crate::engine::table::Tables;

/// Tables that are asked for at once.
const AT_ONCE: usize = 8;

/// A table that exists.
#[derive(Clone, Debug)]
pub struct Target {
    /// What is known of it.
    pub table: &'static Table,
    /// What AWS says of it.
    pub described: Described,
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
                targets.present.push(Target { table, described });
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
