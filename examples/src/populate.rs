//! The serverless project of the examples, published in Parameter Store.

use std::path::Path;

use local_aws::LocalAws;

use crate::Error;
use crate::command::migration_tools;

/// The project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/serverless");

/// Runs `migration-tools populate-parameter-store` on it; answers what it said.
///
/// # Errors
///
/// If the command cannot be started, or fails.
pub fn populate(aws: &LocalAws) -> Result<String, Error> {
    migration_tools(aws, Path::new(ROOT), &["populate-parameter-store"])
}
