//! STS: who is calling. Everyone is the same role.

use crate::ACCOUNT_ID;
use crate::json::AwsError;
use crate::query::{answer, element};

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The role that callers have, as error messages and `GetCallerIdentity` name it.
pub(crate) fn caller_arn() -> String {
    format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/local-aws/local-aws")
}

/// Answers one call in XML.
pub(crate) fn handle(operation: &str) -> Result<String, AwsError> {
    if operation != "GetCallerIdentity" {
        return Err(AwsError::unknown_operation("sts", operation));
    }
    let result = [
        element("Arn", &caller_arn()),
        element("UserId", "AROALOCALAWSEXAMPLE00:local-aws"),
        element("Account", ACCOUNT_ID),
    ];
    Ok(answer(NAMESPACE, operation, &result.concat()))
}
