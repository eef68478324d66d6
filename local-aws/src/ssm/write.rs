//! Seeding and deleting.

use serde_json::{Value, json};

use super::names::Selector;
use super::parameter::{KEPT_VERSIONS, Kind, Parameter, Tier, Version};
use super::{State, names, read};
use crate::json::{AwsError, Members};

/// Sets a parameter without asking whether `PutParameter` would.
pub(super) fn seed(state: &mut State, name: &str, kind: Kind, value: &str) {
    let mut version = Version::new(kind, Tier::needed(value), value);
    let key = names::key(name);
    match state.parameters.get_mut(&key) {
        Some(parameter) if parameter.latest().is_some_and(|latest| latest.kind == kind) => {
            version.number = parameter.latest().map_or(1, |latest| latest.number + 1);
            parameter.versions.push_back(version);
            if parameter.versions.len() > KEPT_VERSIONS {
                parameter.versions.pop_front();
            }
        }
        _ => drop(state.parameters.insert(key, Parameter::new(name, version))),
    }
}

/// `DeleteParameter`.
pub(super) fn delete(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let name = members.required("Name")?;
    if remove(state, "DeleteParameter", name, region)? {
        Ok(json!({}))
    } else {
        Err(read::not_found(name))
    }
}

/// `DeleteParameters`.
pub(super) fn delete_many(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let names = read::names(members)?;
    for name in &names {
        state.access.check("DeleteParameters", &names::key(name), region)?;
    }
    let mut deleted = Vec::new();
    let mut invalid = Vec::new();
    for name in names {
        let list = if remove(state, "DeleteParameters", name, region)? {
            &mut deleted
        } else {
            &mut invalid
        };
        list.push(name);
    }
    Ok(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid }))
}

fn remove(state: &mut State, operation: &str, name: &str, region: &str) -> Result<bool, AwsError> {
    let Some(reference) = names::parse(name, region) else { return Ok(false) };
    state.access.check(operation, &reference.key, region)?;
    // A version cannot be deleted alone.
    Ok(reference.selector == Selector::Latest && state.parameters.remove(&reference.key).is_some())
}
