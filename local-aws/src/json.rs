//! The awsJson protocols: what a service refuses, and the members of a request.

use std::time::Duration;

use serde_json::{Map, Value};

/// A refusal in the words of an AWS service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AwsError {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The error code, such as `ParameterNotFound`.
    pub(crate) code: String,
    /// The message.
    pub(crate) message: String,
    /// Further members of the error's shape.
    pub(crate) extra: Map<String, Value>,
}

impl AwsError {
    /// A client error (HTTP 400).
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        AwsError { status: 400, code: code.into(), message: message.into(), extra: Map::new() }
    }

    /// A request that breaks a constraint of the API.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        AwsError::new("ValidationException", message)
    }

    /// The refusal for an operation that this emulator does not know.
    pub(crate) fn unknown_operation(service: &str, operation: &str) -> Self {
        AwsError::new(
            "UnknownOperationException",
            format!("local-aws does not emulate {service}:{operation}"),
        )
    }

    /// A malformed request body.
    pub(crate) fn serialization(message: impl Into<String>) -> Self {
        AwsError::new("SerializationException", message)
    }

    /// The same error with another HTTP status.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same error with one more member.
    pub(crate) fn with(mut self, member: &str, value: Value) -> Self {
        self.extra.insert(member.to_owned(), value);
        self
    }
}

/// The body of an awsJson request; an empty one counts as `{}`.
pub(crate) fn parse(body: &[u8]) -> Result<Value, AwsError> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_slice(body) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(AwsError::serialization("the body is not a JSON object")),
        Err(_) => Err(AwsError::serialization("the body is not JSON")),
    }
}

/// The members of a request, read with the types that the API gives them.
#[derive(Clone, Copy)]
pub(crate) struct Members<'a>(pub(crate) &'a Value);

impl<'a> Members<'a> {
    /// A string; `None` if absent or null.
    pub(crate) fn str(self, name: &str) -> Result<Option<&'a str>, AwsError> {
        self.typed(name, "a string", Value::as_str)
    }

    /// A string that has to be there and not be empty.
    pub(crate) fn required(self, name: &str) -> Result<&'a str, AwsError> {
        match self.str(name)? {
            Some("") => Err(too_short(name)),
            Some(value) => Ok(value),
            None => Err(missing(name)),
        }
    }

    /// A flag; false if absent.
    pub(crate) fn bool(self, name: &str) -> Result<bool, AwsError> {
        Ok(self.typed(name, "a boolean", Value::as_bool)?.unwrap_or_default())
    }

    /// A whole number.
    pub(crate) fn integer(self, name: &str) -> Result<Option<i64>, AwsError> {
        self.typed(name, "an integer", Value::as_i64)
    }

    /// A moment, given in seconds since 1970, in whole milliseconds: clients do not keep the
    /// decimals of a timestamp exactly.
    pub(crate) fn milliseconds(self, name: &str) -> Result<Option<u64>, AwsError> {
        let seconds = self.typed(name, "a number of seconds", Value::as_f64)?;
        Ok(seconds.map(|seconds| match Duration::try_from_secs_f64(seconds) {
            Ok(moment) => {
                u64::try_from((moment.as_nanos() + 500_000) / 1_000_000).unwrap_or(u64::MAX)
            }
            Err(_) if seconds.is_sign_negative() => 0,
            Err(_) => u64::MAX,
        }))
    }

    /// A list; empty if absent.
    pub(crate) fn list(self, name: &str) -> Result<&'a [Value], AwsError> {
        Ok(self.typed(name, "a list", Value::as_array)?.map_or(&[], Vec::as_slice))
    }

    /// A list of strings; empty if absent.
    pub(crate) fn strings(self, name: &str) -> Result<Vec<&'a str>, AwsError> {
        let mismatch = || AwsError::serialization(format!("{name} is not a list of strings"));
        self.list(name)?.iter().map(|item| item.as_str().ok_or_else(mismatch)).collect()
    }

    /// The page size: `default` if absent, refused outside 1 to `most`.
    pub(crate) fn page_size(
        self,
        name: &str,
        default: usize,
        most: usize,
    ) -> Result<usize, AwsError> {
        match self.integer(name)? {
            None => Ok(default),
            Some(size) => usize::try_from(size)
                .ok()
                .filter(|size| (1..=most).contains(size))
                .ok_or_else(|| {
                    AwsError::validation(format!(
                        "Value '{size}' at '{name}' is not between 1 and {most}"
                    ))
                }),
        }
    }

    fn typed<T>(
        self,
        name: &str,
        kind: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, AwsError> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => Err(AwsError::serialization(format!("{name} is not {kind}"))),
            },
        }
    }
}

/// A member that has to be there.
pub(crate) fn missing(name: &str) -> AwsError {
    AwsError::validation(format!(
        "Value null at '{name}' failed to satisfy constraint: Member must not be null"
    ))
}

/// A member that must not be empty.
pub(crate) fn too_short(name: &str) -> AwsError {
    AwsError::validation(format!(
        "Value at '{name}' failed to satisfy constraint: Member must have length greater than or equal to 1"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Members;

    #[test]
    fn moments_survive_the_decimals_that_clients_lose() {
        for (seconds, expected) in [
            (json!(1_795_259_580.491), 1_795_259_580_491),
            (json!(1_795_259_580.490_999), 1_795_259_580_491),
            (json!(1_795_259_580.491_001), 1_795_259_580_491),
            (json!(7), 7_000),
            (json!(-1), 0),
            (json!(1e300), u64::MAX),
        ] {
            let members = json!({ "At": seconds });
            let moment = Members(&members).milliseconds("At").unwrap();
            assert_eq!(moment, Some(expected), "{seconds}");
        }
    }
}
