//! Listings without values, and the history of one parameter.

use serde_json::{Value, json};

use super::{State, filters, names, page, read};
use crate::json::{AwsError, Members};

/// The largest page of both listings, and the size if none is asked for.
const MOST: usize = 50;

/// `DescribeParameters`.
pub(super) fn describe(
    state: &State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let size = members.page_size("MaxResults", MOST, MOST)?;
    let filters = filters::parse(members, filters::DESCRIBE)?;
    let start = page::start(members)?;
    let matching = state
        .parameters
        .iter()
        .filter(|(_, parameter)| filters.iter().all(|filter| filter.accepts(parameter)))
        .filter_map(|(key, parameter)| {
            let mut metadata = parameter.latest()?.metadata(&parameter.name);
            metadata["ARN"] = names::arn(&parameter.name, region).into();
            Some((key.as_str(), metadata))
        });
    let (page, token) = page::cut(matching, start.as_deref(), size);
    Ok(with_token(json!({ "Parameters": page }), token))
}

/// `GetParameterHistory`.
pub(super) fn history(
    state: &State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    let name = members.required("Name")?;
    let decrypt = members.bool("WithDecryption")?;
    let size = members.page_size("MaxResults", MOST, MOST)?;
    let start = page::start(members)?;
    let key = names::parse(name, region).map(|reference| reference.key).unwrap_or_default();
    state.access.check("GetParameterHistory", &key, region)?;
    let parameter = state.parameters.get(&key).ok_or_else(|| read::not_found(name))?;
    // Numbers of equal width sort as text.
    let numbered: Vec<_> = parameter
        .versions
        .iter()
        .map(|version| (format!("{:020}", version.number), version))
        .collect();
    let versions = numbered.iter().map(|(number, version)| (number.as_str(), *version));
    let (versions, token) = page::cut(versions, start.as_deref(), size);
    let mut page = Vec::new();
    for version in versions {
        if decrypt {
            state.access.check_decryption(&key, version, region)?;
        }
        let mut entry = version.metadata(&parameter.name);
        entry["Value"] = version.shown(decrypt).into();
        entry["Labels"] = json!(version.labels);
        page.push(entry);
    }
    Ok(with_token(json!({ "Parameters": page }), token))
}

fn with_token(mut answer: Value, token: Option<String>) -> Value {
    if let Some(token) = token {
        answer["NextToken"] = token.into();
    }
    answer
}
