//! What is known of the backups of each table and bucket.

use std::fmt;

use required_env_vars::{Failure, Reason};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::buckets::Versioning;
use crate::amplify::Kind;

/// The answer for each table and bucket, in the order in which they were asked for.
#[derive(Clone, Debug)]
pub struct Report {
    /// One for each.
    pub entries: Vec<Entry>,
    /// Whether somebody ended the work before it was done.
    pub stopped: bool,
}

/// The answer for a table or a bucket.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Table or bucket.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// What is known of its backups.
    pub answer: Answer,
}

/// Whether there is a way back.
#[derive(Clone, Debug)]
pub enum Answer {
    /// There is: by all of these.
    Covered(Vec<Cover>),
    /// There is none, or not all that is asked for. These lack.
    Missing(Vec<Lack>),
    /// It is certain that there is no such table or bucket.
    Absent,
    /// It cannot be known, or could not be made; each call that failed.
    Failed(Vec<CallFailed>),
}

/// A call that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{call}: {failure}")]
pub struct CallFailed {
    /// The operation.
    pub call: &'static str,
    /// Why.
    pub failure: Failure,
}

/// A way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// A backup of the table that can be restored.
    Backup {
        /// Its name.
        name: String,
        /// What it is restored by.
        arn: String,
        /// When it was asked for.
        created: OffsetDateTime,
    },
    /// Point-in-time recovery, with a window that reaches this moment.
    Recovery {
        /// The first moment that the table can be restored to.
        earliest: OffsetDateTime,
        /// The last one, some minutes ago.
        latest: OffsetDateTime,
    },
    /// The bucket keeps what is overwritten and deleted.
    Versioning,
}

/// What lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The table has no backup that can be restored, with the name that was asked for and new enough.
    Backup,
    /// It is still being made.
    BackupUnfinished {
        /// Its name.
        name: String,
    },
    /// Point-in-time recovery is off.
    RecoveryOff,
    /// It is on, but reaches no moment yet.
    RecoveryStarts {
        /// Until it probably does.
        minutes: i64,
    },
    /// It is on, but the latest moment is too long ago.
    RecoveryLags {
        /// How long ago it is.
        minutes: i64,
    },
    /// The bucket keeps nothing: versioning is off or suspended.
    Versioning(Versioning),
}

impl Report {
    /// Whether every table and bucket that exists is covered.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        let fine = |entry: &Entry| matches!(entry.answer, Answer::Covered(_) | Answer::Absent);
        self.entries.iter().all(fine)
    }

    /// Those whose answer has this [word](Answer::word).
    pub fn with_word<'r>(&'r self, word: &'r str) -> impl Iterator<Item = &'r Entry> {
        self.entries.iter().filter(move |entry| entry.answer.word() == word)
    }
}

impl Answer {
    /// One word: `covered`, `missing`, `absent`, `denied` or `failed`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let denied = |failed: &CallFailed| failed.failure.reason() == Reason::AccessDenied;
        match self {
            Self::Covered(_) => "covered",
            Self::Missing(_) => "missing",
            Self::Absent => "absent",
            Self::Failed(all) if all.iter().all(denied) => "denied",
            Self::Failed(_) => "failed",
        }
    }
}

impl Lack {
    /// Whether [`create`](super::create) brings it about; time does where it is not.
    #[must_use]
    pub fn can_be_made(&self) -> bool {
        matches!(self, Self::Backup | Self::RecoveryOff | Self::Versioning(_))
    }

    /// What to do, where that is not to make it.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match self {
            Self::Backup | Self::RecoveryOff | Self::Versioning(_) => None,
            Self::BackupUnfinished { .. } => Some("wait some minutes and verify again".to_owned()),
            Self::RecoveryStarts { minutes } => {
                Some(format!("wait {} and verify again", in_minutes(*minutes)))
            }
            Self::RecoveryLags { .. } => Some(
                "wait 5 minutes and verify again; if it stays behind, check this machine's clock, then ask AWS Support".to_owned(),
            ),
        }
    }
}

fn in_minutes(minutes: i64) -> String {
    format!("{minutes} minute{}", if minutes == 1 { "" } else { "s" })
}

/// A moment as people read it.
pub(super) fn moment(moment: OffsetDateTime) -> String {
    moment.format(&Rfc3339).unwrap_or_default()
}

impl fmt::Display for Cover {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backup { name, created, .. } => {
                write!(out, "backup {name} of {}", moment(*created))
            }
            Self::Recovery { earliest, latest } => {
                write!(out, "recovery from {} to {}", moment(*earliest), moment(*latest))
            }
            Self::Versioning => out.write_str("versioning enabled"),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backup => out.write_str("no backup"),
            Self::BackupUnfinished { name } => write!(out, "backup {name} is still being made"),
            Self::RecoveryOff => out.write_str("point-in-time recovery is off"),
            Self::RecoveryStarts { .. } => {
                out.write_str("point-in-time recovery is on, but does not cover this moment yet")
            }
            Self::RecoveryLags { minutes } => write!(
                out,
                "point-in-time recovery is on, but only covers what was {} ago",
                in_minutes(*minutes)
            ),
            Self::Versioning(before) => write!(out, "versioning is {}", before.word()),
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())?;
        let all = match self {
            Self::Covered(by) => joined(by),
            Self::Missing(what) => joined(what),
            Self::Absent => return Ok(()),
            Self::Failed(calls) => joined(calls),
        };
        write!(out, ": {all}")
    }
}

fn joined(all: &[impl fmt::Display]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
