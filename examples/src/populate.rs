//! The serverless project of the examples, published in Parameter Store.

use std::env;
use std::process::Command;

use local_aws::LocalAws;

use crate::Error;

/// The project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/serverless");

/// With this as its first argument, a program is the command: see [`migration_tools::cli::main`].
pub const COMMAND: &str = "migration-tools";

/// Runs `migration-tools populate-parameter-store` on it; answers what it said.
///
/// # Errors
///
/// If the command cannot be started, or fails.
pub fn populate(aws: &LocalAws) -> Result<String, Error> {
    let system = |source| Error::System { what: "starting migration-tools".to_owned(), source };
    let output = Command::new(env::current_exe().map_err(system)?)
        .args([COMMAND, "populate-parameter-store", "--root", ROOT])
        .args(["--dep-name", "uni", "--stage", "dev"])
        .envs(aws.environment())
        .output()
        .map_err(system)?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if output.status.success() { Ok(text) } else { Err(Error::Command(text)) }
}
