//! The environment of a function's process
//! (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>).

use std::path::Path;

use tokio::process::Command;

use super::queue::Settings;

/// What a process needs to run at all on this machine; the rest stays out.
const INHERITED: &[&str] =
    &["HOME", "LANG", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "PATH", "RUST_BACKTRACE", "TMPDIR"];

/// The variables that Lambda sets.
pub(super) fn of(settings: &Settings, runtime_api: String) -> Vec<(&'static str, String)> {
    let initialization = if settings.snap_start { "snap-start" } else { "on-demand" };
    vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", settings.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", initialization.to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", settings.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".to_owned()),
        ("_HANDLER", "bootstrap".to_owned()),
        ("TZ", ":UTC".to_owned()),
    ]
}

/// The program with an environment that holds nothing of this process's own.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    let inherited = INHERITED.iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    command.envs(inherited);
    command
}
