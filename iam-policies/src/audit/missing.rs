//! Needed permissions that the policies do not give.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Finding, some};
use super::rule::{Level, Rule};
use super::{requested, subject};
use crate::grant::{Grants, Permission, Reason, Reasons};
use crate::policy::context::Context;
use crate::policy::evaluate::{Assumption, Decision, evaluate_within};
use crate::policy::{ReadPolicy, Statement, StatementRef};

/// The findings, and how many of the permissions are allowed.
pub(super) fn check(
    needed: &Grants,
    policies: &[ReadPolicy],
    boundary: Option<&[Statement]>,
    context: &Context,
) -> (Vec<Finding>, usize) {
    let mut findings = Vec::new();
    let mut allowed = 0;
    let mut assumed: BTreeMap<Assumption, (BTreeSet<String>, Reasons)> = BTreeMap::new();
    for (permission, reasons) in needed {
        match decide(permission, policies, boundary, context) {
            Decision::Allowed { assumed: assumptions, .. } => {
                allowed += 1;
                for assumption in assumptions {
                    let (subjects, whose) = assumed.entry(assumption).or_default();
                    subjects.insert(subject(permission));
                    whose.extend(reasons.iter().cloned());
                }
            }
            decision => findings.push(finding(permission, &decision, reasons, policies)),
        }
    }
    findings.extend(assumed.into_iter().map(|(assumption, (subjects, reasons))| {
        let subjects: Vec<String> = subjects.into_iter().collect();
        assumption_made(&assumption, &subjects).with_reasons(&reasons)
    }));
    (findings, allowed)
}

/// A permission may be asked for under several values of a condition key, each in a request of its
/// own: the first request that is not allowed decides.
fn decide(
    permission: &Permission,
    policies: &[ReadPolicy],
    boundary: Option<&[Statement]>,
    context: &Context,
) -> Decision {
    let resource = requested(permission);
    let mut worst = None;
    for context in requests(permission, context) {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        let decision =
            evaluate_within(statements, boundary, permission.action, &resource, &context);
        if !matches!(decision, Decision::Allowed { .. }) {
            return decision;
        }
        worst = Some(decision);
    }
    worst.unwrap_or(Decision::NotAllowed { partly: None })
}

/// The requests that are made: one for each combination of known values of the conditions.
fn requests(permission: &Permission, context: &Context) -> Vec<Context> {
    let mut requests = vec![context.clone()];
    for ((operator, key), values) in &permission.conditions {
        let exact: Vec<String> = values
            .iter()
            .filter_map(crate::arn::Arn::text)
            .filter(|value| !operator.contains("Like") || !value.contains(['*', '?']))
            .collect();
        if exact.len() != values.len() || exact.is_empty() || operator.contains("Not") {
            continue;
        }
        requests = requests
            .iter()
            .flat_map(|request| exact.iter().map(|value| request.clone().with(key, value)))
            .collect();
    }
    requests
}

fn finding(
    permission: &Permission,
    decision: &Decision,
    reasons: &Reasons,
    policies: &[ReadPolicy],
) -> Finding {
    let subject = subject(permission);
    let who = needed_by(reasons);
    let (rule, at, what) = match decision {
        Decision::Denied { by } => {
            (Rule::Missing, Some(by), format!("is denied by {by:#}; except it there"))
        }
        Decision::PartlyDenied { by, .. } => {
            let what = format!("is denied for a part of the resources by {by:#}; except it there");
            (Rule::Missing, Some(by), what)
        }
        Decision::OutsideBoundary { why } => {
            let at = match &**why {
                Decision::Denied { by } | Decision::PartlyDenied { by, .. } => Some(by),
                _ => None,
            };
            let what = "is allowed, but not within the permissions boundary; widen the boundary";
            (Rule::Missing, at, what.to_owned())
        }
        Decision::Unknown { because, values } => {
            let what = format!(
                "depends on {} in {because:#}: give the values to have it checked",
                some(values)
            );
            (Rule::NotChecked, Some(because), what)
        }
        Decision::NotAllowed { partly: Some(at) } => {
            let what = format!("is allowed by {at:#} for a part of the resources only; widen it");
            (Rule::Missing, Some(at), what)
        }
        Decision::NotAllowed { partly: None } | Decision::Allowed { .. } => {
            not_allowed(permission, policies)
        }
    };
    let message = format!("{subject} {what}. {who}");
    let finding = match (at, policies.first()) {
        (Some(at), _) => Finding::of_statement(rule, at, at.place, &subject, message),
        (None, Some(policy)) => Finding::of_policy(rule, policy, &subject, message),
        (None, None) => Finding::of_use(rule, &subject, message),
    };
    let finding = match rule {
        Rule::NotChecked => finding.at_level(Level::Warning),
        _ => finding,
    };
    finding.with_reasons(reasons)
}

/// Nothing that was read allows it; what was not read might.
fn not_allowed<'a>(
    permission: &Permission,
    policies: &'a [ReadPolicy],
) -> (Rule, Option<&'a StatementRef>, String) {
    let unread: Vec<&str> = policies
        .iter()
        .flat_map(|policy| &policy.not_read)
        .filter(|part| part.may_allow)
        .map(|part| part.what.as_str())
        .collect();
    if !unread.is_empty() {
        let what = format!(
            "is allowed by nothing that was read; it may be by what was not: {}",
            some(&unread)
        );
        return (Rule::NotChecked, None, what);
    }
    let resource = requested(permission);
    if !resource.unknown().is_empty() {
        let what =
            format!("is allowed by nothing, whatever {} is; add it", some(resource.unknown()));
        return (Rule::Missing, None, what);
    }
    (Rule::Missing, None, "is allowed by no statement; add it".to_owned())
}

fn assumption_made(assumption: &Assumption, subjects: &[String]) -> Finding {
    let Assumption { effect, statement, condition } = assumption;
    let how = match effect {
        crate::policy::Effect::Allow => "holds",
        crate::policy::Effect::Deny => "does not hold",
    };
    let message = format!(
        "{} is allowed only if the condition {condition} of {statement:#} {how}, which is assumed; \
         give the value of its key to have it checked",
        some(subjects)
    );
    Finding::of_statement(Rule::Assumed, statement, statement.place, condition, message)
}

/// `Needed by notes::files in FILES_TABLE for dynamodb:GetItem (src/files.rs:12).`
pub(super) fn needed_by(reasons: &Reasons) -> String {
    let mut each: Vec<String> = reasons.iter().map(|each| reason(each)).collect();
    // Reasons that differ in their remarks read alike.
    each.dedup();
    if each.is_empty() { String::new() } else { format!("Needed by {}.", some(&each)) }
}

fn reason(reason: &Reason) -> String {
    let function = reason.by.function.as_deref().or(reason.by.lambda.as_deref());
    let mut text = match (function.or(reason.by.service.as_deref()), reason.by.variable.as_str()) {
        (Some(function), "") => format!("{function} for {}", reason.operation),
        (Some(function), variable) => format!("{function} in {variable} for {}", reason.operation),
        (None, "") => reason.operation.clone(),
        (None, variable) => format!("{variable} for {}", reason.operation),
    };
    if let Some(place) = reason.by.places.first() {
        text.push_str(&format!(" ({place})"));
    }
    text
}
