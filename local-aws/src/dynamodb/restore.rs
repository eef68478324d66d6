//! New tables from backups and from running tables.

use serde_json::{Value, json};

use super::backups::{Backups, required};
use super::snapshot::{Snapshot, describe};
use super::{Tables, arns, definition};
use crate::clock::{milliseconds, timestamp};
use crate::json::{AwsError, Members, missing};

/// `RestoreTableFromBackup`.
pub(super) async fn from_backup(
    tables: &Tables,
    backups: &mut Backups,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let (id, backup) = backups.find_complete(members)?;
    let source = json!({ "SourceBackupArn": backup.arn(id) });
    let restored = restore(tables, &backup.snapshot, members, source).await?;
    Ok(remember(backups, restored))
}

/// `RestoreTableToPointInTime`.
pub(super) async fn to_point_in_time(
    tables: &Tables,
    backups: &mut Backups,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let source = members.str("SourceTableName")?.or(members.str("SourceTableArn")?);
    let source = arns::table_name(source.ok_or_else(|| missing("SourceTableName"))?);
    let when = members.milliseconds("RestoreDateTime")?;
    let latest = members.bool("UseLatestRestorableTime")?;
    if latest == when.is_some() {
        return Err(AwsError::validation(
            "Exactly one of UseLatestRestorableTime and RestoreDateTime must be given",
        ));
    }
    describe(tables, source).await?;
    let lag = backups.lag();
    let Some(recovery) = backups.recovery.get(source) else {
        return Err(AwsError::new(
            "PointInTimeRecoveryUnavailableException",
            format!("Point in time recovery is not enabled for table '{source}'"),
        ));
    };
    if let Some(milliseconds) = when {
        return Err(recovery.refuse(milliseconds, lag));
    }
    let snapshot = Snapshot::take(tables, source).await?;
    let restored = restore(tables, &snapshot, members, json!({})).await?;
    Ok(remember(backups, restored))
}

/// Makes the target table; its description.
async fn restore(
    tables: &Tables,
    snapshot: &Snapshot,
    members: Members<'_>,
    source: Value,
) -> Result<Value, AwsError> {
    let target = required(members, "TargetTableName")?;
    match describe(tables, target).await {
        Err(error) if error.code == "TableNotFoundException" => {}
        Err(error) => return Err(error),
        Ok(_) => {
            return Err(AwsError::new(
                "TableAlreadyExistsException",
                format!("Table already exists: {target}"),
            ));
        }
    }
    let request = definition::create_request(target, &snapshot.table);
    snapshot.restore(tables, &definition::with_overrides(request, members)?).await?;
    let mut table = describe(tables, target).await?;
    let mut summary = source;
    summary["SourceTableArn"] = snapshot.table["TableArn"].clone();
    summary["RestoreDateTime"] = timestamp(milliseconds());
    summary["RestoreInProgress"] = false.into();
    table["RestoreSummary"] = summary;
    Ok(table)
}

fn remember(backups: &mut Backups, table: Value) -> Value {
    let name = table["TableName"].as_str().unwrap_or_default().to_owned();
    backups.restored.insert(name, table["RestoreSummary"].clone());
    json!({ "TableDescription": table })
}
