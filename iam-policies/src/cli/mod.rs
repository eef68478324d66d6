//! The command line: arguments in, files read, library called, text out.

mod audit;
mod aws;
mod deployment;
mod diff;
mod error;
mod generate;
mod output;
mod policies;
mod report;
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
    /// Compare what functions need with the policies they have.
    Audit(audit::Audit),
    /// Write a page on which a reviewer sees everything.
    Report(report::Report),
    /// Compare two manifests or two policies.
    Diff(diff::Diff),
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
        Command::Audit(command) => command.run().await,
        Command::Report(command) => command.run().await,
        Command::Diff(command) => command.run(),
    }
}
