//! The form of a policy: version, length, statement ids.

use std::collections::{BTreeMap, BTreeSet};

use crate::audit::{Finding, Rule};
use crate::policy::{Kind, ReadPolicy};

/// Limits on the length, in characters without white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const MANAGED: usize = 6_144;
const ROLE: usize = 10_240;
const GROUP: usize = 5_120;
const USER: usize = 2_048;

pub(super) fn policy(policy: &ReadPolicy) -> Vec<Finding> {
    let mut findings = Vec::new();
    if policy.version.is_none() {
        let message = format!(
            "{} has no Version, so variables such as ${{aws:username}} are plain text in it; add \
             Version: 2012-10-17",
            policy.name
        );
        findings.push(Finding::of_policy(Rule::MissingVersion, policy, "Version", message));
    }
    if matches!(policy.kind, Kind::Managed | Kind::Document) && policy.size > MANAGED {
        findings.push(too_long(policy, policy.size, MANAGED, "a managed policy"));
    }
    findings.extend(policy.not_read.iter().map(|part| {
        let message = format!("{}, {} was not checked", policy.name, part.what);
        let mut finding = Finding::of_policy(Rule::NotChecked, policy, &part.what, message);
        finding.place = Some(part.place);
        finding
    }));
    findings.extend(sids(policy));
    findings
}

/// What is written into one role, user or group counts together.
pub(super) fn owners(policies: &[ReadPolicy]) -> Vec<Finding> {
    let mut owners: BTreeMap<(&str, &str, Kind), (&ReadPolicy, usize)> = BTreeMap::new();
    for policy in policies {
        let owner = (policy.file.as_str(), policy.owner.as_str(), policy.kind);
        owners.entry(owner).or_insert((policy, 0)).1 += policy.size;
    }
    owners
        .into_iter()
        .filter_map(|((_, _, kind), (first, size))| {
            let (limit, what) = match kind {
                Kind::Role => (ROLE, "all policies written into a role"),
                Kind::Group => (GROUP, "all policies written into a group"),
                Kind::User => (USER, "all policies written into a user"),
                Kind::Managed | Kind::Document => return None,
            };
            (size > limit).then(|| too_long(first, size, limit, what))
        })
        .collect()
}

fn too_long(policy: &ReadPolicy, size: usize, limit: usize, what: &str) -> Finding {
    let message = format!(
        "{} has {size} characters without white space; IAM permits {limit} for {what}: split it or \
         write shorter patterns",
        policy.owner
    );
    Finding::of_policy(Rule::PolicyTooLong, policy, "length", message)
}

fn sids(policy: &ReadPolicy) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for statement in policy.statements.iter().filter(|one| one.at.policy == policy.name) {
        let Some(sid) = statement.at.sid.as_deref() else { continue };
        let problem = if !seen.insert(sid) {
            "stands twice in the policy; give each statement its own"
        } else if !sid.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !sid.contains("${") {
            "has characters other than letters and digits; remove them"
        } else {
            continue;
        };
        let message = format!("the Sid of {:#} {problem}", statement.at);
        let place = statement.at.place;
        findings.push(Finding::of_statement(Rule::InvalidSid, &statement.at, place, sid, message));
    }
    findings
}
