//! Everything the page shows, as the JSON that its script reads.

use serde_json::{Value, json};

use super::links::Links;
use super::{Input, count, findings, matrix};
use crate::arn::{Arn, Part};
use crate::grant::{Grants, On, Permission, Reason};
use crate::model::{Problem, Usage};

/// What is linked to one row.
#[derive(Clone, Default)]
struct Linked {
    granted: Vec<Value>,
    gaps: Vec<usize>,
    notes: Vec<usize>,
    findings: Vec<usize>,
}

/// The data block.
pub(super) fn build(input: &Input<'_>) -> Value {
    let mut usages: Vec<&Usage> = input.inventory.usages.iter().collect();
    // Rows of one function have to be neighbours.
    usages.sort();
    let links = Links::new(&usages);
    let mut linked = vec![Linked::default(); usages.len()];
    let mut permissions = Vec::new();
    let mut runtime = Vec::new();
    for (grants, required) in [(&input.needed.grants, true), (&input.needed.optional, false)] {
        let of = (&mut permissions, &mut runtime);
        grant(grants, required, &links, &mut linked, of);
    }
    for (index, gap) in input.needed.gaps.iter().enumerate() {
        for row in links.of_text(&gap.key) {
            linked[*row].gaps.push(index);
        }
    }
    for (index, note) in input.needed.notes.iter().enumerate() {
        for row in links.of_text(&note.key) {
            linked[*row].notes.push(index);
        }
    }
    let found = input.audit.map(|audit| audit.findings.as_slice());
    for (index, finding) in found.unwrap_or_default().iter().enumerate() {
        for row in finding.reasons.iter().filter_map(|reason| links.of_reason(reason)) {
            let findings = &mut linked[row].findings;
            if findings.last() != Some(&index) {
                findings.push(index);
            }
        }
    }
    let rows: Vec<Value> = usages
        .iter()
        .zip(linked)
        .map(|(usage, linked)| {
            let mut row = matrix::row(usage, input.newest);
            row["granted"] = Value::Array(linked.granted);
            row["gaps"] = json!(linked.gaps);
            row["notes"] = json!(linked.notes);
            row["findings"] = json!(linked.findings);
            row
        })
        .collect();
    json!({
        "newest": input.newest,
        "counts": count::counts(input),
        "usages": rows,
        "permissions": permissions,
        "runtime": runtime,
        "gaps": problems(&input.needed.gaps),
        "notes": problems(&input.needed.notes),
        "problems": problems(&input.inventory.problems),
        "findings": found.map(|all| all.iter().map(findings::json).collect::<Vec<_>>()),
    })
}

/// Adds permissions, and says of each who asked for it: a row, or the runtime itself.
fn grant(
    grants: &Grants,
    required: bool,
    links: &Links<'_>,
    linked: &mut [Linked],
    (permissions, runtime): (&mut Vec<Value>, &mut Vec<Value>),
) {
    for (permission, reasons) in grants {
        let index = permissions.len();
        permissions.push(permission_json(permission, required));
        for reason in reasons {
            match links.of_reason(reason) {
                Some(row) => {
                    linked[row].granted.push(json!([index, reason.operation, reason.remark]))
                }
                None => runtime.push(reason_json(index, reason)),
            }
        }
    }
}

fn permission_json(permission: &Permission, required: bool) -> Value {
    let (on, why) = match &permission.on {
        On::Everything { why } => (vec![json!("*")], Some(why)),
        On::Arn(arn) => (parts(arn), None),
    };
    let conditions: Vec<Value> = permission
        .conditions
        .iter()
        .map(|((operator, key), values)| {
            let values: Vec<Vec<Value>> = values.iter().map(parts).collect();
            json!({ "operator": operator, "key": key, "values": values })
        })
        .collect();
    json!({
        "action": permission.action,
        "on": on,
        "why": why,
        "conditions": conditions,
        "required": required,
    })
}

fn reason_json(permission: usize, reason: &Reason) -> Value {
    json!({
        "permission": permission,
        "service": reason.by.service,
        "function": reason.by.function,
        "lambda": reason.by.lambda,
        "variable": reason.by.variable,
        "operation": reason.operation,
        "places": reason.by.places,
        "remark": reason.remark,
    })
}

/// Texts, and between them `[name, what to fill in]` for what is only known at deployment.
fn parts(arn: &Arn) -> Vec<Value> {
    arn.0
        .iter()
        .map(|part| match part {
            Part::Text(text) => json!(text),
            Part::Parameter(parameter) => json!([parameter.name, parameter.what]),
            Part::Partition => json!(["AWS::Partition", "partition of the deployment"]),
            Part::Region => json!(["AWS::Region", "region of the deployment"]),
            Part::Account => json!(["AWS::AccountId", "account of the deployment"]),
        })
        .collect()
}

fn problems<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Vec<Value> {
    problems.into_iter().map(|p| json!([p.key, p.what])).collect()
}
