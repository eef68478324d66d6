//! Tables: what is known of their backups, and how that is asked.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::primitives::DateTime;
use aws_sdk_dynamodb::types::{
    BackupDetails, BackupStatus, BackupSummary, BackupTypeFilter, PointInTimeRecoveryStatus,
};
use required_env_vars::Failure;
use time::OffsetDateTime;

use super::Reader;
use super::report::{Answer, CallFailed, Cover, Lack};
use super::window::Recovery;

/// What is known of a table.
#[derive(Clone, Debug)]
pub(super) struct TableState {
    pub(super) arn: String,
    /// Another one where a table was deleted and made again.
    pub(super) id: Option<String>,
    pub(super) backup: Result<Option<Backup>, CallFailed>,
    pub(super) recovery: Result<Recovery, CallFailed>,
    /// When recovery was answered about.
    pub(super) at: OffsetDateTime,
    /// What else failed: what was to be changed and could not.
    pub(super) failed: Vec<CallFailed>,
}

/// A backup of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Backup {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) created: OffsetDateTime,
    pub(super) complete: bool,
}

/// Which backup counts.
#[derive(Clone, Debug)]
pub(super) struct Sought {
    /// Its name; any where there is none.
    pub(super) name: Option<String>,
    /// The oldest that it may be.
    pub(super) since: OffsetDateTime,
}

impl TableState {
    pub(super) fn answer(&self) -> Answer {
        let mut failed = self.failed.clone();
        failed.extend(self.backup.as_ref().err().cloned());
        failed.extend(self.recovery.as_ref().err().cloned());
        let (Ok(backup), Ok(recovery), true) = (&self.backup, &self.recovery, failed.is_empty())
        else {
            return Answer::Failed(failed);
        };
        let backup = match backup {
            None => Err(Lack::Backup),
            Some(Backup { name, complete: false, .. }) => {
                Err(Lack::BackupUnfinished { name: name.clone() })
            }
            Some(Backup { name, arn, created, .. }) => {
                Ok(Cover::Backup { name: name.clone(), arn: arn.clone(), created: *created })
            }
        };
        match (backup, recovery.judge(self.at)) {
            (Ok(backup), Ok(recovery)) => Answer::Covered(vec![backup, recovery]),
            (backup, recovery) => {
                Answer::Missing(backup.err().into_iter().chain(recovery.err()).collect())
            }
        }
    }

    pub(super) fn unfinished(&self) -> Option<&Backup> {
        self.backup.as_ref().ok()?.as_ref().filter(|backup| !backup.complete)
    }
}

