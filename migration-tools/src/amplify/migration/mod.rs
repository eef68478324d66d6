//! The migration of user ids: which tables take part, what it would do, doing it, and whether it is
//! done.
//!
//! A run goes over all tables in passes. The first one moves and rewrites; further ones pick up what
//! was written behind it, until one finds nothing to do and says where old ids still stand. In each
//! pass the login rows come last, since a login row under a new id switches its user over.
//!
//! Nothing here depends on what an earlier run did or was about to do: a record says itself whether it
//! has an old id. The journal is asked for one thing, which records were copied and are to stay.

mod chain;
mod kept;
mod plan;
mod rename;
mod run;
mod survey;
mod targets;
mod verify;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

pub use chain::{Chain, ChainError};
pub use kept::clean_up;
pub use plan::{Cost, Outdated, Plan};
pub use rename::Rename;
pub use run::{Done, MAX_PASSES, Migration};
pub use survey::{Logins, Places, Survey, Surveyed, survey};
pub use targets::{Missing, Target, Targets, find, table_names};
pub use verify::{Verification, Verified, Verify};

use super::tables::{Group, Objects, Settings, Table, Turn};

/// What a migration does, beside the id map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How records are rewritten.
    pub settings: Settings,
    /// Whether tables take part that the original leaves out.
    pub include_unlisted: bool,
    /// Which steps are done.
    pub steps: BTreeSet<Step>,
}

/// The steps of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The objects, with what records point to.
    Objects,
    /// The ids in the user storage.
    Storage,
    /// The old user storage, copied into the other.
    OldStorage,
    /// The ids in all other tables.
    Tables,
    /// The login rows.
    Login,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 5] =
        [Self::Objects, Self::Storage, Self::OldStorage, Self::Tables, Self::Login];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Objects => "objects",
            Self::Storage => "storage",
            Self::OldStorage => "old-storage",
            Self::Tables => "tables",
            Self::Login => "login",
        }
    }

    /// The step that a table is a part of.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        match table.turn {
            Turn::Storage => Self::Storage,
            Turn::OldStorage => Self::OldStorage,
            Turn::Any => Self::Tables,
            Turn::Login => Self::Login,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl FromStr for Step {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|step| step.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|step| step.word()).collect();
            format!("there is no such step; the steps are {}", words.join(", "))
        })
    }
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            include_unlisted: false,
            steps: Step::ALL.into_iter().collect(),
        }
    }
}

impl Choice {
    /// Whether a table takes part. Where no id changes, only the old user storage has something to be
    /// done, and where objects move, the tables that point to them.
    #[must_use]
    pub fn takes(&self, table: &Table, renames: bool) -> bool {
        let group = match table.group {
            Group::IdChange | Group::Always => true,
            Group::OptIn => self.include_unlisted,
            Group::Never => false,
        };
        group
            && self.steps.contains(&Step::of(table))
            && (renames || table.turn == Turn::OldStorage || self.points(table))
    }

    /// Whether a table's records point to objects that move.
    #[must_use]
    pub fn points(&self, table: &Table) -> bool {
        self.settings.objects == Objects::Moved
            && table.group == Group::Always
            && !table.pointers.is_empty()
    }
}
