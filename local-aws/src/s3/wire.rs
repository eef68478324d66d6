//! What surrounds the protocol layer: checks on the raw request, corrections on the raw answer.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use s3s::auth::{S3Auth, SecretKey};
use s3s::service::S3Service;
use s3s::{Body, HttpResponse, S3Error, S3Result};

use super::{checksums, encoding};
use crate::request::Response;
use crate::{SECRET_ACCESS_KEY, ids};

/// Every access key id goes with the one secret key.
pub(super) struct AnyAccessKey;

#[async_trait]
impl S3Auth for AnyAccessKey {
    async fn get_secret_key(&self, _access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(SECRET_ACCESS_KEY))
    }
}

/// Answers one request.
pub(super) async fn answer(service: &S3Service, request: http::Request<Full<Bytes>>) -> Response {
    let (parts, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(never) => match never {},
    };
    let head = parts.method == Method::HEAD;
    if let Err(error) = check_deletions(&parts, &body) {
        return refusal(error, head).await;
    }
    match service.call(http::Request::from_parts(parts, Body::from(body))).await {
        Ok(response) => finished(response, head).await,
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// The body of a `DeleteObjects` comes with a checksum and holds nothing that XML cannot.
fn check_deletions(parts: &http::request::Parts, body: &[u8]) -> S3Result<()> {
    let query = parts.uri.query().unwrap_or_default();
    let deletions =
        query.split('&').any(|parameter| parameter == "delete" || parameter == "delete=");
    if parts.method != Method::POST || !deletions {
        return Ok(());
    }
    checksums::verify_xml_body(&parts.headers, body, true)?;
    encoding::check_xml(body)
}

async fn refusal(error: S3Error, head: bool) -> Response {
    match error.to_http_response() {
        Ok(response) => finished(response, head).await,
        Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn finished(response: HttpResponse, head: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut body = body.to_bytes();
    if parts.status == StatusCode::OK && parts.headers.contains_key(header::CONTENT_RANGE) {
        parts.status = StatusCode::PARTIAL_CONTENT;
    }
    let bodiless = head || parts.status == StatusCode::NOT_MODIFIED;
    if bodiless {
        body = Bytes::new();
    } else {
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    let xml = parts.headers.get(header::CONTENT_TYPE)
        == Some(&HeaderValue::from_static("application/xml"));
    // An object may be XML too; it has an ETag, an answer in XML has none.
    if xml
        && !parts.headers.contains_key(header::ETAG)
        && let Some(escaped) = std::str::from_utf8(&body).ok().and_then(encoding::escape_controls)
    {
        body = escaped.into();
    }
    if let Ok(id) = HeaderValue::from_str(&format!("{:016X}", ids::number())) {
        parts.headers.insert("x-amz-request-id", id);
    }
    http::Response::from_parts(parts, Full::new(body))
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
