//! The awsJson protocols: errors and answers as the SDKs read them.

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
}
