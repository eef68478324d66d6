//! Reading values: by name, by names, by path.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::names::{self, Selector};
use super::{State, filters, page};
use crate::json::{AwsError, Members};

/// The most names in one call, and the largest page by path.
const MOST: usize = 10;

/// Why a reference leads nowhere.
enum Missing {
    Parameter,
    Version,
}

/// `GetParameter`.
pub(super) fn one(state: &State, members: Members<'_>, region: &str) -> Result<Value, AwsError> {
    let name = members.required("Name")?;
    let decrypt = members.bool("WithDecryption")?;
    match read(state, "GetParameter", name, decrypt, region)? {
        Ok(parameter) => Ok(json!({ "Parameter": parameter })),
        Err(Missing::Parameter) => Err(not_found(name)),
        Err(Missing::Version) => Err(AwsError::new(
            "ParameterVersionNotFound",
            format!("Systems Manager has no version {name}."),
        )),
    }
}

/// `GetParameters`: found ones by name, the others in `InvalidParameters`.
pub(super) fn many(state: &State, members: Members<'_>, region: &str) -> Result<Value, AwsError> {
    let names = names(members)?;
    let decrypt = members.bool("WithDecryption")?;
    let mut found = Vec::new();
    let mut invalid = Vec::new();
    for name in names {
        match read(state, "GetParameters", name, decrypt, region)? {
            Ok(parameter) => found.push(parameter),
            Err(_) => invalid.push(name),
        }
    }
    // Documented: results come in alphabetical order, not in that of the request.
    found.sort_by(|a, b| a["Name"].as_str().cmp(&b["Name"].as_str()));
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

/// `GetParametersByPath`.
pub(super) fn by_path(
    state: &State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let path = members.required("Path")?;
    if !path.starts_with('/') {
        return Err(AwsError::validation("Path has to start with a slash"));
    }
    let recursive = members.bool("Recursive")?;
    let decrypt = members.bool("WithDecryption")?;
    let size = members.page_size("MaxResults", MOST, MOST)?;
    let filters = filters::parse(members, filters::BY_PATH)?;
    let start = page::start(members)?;
    let path = path.trim_end_matches('/');
    // As on AWS, permission for a path is permission for everything below it.
    state.access.check("GetParametersByPath", if path.is_empty() { "/" } else { path }, region)?;
    let below = state.parameters.iter().filter(|(key, parameter)| {
        names::is_below(key, path, recursive)
            && filters.iter().all(|filter| filter.accepts(parameter))
    });
    let (parameters, token) = page::cut(
        below.map(|(key, parameter)| (key.as_str(), (key, parameter))),
        start.as_deref(),
        size,
    );
    let mut found = Vec::new();
    for (key, parameter) in parameters {
        let label = filters.iter().find_map(filters::Filter::label);
        let version = parameter.select(label.map_or(Selector::Latest, Selector::Label));
        let Some(version) = version else { continue };
        if decrypt {
            state.access.check_decryption(key, version, region)?;
        }
        found.push(parameter.read(version, decrypt, region));
    }
    let mut answer = json!({ "Parameters": found });
    if let Some(token) = token {
        answer["NextToken"] = token.into();
    }
    Ok(answer)
}

/// The outer error fails the whole call, the inner one this name only.
fn read(
    state: &State,
    operation: &str,
    reference: &str,
    decrypt: bool,
    region: &str,
) -> Result<Result<Value, Missing>, AwsError> {
    let Some(parsed) = names::parse(reference, region) else { return Ok(Err(Missing::Parameter)) };
    state.access.check(operation, &parsed.key, region)?;
    let Some(parameter) = state.parameters.get(&parsed.key) else {
        return Ok(Err(Missing::Parameter));
    };
    let Some(version) = parameter.select(parsed.selector) else {
        return Ok(Err(Missing::Version));
    };
    if decrypt {
        state.access.check_decryption(&parsed.key, version, region)?;
    }
    let mut found = parameter.read(version, decrypt, region);
    match parsed.selector {
        Selector::Latest => {}
        Selector::Version(number) => found["Selector"] = format!(":{number}").into(),
        Selector::Label(label) => found["Selector"] = format!(":{label}").into(),
    }
    Ok(Ok(found))
}

/// One to ten names, each once.
pub(super) fn names(members: Members<'_>) -> Result<Vec<&str>, AwsError> {
    let names = members.strings("Names")?;
    if names.is_empty() || names.len() > MOST {
        return Err(AwsError::validation(format!(
            "Value at 'names' failed to satisfy constraint: Member must have length between 1 and \
             {MOST}, not {}",
            names.len()
        )));
    }
    if names.contains(&"") {
        return Err(crate::json::too_short("names"));
    }
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(**name)) {
        Some(name) => Err(AwsError::validation(format!("Parameter name {name} is given twice"))),
        None => Ok(names),
    }
}

/// The parameter does not exist.
pub(super) fn not_found(name: &str) -> AwsError {
    AwsError::new("ParameterNotFound", format!("Parameter {name} not found."))
}
