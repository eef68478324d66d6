//! Secrets Manager: secrets with versions and staging labels.
//!
//! Emulated: CreateSecret, PutSecretValue, GetSecretValue, BatchGetSecretValue, DescribeSecret,
//! ListSecrets, DeleteSecret and RestoreSecret. Rotation, replication, resource policies and random
//! passwords are not. API:
//! <https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html>.

mod delete;
mod list;
mod read;
mod secret;
mod write;

use std::collections::BTreeMap;

use serde_json::Value;

use self::secret::{Content, Secret};
use crate::json::{AwsError, Members};
use crate::shared::Shared;
use crate::{REGION, ids};

/// The secrets of one world. A clone is another handle on the same secrets.
#[derive(Clone, Debug, Default)]
pub struct Store {
    secrets: Shared<BTreeMap<String, Secret>>,
}

impl Store {
    /// Answers one call; `region` is the one the request was signed for.
    pub(crate) fn handle(
        &self,
        operation: &str,
        body: &Value,
        region: &str,
    ) -> Result<Value, AwsError> {
        let secrets = &mut *self.secrets.lock();
        let members = Members(body);
        match operation {
            "CreateSecret" => write::create(secrets, members, region),
            "PutSecretValue" => write::put(secrets, members),
            "GetSecretValue" => read::get(secrets, members),
            "BatchGetSecretValue" => read::batch(secrets, members),
            "DescribeSecret" => read::describe(secrets, members),
            "ListSecrets" => list::secrets(secrets, members),
            "DeleteSecret" => delete::delete(secrets, members),
            "RestoreSecret" => delete::restore(secrets, members),
            _ => Err(AwsError::unknown_operation("secretsmanager", operation)),
        }
    }

    /// Puts a text as the current version of a secret, which is made if there is none; answers its
    /// ARN.
    pub fn put(&self, name: &str, value: &str) -> String {
        let mut secrets = self.secrets.lock();
        let secret = secrets.entry(name.to_owned()).or_insert_with(|| Secret::new(name, REGION));
        secret.add(&ids::uuid(), Content::Text(value.to_owned()), &[secret::CURRENT]);
        secret.arn.clone()
    }

    /// The current text of a secret; `None` if there is none or it is binary.
    pub fn value(&self, name: &str) -> Option<String> {
        match &self.secrets.lock().get(name)?.staged(secret::CURRENT)?.content {
            Content::Text(text) => Some(text.clone()),
            Content::Binary(_) => None,
        }
    }

    /// The names of all secrets, sorted; those that are scheduled for deletion too.
    pub fn names(&self) -> Vec<String> {
        self.secrets.lock().keys().cloned().collect()
    }
}

/// The secret that a name, an ARN, or an ARN without its random end means.
fn find_mut<'s>(
    secrets: &'s mut BTreeMap<String, Secret>,
    id: &str,
) -> Result<&'s mut Secret, AwsError> {
    let found = if id.starts_with("arn:") {
        secrets.values_mut().find(|secret| secret.has_arn(id))
    } else {
        secrets.get_mut(id)
    };
    found.ok_or_else(|| not_found("Secrets Manager can't find the specified secret."))
}

/// The same for a secret whose value can be read and written.
fn live<'s>(
    secrets: &'s mut BTreeMap<String, Secret>,
    id: &str,
) -> Result<&'s mut Secret, AwsError> {
    let secret = find_mut(secrets, id)?;
    if secret.deletion.is_some() {
        return Err(invalid_request(
            "You can't perform this operation on the secret because it was marked for deletion.",
        ));
    }
    Ok(secret)
}

fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}

fn invalid_parameter(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

fn invalid_request(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

/// Refuses members that this emulator would have to ignore.
fn only(members: Members<'_>, operation: &str, known: &[&str]) -> Result<(), AwsError> {
    let given = members.0.as_object().into_iter().flatten();
    match given.map(|(name, _)| name.as_str()).find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => {
            Err(AwsError::unknown_operation("secretsmanager", &format!("{operation} with {name}")))
        }
    }
}
