//! Reading roles and what is attached to them.

use super::names::of_policy;
use super::parameters::Parameters;
use super::role::Role;
use super::{State, no_such_entity};
use crate::json::AwsError;
use crate::query::{element, parent};
use crate::{form, page};

/// `GetRole`.
pub(super) fn get(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["RoleName"])?;
    let (name, role) = named(state, parameters)?;
    Ok(parent("Role", &role.description(name)))
}

/// `ListRoles`.
pub(super) fn list(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["PathPrefix", "Marker", "MaxItems"])?;
    let prefix = parameters.role_path_prefix()?;
    let roles = state.roles.iter().filter(|(_, role)| role.path.starts_with(prefix));
    let roles = roles.map(|(name, role)| (name.as_str(), role.summary(name)));
    listing(state, parameters, "Roles", roles)
}

/// `ListRolePolicies`: the names of inline policies.
pub(super) fn inline_policies(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["RoleName", "Marker", "MaxItems"])?;
    let (_, role) = named(state, parameters)?;
    let names = role.inline.keys().map(|name| (name.as_str(), crate::response::escape(name)));
    listing(state, parameters, "PolicyNames", names)
}

/// `GetRolePolicy`.
pub(super) fn inline_policy(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["RoleName", "PolicyName"])?;
    let policy = parameters.policy_name()?;
    let (name, role) = named(state, parameters)?;
    let document = role.inline.get(policy).ok_or_else(|| {
        no_such_entity(format!("The role policy with name {policy} cannot be found."))
    })?;
    let fields = [
        element("RoleName", name),
        element("PolicyName", policy),
        element("PolicyDocument", &form::percent_encode(document)),
    ];
    Ok(fields.concat())
}

/// `ListAttachedRolePolicies`.
pub(super) fn attached_policies(
    state: &State,
    parameters: &Parameters,
) -> Result<String, AwsError> {
    parameters.only(&["RoleName", "PathPrefix", "Marker", "MaxItems"])?;
    let prefix = parameters.policy_path_prefix()?;
    let (_, role) = named(state, parameters)?;
    let attached = role.attached.iter().filter_map(|arn| {
        let (path, name) = of_policy(arn);
        let fields = || element("PolicyName", name) + &element("PolicyArn", arn);
        path.starts_with(prefix).then(|| (arn.as_str(), fields()))
    });
    listing(state, parameters, "AttachedPolicies", attached)
}

/// The role that a request names.
fn named<'a>(
    state: &'a State,
    parameters: &'a Parameters,
) -> Result<(&'a str, &'a Role), AwsError> {
    let name = parameters.role_name()?;
    let role = state
        .roles
        .get(name)
        .ok_or_else(|| no_such_entity(format!("The role with name {name} cannot be found.")))?;
    Ok((name, role))
}

/// One page of entries that are sorted by a key, as the content of `member` elements.
fn listing<'a>(
    state: &State,
    parameters: &Parameters,
    list: &str,
    entries: impl Iterator<Item = (&'a str, String)>,
) -> Result<String, AwsError> {
    let start = parameters.marker()?;
    let size = parameters.page_size()?.min(state.page_size.unwrap_or(usize::MAX));
    let (entries, next) = page::cut(entries, start.as_deref(), size);
    let members: String = entries.iter().map(|entry| parent("member", entry)).collect();
    let mut fields = parent(list, &members) + &element("IsTruncated", &next.is_some().to_string());
    if let Some(marker) = next {
        fields += &element("Marker", &marker);
    }
    Ok(fields)
}
