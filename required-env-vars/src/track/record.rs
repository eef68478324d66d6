//! The tracking record: what it should say, and the smallest change that makes it say so. Pure.
//!
//! | attribute | type | meaning |
//! |---|---|---|
//! | `service_var_key` | S | partition key, `{SERVICE_NAME}#{NAME}` |
//! | `service_name`, `var_name` | S | |
//! | `resolved_value` | S | name or ARN of the resource; never of a SecureString, never of a plain value |
//! | `parameter_path` | S | `/amplify/{STAGE}/{SERVICE_NAME}/{NAME}` |
//! | `operations` | SS | IAM spelling, merged over all functions, never shrinks |
//! | `first_accessed` | S | RFC 3339, UTC, written once |
//! | `version` | S | of `VERSION`, when set |
//! | `function:{path}` | M | one for each function, see [`entry`](super::entry) |
//!
//! Two other writers share the table. They read `operations` as a sequence and write it as a list,
//! of `dynamodb:GetItem` (Python) or `GET_ITEM` (JavaScript). A list that already holds what is
//! declared is left alone; one that does not is replaced by the set of everything, provided that it
//! is still the list that was read.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use ops_enums::Operation;

use super::entry;

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) const KEY: &str = "service_var_key";
const OPERATIONS: &str = "operations";

/// One function's use of one variable.
#[derive(Clone, Debug)]
pub(super) struct Usage<'u> {
    pub(super) service: &'u str,
    pub(super) variable: &'u str,
    pub(super) operations: &'u [Operation],
    /// Name or ARN of a resource; `None` for what must not be recorded.
    pub(super) resolved_value: Option<&'u str>,
    /// The value is a SecureString's: one that stands in the record is taken out.
    pub(super) secure: bool,
    pub(super) parameter_path: String,
    pub(super) version: Option<&'u str>,
    /// RFC 3339, UTC.
    pub(super) now: String,
    pub(super) entry: entry::Entry<'u>,
}

/// What has to happen to a record.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plan {
    UpToDate,
    Update(Change),
    /// It is not one of this table's records as they are known: hands off.
    UnknownShape(String),
}

/// A conditional update.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Change {
    pub(super) set: Vec<(String, AttributeValue)>,
    /// Set unless there is a value by then.
    pub(super) set_once: Vec<(String, AttributeValue)>,
    /// Added to a string set.
    pub(super) add: Vec<(String, AttributeValue)>,
    pub(super) remove: Vec<String>,
    /// What must still be true for the change to be right.
    pub(super) conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Equals(String, AttributeValue),
    Missing(String),
    MissingOrStringSet(String),
}

pub(super) fn key(service: &str, variable: &str) -> String {
    format!("{service}#{variable}")
}

/// The smallest change after which `row` says what `usage` says and everything it said before.
pub(super) fn plan(row: Option<&Item>, usage: &Usage<'_>) -> Plan {
    let empty = Item::new();
    let row = row.unwrap_or(&empty);
    let mut change = Change::default();
    let result = merge_texts(row, usage, &mut change)
        .and_then(|()| merge_operations(row, usage.operations, &mut change))
        .and_then(|()| merge_entry(row, usage, &mut change));
    match result {
        Err(why) => Plan::UnknownShape(why),
        Ok(()) if change.changes_nothing() => Plan::UpToDate,
        Ok(()) => Plan::Update(change),
    }
}

impl Change {
    fn changes_nothing(&self) -> bool {
        self.set.is_empty()
            && self.set_once.is_empty()
            && self.add.is_empty()
            && self.remove.is_empty()
    }
}

fn merge_texts(row: &Item, usage: &Usage<'_>, change: &mut Change) -> Result<(), String> {
    let wanted = [
        ("service_name", Some(usage.service)),
        ("var_name", Some(usage.variable)),
        ("resolved_value", usage.resolved_value),
        ("parameter_path", Some(usage.parameter_path.as_str())),
        ("version", usage.version),
    ];
    for (name, wanted) in wanted {
        let current = text(row, name)?;
        if let Some(wanted) = wanted
            && current != Some(wanted)
        {
            change.set.push((name.to_owned(), AttributeValue::S(wanted.to_owned())));
        }
    }
    if usage.secure && row.contains_key("resolved_value") {
        change.remove.push("resolved_value".to_owned());
    }
    if text(row, "first_accessed")?.is_none() {
        let now = AttributeValue::S(usage.now.clone());
        change.set_once.push(("first_accessed".to_owned(), now));
    }
    Ok(())
}

fn text<'r>(row: &'r Item, name: &str) -> Result<Option<&'r str>, String> {
    match row.get(name) {
        None => Ok(None),
        Some(AttributeValue::S(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{name}` is not a string")),
    }
}

fn merge_operations(row: &Item, declared: &[Operation], change: &mut Change) -> Result<(), String> {
    let wanted: BTreeSet<String> = declared.iter().map(|op| op.iam().to_owned()).collect();
    match row.get(OPERATIONS) {
        None | Some(AttributeValue::Ss(_)) => {
            let known = match row.get(OPERATIONS) {
                Some(AttributeValue::Ss(set)) => normalized(set, declared),
                _ => BTreeSet::new(),
            };
            let missing: Vec<String> = wanted.difference(&known).cloned().collect();
            if !missing.is_empty() {
                change.add.push((OPERATIONS.to_owned(), AttributeValue::Ss(missing)));
                change.conditions.push(Condition::MissingOrStringSet(OPERATIONS.to_owned()));
            }
            Ok(())
        }
        Some(list @ AttributeValue::L(elements)) => {
            let texts: Result<Vec<String>, _> =
                elements.iter().map(|e| e.as_s().cloned()).collect();
            let texts = texts.map_err(|_| "`operations` holds something else than strings")?;
            let mut all = normalized(&texts, declared);
            if !wanted.is_subset(&all) {
                all.extend(wanted);
                let all = AttributeValue::Ss(all.into_iter().collect());
                change.set.push((OPERATIONS.to_owned(), all));
                change.conditions.push(Condition::Equals(OPERATIONS.to_owned(), list.clone()));
            }
            Ok(())
        }
        Some(_) => Err("`operations` is neither a set nor a list".to_owned()),
    }
}

fn merge_entry(row: &Item, usage: &Usage<'_>, change: &mut Change) -> Result<(), String> {
    let name = usage.entry.attribute();
    let old = row.get(&name);
    let new = usage.entry.merged_into(old).map_err(|why| format!("`{name}`: {why}"))?;
    if old != Some(&new) {
        change.conditions.push(match old {
            Some(old) => Condition::Equals(name.clone(), old.clone()),
            None => Condition::Missing(name.clone()),
        });
        change.set.push((name, new));
    }
    Ok(())
}

/// The same operations in IAM spelling; what is not an operation stays as it is.
fn normalized(texts: &[String], declared: &[Operation]) -> BTreeSet<String> {
    texts.iter().map(|text| iam_spelling(text, declared)).collect()
}

/// Several services may share a name such as `TAG_RESOURCE`; the services declared on the variable
/// decide. Where they do not, the text stays, so nothing is lost.
fn iam_spelling(text: &str, declared: &[Operation]) -> String {
    let candidates: Vec<Operation> = Operation::spelled(text).collect();
    let of_declared: Vec<&Operation> = candidates
        .iter()
        .filter(|candidate| declared.iter().any(|op| op.service() == candidate.service()))
        .collect();
    match (candidates.as_slice(), of_declared.as_slice()) {
        ([only], _) => only.iam().to_owned(),
        (_, [only]) => only.iam().to_owned(),
        _ => text.to_owned(),
    }
}
