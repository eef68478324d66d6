//! The parameters of a request, held to the constraints of the API reference.

use std::collections::BTreeMap;

use crate::json::AwsError;
use crate::request::Request;
use crate::{page, query};

/// The one version of the API.
const VERSION: &str = "2010-05-08";

/// The size of a page if none is asked for, and the largest.
const DEFAULT_ITEMS: usize = 100;
const MOST_ITEMS: usize = 1000;

pub(super) struct Parameters {
    operation: String,
    given: BTreeMap<String, String>,
}

impl Parameters {
    /// Reads the request; it has to be of the one version of the API.
    pub(super) fn of(request: &Request) -> Result<Self, AwsError> {
        let given = query::parameters(request)?;
        let operation = request.operation.clone();
        let version = given.get("Version").map_or("NO_VERSION_SPECIFIED", String::as_str);
        if version != VERSION {
            let message = format!("Could not find operation {operation} for version {version}");
            return Err(AwsError::new("InvalidAction", message));
        }
        Ok(Parameters { operation, given })
    }

    /// Refuses parameters that this emulator would have to ignore.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), AwsError> {
        let mut names = self.given.keys().map(String::as_str);
        match names.find(|name| !["Action", "Version"].contains(name) && !known.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let what = format!("{} with {name}", self.operation);
                Err(AwsError::unknown_operation("iam", &what))
            }
        }
    }

    pub(super) fn role_name(&self) -> Result<&str, AwsError> {
        self.name("RoleName", 64)
    }

    pub(super) fn policy_name(&self) -> Result<&str, AwsError> {
        self.name("PolicyName", 128)
    }

    pub(super) fn policy_arn(&self) -> Result<&str, AwsError> {
        let arn = self.required("PolicyArn", 20, 2048)?;
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        match fields[..] {
            ["arn", _, "iam", "", _, resource] if resource.starts_with("policy/") => Ok(arn),
            _ => Err(AwsError::new("InvalidInput", format!("ARN {arn} is not valid."))),
        }
    }

    pub(super) fn version_id(&self) -> Result<&str, AwsError> {
        let id = self.required("VersionId", 1, usize::MAX)?;
        let valid = id.strip_prefix('v').is_some_and(|rest| {
            let (number, suffix) = rest.split_once('.').unwrap_or((rest, ""));
            !number.starts_with('0')
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
                && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        });
        let pattern = r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?";
        if valid { Ok(id) } else { Err(unlike("VersionId", id, pattern)) }
    }

    /// What the paths of roles have to begin with: `/` if nothing is asked for.
    pub(super) fn role_path_prefix(&self) -> Result<&str, AwsError> {
        let Some(prefix) = self.optional("PathPrefix", 512)? else { return Ok("/") };
        let valid = prefix.starts_with('/') && prefix.bytes().all(|byte| byte.is_ascii_graphic());
        let pattern = r"\u002F[\u0021-\u007F]*";
        if valid { Ok(prefix) } else { Err(unlike("PathPrefix", prefix, pattern)) }
    }

    /// What the paths of policies have to begin with: `/` if nothing is asked for.
    pub(super) fn policy_path_prefix(&self) -> Result<&str, AwsError> {
        let Some(prefix) = self.optional("PathPrefix", 512)? else { return Ok("/") };
        let of_names = |byte: u8| byte.is_ascii_alphanumeric() || b".,+@=_-/".contains(&byte);
        let ends = prefix.starts_with('/') && prefix.ends_with('/') && !prefix.contains("//");
        let pattern = r"((/[A-Za-z0-9\.,\+@=_-]+)*)/";
        let valid = ends && prefix.bytes().all(of_names);
        if valid { Ok(prefix) } else { Err(unlike("PathPrefix", prefix, pattern)) }
    }

    /// The key behind which the page begins.
    pub(super) fn marker(&self) -> Result<Option<String>, AwsError> {
        let Some(marker) = self.given.get("Marker") else { return Ok(None) };
        page::key(marker).map(Some).ok_or_else(|| invalid("Invalid Marker.".to_owned()))
    }

    /// How many entries a page may have.
    pub(super) fn page_size(&self) -> Result<usize, AwsError> {
        let Some(text) = self.given.get("MaxItems") else { return Ok(DEFAULT_ITEMS) };
        let size: i64 = text.parse().map_err(|_| {
            AwsError::new("MalformedInput", format!("MaxItems is not an integer: {text}"))
        })?;
        match usize::try_from(size) {
            Ok(size @ 1..=MOST_ITEMS) => Ok(size),
            Ok(1..) => Err(violated("MaxItems", text, &most("value", MOST_ITEMS))),
            _ => Err(violated("MaxItems", text, &least("value", 1))),
        }
    }

    /// The name of a role or a policy.
    fn name(&self, parameter: &str, longest: usize) -> Result<&str, AwsError> {
        let name = self.required(parameter, 1, longest)?;
        let of_names = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if name.bytes().all(of_names) {
            return Ok(name);
        }
        Err(invalid(format!(
            "The specified value for {} is invalid. It must contain only alphanumeric characters \
             and/or the following: +=,.@_-",
            member(parameter)
        )))
    }

    fn required(&self, parameter: &str, shortest: usize, longest: usize) -> Result<&str, AwsError> {
        match self.optional(parameter, longest)? {
            Some(value) if value.chars().count() < shortest => {
                Err(violated(parameter, value, &least("length", shortest)))
            }
            Some(value) => Ok(value),
            None => Err(invalid(format!(
                "1 validation error detected: Value null at '{}' failed to satisfy constraint: \
                 Member must not be null",
                member(parameter)
            ))),
        }
    }

    fn optional(&self, parameter: &str, longest: usize) -> Result<Option<&str>, AwsError> {
        match self.given.get(parameter) {
            Some(value) if value.chars().count() > longest => {
                Err(violated(parameter, value, &most("length", longest)))
            }
            value => Ok(value.map(String::as_str)),
        }
    }
}

/// A parameter's name as messages spell it.
fn member(parameter: &str) -> String {
    let (first, rest) = parameter.split_at(1);
    first.to_ascii_lowercase() + rest
}

fn least(what: &str, bound: usize) -> String {
    format!("have {what} greater than or equal to {bound}")
}

fn most(what: &str, bound: usize) -> String {
    format!("have {what} less than or equal to {bound}")
}

fn unlike(parameter: &str, value: &str, pattern: &str) -> AwsError {
    violated(parameter, value, &format!("satisfy regular expression pattern: {pattern}"))
}

fn violated(parameter: &str, value: &str, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{}' failed to satisfy constraint: \
         Member must {constraint}",
        member(parameter)
    ))
}

/// The refusal of a parameter.
fn invalid(message: String) -> AwsError {
    AwsError::new("ValidationError", message)
}
