//! The `migration-tools` command.
//!
//! Exit codes: 0, everything asked for is done and verified; 1, finished, but some records were
//! refused, failed or conflicted, each named; 2, wrong usage or a bad input file; 3, a prerequisite is
//! missing; 4, the operator said no; 5, verification found differences; 130, interrupted, to be gone on
//! with.

use std::io::Write;
use std::process::ExitCode;

/// As every binary with declarations takes it.
const MANIFEST: &str = "--required-env-vars-manifest";

#[tokio::main]
async fn main() -> ExitCode {
    if std::env::args_os().skip(1).any(|argument| argument == MANIFEST) {
        let written = std::io::stdout().write_all(required_env_vars::manifest().as_bytes());
        return if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    migration_tools::cli::main(std::env::args_os()).await
}
