//! Making what lacks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_dynamodb::config::Builder;
use aws_sdk_dynamodb::operation::create_backup::CreateBackupError;
use aws_sdk_dynamodb::types::PointInTimeRecoverySpecification;
use futures::{StreamExt, stream};
use required_env_vars::{Failure, Reason};
use time::OffsetDateTime;

use super::buckets::{self, Versioning};
use super::prior::{self, Prior, RecordError};
use super::tables::{self, Backup, Sought, TableState};
use super::window::Recovery;
use super::{
    AT_ONCE, BackupName, CallFailed, Event, Reader, Report, Resources, Seen, State, Terms, Watch,
    look, report, sought, wait,
};

/// Before further attempts to make a backup, in seconds.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 15];

/// Makes backups, and switches on recovery and versioning.
#[derive(Clone, Debug)]
pub struct Writer {
    reader: Reader,
}

/// What [`create`] did.
#[derive(Debug)]
pub struct Created {
    /// What is known after it.
    pub report: Report,
    /// What was changed.
    pub changes: Vec<Change>,
    /// The file that has the state before, where something was to be changed.
    pub record: Option<PathBuf>,
}

/// Something that was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A backup was asked for.
    BackupMade {
        /// The table.
        table: String,
        /// The backup's name.
        name: String,
    },
    /// Point-in-time recovery was off and was switched on.
    RecoveryEnabled {
        /// The table.
        table: String,
    },
    /// Versioning was enabled.
    VersioningEnabled {
        /// The bucket.
        bucket: String,
        /// What it was.
        before: Versioning,
    },
}

