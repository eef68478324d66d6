//! `core-table`: servers and memberships become rows of CoreTable.

mod compare;
mod export;
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
use places::Ready;

#[derive(Args, Debug)]
pub(super) struct CoreTable {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    places: Places,
}

/// Where the rows are, and who knows the names of users.
#[derive(Args, Debug)]
struct Places {
    /// The table of servers [default: SERVERS_TABLE_NAME of the environment or of the stage, or
    /// {dep-name}-{stage}-ServersTable]
    #[arg(long, global = true, value_name = "NAME")]
    servers_table: Option<String>,
    /// The table of memberships [default: USER_MEMBERSHIP_TABLE_NAME, or {dep-name}-{stage}-UserMembership]
    #[arg(long, global = true, value_name = "NAME")]
    membership_table: Option<String>,
    /// CoreTable [default: CORE_TABLE_NAME, or {dep-name}-{stage}-CoreTable]
    #[arg(long, global = true, value_name = "NAME")]
    core_table: Option<String>,
    /// The user pool that knows addresses and names [default: COGNITO_USER_POOL_ID; without one, they are
    /// those of the memberships]
    #[arg(long, global = true, value_name = "ID")]
    user_pool_id: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Copy every row that CoreTable lacks; the old tables are only read
    Migrate(Subset),
    /// Say what would be copied, and what stands in the way; writes nothing
    DryRun(Looked),
    /// Compare CoreTable with the old tables, all rows and both ways; writes nothing
    Verify(Looked),
    /// Take back what the last run has copied, except where somebody has changed it since
    Rollback(Rollback),
    /// Write the old tables to files that can be restored
    Export(Export),
}

#[derive(Args, Debug)]
struct Subset {
    /// Only these users, with their memberships and the servers of those: a file with a userId on each line
    #[arg(long, value_name = "FILE")]
    users: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Looked {
    #[command(flatten)]
    subset: Subset,
    /// Show the keys of rows that have to be seen to: they have ids of users
    #[arg(long)]
    show_values: bool,
}

#[derive(Args, Debug)]
struct Export {
    /// The folder for the files, one for each table, named like it
    #[arg(long, value_name = "DIR", required_unless_present = "restore")]
    out: Option<PathBuf>,
    /// Write the rows of this file that its table lacks; those that it has stay as they are
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    restore: Option<PathBuf>,
}

impl CoreTable {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> Option<&'static str> {
        match &self.action {
            Action::Migrate(_) => Some("core_table_migrate"),
            Action::Rollback(rollback) => rollback.log(),
            Action::Export(_) | Action::DryRun(_) | Action::Verify(_) => None,
        }
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let names = self.places.names(&settings).await?;
        match self.action {
            Action::Export(export) => export::run(&settings, &names, export, console).await,
            Action::Rollback(rollback) => {
                let ready = Ready::of(&settings, global, names, None).await?;
                let ground = &ready.ground;
                rollback.of(Family::CORE, global, console, &settings, ground).await
            }
            Action::Migrate(subset) => {
                let users = subset.read()?;
                let pool = self.places.pool(&settings).await?;
                let ready = Ready::of(&settings, global, names, pool).await?;
                migrate::run(&settings, global, console, &ready, users.as_deref()).await
            }
            Action::DryRun(looked) => {
                let users = looked.subset.read()?;
                let pool = self.places.pool(&settings).await?;
                let ready = Ready::of(&settings, global, names, pool).await?;
                let how = compare::How { verify: false, show_values: looked.show_values };
                compare::run(&settings, global, console, &ready, users.as_deref(), how).await
            }
            Action::Verify(looked) => {
                let users = looked.subset.read()?;
                let pool = self.places.pool(&settings).await?;
                let ready = Ready::of(&settings, global, names, pool).await?;
                let how = compare::How { verify: true, show_values: looked.show_values };
                compare::run(&settings, global, console, &ready, users.as_deref(), how).await
            }
        }
    }
}
