//! `ParameterFilters`, and the older `Filters` of `DescribeParameters`
//! (<https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html>).

use super::names;
use super::parameter::Parameter;
use crate::json::{AwsError, Members};

/// The keys that `GetParametersByPath` takes.
pub(super) const BY_PATH: &[&str] = &["Type", "KeyId", "Label"];

/// The keys that `DescribeParameters` takes, `tag:…` aside.
pub(super) const DESCRIBE: &[&str] =
    &["Name", "Path", "Type", "KeyId", "Label", "Tier", "DataType"];

/// One condition; a parameter has to meet all.
pub(super) struct Filter {
    key: String,
    option: Comparison,
    values: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Comparison {
    Equals,
    BeginsWith,
    Contains,
    OneLevel,
    Recursive,
}

/// The filters of a request, of which only the given keys are known.
pub(super) fn parse(members: Members<'_>, known: &[&str]) -> Result<Vec<Filter>, AwsError> {
    let describe = known == DESCRIBE;
    let older = if describe { members.list("Filters")? } else { &[] };
    let newer = members.list("ParameterFilters")?;
    if !older.is_empty() && !newer.is_empty() {
        return Err(AwsError::validation("Filters and ParameterFilters exclude each other"));
    }
    let mut filters = Vec::new();
    for filter in newer {
        let filter = Members(filter);
        let key = filter.required("Key")?;
        let tag = describe && key.starts_with("tag:");
        if !known.contains(&key) && !tag {
            return Err(AwsError::new(
                "InvalidFilterKey",
                format!("The filter key {key} is not valid here."),
            ));
        }
        let option = comparison(key, filter.str("Option")?)?;
        let values = filter.strings("Values")?;
        if values.is_empty() && !tag {
            return Err(AwsError::new(
                "InvalidFilterValue",
                format!("The filter {key} has no value."),
            ));
        }
        filters.push(Filter { key: key.to_owned(), option, values: owned(values) });
    }
    for filter in older {
        let filter = Members(filter);
        let key = filter.required("Key")?;
        if !["Name", "Type", "KeyId"].contains(&key) {
            return Err(AwsError::new(
                "InvalidFilterKey",
                format!("The filter key {key} is not valid here."),
            ));
        }
        // The older filter on names is a search by prefix.
        let option = if key == "Name" { Comparison::BeginsWith } else { Comparison::Equals };
        filters.push(Filter {
            key: key.to_owned(),
            option,
            values: owned(filter.strings("Values")?),
        });
    }
    Ok(filters)
}

fn owned(values: Vec<&str>) -> Vec<String> {
    values.into_iter().map(str::to_owned).collect()
}

fn comparison(key: &str, option: Option<&str>) -> Result<Comparison, AwsError> {
    let comparison = match (key, option) {
        ("Path", None | Some("OneLevel")) => Comparison::OneLevel,
        ("Path", Some("Recursive")) => Comparison::Recursive,
        ("Name", Some("Contains")) => Comparison::Contains,
        ("Path", _) => return Err(invalid_option(key, option)),
        (_, None | Some("Equals")) => Comparison::Equals,
        (_, Some("BeginsWith")) => Comparison::BeginsWith,
        _ => return Err(invalid_option(key, option)),
    };
    Ok(comparison)
}

fn invalid_option(key: &str, option: Option<&str>) -> AwsError {
    let option = option.unwrap_or_default();
    AwsError::new(
        "InvalidFilterOption",
        format!("The option {option} does not go with the filter {key}."),
    )
}

impl Filter {
    /// The label to read instead of the latest version.
    pub(super) fn label(&self) -> Option<&str> {
        (self.key == "Label").then(|| self.values.first().map(String::as_str)).flatten()
    }

    pub(super) fn accepts(&self, parameter: &Parameter) -> bool {
        let Some(latest) = parameter.latest() else { return false };
        match self.key.as_str() {
            "Name" => self.matches(&names::key(&parameter.name), names::key),
            "Path" => self.is_below(&parameter.name),
            "Type" => self.matches(latest.kind.name(), str::to_owned),
            "Tier" => self.matches(latest.tier.name(), str::to_owned),
            "DataType" => self.matches("text", str::to_owned),
            "KeyId" => latest.key_id.as_deref().is_some_and(|key| self.matches(key, str::to_owned)),
            "Label" => parameter.versions.iter().any(|version| {
                version.labels.iter().any(|label| self.matches(label, str::to_owned))
            }),
            tag => {
                let value = parameter.tags.get(tag.trim_start_matches("tag:"));
                value.is_some_and(|value| {
                    self.values.is_empty() || self.matches(value, str::to_owned)
                })
            }
        }
    }

    fn is_below(&self, name: &str) -> bool {
        let recursive = self.option == Comparison::Recursive;
        let key = names::key(name);
        let paths = self.values.iter().map(|path| path.trim_end_matches('/'));
        paths.into_iter().any(|path| names::is_below(&key, path, recursive))
    }

    fn matches(&self, found: &str, normal: impl Fn(&str) -> String) -> bool {
        self.values.iter().any(|value| match self.option {
            Comparison::Contains => found.contains(value.as_str()),
            Comparison::BeginsWith => found.starts_with(&normal(value)),
            _ => found == normal(value),
        })
    }
}
