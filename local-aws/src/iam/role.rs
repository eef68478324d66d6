//! One role.

use std::collections::{BTreeMap, BTreeSet};

use super::names::unique_id;
use crate::query::{element, parent};
use crate::{ACCOUNT_ID, clock, form};

/// What the console gives a role that is made for a Lambda.
const LAMBDA_MAY_ASSUME: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

pub(super) struct Role {
    id: String,
    pub(super) path: String,
    /// Seconds since 1970.
    created: u64,
    /// Who may assume it.
    pub(super) trust: String,
    /// Documents by name.
    pub(super) inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub(super) attached: BTreeSet<String>,
    /// The ARN of a managed policy.
    pub(super) boundary: Option<String>,
}

impl Role {
    /// A role without policies.
    pub(super) fn new(path: &str) -> Self {
        Role {
            id: unique_id("AROA"),
            path: path.to_owned(),
            created: clock::seconds(),
            trust: LAMBDA_MAY_ASSUME.to_owned(),
            inline: BTreeMap::new(),
            attached: BTreeSet::new(),
            boundary: None,
        }
    }

    pub(super) fn arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{ACCOUNT_ID}:role{}{name}", self.path)
    }

    /// What `ListRoles` tells of a role: no boundary, no last use.
    pub(super) fn summary(&self, name: &str) -> String {
        [
            element("Path", &self.path),
            element("RoleName", name),
            element("RoleId", &self.id),
            element("Arn", &self.arn(name)),
            element("CreateDate", &clock::rfc3339(self.created)),
            element("AssumeRolePolicyDocument", &form::percent_encode(&self.trust)),
            element("MaxSessionDuration", "3600"),
        ]
        .concat()
    }

    /// What `GetRole` tells of a role. Nobody has used it.
    pub(super) fn description(&self, name: &str) -> String {
        let boundary = self.boundary.as_deref().map_or_else(String::new, |arn| {
            // The one value there is; the service model spells it differently.
            // https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPermissionsBoundary.html
            let kind = element("PermissionsBoundaryType", "Policy");
            parent("PermissionsBoundary", &(kind + &element("PermissionsBoundaryArn", arn)))
        });
        self.summary(name) + &boundary + &parent("RoleLastUsed", "")
    }
}
