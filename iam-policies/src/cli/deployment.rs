//! Options about where functions run and what counts.

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use iam_policies::model::Inventory;
use iam_policies::needs::{Basis, Options};
use iam_policies::resource::{Deployment, is_named};

use super::CliError;
use super::aws::Aws;
use super::source::Source;

/// Where functions run, and what is granted.
#[derive(Args, Clone, Debug)]
pub(super) struct Granting {
    /// Account of the resources: twelve digits
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Partition of the resources, where the region does not tell: `aws`, `aws-cn`, `aws-us-gov`
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
    /// STAGE of the functions, where records do not tell
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// PARAMETER_STORE_PREFIX of the functions, where records do not tell
    #[arg(long, value_name = "PATH", default_value = "/amplify")]
    prefix: String,
    /// The name, URL or ARN that a variable holds, where nothing else tells
    #[arg(long = "value", value_name = "VARIABLE=VALUE")]
    values: Vec<String>,
    /// Which operations count
    #[arg(long, value_name = "WHICH", default_value = "declared")]
    basis: BasisArgument,
    /// Leave out what was not seen again in this many days before its function last ran
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    max_age: u32,
    /// Grant what only certain options of an operation need
    #[arg(long)]
    with_options: bool,
    /// The customer managed key that a variable's resource is encrypted with
    #[arg(long = "kms-key", value_name = "VARIABLE=ARN")]
    kms_keys: Vec<String>,
    /// The role that operations on a variable pass to a service
    #[arg(long = "pass-role", value_name = "VARIABLE=ROLE")]
    roles: Vec<String>,
    /// The customer managed key of SecureString parameters
    #[arg(long, value_name = "ARN")]
    parameter_kms_key: Option<String>,
    /// The tracking table of the functions; with --from-table that one
    #[arg(long, value_name = "NAME")]
    tracking_table: Option<String>,
    /// Leave out what the runtime itself needs: parameters, their decryption, the tracking table
    #[arg(long)]
    no_runtime: bool,
    /// Grant writing to each Lambda's log group
    #[arg(long)]
    logs: bool,
    /// Grant sending traces to X-Ray
    #[arg(long)]
    xray: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BasisArgument {
    /// What is declared
    Declared,
    /// What is declared and was really called
    Observed,
}

impl Granting {
    /// Fills in the values that the operator gives, where nothing else is known.
    pub(super) fn fill(&self, inventory: &mut Inventory) -> Result<(), CliError> {
        for (flag, given) in
            [("--value", &self.values), ("--kms-key", &self.kms_keys), ("--pass-role", &self.roles)]
        {
            for variable in pairs(flag, given)?.into_keys() {
                if !inventory.usages.iter().any(|usage| usage.variable == variable) {
                    return Err(CliError::Usage(format!(
                        "{flag} {variable}=...: no function uses {variable:?}"
                    )));
                }
            }
        }
        for (variable, value) in pairs("--value", &self.values)? {
            let of_variable = inventory.usages.iter_mut().filter(|one| one.variable == variable);
            let mut is_taken = false;
            for usage in of_variable.filter(|usage| usage.values.is_empty()) {
                is_taken = true;
                usage.values.insert(value.clone(), None);
            }
            if !is_taken {
                eprintln!("note: --value {variable}=...: the records have values, which stay");
            }
        }
        Ok(())
    }

    /// The options, with the account that STS tells where the tracking table is read.
    pub(super) async fn options(&self, source: &Source, aws: &Aws) -> Result<Options, CliError> {
        let usage = |text: String| Err(CliError::Usage(text));
        if let Some(account) = &self.account
            && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return usage(format!("--account {account:?}: an account has twelve digits"));
        }
        for (name, value) in [("--partition", &self.partition), ("--region", &aws.region)] {
            let plain = |text: &String| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            };
            if value.as_ref().is_some_and(|text| !plain(text)) {
                return usage(format!("{name}: letters, digits and hyphens only"));
            }
        }
        for (name, value) in [
            ("--stage", self.stage.as_deref()),
            ("--service", source.service.as_deref()),
            ("--prefix", Some(self.prefix.as_str())),
        ] {
            let plain = |text: &str| {
                text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-/".contains(&b))
            };
            if source.table().is_none() && value.is_some_and(|text| !plain(text)) {
                return usage(format!(
                    "{name}: what stands in a parameter's path has letters, digits and `_.-/` only"
                ));
            }
        }
        let mut options = Options {
            deployment: Deployment {
                partition: self.partition.clone(),
                region: aws.region.clone(),
                account: self.account.clone(),
            },
            basis: match self.basis {
                BasisArgument::Declared => Basis::Declared,
                BasisArgument::Observed => Basis::Observed,
            },
            max_age: self.max_age,
            with_options: self.with_options,
            runtime: !self.no_runtime,
            parameter_kms_key: self.parameter_kms_key.clone(),
            tracking_table: self.tracking_table.clone().or(source.table().map(str::to_owned)),
            prefix: self.prefix.clone(),
            stage: self.stage.clone(),
            logs: self.logs,
            xray: self.xray,
            ..Options::default()
        };
        options.kms_keys = pairs("--kms-key", &self.kms_keys)?;
        options.roles = pairs("--pass-role", &self.roles)?;
        for arn in options.kms_keys.values().chain(&options.parameter_kms_key) {
            if !is_key(arn) {
                return usage(format!(
                    "{arn:?} is not the ARN of a KMS key: `arn:aws:kms:REGION:ACCOUNT:key/ID` is expected; an alias cannot stand in a policy"
                ));
            }
        }
        for (variable, role) in &options.roles {
            is_named("iam", role)
                .map_err(|why| CliError::Usage(format!("--pass-role {variable}=...: {why}")))?;
        }
        if let Some(table) = &options.tracking_table {
            is_named("dynamodb", table)
                .map_err(|why| CliError::Usage(format!("--tracking-table: {why}")))?;
        }
        if source.table().is_some() {
            asked(&mut options.deployment, aws).await;
        }
        Ok(options)
    }
}

/// `VARIABLE=TEXT`, several times.
fn pairs(flag: &str, given: &[String]) -> Result<BTreeMap<String, String>, CliError> {
    let pair = |text: &String| {
        let pair =
            text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
        let (name, value) = pair.ok_or_else(|| {
            CliError::Usage(format!(
                "{flag} {text:?}: a variable's name, `=` and a text are expected"
            ))
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    given.iter().map(pair).collect()
}

fn is_key(arn: &str) -> bool {
    let fields: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "kms", region, account, key] = fields.as_slice() else { return false };
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let key = key.strip_prefix("key/").unwrap_or_default();
    [*partition, *region, *account, key].iter().all(|text| plain(text))
}

/// Fills in what the operator did not say: the region of the configuration, and the account that
/// the credentials are of. Without an answer it stays open.
async fn asked(deployment: &mut Deployment, aws: &Aws) {
    let config = aws.config().await;
    if deployment.region.is_none() {
        deployment.region = config.region().map(ToString::to_string);
    }
    if deployment.account.is_some() {
        return;
    }
    match aws_sdk_sts::Client::new(&config).get_caller_identity().send().await {
        Ok(identity) => {
            deployment.account = identity.account;
            let partition =
                identity.arn.as_deref().and_then(|arn| arn.split(':').nth(1)).map(str::to_owned);
            deployment.partition = deployment.partition.take().or(partition);
        }
        Err(error) => eprintln!(
            "note: the account is not known, because sts:GetCallerIdentity failed ({}); pass --account",
            aws_sdk_sts::error::DisplayErrorContext(&error)
        ),
    }
}
