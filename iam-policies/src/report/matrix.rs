//! The rows of the matrix.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::{Day, Seen, Usage, Use};
use crate::needs::is_observable;

/// What is known about one operation of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Declared, and requests were seen.
    Observed,
    /// Declared; requests would have been seen and were not.
    Never,
    /// Declared; nobody can see its requests.
    Unseen,
    /// Requests were seen and nothing declares it.
    Undeclared,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::Never => "never",
            Self::Unseen => "unseen",
            Self::Undeclared => "undeclared",
        }
    }
}

/// The operations of a usage, declared or observed, with what is known about them.
pub(super) fn states(usage: &Usage) -> Vec<(Use, State)> {
    let uses: BTreeSet<Use> = usage.declared.keys().chain(usage.observed.keys()).copied().collect();
    let state = |used: Use| {
        match (usage.declared.contains_key(&used), usage.observed.contains_key(&used)) {
            (true, true) => State::Observed,
            (false, _) => State::Undeclared,
            // Records that name no function are of writers that observe nothing.
            (true, false) if usage.function.is_some() && is_observable(used) => State::Never,
            (true, false) => State::Unseen,
        }
    };
    uses.into_iter().map(|used| (used, state(used))).collect()
}

/// Days from the function's last run to the newest day in the data.
pub(super) fn age(usage: &Usage, newest: Option<&str>) -> Option<i64> {
    let number = |day: Option<&str>| day.and_then(crate::day::number).map(i64::from);
    let (newest, last) = (number(newest)?, number(usage.last_seen.as_deref())?);
    // A day after the newest one is as fresh as can be.
    Some((newest - last).max(0))
}

/// One row, without what is linked to it.
pub(super) fn row(usage: &Usage, newest: Option<&str>) -> Value {
    let day = |seen: &Seen<Use>, used: &Use| seen.get(used).cloned().flatten();
    let operations: Vec<Value> = states(usage)
        .into_iter()
        .map(|(used, state)| {
            json!({
                "name": used.iam(),
                "state": state.name(),
                "declared": day(&usage.declared, &used),
                "observed": day(&usage.observed, &used),
            })
        })
        .collect();
    json!({
        "service": usage.service,
        "function": usage.function,
        "lambda": usage.lambda,
        "variable": usage.variable,
        "operations": operations,
        "values": pairs(&usage.values),
        "sources": pairs(&usage.sources),
        "places": pairs(&usage.declared_at),
        "versions": pairs(&usage.versions),
        "regions": pairs(&usage.regions),
        "path": usage.parameter_path,
        "lastSeen": usage.last_seen,
        "age": age(usage, newest),
    })
}

fn pairs(seen: &Seen<String>) -> Vec<(&String, &Option<Day>)> {
    seen.iter().collect()
}
