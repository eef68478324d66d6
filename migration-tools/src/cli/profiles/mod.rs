//! `profiles`: profiles whose schema has versions are brought to one.

mod look;
mod migrate;
mod places;
mod said;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::rollback::Rollback;
use super::session::Family;
use super::settings::Settings;
use crate::profiles::{Registry, Version};
use places::Ready;

#[derive(Args, Debug)]
pub(super) struct Profiles {
    #[command(subcommand)]
    action: Action,
    /// The table of profiles [default: USER_PROFILES_TABLE of the environment or of the stage]
    #[arg(long, global = true, value_name = "NAME")]
    table: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Bring every profile to the version, each by all migrations between
    Migrate(Migrate),
    /// Say what would change in which field; writes nothing
    DryRun(Look),
    /// Say whether every profile has the version; writes nothing
    Verify(Look),
    /// Take back what a run has changed: profiles get the version that they had before it, except where
    /// somebody has changed them since
    Rollback(Rollback),
}

/// To which version, and by what.
#[derive(Args, Debug)]
struct To {
    /// The version [default: the newest that a migration leads to]
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u64).range(1..))]
    target_version: Option<Version>,
    /// Migrations, in TOML
    #[arg(long, value_name = "FILE")]
    migrations: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Migrate {
    #[command(flatten)]
    to: To,
    /// Where a profile cannot be migrated, take back what the run has changed in the others
    #[arg(long)]
    rollback_on_failure: bool,
}

#[derive(Args, Debug)]
struct Look {
    #[command(flatten)]
    to: To,
    /// Show which profiles they are, and their values before and afterwards: they have data of users
    #[arg(long)]
    show_values: bool,
}

impl Profiles {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> Option<&'static str> {
        match &self.action {
            Action::Migrate(_) => Some("profiles_migrate"),
            Action::Rollback(rollback) => rollback.log(),
            Action::DryRun(_) | Action::Verify(_) => None,
        }
    }

    pub(super) async fn run(
        self,
        global: &Global,
        console: &Console,
        known: &Registry,
    ) -> Result<End, Failed> {
        let wanted = match &self.action {
            Action::Migrate(Migrate { to, .. })
            | Action::DryRun(Look { to, .. })
            | Action::Verify(Look { to, .. }) => Some(to.wanted(known)?),
            Action::Rollback(_) => None,
        };
        let settings = Settings::read(global).await?;
        let ready = Ready::of(&settings, global, self.table).await?;
        match (self.action, wanted) {
            (Action::Rollback(rollback), _) => {
                let ground = &ready.ground;
                rollback.of(Family::PROFILES, global, console, &settings, ground).await
            }
            (Action::Migrate(migrate), Some(wanted)) => {
                migrate.run(&settings, global, console, &ready, wanted).await
            }
            (Action::DryRun(look), Some(wanted)) => {
                look.run(&settings, console, &ready, wanted, look::For::DryRun).await
            }
            (Action::Verify(look), Some(wanted)) => {
                look.run(&settings, console, &ready, wanted, look::For::Verify).await
            }
            // Only a rollback wants nothing.
            (_, None) => Ok(End::Done),
        }
    }
}
