//! Made-up profiles of every version and shape; what must have become of them, worked out slowly and without
//! anything of the engine; and runs on the embedded AWS.
//!
//! Everything follows from the seed.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../worlds/beside.rs"]
pub mod beside;
#[path = "../worlds/killer.rs"]
pub mod killer;
pub mod made;
pub mod migrations;
pub mod oracle;
pub mod runs;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use migration_tools::engine::item::{Item, differing};

/// The table in every world.
pub const TABLE: &str = "cicada-dev-UserProfiles";
/// The table for the journals of Lambdas.
pub const JOURNALS: &str = "cicada-dev-ProfilesMigrationJournal";
/// The time that migrations are given.
pub const NOW: &str = "2026-11-21T10:00:00.000Z";

pub fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn number(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

pub fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// Profiles by `userId` and `profileKey`.
pub type Profiles = BTreeMap<(String, String), Item>;

pub fn key(profile: &Item) -> (String, String) {
    let part = |name: &str| profile[name].as_s().unwrap().clone();
    (part("userId"), part("profileKey"))
}

pub fn by_key(profiles: impl IntoIterator<Item = Item>) -> Profiles {
    profiles.into_iter().map(|profile| (key(&profile), profile)).collect()
}

#[track_caller]
pub fn assert_same(expected: &Profiles, found: &Profiles, what: &str) {
    let keys: std::collections::BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let one = |key: &(String, String)| match (expected.get(key), found.get(key)) {
        (Some(_), None) => Some(format!("{key:?} is missing")),
        (None, Some(_)) => Some(format!("{key:?} should not be there")),
        (Some(expected), Some(found)) => {
            let names = differing(expected, found);
            (!names.is_empty()).then(|| format!("{key:?}: {names:?} differ"))
        }
        (None, None) => None,
    };
    let differences: Vec<String> = keys.into_iter().filter_map(one).take(20).collect();
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}
