//! Point-in-time recovery: on or off per table, and to which moments.
//!
//! API:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ContinuousBackupsDescription.html>.
//! The latest moment is now, unless told to lag (on AWS, about five minutes), and the only one to
//! restore to.

use serde_json::{Value, json};

use super::backups::{Backups, required};
use super::snapshot::describe;
use super::{Tables, arns};
use crate::clock::{milliseconds, timestamp};
use crate::json::{AwsError, Members, missing};

/// The most days to go back, and the default.
const MOST_DAYS: usize = 35;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// Point-in-time recovery that is on.
#[derive(Clone, Copy)]
pub(super) struct Recovery {
    /// Milliseconds since 1970.
    since: u64,
    days: u64,
}

impl Recovery {
    /// The earliest and the latest moment, in milliseconds since 1970.
    fn window(self, lag: u64) -> (u64, u64) {
        let now = milliseconds();
        (self.since.max(now.saturating_sub(self.days * DAY)), now.saturating_sub(lag))
    }

    /// Refuses to restore to a moment outside the window, and to any but the latest.
    pub(super) fn refuse(self, milliseconds: u64, lag: u64) -> AwsError {
        let (earliest, latest) = self.window(lag);
        if (earliest..=latest).contains(&milliseconds) {
            return AwsError::unknown_operation(
                "dynamodb",
                "RestoreTableToPointInTime with RestoreDateTime; use UseLatestRestorableTime",
            );
        }
        let [earliest, latest] = [earliest, latest].map(timestamp);
        AwsError::new(
            "InvalidRestoreTimeException",
            format!("RestoreDateTime is not between {earliest} and {latest}"),
        )
    }
}

/// `DescribeContinuousBackups`.
pub(super) async fn show(
    tables: &Tables,
    backups: &Backups,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let table = describe(tables, required(members, "TableName")?).await?;
    let recovery = table["TableName"].as_str().and_then(|name| backups.recovery.get(name));
    Ok(description(recovery.copied(), backups.lag()))
}

/// `UpdateContinuousBackups`.
pub(super) async fn update(
    tables: &Tables,
    backups: &mut Backups,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let name = arns::table_name(required(members, "TableName")?);
    let wanted = members.0.get("PointInTimeRecoverySpecification").filter(|value| !value.is_null());
    let wanted = Members(wanted.ok_or_else(|| missing("PointInTimeRecoverySpecification"))?);
    if wanted.0.get("PointInTimeRecoveryEnabled").is_none_or(Value::is_null) {
        return Err(missing("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"));
    }
    let days = wanted.page_size("RecoveryPeriodInDays", MOST_DAYS, MOST_DAYS)?;
    let days = u64::try_from(days).unwrap_or_default();
    let enabled = wanted.bool("PointInTimeRecoveryEnabled")?;
    describe(tables, name).await?;
    if enabled {
        let on = backups.recovery.entry(name.to_owned());
        on.or_insert(Recovery { since: milliseconds(), days }).days = days;
    } else {
        backups.recovery.remove(name);
    }
    Ok(description(backups.recovery.get(name).copied(), backups.lag()))
}

fn description(recovery: Option<Recovery>, lag: u64) -> Value {
    let point_in_time = match recovery {
        None => json!({ "PointInTimeRecoveryStatus": "DISABLED" }),
        Some(recovery) => {
            let (earliest, latest) = recovery.window(lag);
            json!({
                "PointInTimeRecoveryStatus": "ENABLED",
                "RecoveryPeriodInDays": recovery.days,
                "EarliestRestorableDateTime": timestamp(earliest),
                "LatestRestorableDateTime": timestamp(latest),
            })
        }
    };
    json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": point_in_time,
    } })
}
