//! What has been called so far.

use bytes::Bytes;

/// One request that arrived at the endpoint.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The service's signing name: `dynamodb`, `s3`, `ssm`, `cognito-idp`, `sts`, `secretsmanager`,
    /// `sqs`, or `other`.
    pub service: &'static str,
    /// The API operation, such as `GetItem`.
    pub operation: String,
    /// The region the request was signed for.
    pub region: String,
    /// The HTTP status of the answer; `None` where the connection was dropped or is still open.
    pub status: Option<u16>,
    /// The body of the request.
    pub request: Bytes,
}
