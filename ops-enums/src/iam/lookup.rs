//! From texts to actions and resource types.

use std::cmp::Ordering;

use super::actions::SERVICES;
use super::prefixes::PREFIXES;
use super::{Action, ResourceType, Service};

/// The action of this name, in any case, as IAM reads it: `s3:GetObject`, `S3:getobject`.
///
/// `None` if a covered service has no such action, and for every action of a service that is not
/// [covered](is_covered).
#[must_use]
pub fn action(full: &str) -> Option<&'static Action> {
    let (prefix, name) = full.split_once(':')?;
    let actions = actions_of(prefix);
    let at = actions.binary_search_by(|action| compare(action.name(), name)).ok()?;
    actions.get(at)
}

/// Every action of every covered service.
pub fn actions() -> impl Iterator<Item = &'static Action> {
    SERVICES.iter().flat_map(|service| service.actions)
}

/// The actions of a service, sorted by name regardless of case; none if it is not covered. The case
/// of the prefix does not matter.
#[must_use]
pub fn actions_of(prefix: &str) -> &'static [Action] {
    service(prefix).map_or(&[], |service| service.actions)
}

/// Whether every action of this service is known here. The case of the prefix does not matter.
#[must_use]
pub fn is_covered(prefix: &str) -> bool {
    service(prefix).is_some()
}

/// Whether AWS has a service of this prefix, covered or not. The case of the prefix does not
/// matter.
#[must_use]
pub fn is_service(prefix: &str) -> bool {
    PREFIXES.binary_search_by(|known| compare(known, prefix)).is_ok()
}

/// A resource type of a covered service: `dynamodb`, `table`. Case does not matter.
#[must_use]
pub fn resource_type(prefix: &str, name: &str) -> Option<&'static ResourceType> {
    let types = service(prefix)?.resource_types;
    types.iter().copied().find(|kind| kind.name.eq_ignore_ascii_case(name))
}

/// The resource types of a service's actions; none if it is not covered. A few belong to another
/// service, whose prefix they have. The case of the prefix does not matter.
#[must_use]
pub fn resource_types_of(prefix: &str) -> &'static [&'static ResourceType] {
    service(prefix).map_or(&[], |service| service.resource_types)
}

fn service(prefix: &str) -> Option<&'static Service> {
    let at = SERVICES.binary_search_by(|service| compare(service.prefix, prefix)).ok()?;
    SERVICES.get(at)
}

/// As the tables are sorted: by the letters in lower case.
fn compare(left: &str, right: &str) -> Ordering {
    left.bytes()
        .map(|byte| byte.to_ascii_lowercase())
        .cmp(right.bytes().map(|byte| byte.to_ascii_lowercase()))
}
