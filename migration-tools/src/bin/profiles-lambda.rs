//! The Lambda function that brings profiles to a version; see `migration_tools::lambda::profiles` for its
//! events and answers.
//!
//! Its migrations are in `migrations.toml` in the function's folder; `PROFILE_MIGRATIONS` names another file.

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs};

use lambda_runtime::{Error, service_fn};
use migration_tools::lambda::profiles::{Answer, handle};
use migration_tools::profiles::{Registry, declared};

#[tokio::main]
async fn main() -> Result<(), Error> {
    if env::args_os().skip(1).any(|argument| argument == "--required-env-vars-manifest") {
        std::io::stdout().write_all(required_env_vars::manifest().as_bytes())?;
        return Ok(());
    }
    let registry = &registry();
    lambda_runtime::run(service_fn(async |event| match registry {
        Ok(registry) => handle(event, registry).await,
        Err(why) => Ok(Answer::failed(why)),
    }))
    .await
}

/// The migrations that are deployed with the function.
fn registry() -> Result<Registry, String> {
    let named = env::var_os("PROFILE_MIGRATIONS").map(PathBuf::from);
    let folder = env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from).unwrap_or_default();
    let path = named.map_or_else(|| folder.join("migrations.toml"), |named| folder.join(named));
    let wrong = |why: &dyn std::fmt::Display| format!("the migrations `{}`: {why}", path.display());
    let text = fs::read_to_string(&path).map_err(|error| wrong(&error))?;
    let all = declared(&text).map_err(|error| wrong(&error))?;
    Registry::new(all).map_err(|error| wrong(&error))
}
