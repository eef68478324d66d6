//! What an audit found, as far as the page shows it.

use serde_json::{Value, json};

use crate::audit::{Finding, Rule};

/// What the page marks a finding as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// More is allowed than is needed.
    Excess,
    /// A needed permission is not there.
    Missing,
    /// Declared and never observed: the matrix shows that with or without audit.
    Never,
    /// Something else about a policy.
    Other,
}

pub(super) fn kind(finding: &Finding) -> Kind {
    match finding.rule {
        Rule::ExcessAction | Rule::ExcessResource | Rule::WildcardResource | Rule::AllowAllBut => {
            Kind::Excess
        }
        Rule::Missing => Kind::Missing,
        Rule::NeverObserved => Kind::Never,
        _ => Kind::Other,
    }
}

pub(super) fn json(finding: &Finding) -> Value {
    let kind = match kind(finding) {
        Kind::Excess => "excess",
        Kind::Missing => "missing",
        Kind::Never => "never",
        Kind::Other => "other",
    };
    let place = match (&finding.file, &finding.place) {
        (Some(file), Some(place)) => Some(format!("{file}:{place}")),
        (file, _) => file.clone(),
    };
    let statement = finding.statement.as_ref().map(|at| match &at.sid {
        Some(sid) => format!("{} ({sid})", at.number),
        None => at.number.to_string(),
    });
    json!({
        "rule": finding.rule.id(),
        "help": finding.rule.help(),
        "level": finding.level.name(),
        "kind": kind,
        "message": finding.message,
        "policy": finding.policy,
        "place": place,
        "statement": statement,
    })
}
