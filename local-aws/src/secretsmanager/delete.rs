//! Deletion now or later, and its undoing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::secret::Secret;
use super::{find_mut, invalid_parameter, live, only};
use crate::clock::seconds;
use crate::json::{AwsError, Members};

const DAY: u64 = 24 * 60 * 60;

/// The recovery window in days, if none is named.
const DEFAULT_WINDOW: i64 = 30;

/// `DeleteSecret`. The recovery window does not run out here.
pub(super) fn delete(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    only(
        members,
        "DeleteSecret",
        &["SecretId", "RecoveryWindowInDays", "ForceDeleteWithoutRecovery"],
    )?;
    let id = members.required("SecretId")?;
    let force = members.bool("ForceDeleteWithoutRecovery")?;
    let window = members.integer("RecoveryWindowInDays")?;
    if force && window.is_some() {
        return Err(invalid_parameter(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = window.unwrap_or(DEFAULT_WINDOW);
    if !(7..=30).contains(&days) {
        return Err(invalid_parameter(
            "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
        ));
    }
    if force {
        return Ok(remove(secrets, id));
    }
    let secret = live(secrets, id)?;
    let (name, arn) = (secret.name.clone(), secret.arn.clone());
    let date = seconds() + DAY * days.unsigned_abs();
    secret.deletion = Some(date);
    Ok(json!({ "ARN": arn, "Name": name, "DeletionDate": date }))
}

/// Removes a secret for good, whether its deletion was planned or not; one that is not there counts
/// as removed.
fn remove(secrets: &mut BTreeMap<String, Secret>, id: &str) -> Value {
    let found = find_mut(secrets, id).map(|secret| (secret.name.clone(), secret.arn.clone()));
    match found {
        Ok((name, arn)) => {
            secrets.remove(&name);
            json!({ "ARN": arn, "Name": name, "DeletionDate": seconds() })
        }
        Err(_) => json!({ "Name": id, "DeletionDate": seconds() }),
    }
}

/// `RestoreSecret`.
pub(super) fn restore(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let secret = find_mut(secrets, members.required("SecretId")?)?;
    secret.deletion = None;
    Ok(json!({ "ARN": secret.arn, "Name": secret.name }))
}
