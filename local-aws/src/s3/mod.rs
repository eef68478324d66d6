//! The buckets of one world.

use bytes::Bytes;
use http_body_util::Full;

use crate::request::Response;

/// The buckets of one world.
#[derive(Clone, Debug, Default)]
pub struct Store;

impl Store {
    /// Answers one S3 request as it came over the wire: signature, chunking and all.
    pub(crate) async fn handle(&self, request: http::Request<Full<Bytes>>) -> Response {
        let mut response = Response::new(Full::from(format!(
            "<Error><Code>NotImplemented</Code><Message>local-aws does not emulate {}</Message></Error>",
            request.method()
        )));
        *response.status_mut() = http::StatusCode::NOT_IMPLEMENTED;
        response
    }
}
