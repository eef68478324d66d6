//! The refusals that several operations share, in S3's words.
//!
//! Codes and statuses: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use s3s::dto::{Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode};

use super::bucket::Version;

/// A request that contradicts itself or lacks something.
pub(super) fn invalid_request(message: impl Into<String>) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidRequest, message.into())
}

/// A parameter with a value that S3 does not take.
pub(super) fn invalid_argument(message: impl Into<String>) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidArgument, message.into())
}

/// A request body that is no XML, or not the XML that the operation takes.
pub(super) fn malformed_xml() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published \
         schema",
    )
}

/// Something S3 may know and this emulator does not.
pub(super) fn not_emulated(what: &str) -> S3Error {
    S3Error::with_message(S3ErrorCode::NotImplemented, format!("local-aws does not emulate {what}"))
}

/// A code that the protocol layer has no name for.
pub(super) fn custom(
    code: &'static str,
    status: StatusCode,
    message: impl Into<String>,
) -> S3Error {
    let mut error = S3Error::with_message(S3ErrorCode::Custom(code.into()), message.into());
    error.set_status_code(status);
    error
}

/// A condition of the request that does not hold.
pub(super) fn precondition_failed() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold",
    )
}

/// A conditional read of something the client already has.
pub(super) fn not_modified(etag: &str, modified: &Timestamp) -> S3Error {
    let mut headers = HeaderMap::new();
    put(&mut headers, "etag", &format!("\"{etag}\""));
    put(&mut headers, "last-modified", &http_date(modified));
    let mut error = S3Error::new(S3ErrorCode::NotModified);
    error.set_status_code(StatusCode::NOT_MODIFIED);
    error.set_headers(headers);
    error
}

/// A plain read of a key whose newest version is a delete marker.
pub(super) fn deleted(marker_id: Option<String>) -> S3Error {
    let mut error =
        S3Error::with_message(S3ErrorCode::NoSuchKey, "The specified key does not exist.");
    let mut headers = marker_headers();
    if let Some(id) = marker_id {
        put(&mut headers, "x-amz-version-id", &id);
    }
    error.set_headers(headers);
    error
}

/// A read that names a delete marker by its version id.
pub(super) fn read_of_a_marker(marker: &Version) -> S3Error {
    let mut error = S3Error::with_message(
        S3ErrorCode::MethodNotAllowed,
        "The specified method is not allowed against this resource.",
    );
    let mut headers = marker_headers();
    put(&mut headers, "last-modified", &http_date(&marker.modified));
    put(&mut headers, "allow", "DELETE");
    put(&mut headers, "x-amz-version-id", &marker.id);
    error.set_headers(headers);
    error
}

fn marker_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    put(&mut headers, "x-amz-delete-marker", "true");
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    headers
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn http_date(time: &Timestamp) -> String {
    let mut text = Vec::new();
    match time.format(TimestampFormat::HttpDate, &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(_) => String::new(),
    }
}
