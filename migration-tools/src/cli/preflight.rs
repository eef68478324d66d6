//! `preflight`: which steps of the guide apply here, which are done, and what to do next.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::amplify::preflight::{Check, Commands, CsvFile, Eyes, Facts, Status, Wanted, checks};
use crate::amplify::{derived_names, names};

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;

const ABOUT: &str = "\
It looks only, and writes nothing anywhere. For every step of the guide it tells whether it is done, to do, \
not needed here, or cannot be told, and the command that is next. The users table is read as a whole; of \
other tables at most a row for each of fifty users.

Exit codes: 0, everything could be told, and nothing that was looked at is in a migration's way; 1, something \
could not be told; 2, the id map is bad; 3, something has to be done before a migration.";

#[derive(Args, Debug)]
#[command(after_long_help = ABOUT)]
pub(super) struct Preflight {
    /// The file with the id map
    #[arg(long, value_name = "FILE", default_value = "migration_users.csv")]
    csv_file: PathBuf,
    /// Do not look in Parameter Store for resources that have other names
    #[arg(long)]
    derived_names: bool,
}

#[derive(Serialize)]
struct Document<'d> {
    command: &'static str,
    dep_name: &'d str,
    stage: &'d str,
    region: &'d str,
    csv_file: String,
    checks: Vec<Line<'d>>,
    counts: BTreeMap<&'static str, usize>,
    next: &'d [String],
}

#[derive(Serialize)]
struct Line<'d> {
    check: &'static str,
    status: &'static str,
    prerequisite: bool,
    detail: &'d str,
    next: &'d [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    one_of: bool,
}

impl Preflight {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let (deployment, region) = (&settings.deployment, &settings.region);
        let named = match self.derived_names {
            true => derived_names(deployment)?,
            false => names(&settings.config, deployment).await?,
        };
        let wanted = Wanted { deployment, named: &named, csv_file: &self.csv_file };
        let facts = Eyes::new(&settings.config).look(wanted).await;
        if let Some(failure) = facts.barred() {
            let what = format!("nothing could be looked at in {region}");
            return Err(Failed::Aws { what, failure: failure.clone() });
        }
        let commands = Commands::new(deployment, region, global.profile.as_deref(), &self.csv_file);
        let checks = checks(&facts, &commands);
        let (dep_name, stage) = (deployment.dep_name(), deployment.stage());
        console.say(&format!("Deployment {dep_name}, stage {stage}, region {region}:"));
        checks.iter().for_each(|check| say(check, console));
        let next = checks.iter().find(|check| check.status == Status::ToDo);
        console.say(&last(&checks, next));
        console.document(&Document {
            command: "preflight",
            dep_name,
            stage,
            region,
            csv_file: self.csv_file.display().to_string(),
            checks: checks.iter().map(line).collect(),
            counts: counts(&facts),
            next: next.map_or(&[][..], |check| &check.next.commands),
        });
        Ok(end(&checks, &facts))
    }
}

/// A step, and what to run for it.
fn say(check: &Check, console: &Console) {
    let text = format!("  {:<14}  {}: {}", check.status.to_string(), check.step, check.detail);
    match check.status {
        Status::Unknown => console.problem(&text),
        _ => console.say(&text),
    }
    let first = match check.status {
        Status::Done => "more",
        _ if check.next.one_of => "either",
        _ => "next",
    };
    for (at, command) in check.next.commands.iter().enumerate() {
        let word = match (at, check.next.one_of) {
            (0, _) => first,
            (_, true) => "or",
            (_, false) => "then",
        };
        console.say(&format!("{:18}{word}: {command}", ""));
    }
}

fn last(checks: &[Check], next: Option<&Check>) -> String {
    let unclear = checks.iter().filter(|check| check.status == Status::Unknown).count();
    let unclear = match unclear {
        0 => String::new(),
        some => format!(" {some} of the steps could not be told."),
    };
    match next {
        None => format!("Nothing is known to be left to do.{unclear}"),
        Some(check) => format!("Next step: {}.{unclear}", check.step),
    }
}

fn line(check: &Check) -> Line<'_> {
    Line {
        check: check.step.word(),
        status: check.status.word(),
        prerequisite: check.step.is_prerequisite(),
        detail: &check.detail,
        next: &check.next.commands,
        one_of: check.next.one_of,
    }
}

/// The numbers behind it; those that are not known are left out.
fn counts(facts: &Facts) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::from([
        ("resources_existing", facts.existing),
        ("tables_with_recovery", facts.recovery.on),
        ("tables_without_recovery", facts.recovery.off.len()),
    ]);
    if let Ok(found) = &facts.parameters {
        counts.extend([("names_expected", found.expected), ("names_published", found.published())]);
    }
    if let CsvFile::Good { users, renamed, chains } = facts.csv {
        counts.extend([("csv_users", users), ("csv_renamed", renamed), ("csv_chains", chains)]);
    }
    let Ok(Some(logins)) = &facts.logins else { return counts };
    counts.insert("logins", logins.rows);
    if matches!(facts.csv, CsvFile::Good { chains: 0, .. }) {
        counts.extend([
            ("logins_old_only", logins.old_only),
            ("logins_new_only", logins.new_only),
            ("logins_both", logins.both),
            ("logins_neither", logins.neither),
            ("logins_unchanged", logins.unchanged),
            ("logins_unlisted", logins.unlisted),
        ]);
    }
    if let Some(probe) = &logins.probe {
        counts.extend([
            ("switched_looked_for", probe.users),
            ("switched_with_data_left", probe.left_behind),
        ]);
    }
    counts
}

fn end(checks: &[Check], facts: &Facts) -> End {
    let waits = |check: &Check| check.status == Status::ToDo && check.step.is_prerequisite();
    if matches!(facts.csv, CsvFile::Bad(_)) {
        End::Usage
    } else if checks.iter().any(|check| check.status == Status::Unknown) {
        End::Partly
    } else if checks.iter().any(waits) {
        End::Prerequisite
    } else {
        End::Done
    }
}
