//! The commands of `migration-tools`, run by this program itself so that nothing else has to be built.

use std::env;
use std::path::Path;
use std::process::Command;

use local_aws::LocalAws;

use crate::Error;

/// With this as its first argument, a program is the command: see [`migration_tools::cli::main`].
pub const COMMAND: &str = "migration-tools";

/// Runs a command for the deployment `uni`, stage `dev`, in a folder; answers what it said.
///
/// # Errors
///
/// If it cannot be started, or fails.
pub fn migration_tools(aws: &LocalAws, folder: &Path, arguments: &[&str]) -> Result<String, Error> {
    let system = |source| Error::System { what: "starting migration-tools".to_owned(), source };
    let output = Command::new(env::current_exe().map_err(system)?)
        .current_dir(folder)
        .arg(COMMAND)
        .args(arguments)
        .args(["--dep-name", "uni", "--stage", "dev"])
        .envs(aws.environment())
        .output()
        .map_err(system)?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    if output.status.success() { Ok(text) } else { Err(Error::Command(text)) }
}
