//! The example's program, built if need be.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::Error;

/// Builds one of the examples' programs with the Cargo that runs this one; answers where it is.
///
/// # Errors
///
/// If it cannot be built, or if there is neither Cargo nor the program.
pub fn build(name: &str) -> Result<PathBuf, Error> {
    let system = |what: &str| {
        let what = what.to_owned();
        move |source| Error::System { what, source }
    };
    if let Some(cargo) = env::var_os("CARGO") {
        let mut command = Command::new(cargo);
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--quiet", "--bin", name]);
        // What `cargo run` says of this program must not reach the build scripts of others: that
        // of *ring* builds everything again when it changes.
        for (name, _) in env::vars_os() {
            let about_us = ["CARGO_MANIFEST_", "CARGO_PKG_"];
            if about_us.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        if !cfg!(debug_assertions) {
            command.arg("--release");
        }
        let status = command.status().map_err(system("running Cargo"))?;
        if !status.success() {
            return Err(Error::Build { name: name.to_owned(), status: status.to_string() });
        }
    }
    let program = env::current_exe().map_err(system("looking for this program"))?;
    let program = program.with_file_name(format!("{name}{}", env::consts::EXE_SUFFIX));
    match program.exists() {
        true => Ok(program),
        false => Err(Error::NoProgram(program)),
    }
}
