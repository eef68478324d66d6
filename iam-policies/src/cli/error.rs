//! What ends a command.

use std::path::PathBuf;

use documents::ReadError;
use iam_policies::role::RoleError;
use iam_policies::source::{ManifestError, RecordsError, TableError};

/// Wrong usage or bad input: nothing was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("cannot read `{}`: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("`{}` is not text in UTF-8 (byte {at} is the first that is not)", path.display())]
    NotText { path: PathBuf, at: usize },
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot write to standard output: {0}")]
    Output(std::io::Error),
    #[error("`{}`: {source}", path.display())]
    Records { path: PathBuf, source: RecordsError },
    #[error("`{}`: {source}", path.display())]
    Manifest { path: PathBuf, source: ManifestError },
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Role(#[from] RoleError),
    #[error(transparent)]
    Policy(#[from] ReadError),
    #[error("{0}")]
    Usage(String),
}
