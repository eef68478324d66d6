//! What a change of policies or declarations means.

mod manifests;
mod policies;
mod target;
mod unread;

use serde::Serialize;

pub use manifests::{Declaration, DeclarationChanges, manifests};
pub use policies::policies;
pub use unread::{Side, Unread};

use crate::policy::StatementRef;

/// What a change of policies means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// What the new policies allow and the old ones did not.
    pub added: Vec<Change>,
    /// What the old policies allowed and the new ones do not.
    pub removed: Vec<Change>,
    /// What belongs to the policies and could not be read, so could not be compared.
    pub unread: Vec<Unread>,
}

impl Changes {
    /// Whether the new policies allow anything that the old ones did not, or may do so by what
    /// could not be read.
    #[must_use]
    pub fn widens(&self) -> bool {
        !self.added.is_empty() || self.unread.iter().any(Unread::may_widen)
    }

    /// Whether they mean the same. Never claimed of what could not be read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.unread.is_empty()
    }
}

/// Actions on a resource that only one side allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Sorted: in canonical case one by one, or a pattern of the statement where all that it matches
    /// is meant.
    pub actions: Vec<String>,
    /// The resource as written; `everything but ...` for `NotResource`.
    pub resource: String,
    /// Why only one side allows it.
    pub why: Why,
    /// The statement: the Allow that gives it, or the Deny that the other side has.
    pub statement: StatementRef,
}

/// Why only one side allows something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Why {
    /// The other side has no statement that allows it.
    Allowed,
    /// The other side allows it under conditions that this side does not have.
    Condition {
        /// The conditions of the other side.
        conditions: Vec<String>,
    },
    /// The other side has a Deny that this side does not have.
    Deny,
}

impl std::fmt::Display for Why {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Allowed => out.write_str("no statement of the other side allows it"),
            Self::Condition { conditions } => {
                write!(out, "the other side allows it only if {}", conditions.join(" and "))
            }
            Self::Deny => out.write_str("the other side denies it"),
        }
    }
}
