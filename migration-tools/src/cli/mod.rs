//! The command line: one file for each command, and what they share.
//!
//! A library, so that a program of one's own can be the command too.

mod backup_prereq;
mod cleanup;
mod config;
mod console;
mod core_table;
mod end;
mod findings;
mod generate;
mod global;
mod id_migration;
mod interrupt;
mod log;
mod looking;
mod permissions;
mod populate;
mod preflight;
mod profiles;
mod progress;
mod question;
mod report;
mod rollback;
mod s3_data_migration;
mod session;
mod settings;
mod status;
mod storage_backup;
mod verify;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::profiles::Registry;
use console::Console;
use end::{End, Failed};
use global::Global;

/// Moves the live data of an Amplify deployment without losing a row.
#[derive(Debug, Parser)]
#[command(name = "migration-tools", version)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the names of all tables and buckets, and whether they exist
    Config(config::Config),
    /// Copy servers and memberships into CoreTable; verify that, and take it back
    CoreTable(core_table::CoreTable),
    /// Publish the variables of a serverless project in Parameter Store, and check what reads them
    PopulateParameterStore(populate::PopulateParameterStore),
    /// Make a way back for every table and bucket before a migration, or verify that there is one
    BackupPrereq(backup_prereq::BackupPrereq),
    /// Write the file that says which id every user gets
    GenerateCsv(generate::GenerateCsv),
    /// Give users their new ids in every table: plan, run, verify
    IdMigration(id_migration::IdMigration),
    /// Delete the old records that a migration has kept, where they are proven to be copied
    IdMigrationCleanup(cleanup::IdMigrationCleanup),
    /// Say what commands do to which resource, for `iam-policies` to make their policy of it
    Permissions(permissions::Permissions),
    /// Say which steps of the migration apply here, which are done, and what to do next
    Preflight(preflight::Preflight),
    /// Bring profiles whose schema has versions to a version; verify that, and take it back
    Profiles(profiles::Profiles),
    /// Tell what runs of the journal did, or write it as one page
    Report(report::Report),
    /// List the runs of the journal, or tell of one what it did and what has to be seen to
    Status(status::Status),
    /// Take back what a run has changed, except where somebody has changed it since
    Rollback(rollback::Rollback),
    /// Bring objects together in the consolidation bucket and the user storage; ids stay as they are
    S3DataMigration(s3_data_migration::S3DataMigration),
    /// Say whether a migration is done, record by record; changes nothing
    Verify(verify::VerifyCommand),
    /// Keep the old user storage table in a file, or write back what it lacks
    UserStorageBackup(storage_backup::UserStorageBackup),
}

/// Runs the command that the arguments ask for; the first of them is the program's name.
///
/// The way to AWS, and what flags leave open, come from the environment of this process.
pub async fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    main_with(arguments, &Registry::default()).await
}

/// The same for a program of one's own that knows migrations of profiles: `profiles` then applies them,
/// with those of a file, where one is given.
pub async fn main_with(
    arguments: impl IntoIterator<Item = OsString>,
    migrations: &Registry,
) -> ExitCode {
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => run(arguments, migrations).await.into(),
        Err(error) => {
            // Help and version are printed by the same way and are no failure.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { 2 } else { 0 })
        }
    }
}

async fn run(arguments: Arguments, migrations: &Registry) -> End {
    let Arguments { global, command } = arguments;
    let log = global.log.is_none().then(|| log::default(&command)).flatten();
    let console = match Console::open(&global) {
        Ok(console) => console,
        Err(failed) => {
            eprintln!("error: {failed}");
            return failed.end();
        }
    };
    let console = match &log {
        Some(path) => console.with_log(path),
        None => console,
    };
    let ended = match command {
        Command::Config(command) => command.run(&global, &console).await,
        Command::CoreTable(command) => command.run(&global, &console).await,
        Command::PopulateParameterStore(command) => command.run(&global, &console).await,
        Command::BackupPrereq(command) => command.run(&global, &console).await,
        Command::GenerateCsv(command) => command.run(&global, &console).await,
        Command::IdMigration(command) => command.run(&global, &console).await,
        Command::IdMigrationCleanup(command) => command.run(&global, &console).await,
        Command::Permissions(command) => command.run(&global, &console).await,
        Command::Preflight(command) => command.run(&global, &console).await,
        Command::Profiles(command) => command.run(&global, &console, migrations).await,
        Command::Report(command) => command.run(&global, &console),
        Command::Status(command) => command.run(&global, &console),
        Command::Rollback(command) => command.run(&global, &console).await,
        Command::S3DataMigration(command) => command.run(&global, &console).await,
        Command::Verify(command) => command.run(&global, &console).await,
        Command::UserStorageBackup(command) => command.run(&global, &console).await,
    };
    let end = ended.unwrap_or_else(|failed: Failed| {
        console.problem(&format!("error: {failed}"));
        failed.end()
    });
    if let Some(path) = log.filter(|_| console.has_log()) {
        console.show(&format!("The full log is in {}.", path.display()));
    }
    end
}
