//! `user-storage-backup`: the old user storage table as a file, and back.

pub(super) mod backup;
pub(super) mod restore;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::amplify::names;
use crate::engine::read::{Described, ReadError};
use crate::storage_backup::{BackupError, Table};

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;

#[derive(Args, Debug)]
pub(super) struct UserStorageBackup {
    /// The file to write [default: user_storage_backup_{date}_{time}.jsonl, in UTC]
    #[arg(long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Write the rows of this backup that the table lacks; those that it has stay as they are
    #[arg(long, value_name = "FILE", conflicts_with = "output_file")]
    restore: Option<PathBuf>,
}

impl UserStorageBackup {
    /// How its log is named where no other file is given.
    pub(super) fn log(&self) -> Option<&'static str> {
        self.restore.is_some().then_some("user_storage_restore")
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        match self.restore {
            Some(path) => restore::restore(&settings, &path, console).await,
            None => backup::backup(&settings, self.output_file, console).await,
        }
    }
}

/// The table's name.
async fn name(settings: &Settings) -> Result<String, Failed> {
    let named = names(&settings.config, &settings.deployment).await?;
    let old = named.into_iter().find(|one| one.resource.key == "OLD_USER_STORAGE_TABLE");
    old.map(|one| one.name)
        .ok_or_else(|| Failed::Usage("the old user storage table has no name".to_owned()))
}

async fn described(table: &Table, name: &str, settings: &Settings) -> Result<Described, Failed> {
    let region = &settings.region;
    table.describe().await.map_err(|error| match error {
        ReadError::Absent(_) => Failed::Prerequisite(format!(
            "there is no old user storage table {name} in {region}; check --dep-name, --stage, --region and --profile; a deployment without the basic-ops service has none and needs no backup of it"
        )),
        ReadError::NoKeys(_) | ReadError::Busy(_) => Failed::Prerequisite(error.to_string()),
        ReadError::Failed { failure, .. } => {
            Failed::Aws { what: format!("cannot look at the table {name}"), failure }
        }
    })
}

fn bad(path: &Path, source: BackupError) -> Failed {
    Failed::Backup { path: path.to_owned(), source: Box::new(source) }
}
