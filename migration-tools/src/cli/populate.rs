//! `populate-parameter-store`: publish a project's variables, and check what reads them.

mod document;
mod publish;
mod render;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::parameter_store::{
    ADVANCED_BYTES, Action, Project, ProjectOptions, STANDARD_BYTES, Seen, Stale, Store, Stored,
    Unpublished, Verified, Wanted, environment, outside, service, verify,
};
use clap::Args;
use required_env_vars::Failure;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::interrupt::Interrupt;
use super::settings::Settings;
use publish::{Fate, Publication};

#[derive(Args, Debug)]
pub(super) struct PopulateParameterStore {
    /// Root of the project: has var/ and one folder for each service
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Show what would be written, exactly as it would be, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Publish the model for new services too (a service without the deployment's name in its own)
    #[arg(long)]
    include_template: bool,
    /// Store what the standard tier does not take (over 4 KB, over 10,000 parameters) in the advanced
    /// tier, which costs money
    #[arg(long)]
    advanced_tier: bool,
    /// Show values that look like secrets or e-mail addresses
    #[arg(long)]
    show_values: bool,
    /// Print the `environment:` block with which this service imports its variables, and do nothing else
    #[arg(long, value_name = "SERVICE", conflicts_with = "dry_run")]
    print_environment: Option<String>,
}

/// Everything that a run knows at its end.
struct Report<'r> {
    settings: &'r Settings,
    project: &'r Project,
    wanted: &'r Wanted,
    dry_run: bool,
    show_values: bool,
    /// In the order of the wanted parameters.
    fates: Vec<Fate>,
    stale: Vec<Stale>,
    verified: Verified,
}

impl PopulateParameterStore {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let deployment = &settings.deployment;
        let options = ProjectOptions {
            deployment,
            region: Some(&settings.region),
            include_template: self.include_template || self.print_environment.is_some(),
            limit: if self.advanced_tier { ADVANCED_BYTES } else { STANDARD_BYTES },
        };
        let project = Project::read(&self.root, &options)?;
        if let Some(wanted) = &self.print_environment {
            let service = service(&project, wanted, deployment).map_err(Failed::Usage)?;
            let block = environment(&project, service, deployment);
            console.say(block.trim_end());
            console.document(&document::Block::of(service, &block));
            return Ok(End::Done);
        }
        let wanted = Wanted::of(&project, deployment);
        let store = Store::new(&settings.config, self.advanced_tier);
        let stored = read(&store, &wanted, deployment.stage()).await?;
        let elsewhere = store.existing(&outside(&project, deployment)).await;
        let Seen { existing, hidden } =
            elsewhere.map_err(|failure| cannot_read("other parameters", failure))?;

        let actions = wanted.actions(&stored);
        render::heading(console, &settings, self.dry_run);
        let Publication { fates, ended } = match self.dry_run {
            true => Publication::planned(&actions),
            false => {
                let interrupt = Interrupt::listen();
                publish::publish(&store, &wanted, &actions, console, &interrupt).await
            }
        };
        let published = published(&wanted, &fates, &stored);
        let exists = |name: &str| published.contains(name) || existing.contains(name);
        let report = Report {
            settings: &settings,
            project: &project,
            wanted: &wanted,
            dry_run: self.dry_run,
            show_values: self.show_values,
            fates,
            stale: wanted.stale(&stored),
            verified: verify(&project, exists, &hidden),
        };
        let end = ended.unwrap_or_else(|| report.end());
        render::report(console, &report);
        console.document(&document::document(&report, end));
        Ok(end)
    }
}

impl Report<'_> {
    fn end(&self) -> End {
        let failed = !self.project.failed.is_empty()
            || self.fates.iter().any(Fate::is_failure)
            || self.wanted.unpublished.iter().any(Unpublished::is_failure)
            || !self.verified.dangling.is_empty();
        if failed { End::Partly } else { End::Done }
    }
}

async fn read(
    store: &Store,
    wanted: &Wanted,
    stage: &str,
) -> Result<BTreeMap<String, Stored>, Failed> {
    let path = format!("/amplify/{stage}");
    let stored = store.below(&path).await;
    let mut stored = stored.map_err(|failure| cannot_read(&path, failure))?;
    let names: Vec<&str> = wanted.parameters.iter().map(|one| one.path.as_str()).collect();
    store.decrypt(&mut stored, &names).await;
    Ok(stored)
}

fn cannot_read(what: &str, failure: Failure) -> Failed {
    Failed::Aws {
        what: format!("cannot read {what} in Parameter Store, nothing was written"),
        failure,
    }
}

/// Names that exist when all is done.
fn published<'w>(
    wanted: &'w Wanted,
    fates: &[Fate],
    stored: &'w BTreeMap<String, Stored>,
) -> BTreeSet<&'w str> {
    let own = wanted.parameters.iter().zip(fates);
    let own = own.filter(|(_, fate)| fate.exists()).map(|(one, _)| one.path.as_str());
    own.chain(stored.keys().map(String::as_str)).collect()
}

/// What becomes of a parameter, in a word.
fn word(action: &Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update(_) => "update",
        Action::Same => "same",
        Action::OtherType => "refused",
    }
}
