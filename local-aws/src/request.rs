//! One request as the dispatcher hands it on, and what comes back.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::Full;

/// An answer with its whole body in memory.
pub(crate) type Response = http::Response<Full<Bytes>>;

/// A request whose service, operation and region are known and whose body has been read.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The signing name of the service, such as `dynamodb` or `cognito-idp`.
    pub(crate) service: &'static str,
    /// The API operation, such as `GetItem`.
    pub(crate) operation: String,
    /// The region of the signature's credential scope.
    pub(crate) region: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}
