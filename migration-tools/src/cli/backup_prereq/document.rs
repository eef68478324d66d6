//! What `backup-prereq` says as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use super::render::{Outcome, Shown, kind, next};
use crate::backups::{Answer, BackupName, CallFailed, Change, Cover, Entry, Lack};

#[derive(Serialize)]
pub(super) struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    backup_name: Option<&'d str>,
    covered: bool,
    stopped: bool,
    exit_code: u8,
    resources: Vec<Value>,
    changes: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

pub(super) fn document<'d>(shown: &'d Shown<'d>, outcome: &'d Outcome) -> Document<'d> {
    let deployment = &shown.settings.deployment;
    let report = &outcome.report;
    Document {
        command: "backup-prereq",
        dep_name: deployment.dep_name(),
        stage: deployment.stage(),
        region: &shown.settings.region,
        mode: shown.mode.word(),
        backup_name: shown.name.map(BackupName::as_str),
        covered: report.is_covered(),
        stopped: report.stopped,
        exit_code: shown.end.code(),
        resources: report.entries.iter().map(entry).collect(),
        changes: outcome.changes.iter().map(change).collect(),
        state_before: outcome.record.as_ref().map(|path| path.display().to_string()),
        wait_minutes: outcome.settling_minutes(),
        next: next(shown, report),
    }
}

fn entry(entry: &Entry) -> Value {
    let mut value = json!({
        "kind": kind(entry.kind), "name": entry.name, "state": entry.answer.word(),
    });
    match &entry.answer {
        Answer::Absent => {}
        Answer::Covered(by) => value["by"] = by.iter().map(cover).collect(),
        Answer::Missing(what) => value["missing"] = what.iter().map(lack).collect(),
        Answer::Failed(calls) => {
            let call = |failed: &CallFailed| json!({"call": failed.call, "why": failed.failure.to_string()});
            value["failed"] = calls.iter().map(call).collect();
        }
    }
    value
}

fn cover(cover: &Cover) -> Value {
    match cover {
        Cover::Backup { name, arn, .. } => {
            json!({"backup": name, "arn": arn, "detail": cover.to_string()})
        }
        Cover::Recovery { .. } | Cover::Versioning => json!({"detail": cover.to_string()}),
    }
}

fn lack(lack: &Lack) -> Value {
    let what = match lack {
        Lack::Backup => "backup",
        Lack::BackupUnfinished { .. } => "backup-unfinished",
        Lack::RecoveryOff => "recovery-off",
        Lack::RecoveryStarts { .. } => "recovery-starts",
        Lack::RecoveryLags { .. } => "recovery-lags",
        Lack::Versioning(_) => "versioning",
    };
    json!({"what": what, "detail": lack.to_string(), "remedy": lack.remedy()})
}

fn change(change: &Change) -> Value {
    match change {
        Change::BackupMade { table, name } => json!({"table": table, "backup": name}),
        Change::RecoveryEnabled { table } => {
            json!({"table": table, "recovery": "enabled", "before": "disabled"})
        }
        Change::VersioningEnabled { bucket, before } => {
            json!({"bucket": bucket, "versioning": "enabled", "before": before.word()})
        }
    }
}
