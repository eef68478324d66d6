//! Who may read what: everyone everything, except as a test demands.

use std::collections::BTreeSet;

use super::names;
use super::parameter::{Kind, Version};
use crate::json::AwsError;
use crate::{ACCOUNT_ID, ids, sts};

/// What is out of reach.
#[derive(Default)]
pub(super) struct Access {
    denied: BTreeSet<String>,
    undecryptable: BTreeSet<String>,
}

impl Access {
    pub(super) fn deny(&mut self, name_or_path: &str) {
        self.denied.insert(prefix(name_or_path));
    }

    pub(super) fn make_undecryptable(&mut self, name: &str) {
        self.undecryptable.insert(names::key(name));
    }

    pub(super) fn allow(&mut self, name_or_path: &str) {
        self.denied.remove(&prefix(name_or_path));
        self.undecryptable.remove(&names::key(name_or_path));
    }

    /// Whether `operation` may touch the parameter or path stored under `key`.
    pub(super) fn check(&self, operation: &str, key: &str, region: &str) -> Result<(), AwsError> {
        let below = |denied: &String| {
            key.strip_prefix(denied.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if !self.denied.iter().any(below) {
            return Ok(());
        }
        Err(AwsError::new(
            "AccessDeniedException",
            format!(
                "User: {} is not authorized to perform: ssm:{operation} on resource: {} because no \
                 identity-based policy allows the ssm:{operation} action",
                sts::caller_arn(),
                names::arn(key, region),
            ),
        ))
    }

    /// Whether KMS decrypts this version.
    pub(super) fn check_decryption(
        &self,
        key: &str,
        version: &Version,
        region: &str,
    ) -> Result<(), AwsError> {
        if version.kind != Kind::SecureString || !self.undecryptable.contains(key) {
            return Ok(());
        }
        // As on AWS, the message names the KMS key and not the parameter.
        Err(AwsError::new(
            "AccessDeniedException",
            format!(
                "User: {} is not authorized to perform: kms:Decrypt on resource: \
                 arn:aws:kms:{region}:{ACCOUNT_ID}:key/0a1b2c3d-0000-4000-8000-local00000aws because \
                 no resource-based policy allows the kms:Decrypt action (Service: AWSKMS; Status \
                 Code: 400; Error Code: AccessDeniedException; Request ID: {}; Proxy: null)",
                sts::caller_arn(),
                ids::uuid(),
            ),
        ))
    }
}

fn prefix(name_or_path: &str) -> String {
    names::key(name_or_path.trim_end_matches('/'))
}
