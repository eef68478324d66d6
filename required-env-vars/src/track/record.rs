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
//! | `function:{path}@{lambda}` | M | one for each function, see [`entry`](super::entry) |
//!
//! Two other writers share the table. They read `operations` as a sequence and write it as a list,
//! of `dynamodb:GetItem` (Python) or `GET_ITEM` (JavaScript). Whenever something is written, a list
//! becomes the set of everything, provided that it is still the list that was read; a list that
//! already says what is declared is no reason to write, or the writers would take turns at it.
//!
//! Every write says all that is declared, and is refused where `operations` is not what it was
//! planned for: what another writer erased since it was read comes back.

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
    /// The value is a SecureString's: one that stands in the record is taken out.
    pub(super) secure: bool,
    pub(super) parameter_path: String,
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
    let result = merge_entry(row, usage, &mut change)
        .and_then(|()| merge_texts(row, usage, &mut change))
        .and_then(|()| merge_operations(row, usage.operations, &mut change));
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
    // What may differ between two live versions follows news only, or they would take turns at it.
    let news = !change.changes_nothing();
    let wanted = [
        ("service_name", Some(usage.service), true),
        ("var_name", Some(usage.variable), true),
        ("parameter_path", Some(usage.parameter_path.as_str()), true),
        ("resolved_value", usage.entry.value, news),
        ("version", usage.entry.version, news),
    ];
    for (name, wanted, replace) in wanted {
        let current = text(row, name)?;
        if let Some(wanted) = wanted
            && current != Some(wanted)
            && (replace || current.is_none())
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
    let name = || OPERATIONS.to_owned();
    let old = row.get(OPERATIONS);
    let known = match old {
        None => BTreeSet::new(),
        Some(AttributeValue::Ss(set)) => normalized(set, declared),
        Some(AttributeValue::L(list)) => {
            let texts: Result<Vec<String>, _> = list.iter().map(|e| e.as_s().cloned()).collect();
            let texts = texts.map_err(|_| "`operations` holds something else than strings")?;
            normalized(&texts, declared)
        }
        Some(_) => return Err("`operations` is neither a set nor a list".to_owned()),
    };
    if wanted.is_subset(&known) && change.changes_nothing() {
        return Ok(());
    }
    match old {
        Some(list @ AttributeValue::L(_)) => {
            let all: Vec<String> = known.union(&wanted).cloned().collect();
            change.conditions.push(Condition::Equals(name(), list.clone()));
            match all.is_empty() {
                true => change.remove.push(name()),
                false => change.set.push((name(), AttributeValue::Ss(all))),
            }
        }
        _ if wanted.is_empty() => {}
        _ => {
            change.add.push((name(), AttributeValue::Ss(wanted.into_iter().collect())));
            change.conditions.push(Condition::MissingOrStringSet(name()));
        }
    }
    Ok(())
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
