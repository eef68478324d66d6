//! `PutParameter` (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>).

use serde_json::{Value, json};

use super::parameter::{KEPT_VERSIONS, Kind, Parameter, Tier, Version};
use super::{State, names, tags};
use crate::json::{AwsError, Members};

/// The largest value of the advanced tier in bytes.
const ADVANCED_BYTES: usize = 8192;

/// The longest description in characters.
const DESCRIPTION: usize = 1024;

pub(super) fn put(
    state: &mut State,
    members: Members<'_>,
    region: &str,
) -> Result<Value, AwsError> {
    refuse_unsupported(members)?;
    // The service removes spaces around a name.
    let name = members.required("Name")?.trim();
    names::check(name, region)?;
    let value = members.required("Value")?;
    let kind = kind(members)?;
    let overwrite = members.bool("Overwrite")?;
    let tags = tags::parse(members)?;
    if overwrite && !tags.is_empty() {
        return Err(AwsError::validation("Tags and Overwrite exclude each other"));
    }
    let key = names::key(name);
    state.access.check("PutParameter", &key, region)?;
    let existing = state.parameters.get(&key);
    if existing.is_some() && !overwrite {
        return Err(AwsError::new(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let latest = existing.and_then(Parameter::latest);
    let kind = settle_kind(kind, latest)?;
    let tier = settle_tier(members.str("Tier")?, value, latest)?;
    let mut version = Version::new(kind, tier, value);
    if let Some(id) = members.str("KeyId")? {
        if kind != Kind::SecureString {
            return Err(AwsError::validation("KeyId goes with the type SecureString only"));
        }
        version.key_id = Some(id.to_owned());
    }
    version.description = match members.str("Description")? {
        Some(text) if text.chars().count() > DESCRIPTION => {
            return Err(AwsError::validation("Description is longer than 1024 characters"));
        }
        Some(text) => Some(text.to_owned()),
        // An overwrite that says nothing about it keeps it.
        None => latest.and_then(|latest| latest.description.clone()),
    };
    let number = latest.map_or(1, |latest| latest.number + 1);
    version.number = number;
    match state.parameters.get_mut(&key) {
        Some(parameter) => append(parameter, version)?,
        None => {
            let mut parameter = Parameter::new(name, version);
            parameter.tags = tags;
            state.parameters.insert(key, parameter);
        }
    }
    Ok(json!({ "Version": number, "Tier": tier.name() }))
}

/// Adds a version; the oldest of a hundred goes, unless a label holds it.
pub(super) fn append(parameter: &mut Parameter, version: Version) -> Result<(), AwsError> {
    if parameter.versions.len() >= KEPT_VERSIONS {
        if parameter.versions.front().is_some_and(|oldest| !oldest.labels.is_empty()) {
            return Err(AwsError::new(
                "ParameterMaxVersionLimitExceeded",
                "The oldest of 100 versions has a label. Move the label before adding a version.",
            ));
        }
        parameter.versions.pop_front();
    }
    parameter.versions.push_back(version);
    Ok(())
}

fn refuse_unsupported(members: Members<'_>) -> Result<(), AwsError> {
    for member in ["AllowedPattern", "Policies"] {
        if members.str(member)?.is_some_and(|value| !value.is_empty()) {
            return Err(AwsError::unknown_operation("ssm", &format!("PutParameter with {member}")));
        }
    }
    match members.str("DataType")? {
        None | Some("text") => Ok(()),
        Some(other) => {
            Err(AwsError::unknown_operation("ssm", &format!("PutParameter with DataType {other}")))
        }
    }
}

fn kind(members: Members<'_>) -> Result<Option<Kind>, AwsError> {
    let Some(name) = members.str("Type")? else { return Ok(None) };
    match Kind::parse(name) {
        Some(kind) => Ok(Some(kind)),
        None => Err(AwsError::validation(format!(
            "Value '{name}' at 'type' failed to satisfy constraint: Member must satisfy enum value \
             set: [SecureString, StringList, String]"
        ))),
    }
}

fn settle_kind(kind: Option<Kind>, latest: Option<&Version>) -> Result<Kind, AwsError> {
    match (kind, latest) {
        (None, None) => {
            Err(AwsError::validation("A parameter type is required when you create a parameter."))
        }
        (None, Some(latest)) => Ok(latest.kind),
        (Some(kind), Some(latest)) if kind != latest.kind => Err(AwsError::new(
            "HierarchyTypeMismatchException",
            format!(
                "The type of a parameter cannot change from {} to {}.",
                latest.kind.name(),
                kind.name()
            ),
        )),
        (Some(kind), _) => Ok(kind),
    }
}

fn settle_tier(
    tier: Option<&str>,
    value: &str,
    latest: Option<&Version>,
) -> Result<Tier, AwsError> {
    let current = latest.map_or(Tier::Standard, |latest| latest.tier);
    let tier = match tier {
        Some("Standard") if current == Tier::Advanced => {
            return Err(AwsError::validation(
                "An advanced parameter cannot become a standard one.",
            ));
        }
        Some("Standard") => Tier::Standard,
        // Left out: the account's default tier, which is standard; but no way back from advanced.
        None => current,
        Some("Advanced") => Tier::Advanced,
        Some("Intelligent-Tiering") if current == Tier::Advanced => Tier::Advanced,
        Some("Intelligent-Tiering") => Tier::needed(value),
        Some(other) => {
            return Err(AwsError::validation(format!(
                "Value '{other}' at 'tier' failed to satisfy constraint: Member must satisfy enum \
                 value set: [Standard, Advanced, Intelligent-Tiering]"
            )));
        }
    };
    if tier == Tier::Standard && Tier::needed(value) == Tier::Advanced {
        return Err(AwsError::validation(
            "Standard tier parameters support a maximum parameter value of 4096 characters.",
        ));
    }
    if value.len() > ADVANCED_BYTES {
        return Err(AwsError::validation(
            "Advanced tier parameters support a maximum parameter value of 8192 characters.",
        ));
    }
    Ok(tier)
}
