//! `config`: the names of everything, and whether it exists.

use crate::amplify::{Deployment, Existence, Inspector, Kind, Named, derived_names, names};
use clap::Args;
use required_env_vars::{Failure, Reason};
use serde::Serialize;

use super::console::Console;
use super::end::{End, Failed};
use super::global::Global;
use super::settings::Settings;

/// Calls at once: the rate for DescribeTable is a few hundred a second, this leaves it to others.
const AT_ONCE: usize = 8;

#[derive(Args, Debug)]
pub(super) struct Config {
    /// Ask AWS which of them exist; tells absent, denied and unreachable apart
    #[arg(long)]
    check: bool,
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
    resources: Vec<Line<'d>>,
}

#[derive(Serialize)]
struct Line<'d> {
    key: &'static str,
    kind: &'static str,
    name: &'d str,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    existence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl Config {
    pub(super) async fn run(self, global: &Global, console: &Console) -> Result<End, Failed> {
        let settings = Settings::read(global).await?;
        let deployment = &settings.deployment;
        let named = match self.derived_names {
            true => derived_names(deployment)?,
            false => names(&settings.config, deployment).await?,
        };
        let found = match self.check {
            false => Vec::new(),
            true => Inspector::new(&settings.config).all(&named, AT_ONCE).await,
        };
        let (dep_name, stage) = (deployment.dep_name(), deployment.stage());
        let region = &settings.region;
        console.say(&format!("Deployment {dep_name}, stage {stage}, region {region}:"));
        for (index, one) in named.iter().enumerate() {
            console.say(&line(one, found.get(index), deployment));
        }
        let resources = named.iter().enumerate().map(|(index, one)| entry(one, found.get(index)));
        let resources = resources.collect();
        console.document(&Document { command: "config", dep_name, stage, region, resources });
        if self.check { summary(console, &found, region) } else { Ok(End::Done) }
    }
}

fn line(named: &Named, existence: Option<&Existence>, of: &Deployment) -> String {
    let mut line = format!("  {:<45} {}", named.resource.key, named.name);
    let derived = named.resource.name(of);
    if named.name != derived {
        line += &format!(" ({}, instead of {derived})", named.source);
    }
    match existence {
        None => line,
        Some(existence) => format!("{line}: {existence}"),
    }
}

fn entry<'d>(named: &'d Named, existence: Option<&Existence>) -> Line<'d> {
    Line {
        key: named.resource.key,
        kind: match named.resource.kind {
            Kind::Table => "table",
            Kind::Bucket => "bucket",
        },
        name: &named.name,
        source: named.source.to_string(),
        existence: existence.map(Existence::word),
        detail: match existence {
            Some(Existence::Elsewhere(region)) => Some(format!("in {region}")),
            Some(Existence::Unknown(failure)) => Some(failure.to_string()),
            _ => None,
        },
    }
}

/// Why nothing at all could be looked at, if that is not about single resources.
fn barred(found: &[Existence]) -> Option<&Failure> {
    let reasons = |reason| matches!(reason, Reason::BadCredentials | Reason::Unreachable);
    let barred =
        |one: &Existence| matches!(one, Existence::Unknown(failure) if reasons(failure.reason()));
    match found.first() {
        Some(Existence::Unknown(failure)) if found.iter().all(barred) => Some(failure),
        _ => None,
    }
}

fn summary(console: &Console, found: &[Existence], region: &str) -> Result<End, Failed> {
    let count = |word: &str| found.iter().filter(|one| one.word() == word).count();
    let words = ["exists", "absent", "elsewhere", "denied", "unreachable"];
    let counts: Vec<String> = words
        .iter()
        .filter(|word| count(word) > 0)
        .map(|word| {
            format!("{} {}", count(word), if *word == "exists" { "existing" } else { word })
        })
        .collect();
    console.say(&format!("{} resources: {}.", found.len(), counts.join(", ")));
    if let Some(failure) = barred(found) {
        let what = format!("cannot look for any resource in {region}");
        return Err(Failed::Aws { what, failure: failure.clone() });
    }
    if count("absent") == found.len() {
        return Err(Failed::Prerequisite(format!(
            "nothing of this deployment exists in {region}; check --dep-name, --stage, --region and --profile, or deploy it first"
        )));
    }
    let unclear = count("denied") + count("unreachable") + count("elsewhere");
    Ok(if unclear > 0 { End::Partly } else { End::Done })
}
