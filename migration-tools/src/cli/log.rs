//! The log of a command that changes records or makes backups, where no other file is given for it: in
//! the working directory, named after the command, what it does, and when.

use std::path::PathBuf;

use time::OffsetDateTime;
use time::macros::format_description;

use super::Command;

/// The file that this command writes its log to by itself; nothing where it changes nothing.
pub(super) fn default(command: &Command) -> Option<PathBuf> {
    let named = named(command)?;
    let format = format_description!("[year][month][day]_[hour][minute][second]");
    let now = OffsetDateTime::now_utc().format(format).ok()?;
    Some(PathBuf::from(format!("{named}_{now}.log")))
}

fn named(command: &Command) -> Option<&'static str> {
    match command {
        Command::S3DataMigration(command) => Some(command.log()),
        Command::IdMigration(command) => Some(command.log()),
        Command::BackupPrereq(command) => Some(command.log()),
        Command::CoreTable(command) => command.log(),
        Command::Profiles(command) => command.log(),
        Command::IdMigrationCleanup(command) => command.log(),
        Command::Rollback(command) => command.log(),
        Command::UserStorageBackup(command) => command.log(),
        // It is run in a repository, which is no place for logs.
        Command::PopulateParameterStore(_) => None,
        Command::Config(_)
        | Command::GenerateCsv(_)
        | Command::Permissions(_)
        | Command::Preflight(_)
        | Command::Report(_)
        | Command::Status(_)
        | Command::Verify(_) => None,
    }
}
