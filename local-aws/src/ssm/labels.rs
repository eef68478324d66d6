//! Labels of versions
//! (<https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html>).

use serde_json::{Value, json};

use super::names::Selector;
use super::parameter::Parameter;
use super::{State, names, read};
use crate::json::{AwsError, Members};

/// The most labels that one version can have.
const MOST: usize = 10;

/// `LabelParameterVersion`: a label moves here from any other version.
pub(super) fn attach(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let labels = labels(members)?;
    let wanted = members.integer("ParameterVersion")?;
    let parameter = parameter(state, "LabelParameterVersion", members, region)?;
    let number = version(parameter, wanted)?;
    let (valid, invalid): (Vec<&str>, Vec<&str>) =
        labels.into_iter().partition(|label| is_valid(label));
    let Some(target) = parameter.versions.iter().find(|version| version.number == number) else {
        return Err(no_version());
    };
    let new = valid.iter().filter(|label| !target.labels.contains(**label)).count();
    if target.labels.len() + new > MOST {
        return Err(AwsError::new(
            "ParameterVersionLabelLimitExceeded",
            "A parameter version can have a maximum of ten labels.",
        ));
    }
    for version in &mut parameter.versions {
        for label in &valid {
            if version.number == number {
                version.labels.insert((*label).to_owned());
            } else {
                version.labels.remove(*label);
            }
        }
    }
    Ok(json!({ "InvalidLabels": invalid, "ParameterVersion": number }))
}

/// `UnlabelParameterVersion`.
pub(super) fn detach(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let labels = labels(members)?;
    let wanted = members
        .integer("ParameterVersion")?
        .ok_or_else(|| crate::json::missing("parameterVersion"))?;
    let parameter = parameter(state, "UnlabelParameterVersion", members, region)?;
    let number = version(parameter, Some(wanted))?;
    let target = parameter.versions.iter_mut().find(|version| version.number == number);
    let target = target.ok_or_else(no_version)?;
    let (removed, invalid): (Vec<&str>, Vec<&str>) =
        labels.into_iter().partition(|label| target.labels.remove(*label));
    Ok(json!({ "RemovedLabels": removed, "InvalidLabels": invalid }))
}

fn labels(members: Members<'_>) -> Result<Vec<&str>, AwsError> {
    let labels = members.strings("Labels")?;
    if labels.is_empty() || labels.len() > MOST {
        return Err(AwsError::validation("Labels: one to ten are taken"));
    }
    Ok(labels)
}

fn parameter<'a>(
    state: &'a mut State,
    operation: &str,
    members: Members<'_>,
    region: &str,
) -> Result<&'a mut Parameter, AwsError> {
    let name = members.required("Name")?;
    let key = names::key(name);
    state.access.check(operation, &key, region)?;
    state.parameters.get_mut(&key).ok_or_else(|| read::not_found(name))
}

fn version(parameter: &Parameter, wanted: Option<i64>) -> Result<u64, AwsError> {
    let selector = match wanted {
        None => Selector::Latest,
        Some(number) => Selector::Version(u64::try_from(number).map_err(|_| no_version())?),
    };
    parameter.select(selector).map(|version| version.number).ok_or_else(no_version)
}

fn no_version() -> AwsError {
    AwsError::new("ParameterVersionNotFound", "The parameter has no such version.")
}

fn is_valid(label: &str) -> bool {
    let lower = label.to_ascii_lowercase();
    let first = label.chars().next();
    (1..=100).contains(&label.len())
        && label.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        && first.is_some_and(|c| !c.is_ascii_digit())
        && !lower.starts_with("aws")
        && !lower.starts_with("ssm")
}
