//! Declarations of which no request was ever seen.

use std::sync::Arc;

use super::finding::{Finding, some};
use super::rule::{Level, Rule};
use crate::day;
use crate::grant::{Reason, Reasons};
use crate::model::{Inventory, Usage};
use crate::needs::{asker, is_observable};

/// Says nothing of sources that do not record requests: manifests, records that name no function
/// (their writers observe nothing), operations whose requests the runtime does not see.
///
/// A day is the last one on which something was declared; since when it is, no source says. What
/// was declared on the newest day of all may be new, and not called yet: that is a note.
pub(super) fn check(inventory: &Inventory) -> Vec<Finding> {
    let newest = inventory.usages.iter().flat_map(days).max();
    let observing = inventory.usages.iter().filter(|usage| {
        usage.function.is_some() && (usage.last_seen.is_some() || !usage.observed.is_empty())
    });
    observing
        .flat_map(|usage| {
            let never = usage
                .declared
                .iter()
                .filter(|(used, _)| is_observable(**used) && !usage.observed.contains_key(used));
            never.map(|(used, declared)| {
                let found = finding(usage, used.iam(), declared.as_deref(), newest);
                match declared.as_deref() {
                    Some(day) if Some(day) == newest => found.at_level(Level::Note),
                    _ => found,
                }
            })
        })
        .collect()
}

fn days(usage: &Usage) -> impl Iterator<Item = &str> {
    let declared = usage.declared.values().chain(usage.observed.values());
    declared.chain([&usage.last_seen]).flatten().map(String::as_str)
}

fn finding(
    usage: &Usage,
    operation: &str,
    declared: Option<&str>,
    newest: Option<&str>,
) -> Finding {
    let function = usage.function.as_deref().unwrap_or("the source");
    let versions: Vec<&str> = usage.versions.keys().map(String::as_str).collect();
    let mut when = String::new();
    if let Some(declared) = declared {
        when.push_str(&format!(", last declared on {declared}"));
        let age = newest.and_then(|newest| Some(day::number(newest)? - day::number(declared)?));
        match age {
            Some(0) => when.push_str(", the newest day of the data, so it may be new"),
            Some(age) if age > 0 => {
                when.push_str(&format!(", {age} days before the newest day of the data"));
            }
            _ => {}
        }
    }
    if !versions.is_empty() {
        let plural = if versions.len() == 1 { "version" } else { "versions" };
        when.push_str(&format!(", in {plural} {}", some(&versions)));
    }
    let remedy = match usage.last_seen.as_deref().zip(declared) {
        Some((last, declared)) if declared < last => {
            format!("on {last} it ran without the declaration, which is gone or of another version")
        }
        _ => "remove the declaration if the call is gone".to_owned(),
    };
    let message = format!(
        "{function} declares {operation} on {}{when}, but no request for it was recorded; {remedy}",
        usage.variable
    );
    let subject = format!("{function} {} {operation}", usage.variable);
    let reason = Reason { by: asker(usage), operation: operation.to_owned(), remark: None };
    let reasons = Reasons::from([Arc::new(reason)]);
    Finding::of_use(Rule::NeverObserved, &subject, message).with_reasons(&reasons)
}
