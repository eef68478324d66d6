//! STS: who is calling. Everyone is the same role.

use crate::ACCOUNT_ID;
use crate::ids;
use crate::json::AwsError;

/// The role that callers have, as error messages and `GetCallerIdentity` name it.
pub(crate) fn caller_arn() -> String {
    format!("arn:aws:sts::{ACCOUNT_ID}:assumed-role/local-aws/local-aws")
}

/// Answers one call in XML.
pub(crate) fn handle(operation: &str) -> Result<String, AwsError> {
    if operation != "GetCallerIdentity" {
        return Err(AwsError::unknown_operation("sts", operation));
    }
    Ok(format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>{}</Arn><UserId>AROALOCALAWSEXAMPLE00:local-aws</UserId>\
         <Account>{ACCOUNT_ID}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
        caller_arn(),
        ids::uuid(),
    ))
}
