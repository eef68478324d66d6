//! What policies allow beyond what is needed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ops_enums::iam::{AccessLevel, Action};

use super::finding::{Finding, some};
use super::missing::needed_by;
use super::rule::Rule;
use super::{Needs, grantable};
use crate::grant::Reasons;
use crate::policy::catalogue::{accepts, expand};
use crate::policy::evaluate::Fit;
use crate::policy::pattern::Pattern;
use crate::policy::{Effect, Entries, Entry, ReadPolicy, Statement};

/// What may be there for one action.
#[derive(Default)]
struct Wanted {
    resources: Vec<Pattern>,
    reasons: Reasons,
}

type WantedActions = BTreeMap<&'static str, Wanted>;

pub(super) fn check(needs: &Needs<'_>, policies: &[ReadPolicy]) -> Vec<Finding> {
    let mut wanted = WantedActions::new();
    for (permission, reasons) in needs.needed.iter().chain(needs.optional) {
        let entry = wanted.entry(permission.action).or_default();
        entry.resources.push(grantable(permission));
        entry.reasons.extend(reasons.iter().cloned());
    }
    let statements: Vec<&Statement> =
        policies.iter().flat_map(|policy| &policy.statements).collect();
    let denies: Vec<&Statement> = statements
        .iter()
        .copied()
        .filter(|one| one.effect == Effect::Deny && one.conditions.is_empty())
        .collect();
    let mut seen = BTreeSet::new();
    statements
        .iter()
        .filter(|one| one.effect == Effect::Allow && seen.insert(&one.at))
        .flat_map(|statement| {
            let actions: Vec<&Action> = expand(&statement.actions)
                .into_iter()
                .filter(|action| is_given(statement, action, &denies))
                .collect();
            let mut findings = excess_resources(statement, &actions, &wanted);
            findings.extend(excess_actions(statement, &actions, &wanted));
            findings
        })
        .collect()
}

/// Whether the statement gives the action on anything that no Deny takes away whole.
fn is_given(statement: &Statement, action: &Action, denies: &[&Statement]) -> bool {
    let name = Pattern::literal(&action.full().to_ascii_lowercase());
    let denied = |resource: &Pattern| {
        denies.iter().any(|deny| {
            deny.actions.fit(&name) == Fit::Whole && deny.resources.fit(resource) == Fit::Whole
        })
    };
    match &statement.resources {
        Entries::Only(entries) => {
            entries.iter().any(|entry| accepts(action, &entry.pattern) && !denied(&entry.pattern))
        }
        Entries::AllBut(_) => true,
    }
}

fn excess_actions(
    statement: &Statement,
    actions: &[&Action],
    wanted: &WantedActions,
) -> Option<Finding> {
    let (used, mut unused): (Vec<&Action>, Vec<&Action>) =
        actions.iter().copied().partition(|action| wanted.contains_key(action.full()));
    if unused.is_empty() {
        return None;
    }
    unused.sort_by_key(|action| (Reverse(gravity(action)), action.full()));
    let used: Vec<&str> = used.into_iter().map(Action::full).collect();
    let unused: Vec<&str> = unused.into_iter().map(Action::full).collect();
    let needed = if used.is_empty() {
        "; nothing that it allows is needed: remove it".to_owned()
    } else {
        format!("; needed are only {}", some(&used))
    };
    let entry = widest(statement, &unused);
    let everything = match &statement.actions {
        Entries::Only(entries) => entries.iter().any(|entry| entry.pattern.is_everything()),
        Entries::AllBut(_) => true,
    };
    let what = if everything {
        format!("every action of AWS, {} of them in this catalogue unneeded", unused.len())
    } else {
        format!("what nothing needs: {}", some(&unused))
    };
    let message = format!("{:#} allows {what}{needed}", statement.at);
    let place = entry.map_or(statement.at.place, |entry| entry.place);
    let written: Vec<&str> =
        statement.actions.written().iter().map(|entry| entry.pattern.text()).collect();
    Some(Finding::of_statement(
        Rule::ExcessAction,
        &statement.at,
        place,
        &written.join(" "),
        message,
    ))
}

/// The first pattern of the statement that brings an unneeded action.
fn widest<'a>(statement: &'a Statement, unused: &[&str]) -> Option<&'a Entry> {
    let Entries::Only(entries) = &statement.actions else { return None };
    entries.iter().find(|entry| {
        unused.iter().any(|action| entry.pattern.matches(&action.to_ascii_lowercase()))
    })
}

/// What somebody could do with it: changing permissions comes first.
fn gravity(action: &Action) -> u8 {
    match action.access_level() {
        AccessLevel::PermissionsManagement => 4,
        AccessLevel::Write => 3,
        AccessLevel::Read => 2,
        AccessLevel::Tagging => 1,
        _ => 0,
    }
}

fn excess_resources(
    statement: &Statement,
    actions: &[&Action],
    wanted: &WantedActions,
) -> Vec<Finding> {
    let Entries::Only(resources) = &statement.resources else { return Vec::new() };
    resources
        .iter()
        // Nothing is claimed about values that are not known.
        .filter(|entry| entry.pattern.unknown().is_empty())
        .filter_map(|entry| {
            let mut wide = Vec::new();
            let mut narrow = BTreeSet::new();
            let mut reasons = Reasons::new();
            for action in actions.iter().filter(|action| accepts(action, &entry.pattern)) {
                let Some(wanted) = wanted.get(action.full()) else { continue };
                let fits = |needed: &Pattern| {
                    needed.covers(&entry.pattern)
                        || (!needed.unknown().is_empty() && needed.overlaps(&entry.pattern))
                };
                if !wanted.resources.iter().any(fits) {
                    wide.push(action.full());
                    narrow.extend(wanted.resources.iter().map(|needed| needed.text().to_owned()));
                    reasons.extend(wanted.reasons.iter().cloned());
                }
            }
            (!wide.is_empty()).then(|| {
                let narrow: Vec<String> = narrow.into_iter().collect();
                let text = entry.pattern.text();
                let message = format!(
                    "{:#} allows {} on {text}, but that is needed only on {}; name these. {}",
                    statement.at,
                    some(&wide),
                    some(&narrow),
                    needed_by(&reasons)
                );
                let at = &statement.at;
                Finding::of_statement(Rule::ExcessResource, at, entry.place, text, message)
                    .with_reasons(&reasons)
            })
        })
        .collect()
}