/// What is known of a table; nothing where it is certain that there is no such table.
pub(super) async fn look(
    reader: &Reader,
    table: &str,
    sought: &Sought,
) -> Result<Option<TableState>, CallFailed> {
    let client = &reader.tables;
    let answer = match client.describe_table().table_name(table).send().await {
        Ok(answer) => answer,
        Err(error) => {
            return match error.as_service_error() {
                Some(DescribeTableError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(CallFailed { call: "DescribeTable", failure: Failure::of(&error) }),
            };
        }
    };
    let described = answer.table.map(|table| (table.table_arn, table.table_id));
    let (arn, id) = described.unwrap_or_default();
    // A table that has no ARN has no backup either.
    let arn = arn.unwrap_or_default();
    let backup = find(reader, table, &arn, id.as_deref(), sought).await;
    let recovery = recovery(client, table).await;
    let at = OffsetDateTime::now_utc();
    Ok(Some(TableState { arn, id, backup, recovery, at, failed: Vec::new() }))
}

/// The backup of a table that counts, of all its pages.
pub(super) async fn find(
    reader: &Reader,
    table: &str,
    arn: &str,
    id: Option<&str>,
    sought: &Sought,
) -> Result<Option<Backup>, CallFailed> {
    let mut best = None;
    let mut start = None;
    loop {
        reader.turns.next().await;
        let call =
            reader.tables.list_backups().table_name(table).backup_type(BackupTypeFilter::User);
        let since = DateTime::from_secs(sought.since.unix_timestamp());
        let call = call.time_range_lower_bound(since).set_exclusive_start_backup_arn(start.take());
        let page = call
            .send()
            .await
            .map_err(|error| CallFailed { call: "ListBackups", failure: Failure::of(&error) })?;
        for summary in page.backup_summaries() {
            let found = of_table(summary, arn, id).filter(|found| sought.is(found));
            best = better(best, found);
        }
        start = page.last_evaluated_backup_arn;
        if start.is_none() {
            return Ok(best);
        }
    }
}

impl Sought {
    fn is(&self, backup: &Backup) -> bool {
        backup.created >= self.since && self.name.as_ref().is_none_or(|name| *name == backup.name)
    }
}

/// A backup of this very table: not of another one, nor of one that had its name before.
fn of_table(summary: &BackupSummary, arn: &str, id: Option<&str>) -> Option<Backup> {
    if summary.table_arn() != Some(arn) || summary.table_id().zip(id).is_some_and(|(a, b)| a != b) {
        return None;
    }
    Some(Backup {
        arn: summary.backup_arn()?.to_owned(),
        name: summary.backup_name()?.to_owned(),
        created: moment(summary.backup_creation_date_time()?)?,
        complete: is_complete(summary.backup_status()?)?,
    })
}

/// The one to count on: a complete one, the newer one.
fn better(one: Option<Backup>, other: Option<Backup>) -> Option<Backup> {
    let rank = |backup: &Backup| (backup.complete, backup.created);
    [one, other].into_iter().flatten().max_by_key(rank)
}

/// Whether a backup can be restored, will be, or (nothing) is none.
fn is_complete(status: &BackupStatus) -> Option<bool> {
    match status {
        BackupStatus::Available => Some(true),
        BackupStatus::Creating => Some(false),
        _ => None,
    }
}

/// A backup as it is described when it is made.
pub(super) fn of_details(details: &BackupDetails) -> Option<Backup> {
    Some(Backup {
        arn: details.backup_arn.clone(),
        name: details.backup_name.clone(),
        created: moment(&details.backup_creation_date_time)?,
        complete: is_complete(&details.backup_status)?,
    })
}

/// A backup as it is now; nothing where there is none any more.
pub(super) async fn again(client: &Client, backup: &Backup) -> Result<Option<Backup>, CallFailed> {
    match client.describe_backup().backup_arn(&backup.arn).send().await {
        Ok(answer) => {
            let details = answer.backup_description.and_then(|found| found.backup_details);
            Ok(details.as_ref().and_then(of_details))
        }
        Err(error) => match error.as_service_error() {
            Some(service) if service.is_backup_not_found_exception() => Ok(None),
            _ => Err(CallFailed { call: "DescribeBackup", failure: Failure::of(&error) }),
        },
    }
}

/// Point-in-time recovery of a table.
pub(super) async fn recovery(client: &Client, table: &str) -> Result<Recovery, CallFailed> {
    let answer = client.describe_continuous_backups().table_name(table).send().await;
    let answer = answer.map_err(|error| CallFailed {
        call: "DescribeContinuousBackups",
        failure: Failure::of(&error),
    })?;
    let description = answer.continuous_backups_description;
    let found = description.and_then(|found| found.point_in_time_recovery_description);
    Ok(match found {
        Some(found)
            if found.point_in_time_recovery_status == Some(PointInTimeRecoveryStatus::Enabled) =>
        {
            Recovery::On {
                earliest: found.earliest_restorable_date_time().and_then(moment),
                latest: found.latest_restorable_date_time().and_then(moment),
            }
        }
        _ => Recovery::Off,
    })
}

fn moment(moment: &DateTime) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(moment.secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(arn: &str, id: &str, name: &str, secs: i64, status: BackupStatus) -> BackupSummary {
        BackupSummary::builder()
            .table_arn(arn)
            .table_id(id)
            .backup_arn(format!("{arn}/backup/{secs}"))
            .backup_name(name)
            .backup_creation_date_time(DateTime::from_secs(secs))
            .backup_status(status)
            .build()
    }

    fn chosen(name: Option<&str>, all: &[BackupSummary]) -> Option<i64> {
        let since = OffsetDateTime::from_unix_timestamp(100).unwrap();
        let sought = Sought { name: name.map(str::to_owned), since };
        let found = all.iter().map(|one| of_table(one, "t", Some("1")).filter(|b| sought.is(b)));
        found.fold(None, better).map(|found| found.created.unix_timestamp())
    }

    #[test]
    fn only_a_fresh_backup_of_this_very_table_counts() {
        use BackupStatus::{Available, Creating, Deleted};
        for (other, what) in [
            (summary("u", "1", "mine", 300, Available), "of another table"),
            (summary("t", "2", "mine", 300, Available), "of a table that had the name before"),
            (summary("t", "1", "mine", 300, Deleted), "deleted"),
            (summary("t", "1", "mine-too", 300, Available), "with another name"),
            (summary("t", "1", "mine", 99, Available), "too old"),
        ] {
            assert_eq!(chosen(Some("mine"), std::slice::from_ref(&other)), None, "{what}");
            let mine = summary("t", "1", "mine", 200, Available);
            for both in [[other.clone(), mine.clone()], [mine, other]] {
                assert_eq!(chosen(Some("mine"), &both), Some(200), "{what}");
            }
        }
        let all = [
            summary("t", "1", "a", 200, Available),
            summary("t", "1", "b", 300, Available),
            summary("t", "1", "c", 400, Creating),
        ];
        assert_eq!(chosen(None, &all), Some(300), "a complete one, the newest");
        assert_eq!(chosen(Some("c"), &all), Some(400), "or else one that will be complete");
    }
}
