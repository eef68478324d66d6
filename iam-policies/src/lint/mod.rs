//! Mistakes in a policy that need no knowledge of who uses it.

mod actions;
mod conditions;
mod form;
mod resources;

use crate::audit::{Finding, Rule};
use crate::policy::{Effect, Entries, ReadPolicy, Statement};

/// Everything that is wrong with the policies themselves, in order of place. Policies of one file
/// and owner share the limit on length of a role.
#[must_use]
pub fn lint(policies: &[ReadPolicy]) -> Vec<Finding> {
    let mut findings = form::owners(policies);
    let mut seen = std::collections::BTreeSet::new();
    for policy in policies {
        findings.extend(form::policy(policy));
        for statement in &policy.statements {
            // Functions of a service repeat the statements that they inherit.
            if seen.insert(&statement.at) {
                findings.extend(lint_statement(statement));
            }
        }
    }
    findings.sort_by(|left, right| left.order().cmp(&right.order()));
    findings
}

fn lint_statement(statement: &Statement) -> Vec<Finding> {
    let mut findings = actions::check(statement);
    findings.extend(resources::check(statement));
    findings.extend(conditions::check(statement));
    let negated = [(&statement.actions, "NotAction"), (&statement.resources, "NotResource")];
    for (entries, key) in negated {
        if let (Effect::Allow, Entries::AllBut(_)) = (statement.effect, entries) {
            findings.push(Finding::of_statement(
                Rule::AllowAllBut,
                &statement.at,
                statement.at.place,
                key,
                format!(
                    "{:#} allows everything but what its {key} lists, also what AWS adds later; list \
                     what is needed instead",
                    statement.at
                ),
            ));
        }
    }
    findings
}
