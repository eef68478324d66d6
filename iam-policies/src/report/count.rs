//! The numbers at the head of the page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Input;
use super::findings::{self, Kind};
use super::matrix::{self, State};

/// One line of the summary.
pub(super) struct Line {
    /// Class and id of its elements.
    pub(super) class: &'static str,
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
    /// Id of the section that has the details.
    pub(super) section: Option<&'static str>,
}

/// Counted from the input, so that script and summary say the same.
pub(super) fn counts(input: &Input<'_>) -> Value {
    let usages = &input.inventory.usages;
    let services: BTreeSet<_> = usages.iter().map(|usage| &usage.service).collect();
    // A function is as fresh as the freshest of its variables.
    let mut functions: BTreeMap<_, Option<i64>> = BTreeMap::new();
    let mut never = 0_usize;
    for usage in usages {
        let age = matrix::age(usage, input.newest);
        let known = functions.entry((&usage.service, &usage.function, &usage.lambda)).or_default();
        *known = match (*known, age) {
            (Some(known), Some(age)) => Some(known.min(age)),
            (known, age) => known.or(age),
        };
        let states = matrix::states(usage);
        never += states.iter().filter(|(_, state)| *state == State::Never).count();
    }
    let older = |days| functions.values().flatten().filter(|age| **age > days).count();
    let found = input.audit.map(|audit| &audit.findings);
    let of_kind = |kind| found.map(|all| all.iter().filter(|f| findings::kind(f) == kind).count());
    json!({
        "services": services.len(),
        "functions": functions.len(),
        "variables": usages.len(),
        "permissions": input.needed.grants.len(),
        "optional": input.needed.optional.len(),
        "gaps": input.needed.gaps.len(),
        "findings": found.map(Vec::len),
        "excess": of_kind(Kind::Excess),
        "missing": of_kind(Kind::Missing),
        "never": never,
        "problems": input.inventory.problems.len(),
        "notes": input.needed.notes.len(),
        "older30": older(30),
        "older90": older(90),
        "ageless": functions.values().filter(|age| age.is_none()).count(),
    })
}

/// From when the data is.
pub(super) fn freshness(newest: Option<&str>) -> String {
    newest.map_or_else(
        || "The source has no days: how old the data is, is not known.".to_owned(),
        |day| format!("Newest day in the data: {day} (UTC). Ages are counted from it."),
    )
}

/// The summary in words.
pub(super) fn lines(counts: &Value, newest: Option<&str>) -> Vec<Line> {
    let number = |name: &str| counts[name].as_u64().unwrap_or_default();
    let line =
        |id, name| Line { class: "count", id, name, value: number(id).to_string(), section: None };
    let marked = |id, name, class, section| Line {
        class: if number(id) > 0 { class } else { "count" },
        section: (number(id) > 0).then_some(section),
        ..line(id, name)
    };
    let findings = match counts["findings"].as_u64() {
        Some(_) => marked("excess", "Excess in policies", "count excess", "section-findings"),
        None => Line {
            value: "not audited".to_owned(),
            section: Some("section-findings"),
            ..line("excess", "Excess in policies")
        },
    };
    let mut lines = vec![
        line("services", "Services"),
        line("functions", "Functions"),
        line("variables", "Variables in use"),
        line("permissions", "Permissions needed"),
        marked("gaps", "Gaps", "count gap", "section-gaps"),
        findings,
    ];
    if counts["findings"].is_u64() {
        lines.push(marked("missing", "Missing in policies", "count gap", "section-findings"));
        lines.push(marked("findings", "Audit findings", "count excess", "section-findings"));
    }
    lines.push(marked("never", "Operations never observed", "count never", "section-matrix"));
    lines.push(marked("problems", "Records not understood", "count gap", "section-problems"));
    if newest.is_some() {
        lines.push(marked(
            "older30",
            "Functions not seen for > 30 days",
            "count stale",
            "section-matrix",
        ));
        // Has no filter that a link could set.
        let older90 = "Functions not seen for > 90 days";
        lines.push(Line {
            section: None,
            ..marked("older90", older90, "count stale", "section-matrix")
        });
        lines.push(line("ageless", "Functions without a known day"));
    }
    lines
}
