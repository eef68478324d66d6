//! What is known of a table: the words in which the facts are written.

use super::place::Place;
use crate::amplify::{Deployment, Resource};

/// A table that holds ids of users.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its key in the original's configuration, or the variable that the services have its name in.
    pub key: &'static str,
    /// Service and end of the name, of a table that the original's configuration does not list.
    unlisted: Option<(&'static str, &'static str)>,
    /// Its partition key, and its sort key where it has one.
    pub keys: &'static [&'static str],
    /// Look-ups that together reach every record that has an id of one user. None: only reading the
    /// whole table does, since ids stand in lists, in prefixes, or in records that no index has.
    pub find: &'static [Find],
    /// Where ids live that are rewritten.
    pub places: &'static [Place],
    /// Paths, as those of places, where old ids may stand and stay: addresses, names of things that
    /// keep their names, free text. All that is beneath is meant.
    pub kept: &'static [&'static str],
    /// Paths of names of S3 objects. They change with the objects, not with the ids: a name whose object
    /// was not moved still holds.
    pub pointers: &'static [&'static str],
    /// What happens where a record stands already under the new id.
    pub clash: Clash,
    /// When the table takes part.
    pub group: Group,
    /// When its turn is.
    pub turn: Turn,
    /// What rewrites it.
    pub(super) code: Code,
}

/// How records of a user are found without reading the whole table. An index has to be looked for in the
/// deployment first: not all of these tables are made by templates that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Find {
    /// The partition key is the id.
    Key,
    /// The partition key of this index is the id, and every record that has the id is in it.
    Index {
        /// The index.
        name: &'static str,
        /// Its partition key.
        attribute: &'static str,
    },
}

/// When a table takes part in a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Where ids change.
    IdChange,
    /// Also where no id changes: its contents or the objects it names are brought together in one
    /// place. What happens to objects is not in here; the ids of its records change where ids change.
    Always,
    /// Where ids change, if the operator asks for what the original leaves out
    /// (`--include-unlisted`).
    OptIn,
    /// Never. It is listed so that nobody has to wonder.
    Never,
}

/// The order in which tables are worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// The user storage, before what is added to it.
    Storage,
    /// The old user storage, which is copied into the other.
    OldStorage,
    /// In any order.
    Any,
    /// The login row: writing it under the new id switches its user over, so that everything else is
    /// there first.
    Login,
}

/// What happens where a record stands already under the key that one is moved to. Two records that are
/// the same are one, except where amounts are added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clash {
    /// A person decides.
    Refuse,
    /// The one that stands there stays, and gets attributes that it lacks.
    FillMissing,
    /// The one that is greater in the first of these attributes that differs, numbers by value and
    /// texts by time; the one that stands there if none does.
    Greatest(&'static [&'static str]),
    /// The one that stands there, with the stronger of the values of this attribute, weakest first.
    Strongest(&'static str, &'static [&'static str]),
    /// The one that stands there, with the elements of this list whose field with this name it lacks.
    /// For one that is in both, it wins.
    Union(&'static str, &'static str),
    /// As `Union`, and a person decides where one is in both and differs.
    UnionOrRefuse(&'static str, &'static str),
    /// The one that stands there, with the texts that the other has in this set or list.
    UnionOfTexts(&'static str),
    /// The one that stands there, with the fields of this map that it lacks; those that both have come
    /// from the record that is later by this attribute.
    UnionOfFields(&'static str, &'static str),
    /// The one that stands there, with these attributes added up, lists of numbers one by one, and the
    /// later of these times. Of two that are the same a person says whether one is a copy of the other,
    /// where nothing else tells.
    Sum(&'static [&'static str], &'static [&'static str]),
    /// User storage: the newer `createdAt`.
    Storage,
}

impl Clash {
    /// Whether merging the same record again changes nothing. Where it does not hold, a record that
    /// stays after it was merged (`--keep-old`) must be known from the journal.
    #[must_use]
    pub fn repeats_safely(self) -> bool {
        !matches!(self, Self::Sum(..))
    }
}

/// What rewrites the records of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Places,
    Login,
    Workflows,
    Storage,
    OldStorage,
    Shares,
}

impl Table {
    pub(super) const fn new(
        key: &'static str,
        keys: &'static [&'static str],
        places: &'static [Place],
    ) -> Self {
        Self {
            key,
            unlisted: None,
            keys,
            find: &[],
            places,
            kept: &[],
            pointers: &[],
            clash: Clash::Refuse,
            group: Group::IdChange,
            turn: Turn::Any,
            code: Code::Places,
        }
    }

    pub(super) const fn unlisted(self, service: &'static str, suffix: &'static str) -> Self {
        Self { unlisted: Some((service, suffix)), group: Group::OptIn, ..self }
    }

    pub(super) const fn find(self, find: &'static [Find]) -> Self {
        Self { find, ..self }
    }

    pub(super) const fn keeping(self, kept: &'static [&'static str]) -> Self {
        Self { kept, ..self }
    }

    pub(super) const fn pointing(self, pointers: &'static [&'static str]) -> Self {
        Self { pointers, ..self }
    }

    pub(super) const fn clash(self, clash: Clash) -> Self {
        Self { clash, ..self }
    }

    pub(super) const fn group(self, group: Group) -> Self {
        Self { group, ..self }
    }

    pub(super) const fn turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    pub(super) const fn code(self, code: Code) -> Self {
        Self { code, ..self }
    }

    /// The table with this key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<&'static Self> {
        super::all().find(|table| table.key == key)
    }

    /// The paths where an old id may stand in a record after it was rewritten, for
    /// [`leftovers`](super::leftovers()): what is kept, and names of objects that are where they were.
    #[must_use]
    pub fn allowed(&self) -> Vec<&'static str> {
        self.kept.iter().chain(self.pointers).copied().collect()
    }

    /// Whether the original's configuration has it.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.unlisted.is_none()
    }

    /// Its name in a deployment, where nothing overrides it.
    ///
    /// ```
    /// use migration_tools::amplify::{Deployment, tables::Table};
    ///
    /// let v6 = Deployment::new("v6", "dev")?;
    /// let name = |key| Table::of_key(key).map(|table| table.name(&v6));
    /// assert_eq!(name("OPS_DYNAMODB_TABLE").as_deref(), Some("amplify-v6-lambda-ops-dev-ops"));
    /// assert_eq!(name("SKILLS_DYNAMODB_TABLE").as_deref(), Some("amplify-v6-amplify-js-dev-skills"));
    /// # Ok::<(), migration_tools::amplify::DeploymentError>(())
    /// ```
    #[must_use]
    pub fn name(&self, of: &Deployment) -> String {
        match self.unlisted {
            Some((service, suffix)) => format!("{}-{}-{suffix}", of.service(service), of.stage()),
            // Every other key is that of a resource; a test holds it.
            None => Resource::of_key(self.key).map(|found| found.name(of)).unwrap_or_default(),
        }
    }
}
