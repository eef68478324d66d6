//! Which resources a deployment really uses: derived names, and what the operator or a service put in
//! their place.

use std::collections::BTreeMap;
use std::fmt;

use aws_config::SdkConfig;
use required_env_vars::{Found, Reason, Source, Unresolved, look_up};

use super::{Deployment, RESOURCES, Resource, check_name};

/// A resource and its name in a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The resource.
    pub resource: &'static Resource,
    /// Its name.
    pub name: String,
    /// Where the name is from.
    pub source: NameSource,
}

/// Where a name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSource {
    /// Made of deployment name and stage.
    Derived,
    /// A variable that was found.
    Variable(Source),
}

impl fmt::Display for NameSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Derived => out.write_str("derived"),
            Self::Variable(source) => source.fmt(out),
        }
    }
}

/// Names that cannot be known, or cannot be.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
    /// Whether a name is overridden could not be found out. To take the derived one could mean the
    /// wrong table.
    #[error("whether {} resources have other names could not be found out: {} ({})", .0.len(), first_reason(.0), first_detail(.0))]
    Unresolved(Vec<Unresolved>),
    /// AWS takes no such name.
    #[error("{key}: the name `{name}` ({source_}) {rule}")]
    Invalid {
        /// The resource's key.
        key: &'static str,
        /// The name.
        name: String,
        /// Where it is from.
        source_: NameSource,
        /// The rule it breaks.
        rule: String,
    },
}

impl NamesError {
    /// Why the first name could not be found out.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Unresolved(all) => all.first().map(Unresolved::reason),
            Self::Invalid { .. } => None,
        }
    }
}

fn first_reason(all: &[Unresolved]) -> String {
    all.first().map_or_else(String::new, |one| one.reason().to_string())
}

fn first_detail(all: &[Unresolved]) -> String {
    let attempt = all.first().and_then(|one| one.attempts().last());
    attempt.map_or_else(String::new, |attempt| format!("{}: {}", attempt.place(), attempt.detail()))
}

/// The names of all resources, in the order of [`RESOURCES`]. The variable of a resource's key
/// overrides the derived name; it is looked for as any declared variable is: in the environment, under
/// the path of the service that publishes it, under the shared path. At most twelve calls.
///
/// # Errors
///
/// When a variable may exist but cannot be read, or a name is not one that AWS takes.
pub async fn names(config: &SdkConfig, of: &Deployment) -> Result<Vec<Named>, NamesError> {
    let publishers: Vec<String> = RESOURCES.iter().map(|one| one.publisher(of)).collect();
    let wanted: Vec<(&'static str, &str)> = RESOURCES
        .iter()
        .zip(&publishers)
        .flat_map(|(one, publisher)| {
            std::iter::once(one.key).chain(one.alias).map(move |name| (name, publisher.as_str()))
        })
        .collect();
    let mut found = BTreeMap::new();
    let mut unresolved = Vec::new();
    for (name, outcome) in look_up(config, of.stage(), &wanted).await {
        match outcome {
            Ok(value) => {
                found.insert(name, value);
            }
            Err(error) if error.reason() == Reason::Absent => {}
            Err(error) => unresolved.push(error),
        }
    }
    if !unresolved.is_empty() {
        return Err(NamesError::Unresolved(unresolved));
    }
    RESOURCES.iter().map(|resource| named(resource, &found, of)).collect()
}

/// The names of all resources as they follow from deployment name and stage.
///
/// # Errors
///
/// When a name is not one that AWS takes.
pub fn derived_names(of: &Deployment) -> Result<Vec<Named>, NamesError> {
    RESOURCES.iter().map(|resource| named(resource, &BTreeMap::new(), of)).collect()
}

fn named(
    resource: &'static Resource,
    found: &BTreeMap<&'static str, Found>,
    of: &Deployment,
) -> Result<Named, NamesError> {
    let variable = found.get(resource.key).or_else(|| found.get(resource.alias?));
    let (name, source) = match variable {
        Some(found) => (found.value().to_owned(), NameSource::Variable(found.source())),
        None => (resource.name(of), NameSource::Derived),
    };
    match check_name(resource.kind, &name) {
        Ok(()) => Ok(Named { resource, name, source }),
        Err(rule) => Err(NamesError::Invalid { key: resource.key, name, source_: source, rule }),
    }
}
