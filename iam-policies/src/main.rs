//! The `iam-policies` command.
//!
//! Exit codes: 0, everything asked for is done and clean; 1, done, but with findings, gaps or
//! records that were not understood; 2, wrong usage or bad input, nothing was written. `report` ends
//! with 0 where the page was written, which says what was found; `diff` with 1 only where
//! `--fail-on-widening` asks for it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are printed by the same way and are no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match cli::run(arguments).await {
        Ok(cli::Outcome::Clean) => ExitCode::SUCCESS,
        Ok(cli::Outcome::Findings) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
