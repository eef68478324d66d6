//! Rendering answers and refusals in the protocol of their service.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use crate::ids;
use crate::json::AwsError;
use crate::request::{Protocol, Request, Response};
use crate::sqs;

/// A successful awsJson answer.
pub(crate) fn json(request: &Request, value: &Value) -> Response {
    body(200, content_type(request.protocol()), value.to_string())
}

/// An answer that is already rendered.
pub(crate) fn body(status: u16, content_type: &'static str, bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Full::from(bytes.into()));
    // Statuses come from this crate or from a test; an impossible one is a server error.
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(&ids::uuid()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// A refusal.
pub(crate) fn error(request: &Request, error: &AwsError) -> Response {
    match request.protocol() {
        Protocol::RestXml => s3_error(request, error),
        Protocol::Query => query_error(error),
        _ if request.service == "sqs" => sqs_error(error),
        protocol => json_error(content_type(protocol), error),
    }
}

/// What a service says about the content of its answers.
pub(crate) fn content_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Json10 => "application/x-amz-json-1.0",
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::Query => "text/xml",
        Protocol::RestXml => "application/xml",
        Protocol::Other => "application/json",
    }
}

fn json_error(content_type: &'static str, error: &AwsError) -> Response {
    let mut response = body(error.status, content_type, json_refusal(&error.code, error));
    if let Ok(code) = HeaderValue::from_str(&error.code) {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

/// With the name of the older protocol in a header: some clients go by it.
fn sqs_error(error: &AwsError) -> Response {
    let (query, type_name) = sqs::error_names(&error.code);
    let content = json_refusal(&type_name, error);
    let mut response = body(error.status, content_type(Protocol::Json10), content);
    if let Ok(value) = HeaderValue::from_str(&format!("{query};{}", fault_of(error))) {
        response.headers_mut().insert("x-amzn-query-error", value);
    }
    response
}

fn json_refusal(type_name: &str, error: &AwsError) -> String {
    let mut members = error.extra.clone();
    members.insert("__type".to_owned(), type_name.into());
    // Both spellings occur on AWS, and clients read either.
    members.insert("message".to_owned(), error.message.clone().into());
    members.insert("Message".to_owned(), error.message.clone().into());
    Value::Object(members).to_string()
}

/// Whose fault an error is.
fn fault_of(error: &AwsError) -> &'static str {
    if error.status < 500 { "Sender" } else { "Receiver" }
}

fn s3_error(request: &Request, error: &AwsError) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>\
         <Resource>{}</Resource></Error>",
        escape(&error.code),
        escape(&error.message),
        escape(request.uri.path()),
    );
    let text = if request.method == Method::HEAD { String::new() } else { text };
    body(error.status, content_type(Protocol::RestXml), text)
}

fn query_error(error: &AwsError) -> Response {
    let text = format!(
        "<ErrorResponse><Error><Type>{}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{}</RequestId></ErrorResponse>",
        fault_of(error),
        escape(&error.code),
        escape(&error.message),
        ids::uuid(),
    );
    body(error.status, content_type(Protocol::Query), text)
}

/// Text as XML character data.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
