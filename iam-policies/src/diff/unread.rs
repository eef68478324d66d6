//! Parts of policies that could not be read, on either side.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::policy::ReadPolicy;

/// Which of the two versions has something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The old one alone.
    Old,
    /// The new one alone.
    New,
    /// Both, as far as the files say: what it stands for may differ.
    Both,
}

/// Something that belongs to the policies and could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unread {
    /// The role, function, user or managed policy that it belongs to; empty for a document alone.
    pub owner: String,
    /// What it is: `the managed policy ReadOnlyAccess: its text is not in the file`.
    pub what: String,
    /// Whether it may allow something; otherwise it restricts.
    pub may_allow: bool,
    /// Who has it.
    pub side: Side,
}

impl Unread {
    /// Whether the new version may allow more because of it: it may allow and is new, or restricts
    /// and is gone.
    #[must_use]
    pub fn may_widen(&self) -> bool {
        match self.side {
            Side::New => self.may_allow,
            Side::Old => !self.may_allow,
            Side::Both => false,
        }
    }
}

/// Everything of one owner that was not read, by what it is.
pub(super) fn unread(owner: &str, old: &[&ReadPolicy], new: &[&ReadPolicy]) -> Vec<Unread> {
    let parts = |side: &[&ReadPolicy]| -> BTreeMap<String, bool> {
        let all = side.iter().flat_map(|policy| &policy.not_read);
        all.map(|part| (part.what.clone(), part.may_allow)).collect()
    };
    let (old, new) = (parts(old), parts(new));
    let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    all.into_iter()
        .map(|what| Unread {
            owner: owner.to_owned(),
            what: what.clone(),
            may_allow: new.get(what).or(old.get(what)).copied().unwrap_or(true),
            side: match (old.contains_key(what), new.contains_key(what)) {
                (true, true) => Side::Both,
                (true, false) => Side::Old,
                _ => Side::New,
            },
        })
        .collect()
}
