//! From permissions to as few statements as possible, and from those to policies small enough.
//!
//! Nothing is widened on the way: a statement covers exactly the permissions it was made of. Two
//! ways of putting permissions together are tried, by resource and by action, and the shorter one
//! is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, length};
use crate::arn::Arn;
use crate::grant::{Conditions, Grants, On, Permission};

/// Most characters of a managed policy, white space not counted ([IAM
/// quotas](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)).
pub const LIMIT: usize = 6_144;

/// Room for a policy's own braces, and for placeholders that become longer names.
const RESERVE: usize = 64;

/// A statement that allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// Letters and digits, unique in its policy.
    pub sid: String,
    /// `s3:GetObject`
    pub actions: BTreeSet<&'static str>,
    /// Empty: `*`, because the actions know nothing narrower.
    pub resources: BTreeSet<Arn>,
    /// All of them must hold; of each one's values any.
    pub conditions: Conditions,
}

/// A policy below the limit of managed policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The group's name, with a number where one policy was not enough.
    pub name: String,
    /// The group's name.
    pub group: String,
    /// Its statements.
    pub statements: Vec<Statement>,
}

/// The policies of one group. None where nothing is granted.
#[must_use]
pub fn policies(name: &str, grants: &Grants) -> Vec<Policy> {
    let pieces: Vec<Statement> = statements(grants).into_iter().flat_map(pieces).collect();
    let mut split: Vec<Vec<Statement>> = Vec::new();
    let mut used = LIMIT;
    for statement in pieces {
        let size = length(&statement);
        if used + size > LIMIT - RESERVE {
            split.push(Vec::new());
            used = 0;
        }
        used += size;
        if let Some(last) = split.last_mut() {
            last.push(statement);
        }
    }
    let count = split.len();
    let named = |at: usize| if count == 1 { name.to_owned() } else { format!("{name}-{}", at + 1) };
    split
        .into_iter()
        .enumerate()
        .map(|(at, statements)| Policy {
            name: named(at),
            group: name.to_owned(),
            statements: names::with_sids(statements),
        })
        .collect()
}

fn statements(grants: &Grants) -> Vec<Statement> {
    let mut by_conditions: BTreeMap<&Conditions, Vec<&Permission>> = BTreeMap::new();
    for permission in grants.keys() {
        by_conditions.entry(&permission.conditions).or_default().push(permission);
    }
    let mut statements: Vec<Statement> = by_conditions
        .into_iter()
        .flat_map(|(conditions, permissions)| {
            let one = by_resource(&permissions, conditions);
            let other = by_action(&permissions, conditions);
            let size = |all: &[Statement]| all.iter().map(length).sum::<usize>();
            if size(&other) < size(&one) { other } else { one }
        })
        .collect();
    statements.sort_by_cached_key(|s| {
        (
            s.actions.first().copied().and_then(|action| action.split_once(':')).map(|(p, _)| p),
            s.clone(),
        )
    });
    statements
}

/// Resources with the same actions share a statement.
fn by_resource(permissions: &[&Permission], conditions: &Conditions) -> Vec<Statement> {
    let mut actions: BTreeMap<Option<&Arn>, BTreeSet<&'static str>> = BTreeMap::new();
    for permission in permissions {
        actions.entry(arn(permission)).or_default().insert(permission.action);
    }
    let mut resources: BTreeMap<(bool, BTreeSet<&'static str>), BTreeSet<Arn>> = BTreeMap::new();
    for (arn, actions) in actions {
        // `*` never joins ARNs: it would be all there is.
        resources.entry((arn.is_none(), actions)).or_default().extend(arn.cloned());
    }
    let made = |((_, actions), resources)| statement(actions, resources, conditions);
    resources.into_iter().map(made).collect()
}

/// Actions on the same resources share a statement.
fn by_action(permissions: &[&Permission], conditions: &Conditions) -> Vec<Statement> {
    let mut resources: BTreeMap<(&'static str, bool), BTreeSet<Arn>> = BTreeMap::new();
    for permission in permissions {
        let arn = arn(permission);
        resources.entry((permission.action, arn.is_none())).or_default().extend(arn.cloned());
    }
    let mut actions: BTreeMap<(bool, BTreeSet<Arn>), BTreeSet<&'static str>> = BTreeMap::new();
    for ((action, everything), resources) in resources {
        actions.entry((everything, resources)).or_default().insert(action);
    }
    let made = |((_, resources), actions)| statement(actions, resources, conditions);
    actions.into_iter().map(made).collect()
}

fn arn(permission: &Permission) -> Option<&Arn> {
    match &permission.on {
        On::Everything { .. } => None,
        On::Arn(arn) => Some(arn),
    }
}

fn statement(
    actions: BTreeSet<&'static str>,
    resources: BTreeSet<Arn>,
    conditions: &Conditions,
) -> Statement {
    Statement { sid: String::new(), actions, resources, conditions: conditions.clone() }
}

/// A statement that is too long for any policy, cut: by resources, by actions, or by the values of
/// a condition of which any suffices.
fn pieces(statement: Statement) -> Vec<Statement> {
    if length(&statement) <= LIMIT - RESERVE {
        return vec![statement];
    }
    let halves = if let Some((left, right)) = halved(&statement.resources) {
        [left, right].map(|resources| Statement { resources, ..statement.clone() })
    } else if let Some((left, right)) = halved(&statement.actions) {
        [left, right].map(|actions| Statement { actions, ..statement.clone() })
    } else if let Some((key, left, right)) = halved_condition(&statement.conditions) {
        [left, right].map(|values| {
            let mut conditions = statement.conditions.clone();
            conditions.insert(key.clone(), values);
            Statement { conditions, ..statement.clone() }
        })
    } else {
        return vec![statement];
    };
    halves.into_iter().flat_map(pieces).collect()
}

fn halved<T: Ord + Clone>(set: &BTreeSet<T>) -> Option<(BTreeSet<T>, BTreeSet<T>)> {
    let middle = set.iter().nth(set.len() / 2).filter(|_| set.len() > 1)?;
    let mut left = set.clone();
    let right = left.split_off(middle);
    Some((left, right))
}

/// Operator and key, and the two halves of the values.
type HalvedCondition = ((String, String), BTreeSet<Arn>, BTreeSet<Arn>);

/// Only where several statements with some of the values allow what one with all of them does:
/// not for negated operators, and not where all values of a request must be among them.
fn halved_condition(conditions: &Conditions) -> Option<HalvedCondition> {
    let can =
        |operator: &str| ["StringEquals", "StringLike", "ArnEquals", "ArnLike"].contains(&operator);
    let (key, values) = conditions
        .iter()
        .filter(|((operator, _), _)| can(operator))
        .max_by_key(|(_, values)| values.len())?;
    let (left, right) = halved(values)?;
    Some((key.clone(), left, right))
}
