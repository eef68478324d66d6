//! The command lines for what may come after a run.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::findings::Group;
use super::told::Told;
use super::work::Work;
use crate::amplify::preflight::quoted;
use crate::engine::journal::State;

/// A step that may come next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// What it is for.
    pub what: String,
    /// The command lines, in their order.
    pub commands: Vec<String>,
}

/// How the operator reaches the deployment, beside its name.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// The journal's folder, if it is not the usual one.
    pub journal: Option<PathBuf>,
    /// The profile, if one was given.
    pub profile: Option<String>,
}

/// Deployment name, stage and region.
pub(super) type Place = (String, String, String);

/// Where a run was, if it said so.
pub(super) fn place(summary: &Value) -> Option<Place> {
    let text = |name: &str| summary.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("dep_name")?, text("stage")?, text("region")?))
}

impl Way {
    /// The flags of a command line that calls AWS.
    pub(super) fn flags(&self, place: Option<Place>) -> String {
        let mut flags = String::new();
        if let Some((dep_name, stage, region)) = place {
            for (flag, value) in [("dep-name", dep_name), ("stage", stage), ("region", region)] {
                flags += &format!(" --{flag} {}", quoted(&value));
            }
        }
        if let Some(profile) = &self.profile {
            flags += &format!(" --profile {}", quoted(profile));
        }
        flags + &self.local()
    }

    /// The flags of one that looks at the journal only.
    pub(super) fn local(&self) -> String {
        let folder = self.journal.as_deref().map(Path::display);
        folder
            .map(|folder| format!(" --journal {}", quoted(&folder.to_string())))
            .unwrap_or_default()
    }
}

/// What may come after a run.
pub(super) fn next(
    run: &Told,
    work: Option<&Work>,
    continued_by: Option<u64>,
    findings: &[Group],
    (flags, local): (&str, &str),
) -> Vec<Next> {
    let line = |command: &str| format!("migration-tools {command}{flags}");
    let (name, number) = (run.name(), run.run);
    let is_migration = name == "id-migration";
    let mut all = Vec::new();
    let mut add = |what: &str, commands: &[String]| {
        all.push(Next { what: what.to_owned(), commands: commands.to_vec() });
    };
    if !findings.is_empty() {
        let command = format!("migration-tools status --run {number} --show-values{local}");
        add("See which records have to be seen to", &[command]);
    }
    if run.exit != Some(0) && continued_by.is_none() && is_harmless(&run.command) {
        let what = match is_migration {
            true => "Go on with it: the same command, with the same --csv-file and --users",
            false => "Go on with it: the same command",
        };
        add(what, &[line(&format!("{}{}", run.command, taken_back(run)))]);
    }
    if is_migration {
        let verify = [line("verify")];
        add("Verify, with the --csv-file if it is not migration_users.csv", &verify);
    }
    let keeps = |work: &Work| matches!(work.old.as_deref(), Some("keep" | "mark"));
    let copied = |work: &Work| work.total("kept") > 0 || work.total("copied") > 0;
    let kept = work.is_some_and(|work| keeps(work) && copied(work));
    if is_migration && kept {
        let clean = line("id-migration-cleanup");
        let commands = [format!("{clean} --dry-run"), clean];
        add("Remove old records that stayed, when everything was verified", &commands);
    }
    let made = [State::Intended, State::Proven, State::Cleaned];
    if made.iter().any(|state| run.count(*state) > 0) {
        let command = match name {
            "core-table" => "core-table rollback",
            "profiles" => "profiles rollback",
            _ => "rollback",
        };
        let back = line(&format!("{command} --run {number}"));
        let what = "Take it back, with all runs that it went on with or that went on with it";
        add(what, &[format!("{back} --dry-run"), back]);
    }
    all
}

/// The run that a rollback was about, where it said so.
fn taken_back(run: &Told) -> String {
    let runs = run.summary.as_ref().and_then(|summary| summary.get("runs"));
    let first = runs.and_then(|runs| runs.get(0)).and_then(Value::as_u64);
    match first {
        Some(first) if run.command.ends_with("rollback") => format!(" --run {first}"),
        _ => String::new(),
    }
}

/// Whether a command can be told as one that a person may paste.
fn is_harmless(command: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=, ".contains(c);
    !command.is_empty() && command.chars().all(plain)
}
