//! A policy as it was read.

use std::fmt;

use serde::Serialize;

use super::pattern::{Pattern, Piece};
use documents::Place;

/// What a policy is attached to, which decides how long it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A bare document: the file does not say what it is for.
    Document,
    /// A managed policy.
    Managed,
    /// Written into a role.
    Role,
    /// Written into a user.
    User,
    /// Written into a group.
    Group,
}

/// One policy of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPolicy {
    /// Name of the file, as it was given.
    pub file: String,
    /// Its name: `SenderRole/files`; of a bare document the name of the file.
    pub name: String,
    /// The role, function, user or managed policy that it belongs to: `SenderRole`.
    pub owner: String,
    /// What it is attached to.
    pub kind: Kind,
    /// Where it starts.
    pub place: Place,
    /// `Version`; `None` if it is missing, which means `2008-10-17`.
    pub version: Option<String>,
    /// Statements in order; with those that a function of `serverless.yml` inherits.
    pub statements: Vec<Statement>,
    /// Characters of its JSON without white space, as IAM counts them; unknown values count as
    /// none.
    pub size: usize,
    /// What belongs to it but was not read: nothing is claimed about that.
    pub not_read: Vec<NotRead>,
}

/// A part of a policy that says something this crate cannot know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotRead {
    /// Where it stands.
    pub place: Place,
    /// What it is and why it was not read: `the managed policy ReadOnlyAccess: its text is not in
    /// the file`.
    pub what: String,
    /// Whether it may allow what nothing else allows.
    pub may_allow: bool,
}

/// Which statement, for messages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StatementRef {
    /// Name of the file.
    pub file: String,
    /// Name of the policy.
    pub policy: String,
    /// Counted from 1.
    pub number: usize,
    /// `Sid`, if it has one.
    pub sid: Option<String>,
    /// Where it starts.
    pub place: Place,
}

/// With file and place; in the alternate form (`{:#}`) without.
impl fmt::Display for StatementRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "statement {}", self.number)?;
        if let Some(sid) = &self.sid {
            write!(out, " ({sid})")?;
        }
        write!(out, " of {}", self.policy)?;
        if out.alternate() { Ok(()) } else { write!(out, " at {}:{}", self.file, self.place) }
    }
}

/// `Effect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[allow(missing_docs, reason = "the words are IAM's")]
pub enum Effect {
    Allow,
    Deny,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Which one it is.
    pub at: StatementRef,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub actions: Entries,
    /// `Resource` or `NotResource`.
    pub resources: Entries,
    /// All of them must hold.
    pub conditions: Vec<Condition>,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entries {
    /// `Action`, `Resource`: what one of these matches.
    Only(Vec<Entry>),
    /// `NotAction`, `NotResource`: what none of these matches.
    AllBut(Vec<Entry>),
}

impl Entries {
    /// The patterns as they stand there.
    #[must_use]
    pub fn written(&self) -> &[Entry] {
        match self {
            Self::Only(entries) | Self::AllBut(entries) => entries,
        }
    }
}

/// A pattern and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The pattern.
    pub pattern: Pattern,
    /// Where it stands.
    pub place: Place,
}

/// One operator on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`, `ForAllValues:StringLike`, `ArnLikeIfExists`.
    pub operator: String,
    /// `aws:SourceArn`.
    pub key: String,
    /// One of them must fit; of a negated operator, none may.
    pub values: Vec<ConditionValue>,
    /// Where the key stands.
    pub place: Place,
}

impl fmt::Display for Condition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = self.values.iter().map(ConditionValue::text).collect();
        write!(out, "{} {} [{}]", self.operator, self.key, values.join(", "))
    }
}

/// A value of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionValue {
    pub(super) pieces: Vec<Piece>,
    /// Whether `${...}` is a variable.
    pub(super) variables: bool,
}

impl ConditionValue {
    /// As it was written; unknown pieces as `${name}`.
    #[must_use]
    pub fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Unknown(name) => format!("${{{name}}}"),
            })
            .collect()
    }

    /// The value, if every piece of it is known.
    #[must_use]
    pub fn exact(&self) -> Option<String> {
        let pattern = self.pattern();
        if !pattern.unknown().is_empty() {
            return None;
        }
        let text = self.text();
        if !self.variables {
            return Some(text);
        }
        Some(text.replace("${*}", "*").replace("${?}", "?").replace("${$}", "$"))
    }

    /// The value with its wildcards, as the operators on ARNs read it.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        Pattern::resource(&self.pieces, self.variables)
    }

    /// The value with its wildcards, as the operators on texts read it.
    #[must_use]
    pub fn text_pattern(&self) -> Pattern {
        Pattern::text_with_wildcards(&self.pieces, self.variables)
    }
}
