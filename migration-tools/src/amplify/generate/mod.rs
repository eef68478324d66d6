//! Making an id map: from the users table alone, or from the identities of a user pool.
//!
//! Ids are people's data: nothing here prints one, and a caller shows them only to who asks.

mod csv;
mod sound;
mod subs;

use std::collections::BTreeSet;
use std::fmt;

pub use csv::csv;
pub use subs::{Identity, of_subs};

/// An id map, and who is not in it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// Old and new ids, in the order of their code points. [`IdMap`](super::id_map::IdMap) accepts
    /// them.
    pub pairs: Vec<(String, String)>,
    /// Who was left out, by reason and id.
    pub left: Vec<(LeftOut, String)>,
    /// How many ids of the users table are `sub`s of the pool already.
    pub migrated: usize,
    /// How many pairs have an old id that no row of the users table has.
    pub unknown: usize,
}

/// Why somebody is not in an id map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// An identity has no e-mail address.
    NoEmail,
    /// An identity has no `sub`.
    NoSub,
    /// Several identities have the same e-mail address and different `sub`s.
    SharedEmail,
    /// A user id is an e-mail address that differs from that of an identity in upper and lower case
    /// only, and another one is as good or better.
    OtherSpelling,
    /// The id has a character that no line of an id map can have, or is too long.
    Unusable,
    /// The migration cannot tell the id from that of somebody else.
    Alike,
    /// A user id is no e-mail address.
    NotAnEmail,
    /// A user id is an e-mail address that no identity has.
    NotInPool,
}

impl LeftOut {
    /// One word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoEmail => "no-email",
            Self::NoSub => "no-sub",
            Self::SharedEmail => "shared-email",
            Self::OtherSpelling => "other-spelling",
            Self::Unusable => "unusable",
            Self::Alike => "alike",
            Self::NotAnEmail => "not-an-email",
            Self::NotInPool => "not-in-pool",
        }
    }

    /// Whether a person has to do something. Nobody signs in any more with an address that is not in
    /// the pool.
    #[must_use]
    pub fn needs_a_person(self) -> bool {
        self != Self::NotInPool
    }
}

/// What they are, and what to do about it: the end of a sentence that starts with their number.
impl fmt::Display for LeftOut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::NoEmail => {
                "identities without an e-mail address; give them one in the pool, or add their lines by hand"
            }
            Self::NoSub => "identities without a sub; look at them in the pool",
            Self::SharedEmail => {
                "e-mail addresses that several identities have; find out which of them signs in, and add its line by hand"
            }
            Self::OtherSpelling => {
                "user ids that differ from one in the map in upper and lower case only, or of which none is the identity's; find out which one is in use"
            }
            Self::Unusable => {
                "ids with spaces around them, with characters that no id may have, or too long; migrate them by hand"
            }
            Self::Alike => {
                "ids that the migration cannot tell from others; migrate them by hand, one after the other"
            }
            Self::NotAnEmail => {
                "user ids that are no e-mail addresses, and so not covered; add their lines by hand"
            }
            Self::NotInPool => {
                "user ids whose e-mail address is not in the pool; they stay as they are"
            }
        })
    }
}

/// Numbers only.
impl fmt::Debug for Generated {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Generated({} pairs, {} left out)", self.pairs.len(), self.left.len())
    }
}

/// The map in which every user keeps the id.
#[must_use]
pub fn identity(user_ids: &BTreeSet<String>) -> Generated {
    let pairs = user_ids.iter().filter(|id| !id.is_empty());
    let pairs = pairs.map(|id| (id.clone(), id.clone())).collect();
    sound::sound(Generated { pairs, ..Generated::default() })
}

#[cfg(test)]
mod tests;
