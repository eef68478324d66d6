//! What happened, readably.

use std::collections::BTreeMap;

use local_aws::Call;
use serde_json::Value;

/// Two lines of counts: the calls that the handler made, and those of resolution and tracking.
#[must_use]
pub fn calls(calls: &[Call], tracking_table: &str) -> String {
    let of_ours = |call: &&Call| {
        let body = String::from_utf8_lossy(&call.request);
        call.operation == "GetParameters" || body.contains(&format!("\"{tracking_table}\""))
    };
    let (ours, theirs): (Vec<&Call>, Vec<&Call>) = calls.iter().partition(of_ours);
    format!(
        "calls of the handler:           {}\ncalls of resolution, tracking:  {}",
        counts(&theirs),
        counts(&ours)
    )
}

/// `1 s3:PutObject, 2 ssm:GetParameters`
fn counts(calls: &[&Call]) -> String {
    let mut counts = BTreeMap::new();
    for call in calls {
        *counts.entry(format!("{}:{}", call.service, call.operation)).or_insert(0) += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(call, count)| format!("{count} {call}")).collect();
    match counts.is_empty() {
        true => "none".to_owned(),
        false => counts.join(", "),
    }
}

/// Where each variable of the records was found: `FILES_DYNAMO_TABLE  service-parameter`.
#[must_use]
pub fn sources(records: &[Value]) -> String {
    let source = |record: &Value| {
        let (_, function) =
            record.as_object()?.iter().find(|(name, _)| name.starts_with("function:"))?;
        let sources = keys(&function["M"]["value_sources"]);
        Some(format!("    {:<30} {}", record["var_name"]["S"].as_str()?, sources.join(", ")))
    };
    let lines: Vec<String> = records.iter().filter_map(source).collect();
    lines.join("\n")
}

/// The keys of a map attribute.
fn keys(map: &Value) -> Vec<&str> {
    map["M"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// A tracking record as lines: the variable, its resource, and each function's use of it.
#[must_use]
pub fn record(record: &Value) -> String {
    let text = |name: &str| record[name]["S"].as_str();
    let mut lines = vec![format!(
        "{} = {}",
        text("service_var_key").unwrap_or("?"),
        text("resolved_value").unwrap_or("(a value that is not recorded)")
    )];
    for (name, function) in record.as_object().into_iter().flatten() {
        let Some(function_path) = name.strip_prefix("function:") else { continue };
        let function = &function["M"];
        let places = keys(&function["declared_at"]);
        lines.push(format!("    {function_path} ({})", places.join(", ")));
        for kind in ["declared", "observed"] {
            let operations = keys(&function[kind]);
            if !operations.is_empty() {
                lines.push(format!("        {kind}: {}", operations.join(", ")));
            }
        }
    }
    lines.join("\n")
}
