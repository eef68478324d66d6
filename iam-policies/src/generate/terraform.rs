//! Terraform: a policy document and a policy for each, and a variable for what is open.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::names::{arns, parameter_names, parameters, snake, unique_names};
use super::{Policy, Statement};
use crate::arn::{Arn, Parameter, Part};

pub(super) fn written(policies: &[Policy]) -> String {
    let open = parameters(policies);
    let names = parameter_names(&open, snake);
    let mut out = String::new();
    for parameter in &open {
        let name = names.get(parameter).map_or("", String::as_str);
        let _ = write!(
            out,
            "variable {} {{\n  type        = string\n  description = {}\n\n  validation {{\n    \
            condition     = can(regex(\"^[A-Za-z0-9_.@+=/:-]+$\", var.{name}))\n    \
            error_message = \"A name without wildcards is expected.\"\n  }}\n}}\n\n",
            quoted(name),
            quoted(&parameter.what),
        );
    }
    for (part, source) in [
        (Part::Partition, "aws_partition"),
        (Part::Region, "aws_region"),
        (Part::Account, "aws_caller_identity"),
    ] {
        if policies.iter().flat_map(arns).any(|arn| arn.0.contains(&part)) {
            let _ = write!(out, "data \"{source}\" \"current\" {{}}\n\n");
        }
    }
    let labels = unique_names(policies, BTreeSet::new(), |policy| snake(&policy.name));
    let titles = unique_names(policies, BTreeSet::new(), |policy| policy_name(&policy.name));
    for ((policy, label), title) in policies.iter().zip(labels).zip(titles) {
        let _ = writeln!(out, "data \"aws_iam_policy_document\" \"{label}\" {{");
        for (at, statement) in policy.statements.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            write_statement(&mut out, statement, &names);
        }
        let _ = write!(
            out,
            "}}\n\nresource \"aws_iam_policy\" \"{label}\" {{\n  name   = {}\n  policy = \
            data.aws_iam_policy_document.{label}.json\n}}\n\n",
            quoted(&title),
        );
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn write_statement(out: &mut String, statement: &Statement, names: &BTreeMap<&Parameter, String>) {
    let _ = write!(
        out,
        "  statement {{\n    sid    = {}\n    effect = \"Allow\"\n",
        quoted(&statement.sid)
    );
    list(out, "    ", "actions", statement.actions.iter().map(|action| quoted(action)));
    let value = |arn: &Arn| written_template(arn, names);
    match statement.resources.is_empty() {
        true => list(out, "    ", "resources", ["\"*\"".to_owned()].into_iter()),
        false => list(out, "    ", "resources", statement.resources.iter().map(value)),
    }
    for ((operator, key), values) in &statement.conditions {
        let _ = write!(
            out,
            "\n    condition {{\n      test     = {}\n      variable = {}\n",
            quoted(operator),
            quoted(key)
        );
        list(out, "      ", "values", values.iter().map(value));
        out.push_str("    }\n");
    }
    out.push_str("  }\n");
}

fn list(out: &mut String, indent: &str, name: &str, values: impl Iterator<Item = String>) {
    let _ = writeln!(out, "{indent}{name} = [");
    for value in values {
        let _ = writeln!(out, "{indent}  {value},");
    }
    let _ = writeln!(out, "{indent}]");
}

fn written_template(arn: &Arn, names: &BTreeMap<&Parameter, String>) -> String {
    let parts = arn.0.iter().map(|part| match part {
        Part::Text(text) => inner(text),
        Part::Partition => "${data.aws_partition.current.partition}".to_owned(),
        Part::Region => "${data.aws_region.current.id}".to_owned(),
        Part::Account => "${data.aws_caller_identity.current.account_id}".to_owned(),
        Part::Parameter(open) => {
            format!("${{var.{}}}", names.get(open).map_or("", String::as_str))
        }
    });
    format!("\"{}\"", parts.collect::<String>())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", inner(text))
}

/// Inside quotes: JSON's escapes are HCL's, but for what begins an interpolation.
fn inner(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let inner = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or_default();
    inner.replace("${", "$${").replace("%{", "%%{")
}

/// Letters, digits and `+=,.@_-`; at most 128, of which a few are left for a number.
fn policy_name(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "+=,.@_-".contains(letter);
    name.chars().map(|letter| if allowed(letter) { letter } else { '-' }).take(120).collect()
}
