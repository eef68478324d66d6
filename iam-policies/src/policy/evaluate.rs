//! What statements allow.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod compare;
mod condition;
mod fit;

use serde::Serialize;

use super::context::Context;
use super::model::{Effect, Statement, StatementRef};
use super::pattern::Pattern;
use condition::Truth;
pub use fit::Fit;

/// Whether a permission is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An Allow covers it and no Deny touches it.
    Allowed {
        /// Every statement that covers it.
        by: Vec<StatementRef>,
        /// What was assumed; without assumptions where one statement needs none.
        assumed: Vec<Assumption>,
    },
    /// A Deny covers all of it.
    Denied {
        /// The first one.
        by: StatementRef,
    },
    /// It would be allowed, but a Deny takes a part away.
    PartlyDenied {
        /// The first one.
        by: StatementRef,
        /// The statements that allow it.
        allowed_by: Vec<StatementRef>,
    },
    /// No Allow covers it.
    NotAllowed {
        /// A statement that allows a part.
        partly: Option<StatementRef>,
    },
    /// It depends on values that are not known: nothing is claimed.
    Unknown {
        /// The statement it depends on.
        because: StatementRef,
        /// Names of the values.
        values: Vec<String>,
    },
    /// Policies allow it, the permissions boundary does not.
    OutsideBoundary {
        /// What the boundary says.
        why: Box<Decision>,
    },
}

/// A condition about which the request says nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Assumption {
    /// Of an Allow, the condition is assumed to hold; of a Deny, not to hold.
    pub effect: Effect,
    /// The statement.
    pub statement: StatementRef,
    /// The condition as it was written.
    pub condition: String,
}

/// Whether the statements allow the action on every resource of the pattern.
///
/// `resource` is [`Pattern::literal`]`("*")` for actions without resources. One statement has to
/// cover the pattern alone: what only several together cover is reported as not allowed, with
/// one of them named. Conditions on keys that `context` does not have are assumed to hold for an
/// Allow and not to hold for a Deny.
#[must_use]
pub fn evaluate<'a>(
    statements: impl IntoIterator<Item = &'a Statement>,
    action: &str,
    resource: &Pattern,
    context: &Context,
) -> Decision {
    let action = Pattern::literal(&action.to_ascii_lowercase());
    let mut found = Found::default();
    for statement in statements {
        let (fit, values) = fit::fit(statement, &action, resource);
        if fit == Fit::No {
            continue;
        }
        let (truth, assumed) = condition::all(statement, context);
        if truth == Truth::No {
            continue;
        }
        let at = &statement.at;
        match (statement.effect, fit) {
            (Effect::Deny, _) if truth == Truth::Unknown => found.assumed.extend(assumed),
            (Effect::Deny, Fit::Whole) => return Decision::Denied { by: at.clone() },
            (Effect::Deny, Fit::Part) => {
                found.partly_denied.get_or_insert_with(|| at.clone());
            }
            (Effect::Deny, _) => {
                found.deny_unknown.get_or_insert_with(|| (at.clone(), values));
            }
            (Effect::Allow, Fit::Whole) => found.allowed.push((at.clone(), assumed)),
            (Effect::Allow, Fit::Part) => {
                found.partly_allowed.get_or_insert_with(|| at.clone());
            }
            (Effect::Allow, _) => {
                found.allow_unknown.get_or_insert_with(|| (at.clone(), values));
            }
        }
    }
    found.decide()
}

/// As [`evaluate`], for an identity with a permissions boundary: both must allow.
#[must_use]
pub fn evaluate_within<'a>(
    statements: impl IntoIterator<Item = &'a Statement>,
    boundary: Option<&[Statement]>,
    action: &str,
    resource: &Pattern,
    context: &Context,
) -> Decision {
    let own = evaluate(statements, action, resource, context);
    let Some(boundary) = boundary else { return own };
    match (own, evaluate(boundary, action, resource, context)) {
        (
            Decision::Allowed { mut by, mut assumed },
            Decision::Allowed { by: more, assumed: further },
        ) => {
            by.extend(more);
            assumed.extend(further);
            Decision::Allowed { by, assumed }
        }
        (Decision::Allowed { .. }, unknown @ Decision::Unknown { .. }) => unknown,
        (Decision::Allowed { .. }, why) => Decision::OutsideBoundary { why: Box::new(why) },
        (own, _) => own,
    }
}

#[derive(Default)]
struct Found {
    allowed: Vec<(StatementRef, Vec<Assumption>)>,
    partly_allowed: Option<StatementRef>,
    allow_unknown: Option<(StatementRef, Vec<String>)>,
    partly_denied: Option<StatementRef>,
    deny_unknown: Option<(StatementRef, Vec<String>)>,
    /// Of Deny statements.
    assumed: Vec<Assumption>,
}

impl Found {
    fn decide(self) -> Decision {
        let fewest = self.allowed.iter().map(|(_, assumed)| assumed).min_by_key(|all| all.len());
        let Some(fewest) = fewest else {
            return match self.allow_unknown {
                Some((because, values)) => Decision::Unknown { because, values },
                None => Decision::NotAllowed { partly: self.partly_allowed },
            };
        };
        let mut assumed = fewest.clone();
        let by: Vec<StatementRef> = self.allowed.iter().map(|(at, _)| at.clone()).collect();
        if let Some(deny) = self.partly_denied {
            return Decision::PartlyDenied { by: deny, allowed_by: by };
        }
        if let Some((because, values)) = self.deny_unknown {
            return Decision::Unknown { because, values };
        }
        assumed.extend(self.assumed);
        Decision::Allowed { by, assumed }
    }
}
