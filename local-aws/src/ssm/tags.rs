//! Tags of parameters.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::parameter::Parameter;
use super::{State, names};
use crate::json::{AwsError, Members};

/// The most tags on one parameter.
const MOST: usize = 50;

/// The `Tags` of a request.
pub(super) fn parse(members: Members<'_>) -> Result<BTreeMap<String, String>, AwsError> {
    let mut tags = BTreeMap::new();
    for tag in members.list("Tags")? {
        let tag = Members(tag);
        let value = tag.str("Value")?.unwrap_or_default();
        tags.insert(tag.required("Key")?.to_owned(), value.to_owned());
    }
    if tags.len() > MOST {
        return Err(too_many());
    }
    Ok(tags)
}

/// `AddTagsToResource`.
pub(super) fn add(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let tags = parse(members)?;
    let parameter = parameter(state, "AddTagsToResource", members, region)?;
    let new = tags.keys().filter(|key| !parameter.tags.contains_key(*key)).count();
    if parameter.tags.len() + new > MOST {
        return Err(too_many());
    }
    parameter.tags.extend(tags);
    Ok(json!({}))
}

/// `RemoveTagsFromResource`.
pub(super) fn remove(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let keys = members.strings("TagKeys")?;
    let parameter = parameter(state, "RemoveTagsFromResource", members, region)?;
    parameter.tags.retain(|key, _| !keys.contains(&key.as_str()));
    Ok(json!({}))
}

/// `ListTagsForResource`.
pub(super) fn list(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let parameter = parameter(state, "ListTagsForResource", members, region)?;
    let tags = parameter.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value }));
    Ok(json!({ "TagList": tags.collect::<Vec<_>>() }))
}

fn parameter<'a>(
    state: &'a mut State,
    operation: &str,
    members: Members<'_>,
    region: &str,
) -> Result<&'a mut Parameter, AwsError> {
    let kind = members.required("ResourceType")?;
    if kind != "Parameter" {
        return Err(AwsError::new(
            "InvalidResourceType",
            format!("local-aws has no resources of type {kind}."),
        ));
    }
    let key = names::key(members.required("ResourceId")?);
    state.access.check(operation, &key, region)?;
    let missing = || AwsError::new("InvalidResourceId", "There is no such parameter.");
    state.parameters.get_mut(&key).ok_or_else(missing)
}

fn too_many() -> AwsError {
    AwsError::new("TooManyTagsError", "A parameter can have a maximum of 50 tags.")
}
