//! The `migration-tools` command.
//!
//! Exit codes: 0, everything asked for is done and verified; 1, finished, but some records were
//! refused, failed or conflicted, each named; 2, wrong usage or a bad input file; 3, a prerequisite is
//! missing; 4, the operator said no; 5, verification found differences; 130, interrupted, to be gone on
//! with.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    migration_tools::cli::main(std::env::args_os()).await
}
