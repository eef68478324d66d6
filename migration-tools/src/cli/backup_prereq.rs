//! `backup-prereq`: a way back for every table and bucket before a migration changes it.

mod document;
mod render;

use std::path::Path;

use clap::Args;
use required_env_vars::Reason;
use time::OffsetDateTime;

use crate::amplify::tables::{self, Group};
use crate::amplify::{Deployment, Kind, Named, check_name, derived_names, names};
use crate::backups::{
    Answer, BackupName, Change, Reader, Report, Resources, Terms, Writer, check, create,
};

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::interrupt::Interrupt;
use super::settings::Settings;
use render::{Mode, Outcome, Watching};

#[derive(Args, Debug)]
#[command(after_long_help = include_str!("../../docs/restore.md"))]
pub(super) struct BackupPrereq {
    /// Start of the backups' names; what was made under it in the last 24 hours is not made again. With
    /// --verify-only, the only backups that count [default: id-migration-backup-{date}-{time}, in UTC]
    #[arg(long, value_name = "NAME")]
    backup_name: Option<String>,
    /// Make nothing, and say whether everything has a backup of the last 24 hours
    #[arg(long)]
    verify_only: bool,
    /// Write nothing, and say what would be made
    #[arg(long)]
    dry_run: bool,
    /// Do not look in Parameter Store for resources that have other names
    #[arg(long)]
    derived_names: bool,
}

impl BackupPrereq {
    /// How its log is named where no other file is given: as the guide says, dry runs too.
    pub(super) fn log(&self) -> &'static str {
        match (self.verify_only, self.dry_run) {
            (true, _) => "backup_prereq_verify",
            (false, true) => "backup_prereq_dry_run",
            (false, false) => "backup_prereq_backup",
        }
    }

    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let given = self.backup_name.as_deref().map(BackupName::new).transpose();
        let given = given.map_err(|error| Failed::Usage(error.to_string()))?;
        let settings = Settings::read(global).await?;
        let deployment = &settings.deployment;
        let named = match self.derived_names {
            true => derived_names(deployment)?,
            false => names(&settings.config, deployment).await?,
        };
        let resources = resources(&named, deployment)?;
        let mode = match (self.verify_only, self.dry_run) {
            (true, _) => Mode::Verify,
            (false, true) => Mode::DryRun,
            (false, false) => Mode::Create,
        };
        let name = match mode {
            Mode::Verify => given,
            _ => Some(given.unwrap_or_else(|| BackupName::of_moment(OffsetDateTime::now_utc()))),
        };
        render::heading(console, &settings, mode, name.as_ref());
        let interrupt = Interrupt::listen();
        let total = resources.tables.len() + resources.buckets.len();
        let watch = Watching::new(console, &interrupt, total);
        let terms = Terms { name: name.clone(), ..Terms::default() };
        let outcome = match (mode, &name) {
            (Mode::Create, Some(name)) => {
                let writer = Writer::new(&settings.config);
                let here = Path::new("");
                let created = create(&writer, &resources, name, &terms, here, &watch).await;
                Outcome::of(created.map_err(|error| Failed::Usage(error.to_string()))?)
            }
            (Mode::Create | Mode::Verify, _) => {
                let reader = Reader::new(&settings.config);
                Outcome::seen(check(&reader, &resources, &terms, &watch).await)
            }
            (Mode::DryRun, _) => {
                let terms = Terms { patience: std::time::Duration::ZERO, ..terms };
                let reader = Reader::new(&settings.config);
                Outcome::seen(check(&reader, &resources, &terms, &watch).await)
            }
        };
        watch.end();
        let end = end(mode, &outcome.report);
        let shown = render::Shown { settings: &settings, mode, name: name.as_ref(), end };
        render::report(console, &shown, &outcome);
        console.document(&document::document(&shown, &outcome));
        match barred(&outcome.report, &settings.region) {
            Some(failed) => Err(failed),
            None => Ok(end),
        }
    }
}

/// Every table that takes part in a migration and every bucket, each once.
fn resources(named: &[Named], of: &Deployment) -> Result<Resources, Failed> {
    let mut resources = Resources::default();
    for table in tables::all().filter(|table| table.group != Group::Never) {
        let listed = named.iter().find(|one| one.resource.key == table.key);
        let name = listed.map_or_else(|| table.name(of), |listed| listed.name.clone());
        if let Err(rule) = check_name(Kind::Table, &name) {
            let key = table.key;
            return Err(Failed::Usage(format!("{key}: the name `{name}` {rule}")));
        }
        if !resources.tables.contains(&name) {
            resources.tables.push(name);
        }
    }
    for bucket in named.iter().filter(|one| one.resource.kind == Kind::Bucket) {
        if !resources.buckets.contains(&bucket.name) {
            resources.buckets.push(bucket.name.clone());
        }
    }
    Ok(resources)
}

/// What failed is worse than what lacks: it may lack too.
fn end(mode: Mode, report: &Report) -> End {
    let any = |word| report.with_word(word).next().is_some();
    if any("failed") || any("denied") {
        End::Partly
    } else if report.stopped && !report.is_covered() {
        End::Interrupted
    } else if any("missing") && mode != Mode::DryRun {
        End::Prerequisite
    } else {
        End::Done
    }
}

/// Why nothing at all is known, if that is not about single resources.
fn barred(report: &Report, region: &str) -> Option<Failed> {
    let everywhere = |reason| matches!(reason, Reason::BadCredentials | Reason::Unreachable);
    let mut first = None;
    let mut absent = 0;
    for entry in &report.entries {
        match &entry.answer {
            Answer::Absent => absent += 1,
            Answer::Failed(calls)
                if calls.iter().all(|failed| everywhere(failed.failure.reason())) =>
            {
                first = first.or(calls.first());
            }
            _ => return None,
        }
    }
    match (first, absent) {
        (Some(failed), 0) => Some(Failed::Aws {
            what: format!("cannot look at any table or bucket in {region}"),
            failure: failed.failure.clone(),
        }),
        (None, _) => Some(Failed::Prerequisite(format!(
            "nothing of this deployment exists in {region}; check --dep-name, --stage, --region and --profile, or deploy it first"
        ))),
        _ => None,
    }
}

/// What was changed, as a sentence.
fn told(change: &Change) -> String {
    match change {
        Change::BackupMade { table, name } => format!("{table}: backup {name} asked for."),
        Change::RecoveryEnabled { table } => {
            format!("{table}: point-in-time recovery switched on.")
        }
        Change::VersioningEnabled { bucket, before } => {
            format!("{bucket}: versioning enabled, it was {}.", before.word())
        }
    }
}
