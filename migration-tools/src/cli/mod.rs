//! The command line: one file for each command, and what they share.

mod config;
mod console;
mod end;
mod global;
mod interrupt;
mod populate;
mod progress;
mod settings;

use clap::{Parser, Subcommand};

use console::Console;
use end::{End, Failed};
use global::Global;

/// Moves the live data of an Amplify deployment without losing a row.
#[derive(Debug, Parser)]
#[command(name = "migration-tools", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the names of all tables and buckets, and whether they exist
    Config(config::Config),
    /// Publish the variables of a serverless project in Parameter Store, and check what reads them
    PopulateParameterStore(populate::PopulateParameterStore),
}

pub(crate) async fn run(arguments: Arguments) -> End {
    let Arguments { global, command } = arguments;
    let console = match Console::open(&global) {
        Ok(console) => console,
        Err(failed) => {
            eprintln!("error: {failed}");
            return failed.end();
        }
    };
    let ended = match command {
        Command::Config(command) => command.run(&global, &console).await,
        Command::PopulateParameterStore(command) => command.run(&global, &console).await,
    };
    ended.unwrap_or_else(|failed: Failed| {
        console.problem(&format!("error: {failed}"));
        failed.end()
    })
}
