//! Actions that do not exist, or are spelled otherwise.

use ops_enums::Operation;
use ops_enums::iam::{self, Tier};

use crate::audit::{Finding, Rule};
use crate::policy::catalogue::matching;
use crate::policy::{Entry, Statement};

pub(super) fn check(statement: &Statement) -> Vec<Finding> {
    statement
        .actions
        .written()
        .iter()
        .filter_map(|entry| {
            let (rule, message) = problem(entry)?;
            let text = entry.pattern.text();
            let message = format!("in {:#}, {message}", statement.at);
            Some(Finding::of_statement(rule, &statement.at, entry.place, text, message))
        })
        .collect()
}

fn problem(entry: &Entry) -> Option<(Rule, String)> {
    let pattern = &entry.pattern;
    let text = pattern.text();
    if !pattern.unknown().is_empty() {
        let names = pattern.unknown().join(", ");
        return Some((Rule::NotChecked, format!("the action {text} depends on {names}")));
    }
    if pattern.is_everything() {
        return None;
    }
    let Some((prefix, name)) = text.split_once(':') else {
        let message = format!("{text} is no action: write service:Action, such as s3:GetObject");
        return Some((Rule::InvalidAction, message));
    };
    if prefix.contains(['*', '?']) {
        let message = format!("{text} has a wildcard before the colon, where IAM permits none");
        return Some((Rule::InvalidAction, message));
    }
    if !iam::is_service(prefix) {
        let message =
            format!("{text} is of no service: AWS has no prefix {prefix}{}", meant_prefix(prefix));
        return Some((Rule::InvalidAction, message));
    }
    if !iam::is_covered(prefix) {
        let message =
            format!("{text} was not checked: the actions of {prefix} are not in this catalogue");
        return Some((Rule::NotChecked, message));
    }
    if pattern.has_wildcard() {
        let message = || format!("{text} matches no action of {prefix}; remove or correct it");
        return matching(pattern).is_empty().then(|| (Rule::InvalidAction, message()));
    }
    match iam::action(text) {
        None => Some((Rule::InvalidAction, unknown_name(prefix, name))),
        Some(action) if action.full() != text => {
            Some((Rule::ActionCase, format!("{text} is written {} by AWS", action.full())))
        }
        Some(_) => None,
    }
}

fn unknown_name(prefix: &str, name: &str) -> String {
    let written = format!("{prefix}:{name}");
    if let Some(operation) = Operation::from_iam(&written) {
        let required = operation.needs().iter().filter(|need| need.tier == Tier::Required);
        let mut actions: Vec<&str> = required.map(|need| need.action.full()).collect();
        actions.dedup();
        let write = match actions.as_slice() {
            [] => "write the actions that it needs".to_owned(),
            actions => format!("it needs {}", actions.join(", ")),
        };
        return format!("{written} is an operation but no action, so it allows nothing; {write}");
    }
    let lower = name.to_ascii_lowercase();
    let nearest = iam::actions_of(prefix)
        .iter()
        .map(|action| (strsim::jaro_winkler(&action.name().to_ascii_lowercase(), &lower), action))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((_, action)) => {
            format!("{written} does not exist; did you mean {}?", action.full())
        }
        None => format!("{written} does not exist, so it allows nothing; remove it"),
    }
}

/// The covered service that a misspelled prefix resembles.
fn meant_prefix(prefix: &str) -> String {
    let lower = prefix.to_ascii_lowercase();
    let mut prefixes: Vec<&str> = iam::actions().map(iam::Action::prefix).collect();
    prefixes.dedup();
    let nearest = prefixes
        .into_iter()
        .map(|known| (strsim::jaro_winkler(known, &lower), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    nearest.map_or(String::new(), |(_, known)| format!("; did you mean {known}?"))
}
