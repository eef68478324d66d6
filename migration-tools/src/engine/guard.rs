//! Conditions under which a write may happen: that nobody else has changed what it is based on.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;

use super::item::Item;
use super::rewrite::Edit;

/// Most comparisons in one condition. DynamoDB takes 300 operators and 4 KB of expression.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const MAX_COMPARISONS: usize = 120;

/// An expression with the names and values it speaks of.
///
/// All names are aliased: `user`, `name`, `data` and `key` are words of DynamoDB's own.
#[derive(Clone, Default, PartialEq)]
pub struct Guard {
    /// What must be true.
    pub condition: String,
    /// What to change; empty except for [`Guard::edit`].
    pub update: String,
    /// Attribute names by alias.
    pub names: HashMap<String, String>,
    /// Values by alias.
    pub values: HashMap<String, AttributeValue>,
}

/// A record that has more attributes than a condition can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the record has {0} attributes, more than the {MAX_COMPARISONS} that one condition can compare"
)]
pub struct TooManyAttributes(pub usize);

impl Guard {
    /// There is no record under the key; `key` is any of its key attributes.
    #[must_use]
    pub fn absent(key: &str) -> Self {
        let mut guard = Self::default();
        let name = guard.name(key);
        guard.condition = format!("attribute_not_exists({name})");
        guard
    }

    /// The record is exactly this one. A condition can compare the attributes that are known, and not
    /// ask whether there are others: `elsewhere` names attributes that other records of the table have,
    /// which this one must not have got in the meantime.
    ///
    /// # Errors
    ///
    /// When the record itself has too many attributes. Of `elsewhere`, as many are taken as fit.
    pub fn unchanged(item: &Item, elsewhere: &BTreeSet<String>) -> Result<Self, TooManyAttributes> {
        if item.len() > MAX_COMPARISONS {
            return Err(TooManyAttributes(item.len()));
        }
        let mut guard = Self::default();
        let mut names: Vec<&String> = item.keys().collect();
        names.sort_unstable();
        for name in names {
            if let Some(value) = item.get(name) {
                guard.equals(name, value);
            }
        }
        let room = MAX_COMPARISONS - item.len();
        for name in elsewhere.iter().filter(|name| !item.contains_key(*name)).take(room) {
            guard.lacks(name);
        }
        Ok(guard)
    }

    /// The record is there, and the attributes that an edit changes are as they were read. Others may
    /// change meanwhile: the edit does not touch them. The edit itself is in [`Guard::update`].
    ///
    /// # Errors
    ///
    /// When the edit changes more attributes than a condition can compare.
    pub fn edit(before: &Item, edit: &Edit, key: &str) -> Result<Self, TooManyAttributes> {
        let changed = edit.set.len() + edit.remove.len();
        if changed >= MAX_COMPARISONS {
            return Err(TooManyAttributes(changed));
        }
        let mut guard = Self::default();
        let key = guard.name(key);
        guard.and(format!("attribute_exists({key})"));
        for name in edit.set.keys().chain(&edit.remove) {
            match before.get(name) {
                Some(value) => guard.equals(name, value),
                None => guard.lacks(name),
            }
        }
        guard.update_by(edit);
        Ok(guard)
    }

    /// The same, and these attributes are as they were read, too.
    #[must_use]
    pub fn and_as_read(mut self, before: &Item, watched: &[String]) -> Self {
        for name in watched {
            if self.names.values().any(|known| known == name) {
                continue;
            }
            match before.get(name) {
                Some(value) => self.equals(name, value),
                None => self.lacks(name),
            }
        }
        self
    }

    /// The record is exactly this one, as [`Guard::unchanged`] says, and becomes another one under its
    /// key. What changes is in [`Guard::update`], so that an attribute that nobody knew of stays.
    ///
    /// # Errors
    ///
    /// When one of the two has too many attributes.
    pub fn replace(
        before: &Item,
        edit: &Edit,
        elsewhere: &BTreeSet<String>,
    ) -> Result<Self, TooManyAttributes> {
        if edit.set.len() > MAX_COMPARISONS {
            return Err(TooManyAttributes(edit.set.len()));
        }
        let mut guard = Self::unchanged(before, elsewhere)?;
        guard.update_by(edit);
        Ok(guard)
    }

    fn update_by(&mut self, edit: &Edit) {
        let set: Vec<String> = edit
            .set
            .iter()
            .map(|(name, value)| format!("{} = {}", self.name(name), self.value(value)))
            .collect();
        let remove: Vec<String> = edit.remove.iter().map(|name| self.name(name)).collect();
        for (word, parts) in [("SET", set), ("REMOVE", remove)] {
            if !parts.is_empty() {
                let space = if self.update.is_empty() { "" } else { " " };
                self.update += &format!("{space}{word} {}", parts.join(", "));
            }
        }
    }

    fn equals(&mut self, name: &str, value: &AttributeValue) {
        let comparison = format!("{} = {}", self.name(name), self.value(value));
        self.and(comparison);
    }

    fn lacks(&mut self, name: &str) {
        let name = self.name(name);
        self.and(format!("attribute_not_exists({name})"));
    }

    fn and(&mut self, comparison: String) {
        if !self.condition.is_empty() {
            self.condition.push_str(" AND ");
        }
        self.condition.push_str(&comparison);
    }

    /// The alias of a name; one for each.
    fn name(&mut self, name: &str) -> String {
        if let Some((alias, _)) = self.names.iter().find(|(_, known)| *known == name) {
            return alias.clone();
        }
        let alias = format!("#n{}", self.names.len());
        self.names.insert(alias.clone(), name.to_owned());
        alias
    }

    fn value(&mut self, value: &AttributeValue) -> String {
        let alias = format!(":v{}", self.values.len());
        self.values.insert(alias.clone(), value.clone());
        alias
    }
}

/// Names and sizes only: values are people's data.
impl std::fmt::Debug for Guard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Guard")
            .field("condition", &self.condition)
            .field("update", &self.update)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
