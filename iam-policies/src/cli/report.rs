//! `iam-policies report`

use std::path::PathBuf;

use clap::Args;
use iam_policies::model::Usage;
use iam_policies::needs::needed;
use iam_policies::report::{self, Input};

use super::aws::Aws;
use super::deployment::Granting;
use super::policies::Policies;
use super::source::Source;
use super::{CliError, Outcome, audit, output};

/// Write a page on which a reviewer sees everything.
#[derive(Args, Debug)]
pub(crate) struct Report {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    policies: Policies,
    #[command(flatten)]
    aws: Aws,
    #[command(flatten)]
    granting: Granting,
    /// Where the page is written
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
    /// Heading of the page
    #[arg(long, value_name = "TEXT", default_value = "Variables and permissions")]
    title: String,
}

impl Report {
    pub(crate) async fn run(self) -> Result<Outcome, CliError> {
        let mut inventory = self.source.read(&self.aws).await?;
        self.granting.fill(&mut inventory)?;
        let options = self.granting.options(&self.source, &self.aws).await?;
        let (needed, audit) = if self.policies.are_given() {
            let existing = self.policies.read(&options.deployment, &self.aws).await?;
            let context = audit::context(&[], &options)?;
            let (needed, audit) = audit::report(&inventory, &existing, &options, &context);
            (needed, Some(audit))
        } else {
            (needed(&inventory.usages.iter().collect::<Vec<&Usage>>(), &options), None)
        };
        let page = report::html(&Input {
            title: &self.title,
            source: &self.source.words(),
            inventory: &inventory,
            needed: &needed,
            audit: audit.as_ref(),
            newest: report::newest_day(&inventory),
        });
        output::write(&self.html, &page)?;
        eprintln!("wrote {}", self.html.display());
        Ok(Outcome::Clean)
    }
}
