//! Names in policies and templates, and how long things are.

use std::collections::{BTreeMap, BTreeSet};

use super::{Policy, Statement};
use crate::arn::{Arn, Parameter, Part};
use crate::grant::{On, Permission};

/// Characters a statement takes in a policy document, white space not counted. A part that is open
/// counts as the longest name it may become in practice.
pub(super) fn length(statement: &Statement) -> usize {
    let list =
        |texts: &mut dyn Iterator<Item = usize>| texts.map(|length| length + 3).sum::<usize>() + 2;
    let actions = list(&mut statement.actions.iter().map(|action| action.len()));
    let resources = list(&mut statement.resources.iter().map(width)).max(3);
    let conditions: usize = statement
        .conditions
        .iter()
        .map(|((operator, key), values)| {
            operator.len() + key.len() + 12 + list(&mut values.iter().map(width))
        })
        .sum();
    // `{"Sid":"","Effect":"Allow","Action":,"Resource":,"Condition":{}},` and the longest Sid.
    66 + 64 + actions + resources + conditions
}

fn width(arn: &Arn) -> usize {
    arn.written(|part| {
        "x".repeat(match part {
            Part::Partition => "aws-us-gov".len(),
            Part::Region => "ap-southeast-2".len(),
            Part::Account => 12,
            _ => 128,
        })
    })
    .len()
}

/// Whether a part of a permission is not known yet.
pub(super) fn is_open(permission: &Permission) -> bool {
    parts(permission).any(|part| !matches!(part, Part::Text(_)))
}

/// The open values of a permission.
pub(super) fn open_parameters(permission: &Permission) -> BTreeSet<Parameter> {
    parts(permission).filter_map(parameter).cloned().collect()
}

/// The permission under those values of its conditions that are known; `None` where its resource
/// is open, or a condition would lose its last value or mean more with fewer.
pub(super) fn without_open_values(permission: &Permission) -> Option<Permission> {
    let is_open = |arn: &Arn| arn.text().is_none();
    if matches!(&permission.on, On::Arn(arn) if is_open(arn)) {
        return None;
    }
    let mut rest = permission.clone();
    for ((operator, _), values) in &mut rest.conditions {
        if values.iter().any(is_open) {
            values.retain(|value| !is_open(value));
            if values.is_empty() || operator.contains("Not") {
                return None;
            }
        }
    }
    Some(rest)
}

/// Whether it is not known where a permission's resource is.
pub(super) fn lacks_place(permission: &Permission) -> bool {
    parts(permission).any(|part| matches!(part, Part::Partition | Part::Region | Part::Account))
}

fn parts(permission: &Permission) -> impl Iterator<Item = &Part> {
    let on = match &permission.on {
        On::Everything { .. } => None,
        On::Arn(arn) => Some(arn),
    };
    on.into_iter().chain(permission.conditions.values().flatten()).flat_map(|arn| &arn.0)
}

/// A permission's resource for people.
pub(super) fn shown(permission: &Permission) -> String {
    match &permission.on {
        On::Everything { .. } => "*".to_owned(),
        On::Arn(arn) => shown_arn(arn),
    }
}

/// An ARN for people, open parts in angle brackets.
pub(super) fn shown_arn(arn: &Arn) -> String {
    arn.written(|part| match part {
        Part::Parameter(parameter) => format!("<{}>", parameter.name),
        Part::Partition => "<partition>".to_owned(),
        Part::Region => "<region>".to_owned(),
        Part::Account => "<account>".to_owned(),
        Part::Text(text) => text.clone(),
    })
}

/// `FILES_DYNAMO_TABLE` as `FilesDynamoTable`. Never empty, whatever the name is.
pub(super) fn pascal(name: &str) -> String {
    let name =
        if name.contains(|letter: char| letter.is_ascii_alphanumeric()) { name } else { "P" };
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| {
            let all_upper = word.chars().all(|c| !c.is_ascii_lowercase());
            let (first, rest) = word.split_at(1);
            let rest = if all_upper { rest.to_ascii_lowercase() } else { rest.to_owned() };
            format!("{}{rest}", first.to_ascii_uppercase())
        })
        .collect()
}

