//! The report for people.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::mask;
use crate::parameter_store::{NotPublishable, Parameter, Path, SHARED, Service, Verified};

use super::Report;
use super::publish::Fate;
use crate::cli::console::Console;
use crate::cli::settings::Settings;

pub(super) fn heading(console: &Console, settings: &Settings, dry_run: bool) {
    let (of, region) = (&settings.deployment, &settings.region);
    let dry = if dry_run { " Dry run: nothing is written." } else { "" };
    let (dep, stage) = (of.dep_name(), of.stage());
    console.say(&format!("Parameter Store of {dep}, stage {stage}, region {region}.{dry}"));
}

pub(super) fn report(console: &Console, report: &Report<'_>) {
    parameters(console, report);
    services(console, report);
    unpublished(console, report);
    project(console, report);
    stale(console, report);
    references(console, report);
    totals(console, report);
}

/// The value as it may be shown.
pub(super) fn shown<'p>(report: &Report<'_>, parameter: &'p Parameter) -> Cow<'p, str> {
    match report.show_values {
        true => Cow::Borrowed(parameter.value.as_str()),
        false => mask::shown(&parameter.name, &parameter.value),
    }
}

fn parameters(console: &Console, report: &Report<'_>) {
    for (parameter, fate) in report.wanted.parameters.iter().zip(&report.fates) {
        let Fate { word, note } = fate;
        let path = &parameter.path;
        if fate.is_failure() {
            let note = note.as_deref().unwrap_or_default();
            console.problem(&format!("  {word} {path} ({}): {note}", parameter.origin));
            continue;
        }
        let line = format!("  {word} {path} = {}", shown(report, parameter).escape_debug());
        if *word == "same" {
            console.detail(&line)
        } else {
            console.say(&line)
        }
        if let Some(note) = note {
            console.problem(&format!("    {note}"));
        }
    }
}

/// One line for each publisher: `✓ amplify-v6-lambda: 24/24 parameters`.
fn services(console: &Console, report: &Report<'_>) {
    let file = report.project.variable_file.as_str();
    let shared = std::iter::once(("shared variables", file));
    let services = report.project.services.iter();
    let services = services.map(|one| (one.name.as_str(), one.file.as_str()));
    for (name, file) in shared.chain(services) {
        let own = report.wanted.parameters.iter().zip(&report.fates);
        let own: Vec<&Fate> =
            own.filter(|(one, _)| one.origin.file == file).map(|(_, fate)| fate).collect();
        let refused = report.wanted.unpublished.iter();
        let refused = refused.filter(|one| one.origin.file == file && one.is_failure()).count();
        let (done, all) = (own.iter().filter(|fate| fate.exists()).count(), own.len() + refused);
        let mark = if done == all { "✓" } else { "✗" };
        let plural = if all == 1 { "" } else { "s" };
        console.say(&format!("{mark} {name}: {done}/{all} parameter{plural}"));
    }
}

fn unpublished(console: &Console, report: &Report<'_>) {
    let mut unset = Vec::new();
    for one in &report.wanted.unpublished {
        if matches!(one.why, NotPublishable::Unset) {
            unset.push(format!("{} ({})", one.name, one.origin));
        } else {
            console
                .problem(&format!("{}: {} is not published: it {}", one.origin, one.name, one.why));
        }
    }
    if !unset.is_empty() {
        console.say(&format!("Without a value, and so not published: {}.", unset.join(", ")));
    }
}

fn project(console: &Console, report: &Report<'_>) {
    let project = report.project;
    for failed in &project.failed {
        console.problem(&format!("{}; nothing of this service was published", failed.why));
    }
    for service in &project.services {
        for (name, place) in &service.merged {
            console.problem(&format!(
                "{}:{place}: {name} comes into provider.environment by `<<` and is not published; write it out among the local variables if it should be",
                service.file
            ));
        }
        for line in &service.stray_markers {
            console.problem(&format!(
                "{}:{line}: local variables are marked outside of provider.environment; nothing was taken from there",
                service.file
            ));
        }
    }
    for folder in &project.templates {
        console.say(&format!(
            "{folder}: left out, its name does not have the deployment's in it; --include-template takes it"
        ));
    }
    for file in &project.unread {
        console
            .problem(&format!("{file}: not read, only serverless.yml has sections of variables"));
    }
    let entries = project.variables.entries().unwrap_or_default();
    let root = format!("/amplify/{}/", report.settings.deployment.stage());
    for (key, value) in entries {
        let is_set = value.scalar().is_none_or(|text| !text.trim().is_empty());
        let path = format!("{root}{}", key.text);
        let known = SHARED.contains(&key.text.as_str())
            || report.wanted.parameters.iter().any(|one| one.path == path);
        let read = |service: &Service| {
            service.references.iter().any(|reference| {
                reference.paths.iter().any(|one| matches!(one, Path::Known(name) if *name == path))
            })
        };
        if is_set && !known && project.services.iter().any(read) {
            console.say(&format!(
                "{}:{}: {} is set but is none of the shared variables: services that read {path} get their defaults",
                project.variable_file, key.place.line, key.text
            ));
        }
    }
}

fn stale(console: &Console, report: &Report<'_>) {
    for one in &report.stale {
        let why = match one.unpublished {
            true => "the variable is there, but has no value to publish",
            false => "no variable says it any more",
        };
        console.say(&format!(
            "  stale {}: {why}; remove it with `aws ssm delete-parameter --name {}`",
            one.path, one.path
        ));
    }
}

fn references(console: &Console, report: &Report<'_>) {
    let Verified { found, defaults, unchecked, dangling } = &report.verified;
    for (written, origin, why) in unchecked {
        console.say(&format!("{origin}: `{written}` cannot be checked: {why}"));
    }
    let mut readers: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
    for one in dangling {
        readers.entry(&one.paths).or_default().push(one.origin.to_string());
    }
    for (paths, readers) in &readers {
        let variable = report.wanted.unpublished.iter().find(|one| paths.contains(&one.path));
        let variable = variable.map_or_else(String::new, |one| {
            format!(" ({} at {} {})", one.name, one.origin, one.why)
        });
        let (paths, readers) = (paths.join(" and no "), readers.join(", "));
        console.problem(&format!("there is no {paths}{variable}, which is read by {readers}"));
    }
    let all = found + defaults + unchecked.len() + dangling.len();
    let mut counts = vec![format!("{found} found")];
    let others = [
        (*defaults, "with their defaults"),
        (unchecked.len(), "not to be checked"),
        (dangling.len(), "leading nowhere"),
    ];
    counts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    console.say(&format!("{all} references to Parameter Store: {}.", counts.join(", ")));
}

fn totals(console: &Console, report: &Report<'_>) {
    let count = |word: &str| report.fates.iter().filter(|fate| fate.word == word).count();
    let verbs = if report.dry_run {
        [("create", "to create"), ("update", "to update"), ("same", "the same")]
    } else {
        [("create", "created"), ("update", "updated"), ("same", "the same")]
    };
    let mut counts: Vec<String> =
        verbs.iter().map(|(word, verb)| format!("{} {verb}", count(word))).collect();
    for (word, verb) in [("refused", "refused"), ("failed", "failed"), ("left", "not tried")] {
        if count(word) > 0 {
            counts.push(format!("{} {verb}", count(word)));
        }
    }
    if !report.stale.is_empty() {
        counts.push(format!("{} stale", report.stale.len()));
    }
    let services = report.project.services.len();
    console.say(&format!(
        "{} parameters of {services} services: {}.",
        report.fates.len(),
        counts.join(", ")
    ));
}
