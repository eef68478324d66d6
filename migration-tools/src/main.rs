//! The `migration-tools` command.
//!
//! Exit codes: 0, everything asked for is done and verified; 1, finished, but some records were
//! refused, failed or conflicted, each named; 2, wrong usage or a bad input file; 3, a prerequisite is
//! missing; 4, the operator said no; 5, verification found differences; 130, interrupted, to be gone on
//! with.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match cli::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are printed by the same way and are no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    cli::run(arguments).await.into()
}
