//! Which names of tables and buckets are published for the services to find.

use std::collections::BTreeMap;

use crate::amplify::{Deployment, RESOURCES, Resource};
use crate::parameter_store::Stored;

/// Services that are not in the project any more, or never were: what they own is published by nobody.
const WITHOUT_PUBLISHER: [&str; 3] = ["lambda-basic-ops", "memory", "se"];

/// What of Parameter Store says how far its step is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// How many names should be published.
    pub expected: usize,
    /// Keys of those that are not.
    pub missing: Vec<&'static str>,
    /// Whether the level of logs is there, which earlier versions did not have.
    pub log_level: bool,
    /// The deployment that the shared variables of the stage are of.
    pub dep_name: Option<String>,
    /// The prefix of the identity provider.
    pub idp_prefix: Option<String>,
}

impl Parameters {
    /// Reads it out of all parameters below `/amplify/{stage}`.
    #[must_use]
    pub fn of(stored: &BTreeMap<String, Stored>, of: &Deployment) -> Self {
        let stage = of.stage();
        let shared = |name: &str| {
            let found = stored.get(&format!("/amplify/{stage}/{name}"))?;
            found.value.clone().filter(|value| !value.trim().is_empty())
        };
        let published = |resource: &Resource| {
            let publisher = resource.publisher(of);
            std::iter::once(resource.key).chain(resource.alias).any(|name| {
                stored.contains_key(&format!("/amplify/{stage}/{publisher}/{name}"))
                    || stored.contains_key(&format!("/amplify/{stage}/{name}"))
            })
        };
        let expected = || RESOURCES.iter().filter(|one| !WITHOUT_PUBLISHER.contains(&one.service));
        Self {
            expected: expected().count(),
            missing: expected().filter(|one| !published(one)).map(|one| one.key).collect(),
            log_level: shared("LOG_LEVEL").is_some(),
            dep_name: shared("DEP_NAME"),
            idp_prefix: shared("IDP_PREFIX"),
        }
    }

    /// How many names are published.
    #[must_use]
    pub fn published(&self) -> usize {
        self.expected - self.missing.len()
    }
}
