//! Backups of tables, and what is known about their recovery.
//!
//! API: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BackupDetails.html>.
//! A backup is complete when its call is answered, unless it is told to take time. There are no quotas.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

use super::recovery::Recovery;
use super::snapshot::Snapshot;
use super::{arns, definition};
use crate::clock::{milliseconds, timestamp};
use crate::ids;
use crate::json::{AwsError, Members, missing};

/// How long DynamoDB keeps the backup it makes of a deleted table: 35 days in milliseconds.
const SYSTEM_BACKUP_LIFE: u64 = 35 * 24 * 60 * 60 * 1000;

/// How slow backups are, in milliseconds.
#[derive(Debug, Default)]
pub(super) struct Timing {
    /// From the call to the complete backup.
    pub(super) backup: AtomicU64,
    /// From now back to the latest moment that a table can be restored to.
    pub(super) lag: AtomicU64,
}

/// What is kept beside the tables of one world.
#[derive(Default)]
pub(super) struct Backups {
    /// By id. Ids start with the time, so this is the order in which they were made.
    kept: BTreeMap<String, Backup>,
    /// The tables with point-in-time recovery, by name.
    pub(super) recovery: HashMap<String, Recovery>,
    /// How the tables that were restored came about, by name.
    pub(super) restored: HashMap<String, Value>,
    pub(super) timing: Arc<Timing>,
}

/// Who made a backup.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    /// Made when a table with point-in-time recovery was deleted.
    System,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::User => "USER",
            Kind::System => "SYSTEM",
        }
    }
}

/// One backup.
pub(super) struct Backup {
    pub(super) kind: Kind,
    name: String,
    /// Milliseconds since 1970.
    created: u64,
    /// When it is complete, in the same unit.
    complete: u64,
    pub(super) snapshot: Snapshot,
}

impl Backups {
    /// Keeps a backup of a table; its `BackupDetails`.
    pub(super) fn add(&mut self, kind: Kind, name: &str, snapshot: Snapshot) -> Value {
        let created = milliseconds();
        let complete = match kind {
            Kind::User => created.saturating_add(self.timing.backup.load(Ordering::SeqCst)),
            Kind::System => created,
        };
        let new_id = || format!("{created:014}-{:08x}", ids::number() >> 32);
        let mut id = new_id();
        while self.kept.contains_key(&id) {
            id = new_id();
        }
        let backup = Backup { kind, name: name.to_owned(), created, complete, snapshot };
        let details = backup.details(&id, backup.status());
        self.kept.insert(id, backup);
        details
    }

    /// How far the latest moment to restore to is behind, in milliseconds.
    pub(super) fn lag(&self) -> u64 {
        self.timing.lag.load(Ordering::SeqCst)
    }

    /// Refuses to make a second backup of a table while one is being made.
    pub(super) fn refuse_second(&self, table: &str) -> Result<(), AwsError> {
        let mut all = self.kept.values();
        match all.any(|backup| backup.table_name() == table && !backup.is_complete()) {
            true => Err(in_use(table)),
            false => Ok(()),
        }
    }

    /// The complete backup with the `BackupArn` of a request, and its id.
    pub(super) fn find_complete(&self, members: Members<'_>) -> Result<(&str, &Backup), AwsError> {
        let (id, backup) = self.find(members)?;
        match backup.is_complete() {
            true => Ok((id, backup)),
            false => Err(in_use(backup.table_name())),
        }
    }

    /// The backup with the `BackupArn` of a request, and its id.
    pub(super) fn find(&self, members: Members<'_>) -> Result<(&str, &Backup), AwsError> {
        let arn = required(members, "BackupArn")?;
        let (table, id) = arns::read_backup(arn)?;
        let found = self.kept.get_key_value(id);
        match found.filter(|(_, backup)| backup.table_name() == table) {
            Some((id, backup)) => Ok((id, backup)),
            None => {
                Err(AwsError::new("BackupNotFoundException", format!("Backup not found: {arn}")))
            }
        }
    }

    /// `DescribeBackup`.
    pub(super) fn describe(&self, members: Members<'_>) -> Result<Value, AwsError> {
        let (id, backup) = self.find(members)?;
        Ok(json!({ "BackupDescription": backup.description(id, backup.status()) }))
    }

    /// `DeleteBackup`.
    pub(super) fn delete(&mut self, members: Members<'_>) -> Result<Value, AwsError> {
        let (id, backup) = self.find_complete(members)?;
        let description = backup.description(id, "DELETED");
        let id = id.to_owned();
        self.kept.remove(&id);
        Ok(json!({ "BackupDescription": description }))
    }

