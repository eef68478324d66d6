//! Declarations of which no request was ever seen.

use std::collections::BTreeSet;

use super::finding::{Finding, some};
use super::rule::Rule;
use crate::day;
use crate::grant::Reason;
use crate::model::{Inventory, Usage};

/// Says nothing of sources that do not record requests, such as manifests.
pub(super) fn check(inventory: &Inventory) -> Vec<Finding> {
    let newest = inventory.usages.iter().flat_map(days).max();
    inventory
        .usages
        .iter()
        .filter(|usage| usage.last_seen.is_some() || !usage.observed.is_empty())
        .flat_map(|usage| {
            let never =
                usage.declared.iter().filter(|(used, _)| !usage.observed.contains_key(used));
            never.map(|(used, declared)| finding(usage, used.iam(), declared.as_deref(), newest))
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
    let function = usage.function.as_deref().or(usage.lambda.as_deref());
    let function = function.or(usage.service.as_deref()).unwrap_or("the source");
    let versions: Vec<&str> = usage.versions.keys().map(String::as_str).collect();
    let mut when = String::new();
    if let Some(declared) = declared {
        when.push_str(&format!(", last declared on {declared}"));
        let age = newest.and_then(|newest| Some(day::number(newest)? - day::number(declared)?));
        match age {
            Some(0) => when.push_str(", the newest day of the data"),
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
    let message = format!(
        "{function} declares {operation} on {}{when}, but no request for it was recorded; remove the \
         declaration if the call is gone",
        usage.variable
    );
    let subject = format!("{function} {} {operation}", usage.variable);
    let reason = Reason {
        service: usage.service.clone(),
        function: usage.function.clone(),
        lambda: usage.lambda.clone(),
        variable: usage.variable.clone(),
        operation: operation.to_owned(),
        places: usage.declared_at.keys().cloned().collect(),
        remark: None,
    };
    Finding::of_use(Rule::NeverObserved, &subject, message).with_reasons(&BTreeSet::from([reason]))
}
