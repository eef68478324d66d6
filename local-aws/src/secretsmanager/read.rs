//! Reading values, one by one and by the twenty, and descriptions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::secret::{CURRENT, Content, Secret, Version};
use super::{find_mut, invalid_parameter, invalid_request, live, not_found, only};
use crate::json::{AwsError, Members};

/// The most secrets of one batch:
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html>.
const BATCH: usize = 20;

/// `GetSecretValue`.
pub(super) fn get(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    only(members, "GetSecretValue", &["SecretId", "VersionId", "VersionStage"])?;
    let secret = live(secrets, members.required("SecretId")?)?;
    let (id, stage) = (members.str("VersionId")?, members.str("VersionStage")?);
    Ok(shown(secret, wanted(secret, id, stage)?))
}

fn wanted<'s>(
    secret: &'s Secret,
    id: Option<&str>,
    stage: Option<&str>,
) -> Result<&'s Version, AwsError> {
    let Some(id) = id else {
        let stage = stage.unwrap_or(CURRENT);
        return secret.staged(stage).ok_or_else(|| {
            not_found(format!(
                "Secrets Manager can't find the specified secret value for staging label: {stage}"
            ))
        });
    };
    let version = secret.version(id).ok_or_else(|| {
        not_found(format!(
            "Secrets Manager can't find the specified secret value for VersionId: {id}"
        ))
    })?;
    if stage.is_some_and(|stage| !version.stages.contains(stage)) {
        return Err(invalid_request(
            "You provided a VersionStage that is not associated to the provided VersionId.",
        ));
    }
    Ok(version)
}

fn shown(secret: &Secret, version: &Version) -> Value {
    let (member, value) = match &version.content {
        Content::Text(text) => ("SecretString", text),
        Content::Binary(binary) => ("SecretBinary", binary),
    };
    json!({
        "ARN": secret.arn,
        "Name": secret.name,
        "VersionId": version.id,
        "VersionStages": version.stages,
        "CreatedDate": version.created,
        member: value,
    })
}

/// `BatchGetSecretValue` by a list of ids: what cannot be read is told per secret.
pub(super) fn batch(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    only(members, "BatchGetSecretValue", &["SecretIdList"])?;
    let ids = members.strings("SecretIdList")?;
    if ids.is_empty() {
        return Err(invalid_parameter("You must provide either SecretIdList or Filters."));
    }
    if ids.len() > BATCH {
        return Err(AwsError::validation(
            "1 validation error detected: Value at 'secretIdList' failed to satisfy constraint: \
             Member must have length less than or equal to 20",
        ));
    }
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for id in ids {
        let value =
            live(secrets, id).and_then(|secret| Ok(shown(secret, wanted(secret, None, None)?)));
        match value {
            Ok(value) => values.push(value),
            Err(error) => {
                errors.push(
                    json!({ "SecretId": id, "ErrorCode": error.code, "Message": error.message }),
                );
            }
        }
    }
    Ok(json!({ "SecretValues": values, "Errors": errors }))
}

/// `DescribeSecret`, also of a secret that is scheduled for deletion.
pub(super) fn describe(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let secret = find_mut(secrets, members.required("SecretId")?)?;
    Ok(Value::Object(secret.described("VersionIdsToStages")))
}
