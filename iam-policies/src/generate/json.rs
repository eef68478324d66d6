//! Policy documents.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::names::unique_names;
use super::{Policy, Statement};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'p> {
    version: &'static str,
    statement: Vec<Member<'p>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Member<'p> {
    sid: &'p str,
    effect: &'static str,
    action: Vec<&'p str>,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    condition: BTreeMap<&'p str, BTreeMap<&'p str, Vec<String>>>,
}

pub(super) fn written(policies: &[Policy]) -> String {
    let text = match policies {
        [only] => serde_json::to_string_pretty(&document(only)),
        several => {
            // The number of a policy that was split may make its name that of another group.
            let names = unique_names(several, BTreeSet::new(), |policy| policy.name.clone());
            let documents: BTreeMap<&String, Document<'_>> =
                names.iter().zip(several.iter().map(document)).collect();
            serde_json::to_string_pretty(&documents)
        }
    };
    // Strings and lists of them: nothing in there can fail to be JSON.
    text.unwrap_or_default() + "\n"
}

fn document(policy: &Policy) -> Document<'_> {
    Document { version: "2012-10-17", statement: policy.statements.iter().map(member).collect() }
}

fn member(statement: &Statement) -> Member<'_> {
    // Open parts were taken out before.
    let text = |arn: &crate::arn::Arn| arn.written(|_| String::new());
    let mut condition: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for ((operator, key), values) in &statement.conditions {
        condition.entry(operator).or_default().insert(key, values.iter().map(text).collect());
    }
    let resource = match statement.resources.is_empty() {
        true => vec!["*".to_owned()],
        false => statement.resources.iter().map(text).collect(),
    };
    Member {
        sid: &statement.sid,
        effect: "Allow",
        action: statement.actions.iter().copied().collect(),
        resource,
        condition,
    }
}
