//! `--policy`, `--select`, `--role`: the policies that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use iam_policies::policy::{Kind, ReadPolicy, Statement, Values, read};
use iam_policies::resource::Deployment;
use iam_policies::role;

use super::CliError;
use super::aws::{Aws, Calls};

/// The policies that exist.
#[derive(Args, Clone, Debug)]
pub(super) struct Policies {
    /// A policy document, an answer of `aws iam`, a CloudFormation or SAM template, or a
    /// serverless.yml; may be given several times
    #[arg(long = "policy", value_name = "FILE", conflicts_with = "role")]
    files: Vec<PathBuf>,
    /// Of the policies in the files, only those of this name, role or function
    #[arg(long, value_name = "NAME", requires = "files")]
    select: Vec<String>,
    /// A parameter of the template: a stack parameter, or as `opt:stage` of a serverless.yml
    #[arg(long = "define", value_name = "NAME=VALUE", requires = "files")]
    definitions: Vec<String>,
    /// The role as it is in AWS now: inline and attached policies, and the boundary
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
}

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Existing {
    pub(super) policies: Vec<ReadPolicy>,
    pub(super) boundary: Option<Vec<Statement>>,
}

impl Policies {
    pub(super) fn are_given(&self) -> bool {
        self.role.is_some() || !self.files.is_empty()
    }

    pub(super) async fn read(&self, at: &Deployment, aws: &Aws) -> Result<Existing, CliError> {
        if let Some(name) = &self.role {
            let calls = Calls::default();
            let config = aws.config().await;
            let config = aws_sdk_iam::config::Builder::from(&config).interceptor(calls.clone());
            let role = role::role(&aws_sdk_iam::Client::from_conf(config.build()), name).await?;
            eprintln!(
                "read {} policies of role {name} with {} calls",
                role.policies.len(),
                calls.count()
            );
            return Ok(Existing { policies: role.policies, boundary: role.boundary });
        }
        let values = self.values(at)?;
        let mut policies = Vec::new();
        for path in &self.files {
            policies.extend(from_file(path, &values)?);
        }
        let found: Vec<String> = policies
            .iter()
            .map(|policy| format!("{:?} of {:?}", policy.name, policy.owner))
            .collect();
        if !self.select.is_empty() {
            policies.retain(|policy| {
                self.select.iter().any(|name| *name == policy.name || *name == policy.owner)
            });
        }
        if policies.is_empty() {
            let found = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
            return Err(CliError::Usage(format!(
                "no policy to look at; in the files there are: {found}"
            )));
        }
        let owners: BTreeSet<&str> = policies
            .iter()
            .filter(|policy| !matches!(policy.kind, Kind::Document | Kind::Managed))
            .map(|policy| policy.owner.as_str())
            .collect();
        if owners.len() > 1 {
            let owners: Vec<&str> = owners.into_iter().collect();
            eprintln!(
                "note: taken together are the policies of {}; --select NAME takes one",
                owners.join(", ")
            );
        }
        Ok(Existing { policies, boundary: None })
    }

    fn values(&self, at: &Deployment) -> Result<Values, CliError> {
        let mut values = Values::new();
        for (name, value) in [
            ("AWS::Partition", &at.partition),
            ("AWS::Region", &at.region),
            ("AWS::AccountId", &at.account),
        ] {
            values.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        if at.partition.is_none() && at.region.is_some() {
            values.extend(at.implied_partition().map(|value| ("AWS::Partition".to_owned(), value)));
        }
        for definition in &self.definitions {
            let Some((name, value)) = definition.split_once('=') else {
                return Err(CliError::Usage(format!(
                    "--define {definition:?}: expected NAME=VALUE"
                )));
            };
            values.insert(name.to_owned(), value.to_owned());
        }
        Ok(values)
    }
}

fn from_file(path: &Path, values: &Values) -> Result<Vec<ReadPolicy>, CliError> {
    let bytes = super::output::read_bytes(path)?;
    Ok(read(&path.display().to_string(), &bytes, values)?)
}
