//! The command line: arguments in, files read, library called, text out.

mod aws;
mod deployment;
mod error;
mod generate;
mod output;
mod source;

use clap::{Parser, Subcommand};

pub(crate) use error::CliError;

/// Exact IAM policies from what Lambdas declare and were seen to do, and audits of existing ones.
#[derive(Debug, Parser)]
#[command(name = "iam-policies", version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the policies that functions need.
    Generate(generate::Generate),
}

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Clean,
    /// There are findings, gaps, or records that were not understood.
    Findings,
}

impl Outcome {
    pub(crate) fn of(has_findings: bool) -> Self {
        if has_findings { Self::Findings } else { Self::Clean }
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<Outcome, CliError> {
    match arguments.command {
        Command::Generate(command) => command.run().await,
    }
}