/// `files/api::get` as `files_api_get`, beginning with a letter.
pub(super) fn snake(name: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let joined = words.join("_");
    if joined.starts_with(|first: char| first.is_ascii_alphabetic()) {
        joined
    } else {
        format!("p_{joined}")
    }
}

fn service_name(prefix: &str) -> String {
    match prefix {
        "cloudwatch" => "CloudWatch".to_owned(),
        "cognito-idp" => "Cognito".to_owned(),
        "dynamodb" => "DynamoDB".to_owned(),
        "iam" | "kms" | "ses" | "sns" | "sqs" | "ssm" | "sts" => prefix.to_ascii_uppercase(),
        "secretsmanager" => "SecretsManager".to_owned(),
        "states" => "StepFunctions".to_owned(),
        "xray" => "XRay".to_owned(),
        other => pascal(other),
    }
}

/// Gives each statement a Sid: the service its actions are of, with a number where there are more.
pub(super) fn with_sids(mut statements: Vec<Statement>) -> Vec<Statement> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &mut statements {
        let prefixes: BTreeSet<&str> = statement
            .actions
            .iter()
            .filter_map(|a| a.split_once(':'))
            .map(|(prefix, _)| prefix)
            .collect();
        let name: String =
            prefixes.into_iter().map(service_name).collect::<String>().chars().take(48).collect();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        statement.sid = if *count == 1 { name } else { format!("{name}Part{count}") };
    }
    statements
}

/// A name of each, unique among them and those that are taken: `make(name)`, numbered where two
/// become the same.
pub(super) fn unique<'n, T: Ord + Copy + 'n>(
    all: impl IntoIterator<Item = T>,
    mut taken: BTreeSet<String>,
    make: impl Fn(T) -> String,
) -> BTreeMap<T, String> {
    let mut names = BTreeMap::new();
    for item in all {
        let base = make(item);
        let mut name = base.clone();
        let mut number = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}{number}");
            number += 1;
        }
        names.insert(item, name);
    }
    names
}

/// A name of each policy, unique among them and those that are taken.
pub(super) fn unique_names(
    policies: &[Policy],
    taken: BTreeSet<String>,
    make: impl Fn(&Policy) -> String,
) -> Vec<String> {
    let name = |at: usize| policies.get(at).map(&make).unwrap_or_default();
    unique(0..policies.len(), taken, name).into_values().collect()
}

/// Every open value, in the order of service and name.
pub(super) fn parameters(policies: &[Policy]) -> BTreeSet<&Parameter> {
    policies.iter().flat_map(arns).flat_map(|arn| &arn.0).filter_map(parameter).collect()
}

fn parameter(part: &Part) -> Option<&Parameter> {
    match part {
        Part::Parameter(parameter) => Some(parameter),
        _ => None,
    }
}

/// Every resource and condition value of a policy.
pub(super) fn arns(policy: &Policy) -> impl Iterator<Item = &Arn> {
    policy.statements.iter().flat_map(|statement| {
        statement.resources.iter().chain(statement.conditions.values().flatten())
    })
}

/// How each open value is named in a template: by its variable, with the service in front where
/// several services have the variable.
pub(super) fn parameter_names<'p>(
    parameters: &BTreeSet<&'p Parameter>,
    style: fn(&str) -> String,
) -> BTreeMap<&'p Parameter, String> {
    let mut services: BTreeMap<&str, BTreeSet<&Option<String>>> = BTreeMap::new();
    for parameter in parameters {
        services.entry(&parameter.name).or_default().insert(&parameter.service);
    }
    let several = |name: &str| services.get(name).is_some_and(|services| services.len() > 1);
    let none = BTreeSet::new();
    unique(parameters.iter().copied(), none, |parameter: &Parameter| match &parameter.service {
        Some(service) if several(&parameter.name) => {
            style(&format!("{service}_{}", parameter.name))
        }
        _ => style(&parameter.name),
    })
}
