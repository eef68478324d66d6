//! What the steps of a file do.

use aws_sdk_dynamodb::types::AttributeValue;

use super::super::{MigrationError, Path, Profile};
use crate::engine::number::Decimal;

/// One step.
pub(super) enum Step {
    /// A field gets a value where it has none.
    Add { field: Path, copy: Option<Path>, otherwise: Option<Source> },
    /// A field goes elsewhere.
    Move { from: Path, to: Path },
    /// A field goes.
    Remove(Path),
    /// A field gets the value that a table has for another one.
    Set {
        field: Path,
        by: Path,
        table: Vec<(String, AttributeValue)>,
        default: Option<AttributeValue>,
    },
}

/// Where a value is from.
pub(super) enum Source {
    Literal(AttributeValue),
    Now,
}

impl Step {
    /// The fields that it writes.
    pub(super) fn fields(&self) -> Vec<&Path> {
        match self {
            Self::Add { field, .. } | Self::Remove(field) | Self::Set { field, .. } => vec![field],
            Self::Move { from, to } => vec![from, to],
        }
    }

    pub(super) fn take(&self, profile: &mut Profile, now: &str) -> Result<(), MigrationError> {
        match self {
            Self::Add { field, copy, otherwise } => {
                let copied = copy.as_ref().filter(|from| profile.has(*from));
                let copied = copied.and_then(|from| profile.get(from)).cloned();
                let otherwise = otherwise.as_ref().map(|source| match source {
                    Source::Literal(value) => value.clone(),
                    Source::Now => AttributeValue::S(now.to_owned()),
                });
                if let Some(value) = copied.or(otherwise) {
                    profile.add(field, value)?;
                }
            }
            Self::Move { from, to } => profile.rename(from, to)?,
            Self::Remove(field) => drop(profile.remove(field)),
            Self::Set { field, by, table, default } => {
                let found = profile.get(by).filter(|_| profile.has(by));
                let known = found.and_then(|value| {
                    table.iter().find(|(key, _)| is(value, key)).map(|(_, value)| value)
                });
                match (known.or(default.as_ref()).cloned(), found.is_some()) {
                    (Some(value), _) => profile.set(field, value)?,
                    (None, false) => {}
                    (None, true) => {
                        let why = format!("the value of `{by}` is none that the table has");
                        return Err(MigrationError(why));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a value is the one that a key of a table stands for.
fn is(value: &AttributeValue, key: &str) -> bool {
    match value {
        AttributeValue::S(text) => text == key,
        AttributeValue::N(text) => {
            Decimal::parse(key).is_some_and(|key| Decimal::parse(text) == Some(key))
        }
        AttributeValue::Bool(is) => key == if *is { "true" } else { "false" },
        _ => false,
    }
}
