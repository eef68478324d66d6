//! The Lambda function that copies servers and memberships into CoreTable; see
//! `migration_tools::lambda::core_table` for its events and answers.

use std::io::Write;

use lambda_runtime::{Error, service_fn};
use migration_tools::lambda::core_table::handle;

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::args_os().skip(1).any(|argument| argument == "--required-env-vars-manifest") {
        std::io::stdout().write_all(required_env_vars::manifest().as_bytes())?;
        return Ok(());
    }
    lambda_runtime::run(service_fn(handle)).await
}
