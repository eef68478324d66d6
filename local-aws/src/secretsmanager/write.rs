//! New secrets and new versions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::secret::{CURRENT, Content, Secret};
use super::{invalid_parameter, invalid_request, live, only};
use crate::ids;
use crate::json::{AwsError, Members};

/// The largest value, in bytes:
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html>.
const LARGEST: usize = 65_536;

/// `CreateSecret`, with or without a first value.
pub(super) fn create(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    const KNOWN: [&str; 7] = [
        "Name",
        "ClientRequestToken",
        "Description",
        "KmsKeyId",
        "SecretBinary",
        "SecretString",
        "Tags",
    ];
    only(members, "CreateSecret", &KNOWN)?;
    let name = members.required("Name")?;
    check_name(name)?;
    let token = token(members)?;
    let content = content(members)?;
    if let Some(existing) = secrets.get(name) {
        if existing.deletion.is_some() {
            return Err(invalid_request(
                "You can't create this secret because a secret with this name is already scheduled \
                 for deletion.",
            ));
        }
        // A retry of the request that made it.
        let same = existing
            .version(&token)
            .is_some_and(|version| Some(&version.content) == content.as_ref());
        if !same {
            return Err(AwsError::new(
                "ResourceExistsException",
                format!("The operation failed because the secret {name} already exists."),
            ));
        }
        return Ok(json!({ "ARN": existing.arn, "Name": name, "VersionId": token }));
    }
    let mut secret = Secret::new(name, region);
    secret.description = members.str("Description")?.map(str::to_owned);
    secret.kms_key = members.str("KmsKeyId")?.map(str::to_owned);
    secret.tags = members.list("Tags")?.to_vec();
    let mut answer = json!({ "ARN": secret.arn, "Name": name });
    if let Some(content) = content {
        secret.add(&token, content, &[CURRENT]);
        answer["VersionId"] = json!(token);
    }
    secrets.insert(name.to_owned(), secret);
    Ok(answer)
}

/// `PutSecretValue`.
pub(super) fn put(
    secrets: &mut BTreeMap<String, Secret>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    const KNOWN: [&str; 5] =
        ["SecretId", "ClientRequestToken", "SecretBinary", "SecretString", "VersionStages"];
    only(members, "PutSecretValue", &KNOWN)?;
    let token = token(members)?;
    let Some(content) = content(members)? else {
        return Err(invalid_parameter("You must provide either SecretString or SecretBinary."));
    };
    let mut stages = members.strings("VersionStages")?;
    if stages.len() > 20 || stages.iter().any(|stage| stage.is_empty() || stage.len() > 256) {
        return Err(AwsError::validation(
            "VersionStages takes 1 to 20 labels of 1 to 256 characters",
        ));
    }
    if stages.is_empty() {
        stages.push(CURRENT);
    }
    let secret = live(secrets, members.required("SecretId")?)?;
    match secret.version(&token) {
        None => secret.add(&token, content, &stages),
        Some(version) if version.content == content => {}
        Some(_) => {
            return Err(AwsError::new(
                "ResourceExistsException",
                "You can't modify an existing version, you can only create a new version.",
            ));
        }
    }
    let stages = secret.version(&token).map(|version| &version.stages);
    Ok(
        json!({ "ARN": secret.arn, "Name": secret.name, "VersionId": token, "VersionStages": stages }),
    )
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if name.len() <= 512 && name.chars().all(allowed) {
        return Ok(());
    }
    Err(AwsError::validation(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!",
    ))
}

/// The id of the version to be; SDKs send one so that a retry changes nothing.
fn token(members: Members<'_>) -> Result<String, AwsError> {
    match members.str("ClientRequestToken")? {
        None => Ok(ids::uuid()),
        Some(token) if (32..=64).contains(&token.len()) => Ok(token.to_owned()),
        Some(_) => Err(invalid_parameter("ClientRequestToken must be 32-64 characters long.")),
    }
}

fn content(members: Members<'_>) -> Result<Option<Content>, AwsError> {
    let content = match (members.str("SecretString")?, members.str("SecretBinary")?) {
        (Some(_), Some(_)) => {
            return Err(invalid_parameter(
                "You can't specify both a binary secret value and a string secret value.",
            ));
        }
        (None, None) => return Ok(None),
        (Some(text), None) if text.len() <= LARGEST => Content::Text(text.to_owned()),
        // Base64 is a third longer than what it stands for.
        (None, Some(binary)) if binary.len() / 4 * 3 <= LARGEST + 2 => {
            Content::Binary(binary.to_owned())
        }
        _ => return Err(AwsError::validation("The secret value is longer than 65536 bytes")),
    };
    let empty = match &content {
        Content::Text(text) | Content::Binary(text) => text.is_empty(),
    };
    if empty {
        return Err(AwsError::validation("The secret value is empty"));
    }
    Ok(Some(content))
}
