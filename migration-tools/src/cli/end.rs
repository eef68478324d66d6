//! How a command ends.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::amplify::id_map::MapError;
use crate::amplify::migration::Outdated;
use crate::amplify::{DeploymentError, NamesError};
use crate::engine::journal::JournalError;
use crate::engine::stop::Stop;
use crate::parameter_store::ProjectError;
use crate::storage_backup::{BackupError, WriteError};
use required_env_vars::{Failure, Reason, Unresolved};

/// The exit codes that other people's automation relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything asked for is done and verified.
    Done,
    /// Finished, but some things were refused or failed; each was named.
    Partly,
    /// Wrong usage or a bad input file.
    Usage,
    /// Something has to be there first.
    Prerequisite,
    /// The operator said no, or nobody could be asked.
    Declined,
    /// A verification found differences.
    Different,
    /// Stopped by the operator; the same command goes on.
    Interrupted,
}

impl End {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Partly => 1,
            Self::Usage => 2,
            Self::Prerequisite => 3,
            Self::Declined => 4,
            Self::Different => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        Self::from(end.code())
    }
}

/// What ends a command before it has done anything.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error("{0}")]
    Usage(String),
    #[error(transparent)]
    Deployment(#[from] DeploymentError),
    #[error("the settings file `{}` cannot be read: {source}", path.display())]
    SettingsFile { path: PathBuf, source: std::io::Error },
    #[error("the settings file `{}` is wrong: {source}", path.display())]
    Settings { path: PathBuf, source: Box<toml::de::Error> },
    #[error("the log file `{}` cannot be opened: {source}; give another one with --log", path.display())]
    Log { path: PathBuf, source: std::io::Error },
    #[error("the file `{}` cannot be written: {source}; check the folder and the disk", path.display())]
    Output { path: PathBuf, source: std::io::Error },
    #[error("the backup `{}` cannot be used: {source}", path.display())]
    Backup { path: PathBuf, source: Box<BackupError> },
    #[error("no backup was written: {0}")]
    Unkept(WriteError),
    #[error("the user pool of the stage could not be found out: {}; {}, or give --user-pool-id", because(.0), remedy(Some(.0.reason())))]
    Pool(Box<Unresolved>),
    #[error(transparent)]
    Project(#[from] ProjectError),
    #[error("{0}; give the variable a legal name, or remove it")]
    Name(NamesError),
    #[error("{source}; {}, or give --derived-names if no resource has another name", remedy(source.reason()))]
    Names { source: NamesError },
    #[error("{what}: {failure}; {}", remedy(Some(failure.reason())))]
    Aws { what: String, failure: Failure },
    #[error("{0}")]
    Prerequisite(String),
    #[error("the file `{}` cannot be read: {source}", path.display())]
    Input { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Map { path: PathBuf, source: MapError },
    #[error("the plan `{}` is none: {source}; make one with --dry-run --plan-out", path.display())]
    Plan { path: PathBuf, source: serde_json::Error },
    #[error(transparent)]
    Outdated(#[from] Outdated),
    #[error("whether there is a variable {name} could not be found out: {}; {}", because(unresolved), remedy(Some(unresolved.reason())))]
    Variable { name: &'static str, unresolved: Box<Unresolved> },
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error("{}; {}", .0, onward(.0))]
    Stop(Stop),
}

impl From<Stop> for Failed {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<NamesError> for Failed {
    fn from(error: NamesError) -> Self {
        match error {
            NamesError::Invalid { .. } => Self::Name(error),
            source @ NamesError::Unresolved(_) => Self::Names { source },
        }
    }
}

impl Failed {
    pub(crate) fn end(&self) -> End {
        match self {
            Self::Names { .. }
            | Self::Aws { .. }
            | Self::Pool(_)
            | Self::Prerequisite(_)
            | Self::Outdated(_)
            | Self::Variable { .. }
            | Self::Journal(_)
            | Self::Stop(Stop::Lease(_) | Stop::Credentials(_)) => End::Prerequisite,
            Self::Stop(Stop::Interrupted) => End::Interrupted,
            Self::Stop(Stop::Journal(_) | Stop::Table { .. }) => End::Partly,
            _ => End::Usage,
        }
    }
}

/// What an operator does about what ended a run before its end.
fn onward(stop: &Stop) -> &'static str {
    match stop {
        Stop::Journal(_) => {
            "make room on the disk, or mend what it says, and run the command again"
        }
        Stop::Lease(_) => "the same command goes on where this one ended",
        Stop::Credentials(_) => "sign in, and the same command goes on",
        Stop::Table { .. } => "see what the service says, and the same command goes on",
        Stop::Interrupted => "the same command goes on",
    }
}

/// The last place that was tried, and what came back.
fn because(error: &Unresolved) -> String {
    let attempt = error.attempts().last();
    let detail = attempt.map(|attempt| format!(" ({}: {})", attempt.place(), attempt.detail()));
    format!("{}{}", error.reason(), detail.unwrap_or_default())
}

/// What an operator does about a call that failed.
pub(crate) fn remedy(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::BadCredentials) => {
            "sign in (`aws sso login --profile NAME`, or set AWS_ACCESS_KEY_ID and its like) and give --profile where it is needed"
        }
        Some(Reason::AccessDenied) => "ask for the permission that the message names",
        Some(Reason::Unreachable) => "check the network, and that --region is spelled right",
        Some(Reason::Throttled) => "wait a minute and run it again",
        Some(Reason::Undecryptable) => "ask for kms:Decrypt on the key",
        _ => "see what the service says",
    }
}
