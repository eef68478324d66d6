//! How each service says that it is called too often.

use serde_json::json;

use crate::json::AwsError;
use crate::request::Request;

/// The throttling error of the request's service.
pub(crate) fn throttled(request: &Request) -> AwsError {
    let rate = "Rate exceeded";
    match request.service {
        "dynamodb" if is_data_plane(&request.operation) => AwsError::new(
            "ProvisionedThroughputExceededException",
            "The provisioned throughput of the table is exceeded.",
        ),
        "s3" => AwsError::new("SlowDown", "Please reduce your request rate.").with_status(503),
        "cognito-idp" => AwsError::new("TooManyRequestsException", rate),
        "sqs" => AwsError::new("RequestThrottled", rate).with_status(403),
        "iam" | "sts" | "cloudformation" => AwsError::new("Throttling", rate),
        _ => AwsError::new("ThrottlingException", rate),
    }
}

/// Reads and writes of items are throttled by capacity; table management by call rate.
fn is_data_plane(operation: &str) -> bool {
    ["Item", "Query", "Scan", "Statement", "Transact", "Transaction"]
        .iter()
        .any(|word| operation.contains(word))
}

/// A transaction in the way of this call.
pub(crate) fn conflict(request: &Request) -> AwsError {
    let message = "Transaction is ongoing for the item";
    if !request.operation.starts_with("Transact") {
        return AwsError::new("TransactionConflictException", message);
    }
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let items = body.get("TransactItems").and_then(|items| items.as_array()).map_or(1, Vec::len);
    let mut reasons = vec![json!({ "Code": "None" }); items.max(1)];
    reasons[0] = json!({ "Code": "TransactionConflict", "Message": message });
    let mut codes = vec!["None"; reasons.len()];
    codes[0] = "TransactionConflict";
    AwsError::new(
        "TransactionCanceledException",
        format!("Transaction cancelled, see the reasons [{}]", codes.join(", ")),
    )
    .with("CancellationReasons", reasons.into())
}
