//! The secrets of one world.

use serde_json::Value;

use crate::json::AwsError;

/// The secrets of one world.
#[derive(Clone, Debug, Default)]
pub struct Store;

impl Store {
    /// Answers one call; `region` is the one the request was signed for.
    pub(crate) fn handle(
        &self,
        operation: &str,
        _body: &Value,
        _region: &str,
    ) -> Result<Value, AwsError> {
        Err(AwsError::unknown_operation("secretsmanager", operation))
    }
}
