//! The state before, in a file, and how to go back to it.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use time::OffsetDateTime;

use super::buckets::Versioning;
use super::report::moment;
use super::window::Recovery;
use super::{BackupName, Seen, State};
use crate::new_file::NewFile;

/// Runs of one name whose files are told apart.
const MOST_RUNS: u32 = 1_000;

/// What was there before: in the file as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Prior {
    command: &'static str,
    backup_name: String,
    region: String,
    time: String,
    tables: Vec<PriorTable>,
    buckets: Vec<PriorBucket>,
    undo: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PriorTable {
    name: String,
    point_in_time_recovery: &'static str,
}

#[derive(Debug, Serialize)]
struct PriorBucket {
    name: String,
    versioning: &'static str,
}

/// The state before could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the state before cannot be written to `{}`, so nothing was changed: {source}; check the folder and the disk", path.display())]
pub struct RecordError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub source: std::io::Error,
}

impl Prior {
    pub(super) fn of(seen: &[Seen], name: &BackupName, region: &str, now: OffsetDateTime) -> Self {
        let mut prior = Self {
            command: "backup-prereq",
            backup_name: name.to_string(),
            region: region.to_owned(),
            time: moment(now),
            tables: Vec::new(),
            buckets: Vec::new(),
            undo: Vec::new(),
        };
        for Seen { name, state, .. } in seen {
            match state {
                State::Table(state) => {
                    let Ok(recovery) = state.recovery else { continue };
                    let off = recovery == Recovery::Off;
                    if off {
                        prior.undo.push(format!(
                            "aws dynamodb update-continuous-backups --region {region} --table-name {name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=false"
                        ));
                    }
                    let point_in_time_recovery = if off { "disabled" } else { "enabled" };
                    prior.tables.push(PriorTable { name: name.clone(), point_in_time_recovery });
                }
                State::Bucket(versioning) => {
                    // Versioning that was once enabled can be suspended, never taken away.
                    if *versioning != Versioning::Enabled {
                        prior.undo.push(format!(
                            "aws s3api put-bucket-versioning --region {region} --bucket {name} --versioning-configuration Status=Suspended"
                        ));
                    }
                    let versioning = versioning.word();
                    prior.buckets.push(PriorBucket { name: name.clone(), versioning });
                }
                State::Absent | State::Failed(_) => {}
            }
        }
        prior
    }

    /// Whether a setting is to be changed. Backups are only added.
    pub(super) fn is_to_change(&self) -> bool {
        !self.undo.is_empty()
    }
}

/// Writes the file. One of an earlier run of the same name stays: this one gets a number.
pub(super) fn write(prior: &Prior, folder: &Path) -> Result<PathBuf, RecordError> {
    let mut number = 1;
    loop {
        let path = match number {
            1 => folder.join(format!("backup-prereq-{}.json", prior.backup_name)),
            _ => folder.join(format!("backup-prereq-{}-{number}.json", prior.backup_name)),
        };
        match write_new(prior, &path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < MOST_RUNS => {
                number += 1;
            }
            Err(source) => return Err(RecordError { path, source }),
        }
    }
}

fn write_new(prior: &Prior, path: &Path) -> std::io::Result<()> {
    let mut file = NewFile::create(path)?;
    serde_json::to_writer_pretty(&mut file, prior)?;
    file.write_all(b"\n")?;
    file.publish()
}
