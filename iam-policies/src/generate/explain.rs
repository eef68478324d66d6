//! Why each permission is there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::names::{shown, shown_arn};
use crate::grant::{Grants, On, Reason};

/// For every action: on what, under which conditions, and who asked for it, with the source line
/// where it is known. Plain text, the same for the same grants.
#[must_use]
pub fn explanation(name: &str, grants: &Grants) -> String {
    let mut out = format!("{name}\n");
    for (permission, reasons) in grants {
        let _ = writeln!(out, "  {} on {}", permission.action, shown(permission));
        if let On::Everything { why } = &permission.on {
            let _ = writeln!(out, "    on * because {why}");
        }
        for ((operator, key), values) in &permission.conditions {
            let values: Vec<String> = values.iter().map(shown_arn).collect();
            let _ = writeln!(out, "    only if {operator} {key}: {}", values.join(", "));
        }
        for reason in reasons {
            let _ = writeln!(out, "    {}", line(reason));
        }
    }
    out
}

/// `files / api::get / FILES_TABLE: dynamodb:GetItem (src/main.rs:12)`
fn line(reason: &Reason) -> String {
    let who = [
        reason.by.service.as_deref(),
        reason.by.function.as_deref(),
        reason.by.lambda.as_deref(),
        Some(reason.by.variable.as_str()),
    ];
    let who: Vec<&str> = who.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    let mut line = format!("{}: {}", who.join(" / "), reason.operation);
    if !reason.by.places.is_empty() {
        let places: Vec<&str> = reason.by.places.iter().map(String::as_str).collect();
        let _ = write!(line, " ({})", places.join(", "));
    }
    if let Some(remark) = &reason.remark {
        let _ = write!(line, "; {remark}");
    }
    // Names come from outside and end up in a terminal.
    line.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// Every `*` that AWS forces, with its reason: so that nobody takes it for an oversight.
#[must_use]
pub fn forced_wildcards(grants: &Grants) -> BTreeSet<String> {
    grants
        .keys()
        .filter_map(|permission| match &permission.on {
            On::Everything { why } => Some(format!("{} is on *: {why}", permission.action)),
            On::Arn(_) => None,
        })
        .collect()
}