    /// `ListBackups`, oldest first.
    pub(super) fn list(&self, members: Members<'_>) -> Result<Value, AwsError> {
        let size = members.page_size("Limit", 100, 100)?;
        let kind = members.str("BackupType")?.unwrap_or("USER");
        if !["USER", "SYSTEM", "AWS_BACKUP", "ALL"].contains(&kind) {
            return Err(AwsError::validation(format!("Unknown BackupType: {kind}")));
        }
        let table = members.str("TableName")?.map(arns::table_name);
        let after = members.str("ExclusiveStartBackupArn")?.map(arns::read_backup).transpose()?;
        let from = members.milliseconds("TimeRangeLowerBound")?.unwrap_or(0);
        let before = members.milliseconds("TimeRangeUpperBound")?.unwrap_or(u64::MAX);
        let mut rest = self.kept.iter().filter(|(id, backup)| {
            (kind == "ALL" || kind == backup.kind.name())
                && table.is_none_or(|table| table == backup.table_name())
                && after.is_none_or(|(_, after)| id.as_str() > after)
                && (from..before).contains(&backup.created)
        });
        let page: Vec<_> = rest.by_ref().take(size).collect();
        let summaries: Vec<Value> = page.iter().map(|(id, backup)| backup.summary(id)).collect();
        let mut answer = json!({ "BackupSummaries": summaries });
        if let (Some((id, backup)), Some(_)) = (page.last(), rest.next()) {
            answer["LastEvaluatedBackupArn"] = backup.arn(id).into();
        }
        Ok(answer)
    }
}

impl Backup {
    fn table_name(&self) -> &str {
        self.snapshot.table["TableName"].as_str().unwrap_or_default()
    }

    /// The ARN of this backup.
    pub(super) fn arn(&self, id: &str) -> String {
        arns::backup(self.table_name(), id)
    }

    fn is_complete(&self) -> bool {
        self.complete <= milliseconds()
    }

    fn status(&self) -> &'static str {
        if self.is_complete() { "AVAILABLE" } else { "CREATING" }
    }

    fn details(&self, id: &str, status: &str) -> Value {
        let mut details = json!({
            "BackupArn": self.arn(id),
            "BackupName": self.name,
            "BackupSizeBytes": self.snapshot.table["TableSizeBytes"],
            "BackupStatus": status,
            "BackupType": self.kind.name(),
            "BackupCreationDateTime": timestamp(self.created),
        });
        if self.kind == Kind::System {
            details["BackupExpiryDateTime"] = timestamp(self.created + SYSTEM_BACKUP_LIFE);
        }
        details
    }

    fn summary(&self, id: &str) -> Value {
        let mut summary = self.details(id, self.status());
        for member in ["TableName", "TableId", "TableArn"] {
            summary[member] = self.snapshot.table[member].clone();
        }
        summary
    }

    fn description(&self, id: &str, status: &str) -> Value {
        let table = &self.snapshot.table;
        let mut source: Map<String, Value> =
            ["TableName", "TableId", "TableArn", "TableSizeBytes", "KeySchema", "ItemCount"]
                .iter()
                .map(|member| ((*member).to_owned(), table[*member].clone()))
                .collect();
        source.insert("TableCreationDateTime".to_owned(), table["CreationDateTime"].clone());
        source.insert("BillingMode".to_owned(), definition::billing_mode(table).into());
        source.extend(
            definition::capacity(table)
                .map(|capacity| ("ProvisionedThroughput".to_owned(), capacity)),
        );
        json!({
            "BackupDetails": self.details(id, status),
            "SourceTableDetails": source,
            "SourceTableFeatureDetails": self.features(),
        })
    }

    fn features(&self) -> Value {
        let table = &self.snapshot.table;
        let mut features = Map::new();
        for (member, source) in [
            ("GlobalSecondaryIndexes", "GlobalSecondaryIndexes"),
            ("LocalSecondaryIndexes", "LocalSecondaryIndexes"),
            ("StreamDescription", "StreamSpecification"),
            ("SSEDescription", "SSEDescription"),
        ] {
            features.extend(table.get(source).map(|value| (member.to_owned(), value.clone())));
        }
        let time_to_live = self.snapshot.time_to_live.clone();
        features.insert("TimeToLiveDescription".to_owned(), time_to_live);
        features.into()
    }
}

fn in_use(table: &str) -> AwsError {
    AwsError::new("BackupInUseException", format!("A backup of {table} is being made"))
}

/// The name that `CreateBackup` is to give.
pub(super) fn name(members: Members<'_>) -> Result<&str, AwsError> {
    let name = required(members, "BackupName")?;
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    if (3..=255).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(name);
    }
    Err(AwsError::validation(format!(
        "Value '{name}' at 'backupName' is not 3 to 255 of the characters a-z, A-Z, 0-9, '_', '.', '-'"
    )))
}

/// A string that has to be there.
pub(super) fn required<'a>(members: Members<'a>, name: &str) -> Result<&'a str, AwsError> {
    members.str(name)?.ok_or_else(|| missing(name))
}
