//! The awsJson protocols: what a service refuses, and the members of a request.

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
        AwsError {
            status: 400,
            code: code.into(),
            message: message.into(),
            extra: Map::new(),
        }
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
