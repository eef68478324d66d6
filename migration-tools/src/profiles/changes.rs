//! What changes in a profile, field by field.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Path;
use crate::engine::item::{Item, same_value};

/// How deep fields are told apart: `profileData.name`. Further in, names may be data.
const DEPTH: usize = 2;

/// A field that changes.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// The field.
    pub field: Path,
    /// What happens to it.
    pub what: What,
    /// Its value before.
    pub before: Option<AttributeValue>,
    /// Its value afterwards.
    pub after: Option<AttributeValue>,
}

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// It is new.
    Added,
    /// It gets another value.
    Changed,
    /// It goes.
    Removed,
}

impl What {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }
}

/// What makes one item of another, in the order of the fields.
#[must_use]
pub fn changes(before: &Item, after: &Item) -> Vec<Change> {
    let mut all = Vec::new();
    compare(&mut Vec::new(), before, after, &mut all);
    all
}

fn compare(way: &mut Vec<String>, before: &Item, after: &Item, all: &mut Vec<Change>) {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        way.push(name.clone());
        let (old, new) = (before.get(name), after.get(name));
        let what = match (old, new) {
            (Some(AttributeValue::M(old)), Some(AttributeValue::M(new))) if way.len() < DEPTH => {
                compare(way, old, new, all);
                None
            }
            (Some(old), Some(new)) => (!same_value(old, new)).then_some(What::Changed),
            (None, _) => Some(What::Added),
            (_, None) => Some(What::Removed),
        };
        if let Some(what) = what {
            let field = Path::from(way.clone());
            all.push(Change { field, what, before: old.cloned(), after: new.cloned() });
        }
        way.pop();
    }
}

/// Without values.
impl std::fmt::Debug for Change {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Change({} {})", self.field, self.what.word())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Profile;
    use super::*;

    #[test]
    fn fields_are_told_to_the_second_level_and_values_only_where_they_are_asked_for() {
        let mut before = Profile::default();
        for (path, value) in [("a", "1"), ("data.old", "secret"), ("data.deep.x", "secret")] {
            before.set(path, value).unwrap();
        }
        let mut after = before.clone();
        after.rename("data.old", "data.new").unwrap();
        after.set("data.deep.x", "other").unwrap();
        after.set("b.c", "new").unwrap();
        let all = changes(before.item(), after.item());
        assert_eq!(
            format!("{all:?}"),
            "[Change(b added), Change(data.deep changed), Change(data.new added), Change(data.old removed)]"
        );
        assert_eq!(all[3].before, Some(AttributeValue::S("secret".into())));
        assert_eq!(changes(after.item(), after.item()), []);
    }
}
