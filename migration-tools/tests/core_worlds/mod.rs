//! Made-up deployments with servers, memberships and a CoreTable; what must have become of them, worked out
//! slowly and without anything of the engine; and runs on the embedded AWS.
//!
//! Everything follows from the seed.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "../worlds/beside.rs"]
pub mod beside;
#[path = "../worlds/killer.rs"]
pub mod killer;
pub mod load;
pub mod made;
pub mod oracle;
pub mod runs;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use migration_tools::engine::item::{Item, differing};

/// Name of the user pool in every world that has one.
pub const POOL: &str = "eu-west-1_people";

pub fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// A deployment before the migration.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub servers: Vec<Item>,
    pub memberships: Vec<Item>,
    /// What stands in CoreTable already.
    pub core: Vec<Item>,
    /// Users of the pool: `sub`, and attributes. Nothing where there is no pool.
    pub pool: Option<Vec<Person>>,
}

/// A user of the pool: the `sub`, and all attributes.
pub type Person = (String, Vec<(&'static str, String)>);

/// Rows of CoreTable by `PK` and `SK`.
pub type Core = BTreeMap<(String, String), Item>;

pub fn by_key(rows: impl IntoIterator<Item = Item>) -> Core {
    let key = |item: &Item, name: &str| item[name].as_s().unwrap().clone();
    rows.into_iter().map(|item| ((key(&item, "PK"), key(&item, "SK")), item)).collect()
}

/// How two states of CoreTable differ.
pub fn differences(expected: &Core, found: &Core) -> Vec<String> {
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
    keys.into_iter().filter_map(one).map(|text| text.chars().take(200).collect()).collect()
}

pub fn assert_same(expected: &Core, found: &Core, what: &str) {
    let differences = differences(expected, found);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}
