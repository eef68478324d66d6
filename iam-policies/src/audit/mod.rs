//! Existing policies against what is needed.

mod excess;
mod finding;
mod missing;
mod observed;
mod rule;
mod table;

use std::collections::BTreeMap;

use serde::Serialize;

pub use finding::Finding;
pub(crate) use finding::some;
pub use rule::{Level, Rule};
pub use table::table;

use crate::grant::{Grants, On, Permission};
use crate::lint;
use crate::model::Inventory;
use crate::policy::context::Context;
use crate::policy::pattern::{Pattern, Piece};
use crate::policy::{ReadPolicy, Statement};

/// What policies are held against.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Permissions that have to be there.
    pub needed: &'a Grants,
    /// Permissions that may be there: for calls with certain options, and for the runtime.
    pub optional: &'a Grants,
    /// Declarations and what was observed of them; without it, no findings about that.
    pub inventory: Option<&'a Inventory>,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Names of the policies, in order.
    pub policies: Vec<String>,
    /// How many permissions are needed.
    pub needed: usize,
    /// How many of them the policies allow, perhaps under assumptions.
    pub allowed: usize,
    /// By file and place; those without a place come last.
    pub findings: Vec<Finding>,
}

impl AuditReport {
    /// How many findings there are of each level.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Level, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.level).or_default() += 1;
        }
        counts
    }

    /// The worst level, if there are findings.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).min()
    }
}

/// Holds the policies of one identity, taken together, against its needs.
///
/// With a `boundary`, a permission has to be allowed by the boundary as well. `context` has the
/// condition keys that are known of every request. What depends on unknown values is reported as
/// not checked, and never counts as allowed.
#[must_use]
pub fn audit(
    needs: &Needs<'_>,
    policies: &[ReadPolicy],
    boundary: Option<&[Statement]>,
    context: &Context,
) -> AuditReport {
    let (mut findings, allowed) = missing::check(needs.needed, policies, boundary, context);
    findings.extend(excess::check(needs, policies));
    findings.extend(needs.inventory.into_iter().flat_map(observed::check));
    findings.extend(lint::lint(policies));
    findings.sort_by(|left, right| left.order().cmp(&right.order()));
    findings.dedup();
    AuditReport {
        policies: policies.iter().map(|policy| policy.name.clone()).collect(),
        needed: needs.needed.len(),
        allowed,
        findings,
    }
}

/// `s3:GetObject on arn:aws:s3:::files/*`.
fn subject(permission: &Permission) -> String {
    format!("{} on {}", permission.action, requested(permission))
}

/// What is asked of the policies: a star is a star where the action knows no resources.
fn requested(permission: &Permission) -> Pattern {
    match &permission.on {
        On::Everything { .. } => Pattern::literal("*"),
        On::Arn(arn) => Pattern::of_arn(arn),
    }
}

/// What a policy may name for the permission.
fn grantable(permission: &Permission) -> Pattern {
    match &permission.on {
        On::Everything { .. } => Pattern::resource(&[Piece::Text("*".to_owned())], false),
        On::Arn(arn) => Pattern::of_arn(arn),
    }
}
