//! The policies of a role as it is in AWS now.

use aws_sdk_iam::Client;
use aws_sdk_iam::error::DisplayErrorContext;
use percent_encoding::percent_decode_str;

use crate::policy::{Kind, ReadPolicy, Statement, Values, read};
use documents::ReadError;

/// A role's policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Inline and attached policies, the default versions of the latter.
    pub policies: Vec<ReadPolicy>,
    /// Its permissions boundary.
    pub boundary: Option<Vec<Statement>>,
}

/// Why a role could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RoleError {
    /// AWS refused, or could not be reached.
    #[error(
        "role `{role}`: {operation} failed: {why}; it needs iam:GetRole, iam:ListRolePolicies, \
        iam:GetRolePolicy, iam:ListAttachedRolePolicies, iam:GetPolicy and iam:GetPolicyVersion"
    )]
    Call {
        /// The role.
        role: String,
        /// The operation.
        operation: &'static str,
        /// What the SDK says.
        why: String,
    },
    /// A policy that AWS has is not one that can be read here.
    #[error("role `{role}`: {source}")]
    Read {
        /// The role.
        role: String,
        /// What is wrong with it.
        source: ReadError,
    },
}

/// Reads every policy of a role: `GetRole`, and page by page what is inline and attached.
///
/// Retries and their jitter are the client's. Nothing is written.
///
/// # Errors
///
/// [`RoleError`]: an audit of some of the policies would be wrong.
pub async fn role(client: &Client, name: &str) -> Result<Role, RoleError> {
    Reader { client, name }.read().await
}

struct Reader<'r> {
    client: &'r Client,
    name: &'r str,
}

impl Reader<'_> {
    async fn read(&self) -> Result<Role, RoleError> {
        let role = self.client.get_role().role_name(self.name).send().await;
        let role = role.map_err(|error| self.failed("GetRole", &error))?;
        let boundary = role.role.and_then(|role| role.permissions_boundary);
        let boundary = match boundary.and_then(|boundary| boundary.permissions_boundary_arn) {
            Some(arn) => {
                Some(self.managed(&arn).await?.into_iter().flat_map(|p| p.statements).collect())
            }
            None => None,
        };
        let mut policies = self.inline().await?;
        for arn in self.attached().await? {
            policies.extend(self.managed(&arn).await?);
        }
        Ok(Role { policies, boundary })
    }

    async fn inline(&self) -> Result<Vec<ReadPolicy>, RoleError> {
        let mut pages =
            self.client.list_role_policies().role_name(self.name).into_paginator().send();
        let mut policies = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("ListRolePolicies", &error))?;
            for name in page.policy_names {
                let get = self.client.get_role_policy().role_name(self.name).policy_name(&name);
                let answer =
                    get.send().await.map_err(|error| self.failed("GetRolePolicy", &error))?;
                policies.extend(self.document(&name, &answer.policy_document, Kind::Role)?);
            }
        }
        Ok(policies)
    }

    async fn attached(&self) -> Result<Vec<String>, RoleError> {
        let list = self.client.list_attached_role_policies().role_name(self.name);
        let mut pages = list.into_paginator().send();
        let mut arns = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed("ListAttachedRolePolicies", &error))?;
            arns.extend(
                page.attached_policies.unwrap_or_default().into_iter().filter_map(|p| p.policy_arn),
            );
        }
        Ok(arns)
    }

    async fn managed(&self, arn: &str) -> Result<Vec<ReadPolicy>, RoleError> {
        let policy = self.client.get_policy().policy_arn(arn).send().await;
        let policy = policy.map_err(|error| self.failed("GetPolicy", &error))?;
        let version = policy.policy.and_then(|policy| policy.default_version_id);
        let get = self.client.get_policy_version().policy_arn(arn);
        let answer = get.version_id(version.unwrap_or_default()).send().await;
        let answer = answer.map_err(|error| self.failed("GetPolicyVersion", &error))?;
        let document = answer.policy_version.and_then(|version| version.document);
        self.document(arn, &document.unwrap_or_default(), Kind::Managed)
    }

    /// IAM gives documents percent-encoded.
    fn document(&self, name: &str, text: &str, kind: Kind) -> Result<Vec<ReadPolicy>, RoleError> {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        let mut policies = read(&format!("{name}.json"), &bytes, &Values::new())
            .map_err(|source| RoleError::Read { role: self.name.to_owned(), source })?;
        for policy in &mut policies {
            name.clone_into(&mut policy.name);
            self.name.clone_into(&mut policy.owner);
            policy.kind = kind;
            for statement in &mut policy.statements {
                name.clone_into(&mut statement.at.policy);
            }
        }
        Ok(policies)
    }

    fn failed<E, R>(
        &self,
        operation: &'static str,
        error: &aws_sdk_iam::error::SdkError<E, R>,
    ) -> RoleError
    where
        E: std::error::Error + 'static,
        R: std::fmt::Debug,
    {
        let why = DisplayErrorContext(error).to_string();
        RoleError::Call { role: self.name.to_owned(), operation, why }
    }
}
