//! A table as AWS knows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::entry::{Short, short};
use super::item::Item;
use super::write::WriteError;

/// Tables by their keys in the plan.
pub type Tables = BTreeMap<&'static str, TableRef>;

/// A table: its name, its key, and what its records look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableRef {
    /// Its name.
    pub name: String,
    /// Its key attributes, the partition key first.
    pub keys: Vec<String>,
    /// Top-level attributes that were seen in it, of any record.
    pub attributes: Seen,
    /// Attributes that tell whether somebody has changed a record: an edit is made only where they are as
    /// they were read, too.
    pub watched: Vec<String>,
    /// Whether nothing may ever be written to it.
    pub only_read: bool,
}

/// Names of attributes. A condition cannot ask whether a record has got an attribute that nobody has
/// heard of, so that all that are seen are remembered.
#[derive(Default)]
pub struct Seen(RwLock<BTreeSet<String>>);

impl TableRef {
    /// A table of which no record was seen yet.
    #[must_use]
    pub fn new(name: impl Into<String>, keys: Vec<String>) -> Self {
        let (attributes, watched) = (Seen::default(), Vec::new());
        Self { name: name.into(), keys, attributes, watched, only_read: false }
    }

    /// The same, where these attributes tell whether somebody has changed a record.
    #[must_use]
    pub fn watching(self, watched: &[&str]) -> Self {
        Self { watched: watched.iter().map(|name| (*name).to_owned()).collect(), ..self }
    }

    /// The same, but a write to it is refused before it is sent, and nothing is asked for in a
    /// transaction about it: whoever works on it needs no right to write.
    #[must_use]
    pub fn only_read(self) -> Self {
        Self { only_read: true, ..self }
    }

    /// A table that AWS does not have: its records are made of those of other tables, which stay as
    /// they are. They can be copied from and not written, and stand for as long as nobody makes others.
    #[must_use]
    pub fn derived(keys: Vec<String>) -> Self {
        Self::new(String::new(), keys).only_read()
    }

    /// Whether its records are made of those of other tables.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        self.name.is_empty()
    }

    /// The key of a record.
    ///
    /// # Errors
    ///
    /// When an attribute of the key is missing.
    pub fn key_of(&self, item: &Item) -> Result<Item, WriteError> {
        let one = |name: &String| match item.get(name) {
            Some(value) => Ok((name.clone(), value.clone())),
            None => Err(WriteError::NoKey(name.clone())),
        };
        self.keys.iter().map(one).collect()
    }

    /// The short form of a record's key.
    ///
    /// # Errors
    ///
    /// When an attribute of the key is missing.
    pub fn short_key(&self, item: &Item) -> Result<Short, WriteError> {
        Ok(short(&self.key_of(item)?))
    }

    /// Its partition key.
    ///
    /// # Errors
    ///
    /// When it has none, which no table has.
    pub fn partition_key(&self) -> Result<&str, WriteError> {
        self.keys.first().map(String::as_str).ok_or_else(|| WriteError::NoKey(String::new()))
    }
}

impl Seen {
    /// Sees the attributes of a record.
    pub fn see(&self, item: &Item) {
        let new: Vec<&String> = {
            let known = self.names();
            item.keys().filter(|name| !known.contains(*name)).collect()
        };
        if !new.is_empty() {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(new.into_iter().cloned());
        }
    }

    /// All that were seen.
    pub fn names(&self) -> RwLockReadGuard<'_, BTreeSet<String>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<BTreeSet<String>> for Seen {
    fn from(names: BTreeSet<String>) -> Self {
        Self(RwLock::new(names))
    }
}

impl Clone for Seen {
    fn clone(&self) -> Self {
        Self::from(self.names().clone())
    }
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        *self.names() == *other.names()
    }
}

impl Eq for Seen {}

impl std::fmt::Debug for Seen {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.names().fmt(out)
    }
}
