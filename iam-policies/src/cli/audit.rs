//! `iam-policies audit`

use clap::{Args, ValueEnum};
use iam_policies::audit::{self, AuditReport, Level, Needs, table};
use iam_policies::model::{Inventory, Usage};
use iam_policies::needs::{Needed, Options, needed};
use iam_policies::policy::context::Context;
use iam_policies::sarif::sarif;

use super::aws::Aws;
use super::deployment::Granting;
use super::policies::{Existing, Policies};
use super::source::Source;
use super::{CliError, Outcome, output};

/// Compare what functions need with the policies they have.
#[derive(Args, Debug)]
pub(crate) struct Audit {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    policies: Policies,
    #[command(flatten)]
    aws: Aws,
    #[command(flatten)]
    granting: Granting,
    /// A condition key that every request has, with its value
    #[arg(long = "context", value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: FormatArgument,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FormatArgument {
    /// A table
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
}

impl Audit {
    pub(crate) async fn run(self) -> Result<Outcome, CliError> {
        if !self.policies.are_given() {
            return Err(CliError::Usage(
                "what is to be audited is missing: --policy FILE or --role NAME".to_owned(),
            ));
        }
        let mut inventory = self.source.read(&self.aws).await?;
        self.granting.fill(&mut inventory)?;
        let options = self.granting.options(&self.source, &self.aws).await?;
        let existing = self.policies.read(&options.deployment, &self.aws).await?;
        let context = context(&self.context, &options)?;
        let (needed, report) = report(&inventory, &existing, &options, &context);
        for gap in &needed.gaps {
            eprintln!("gap: {}: {}", gap.key, gap.what);
        }
        let text = match self.format {
            FormatArgument::Human => table(&report),
            FormatArgument::Json => pretty(&report),
            FormatArgument::Sarif => pretty(&sarif(&report)),
        };
        output::print(&text)?;
        let is_clean = inventory.problems.is_empty()
            && needed.gaps.is_empty()
            && report.worst().is_none_or(|level| level == Level::Note);
        Ok(Outcome::of(!is_clean))
    }
}

/// What the inventory needs, and what the policies that exist have to do with it.
pub(super) fn report(
    inventory: &Inventory,
    existing: &Existing,
    options: &Options,
    context: &Context,
) -> (Needed, AuditReport) {
    let usages: Vec<&Usage> = inventory.usages.iter().collect();
    let needed = needed(&usages, options);
    let needs =
        Needs { needed: &needed.grants, optional: &needed.optional, inventory: Some(inventory) };
    let report = audit::audit(&needs, &existing.policies, existing.boundary.as_deref(), context);
    (needed, report)
}

/// What is known of every request: the SDK uses TLS, and what the operator says.
pub(super) fn context(given: &[String], options: &Options) -> Result<Context, CliError> {
    let mut context = Context::new().with("aws:SecureTransport", "true");
    if let Some(account) = &options.deployment.account {
        context = context.with("aws:PrincipalAccount", account);
    }
    for pair in given {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(CliError::Usage(format!("--context {pair:?}: expected KEY=VALUE")));
        };
        context = context.with(key, value);
    }
    Ok(context)
}

pub(super) fn pretty(value: &impl serde::Serialize) -> String {
    // Reports are made of texts and numbers: they always are JSON.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
