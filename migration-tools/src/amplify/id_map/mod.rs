//! Who is renamed to what: the id map, `migration_users.csv`.
//!
//! Ids are people's data. Nothing here prints one, except [`Problem::with_ids`], which is for the
//! operator who wrote the file; everything else names lines.
//!
//! A pair whose two ids are equal is an *identity*: the map knows the user, and changes none of his
//! records.

mod check;
mod forms;
mod map;
mod pairs;
mod phases;
mod problem;
mod read;
mod remains;
mod strings;
#[cfg(test)]
mod tests;

pub use crate::formats::hash_key::{sanitise_app, sanitise_user};
pub use map::{IdMap, Remarks, Rules};
pub use pairs::Pair;
pub use phases::{MAX_PHASES, Phase};
pub use problem::{Column, MAX_SHOWN, MapError, Problem, Problems, What};

/// Longest id, in bytes: some tables have it as their sort key
/// ([`MAX_SORT_KEY_BYTES`](crate::engine::size::MAX_SORT_KEY_BYTES)).
pub const MAX_ID_BYTES: usize = crate::engine::size::MAX_SORT_KEY_BYTES;

/// What the application writes where an id is expected, and which is nobody: the owner of shared
/// operations, who created groups that were synchronised or made at a login, and the creator of a
/// file whom nobody knows.
pub const RESERVED: [&str; 4] = ["system", "Cognito_Sync", "JIT_PROVISIONER", "unknown"];