impl Writer {
    /// Works where the configuration says.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        Self { reader: Reader::new(config) }
    }

    /// What can only ask, in the same place.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    async fn complete(&self, seen: &mut Seen, sought: &Sought) -> Vec<Change> {
        match &mut seen.state {
            State::Absent | State::Failed(_) => Vec::new(),
            State::Table(state) => self.complete_table(&seen.name, state, sought).await,
            State::Bucket(before) => match *before {
                Versioning::Enabled => Vec::new(),
                before => match self.enable_versioning(&seen.name).await {
                    Ok(after) => {
                        seen.state = after.map_or(State::Absent, State::Bucket);
                        vec![Change::VersioningEnabled { bucket: seen.name.clone(), before }]
                    }
                    Err(failed) => {
                        seen.state = State::Failed(failed);
                        Vec::new()
                    }
                },
            },
        }
    }

    /// Recovery first: its window begins when it is switched on.
    async fn complete_table(
        &self,
        table: &str,
        state: &mut TableState,
        sought: &Sought,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Ok(Recovery::Off) = state.recovery {
            match self.enable_recovery(table).await {
                Ok(()) => {
                    changes.push(Change::RecoveryEnabled { table: table.to_owned() });
                    state.recovery = tables::recovery(&self.reader.tables, table).await;
                    state.at = OffsetDateTime::now_utc();
                }
                Err(failed) => state.failed.push(failed),
            }
        }
        if let (Ok(None), Some(name)) = (&state.backup, &sought.name) {
            match self.back_up(table, state, name, sought).await {
                Ok(backup) => {
                    let (table, name) = (table.to_owned(), name.clone());
                    changes.push(Change::BackupMade { table, name });
                    state.backup = Ok(backup);
                }
                Err(failed) => state.failed.push(failed),
            }
        }
        changes
    }

    async fn enable_recovery(&self, table: &str) -> Result<(), CallFailed> {
        let failed = |failure| CallFailed { call: "UpdateContinuousBackups", failure };
        let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true);
        // What is required is there, so that this cannot fail.
        let Ok(on) = on.build() else { return Ok(()) };
        let call = self.reader.tables.update_continuous_backups().table_name(table);
        let answer = call.point_in_time_recovery_specification(on).send().await;
        answer.map(|_| ()).map_err(|error| failed(Failure::of(&error)))
    }

    /// `CreateBackup` has no token by which AWS would know a repetition: before each further attempt, it
    /// is looked whether the one before succeeded and only its answer was lost.
    async fn back_up(
        &self,
        table: &str,
        state: &TableState,
        name: &str,
        sought: &Sought,
    ) -> Result<Option<Backup>, CallFailed> {
        let client = &self.reader.tables;
        let mut pauses = PAUSES.iter();
        loop {
            let once = Builder::new().retry_config(RetryConfig::disabled());
            let call = client.create_backup().table_name(table).backup_name(name);
            let error = match call.customize().config_override(once).send().await {
                Ok(answer) => {
                    return Ok(answer.backup_details.as_ref().and_then(tables::of_details));
                }
                Err(error) => error,
            };
            let failure = Failure::of(&error);
            let again = error.as_service_error().is_some_and(may_succeed_later)
                || matches!(failure.reason(), Reason::Throttled | Reason::Unreachable);
            let Some(pause) = pauses.next().filter(|_| again) else {
                return Err(CallFailed { call: "CreateBackup", failure });
            };
            tokio::time::sleep(jitter(*pause)).await;
            let id = state.id.as_deref();
            let found = tables::find(&self.reader, table, &state.arn, id, sought).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    /// Enables versioning; what it is then.
    async fn enable_versioning(&self, bucket: &str) -> Result<Option<Versioning>, CallFailed> {
        buckets::enable(&self.reader.buckets, bucket).await?;
        buckets::versioning(&self.reader.buckets, bucket).await
    }
}

/// Whether something is in the way that will not stay.
fn may_succeed_later(error: &CreateBackupError) -> bool {
    error.is_backup_in_use_exception()
        || error.is_table_in_use_exception()
        || error.is_limit_exceeded_exception()
}

/// Between half of it and all of it.
fn jitter(seconds: u64) -> Duration {
    let most = seconds.saturating_mul(1000);
    Duration::from_millis(fastrand::u64(most / 2..=most))
}

/// Makes what lacks: a backup of each table with this name, unless a recent one is there; recovery;
/// versioning. The state before is written to `backup-prereq-{name}.json` in `folder` first. What there
/// is already is left as it is, so that a second run with the same name changes nothing.
///
/// Calls: those of [`check`](super::check), at most three more for each table and two for each bucket.
///
/// # Errors
///
/// When the state before cannot be written. Nothing was changed then.
pub async fn create(
    writer: &Writer,
    of: &Resources,
    name: &BackupName,
    terms: &Terms,
    folder: &Path,
    watch: &impl Watch,
) -> Result<Created, RecordError> {
    let terms = Terms { name: Some(name.clone()), ..terms.clone() };
    let now = OffsetDateTime::now_utc();
    let reader = &writer.reader;
    let seen = look(reader, of, &terms, watch).await;
    let region = reader.tables.config().region().map_or("", |region| region.as_ref());
    let prior = Prior::of(&seen, name, region, now);
    let record = match prior.is_to_change() && !watch.stop() {
        true => Some(prior::write(&prior, folder)?),
        false => None,
    };
    let work = seen.into_iter().map(|mut one| {
        let sought = sought(&terms, &one.name, now);
        async move {
            let changes = match watch.stop() {
                true => Vec::new(),
                false => writer.complete(&mut one, &sought).await,
            };
            (one, changes)
        }
    });
    let work: Vec<_> = work.collect();
    let mut done = stream::iter(work).buffered(AT_ONCE);
    let (mut seen, mut changes) = (Vec::new(), Vec::new());
    while let Some((one, made)) = done.next().await {
        made.iter().for_each(|change| watch.see(Event::Changed(change)));
        seen.push(one);
        changes.extend(made);
    }
    wait::wait(reader, &mut seen, terms.patience, watch).await;
    Ok(Created { report: report(seen, watch), changes, record })
}
