//! What is to happen to a record: the words in which a migration tells the engine.
//!
//! A migration states for each of its tables two pure functions: from a record to a [`Rewrite`], and,
//! where a record stands already where one is to be put, from both to a [`Merge`]. Neither has a clock
//! or chance: the same record gives the same answer in a dry run, a run, a second run and a
//! verification. Ids that have to be made are derived from content (UUID version 5).
//!
//! Nothing here is printed with its content: `Debug` tells names and numbers of attributes only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, same_value};

/// A record as it was read, complete.
#[derive(Clone, PartialEq)]
pub struct Record {
    /// Its attributes, exactly as DynamoDB gave them.
    pub item: Item,
}

/// What is to become of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Rewrite {
    /// Nothing is to be done.
    Unchanged,
    /// These changes, which belong together.
    Changes(Changes),
    /// It must stay as it is until a person has acted.
    Refused(Refusal),
}

/// Changes that belong together: all of them or none.
///
/// Where they are too many for one transaction, the puts come first and what happens to the record
/// itself comes last, so that a crash leaves a copy too many rather than one too few.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// What is put, in this table or in others. Where something stands already, the merge of the
    /// table that is put to decides.
    pub puts: Vec<Put>,
    /// What happens to the record itself.
    pub here: Here,
    /// What the report should say about it, without content.
    pub notes: Vec<&'static str>,
}

/// An item that is to exist.
#[derive(Clone, PartialEq)]
pub struct Put {
    /// The table by its key in the plan, which is not its name in AWS.
    pub table: &'static str,
    /// The complete item.
    pub item: Item,
}

/// What happens to the record that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Here {
    /// It stays as it is.
    Keep,
    /// It stays under its key, with other attributes.
    Edit(Edit),
    /// It goes, once everything that is put is there.
    Delete,
}

/// A change in place, of exactly these top-level attributes and no others; none of them is a key.
#[derive(Clone, Default, PartialEq)]
pub struct Edit {
    /// The attributes that get these values.
    pub set: BTreeMap<String, AttributeValue>,
    /// The attributes that go.
    pub remove: BTreeSet<String>,
}

/// Why a record was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What stands in the way, without content of the record.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
}

/// What is to happen where a record stands already under the key that one is put to.
#[derive(Clone, PartialEq)]
pub enum Merge {
    /// Both are the same: nothing to write.
    Same,
    /// The one that stands there has everything or is to win.
    KeepExisting {
        /// Why, for the report.
        because: &'static str,
    },
    /// This item replaces the one that stands there, if that is still unchanged.
    Merged {
        /// The complete item.
        item: Item,
        /// Why, for the report.
        because: &'static str,
    },
    /// Only a person can decide; neither is touched.
    Conflict(Refusal),
}

impl Changes {
    /// The record goes to another key of its table, or to another table.
    #[must_use]
    pub fn moved(table: &'static str, item: Item) -> Self {
        Self { puts: vec![Put { table, item }], here: Here::Delete, notes: Vec::new() }
    }

    /// The record is changed in place.
    #[must_use]
    pub fn edited(edit: Edit) -> Self {
        Self { puts: Vec::new(), here: Here::Edit(edit), notes: Vec::new() }
    }
}

impl Edit {
    /// What makes one item of another.
    #[must_use]
    pub fn between(base: &Item, after: &Item) -> Self {
        let differs =
            |name: &String, value: &AttributeValue| base.get(name).is_none_or(|own| own != value);
        let set = after.iter().filter(|(name, value)| differs(name, value));
        let remove = base.keys().filter(|name| !after.contains_key(*name));
        Self {
            set: set.map(|(name, value)| (name.clone(), value.clone())).collect(),
            remove: remove.cloned().collect(),
        }
    }

    /// The item with the change made.
    #[must_use]
    pub fn applied_to(&self, item: &Item) -> Item {
        let mut item = item.clone();
        item.retain(|name, _| !self.remove.contains(name));
        item.extend(self.set.iter().map(|(name, value)| (name.clone(), value.clone())));
        item
    }

    /// Whether the attributes that change are the same in both records.
    #[must_use]
    pub fn stands_in(&self, one: &Item, other: &Item) -> bool {
        self.set.keys().chain(&self.remove).all(|name| match (one.get(name), other.get(name)) {
            (Some(one), Some(other)) => same_value(one, other),
            (None, None) => true,
            _ => false,
        })
    }
}

impl Refusal {
    /// A refusal with its reason and what can be done.
    #[must_use]
    pub fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}; {}", self.reason, self.remedy)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Record({} attributes)", self.item.len())
    }
}

impl fmt::Debug for Put {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Put({} attributes to {})", self.item.len(), self.table)
    }
}

impl fmt::Debug for Edit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<&String> = self.set.keys().collect();
        out.debug_struct("Edit").field("set", &set).field("remove", &self.remove).finish()
    }
}

impl fmt::Debug for Merge {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => write!(out, "Same"),
            Self::KeepExisting { because } => write!(out, "KeepExisting({because})"),
            Self::Merged { item, because } => {
                write!(out, "Merged({} attributes, {because})", item.len())
            }
            Self::Conflict(refusal) => write!(out, "Conflict({refusal})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else() {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let item: Item = [("a", "1"), ("b", "2"), ("c", "3")]
            .map(|(name, value)| (name.to_owned(), text(value)))
            .into();
        let edit = Edit {
            set: [("a".to_owned(), text("x")), ("d".to_owned(), text("y"))].into(),
            remove: ["b".to_owned()].into(),
        };
        let expected: Item = [("a", "x"), ("c", "3"), ("d", "y")]
            .map(|(name, value)| (name.to_owned(), text(value)))
            .into();
        assert_eq!(edit.applied_to(&item), expected);
    }

    #[test]
    fn debug_shows_no_content() {
        let secret = || -> Item {
            [("user".to_owned(), AttributeValue::S("ada.lovelace".to_owned()))].into()
        };
        let mut changes = Changes::moved("T", secret());
        changes.here = Here::Edit(Edit {
            set: secret().into_iter().collect(),
            remove: ["b".to_owned()].into(),
        });
        let merged = Merge::Merged { item: secret(), because: "b" };
        let all = format!("{:?} {changes:?} {merged:?}", Record { item: secret() });
        assert!(!all.contains("lovelace") && all.contains("1 attributes"), "{all}");
    }
}
