//! The queues of one world.

use serde_json::Value;

use crate::json::AwsError;

/// The queues of one world.
#[derive(Clone, Debug)]
pub struct Store {
    #[expect(dead_code, reason = "queue URLs are made from it")]
    endpoint: String,
}

impl Store {
    /// No queues yet; queue URLs start with `endpoint` (no slash at its end).
    pub(crate) fn new(endpoint: &str) -> Self {
        Store {
            endpoint: endpoint.to_owned(),
        }
    }

    /// Answers one call; `region` is the one the request was signed for.
    pub(crate) fn handle(
        &self,
        operation: &str,
        _body: &Value,
        _region: &str,
    ) -> Result<Value, AwsError> {
        Err(AwsError::unknown_operation("sqs", operation))
    }
}
