//! Reading managed policies.

use super::parameters::Parameters;
use super::policy::Uses;
use super::{State, no_such_entity};
use crate::json::AwsError;
use crate::query::parent;

/// `GetPolicy`.
pub(super) fn get(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["PolicyArn"])?;
    let arn = parameters.policy_arn()?;
    let policy = state
        .policies
        .get(arn)
        .ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))?;
    let roles = || state.roles.values();
    let uses = Uses {
        attachments: roles().filter(|role| role.attached.contains(arn)).count(),
        boundaries: roles().filter(|role| role.boundary.as_deref() == Some(arn)).count(),
    };
    Ok(parent("Policy", &policy.description(arn, &uses)))
}

/// `GetPolicyVersion`.
pub(super) fn version(state: &State, parameters: &Parameters) -> Result<String, AwsError> {
    parameters.only(&["PolicyArn", "VersionId"])?;
    let (arn, id) = (parameters.policy_arn()?, parameters.version_id()?);
    let version = state.policies.get(arn).and_then(|policy| policy.version(id));
    let version = version.ok_or_else(|| {
        no_such_entity(format!("Policy {arn} version {id} does not exist or is not attachable."))
    })?;
    Ok(parent("PolicyVersion", &version))
}
