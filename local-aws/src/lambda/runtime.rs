//! The requests of the Runtime API and of the Extensions API.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Collected, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

use super::error::InvokeError;
use super::queue::{Door, Function};
use crate::request::Response;
use crate::response::body;

/// The most that a synchronous invocation returns (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const RESPONSE_LIMIT: usize = 6_291_556;

/// The most that a streamed answer can have.
const STREAM_LIMIT: usize = 200 * 1024 * 1024;

const JSON: &str = "application/json";

/// Answers one request.
pub(super) async fn serve(
    function: &Function,
    door: Door,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let (parts, content) = request.into_parts();
    let path: Vec<&str> = parts.uri.path().split('/').skip(1).collect();
    let response = match (parts.method.clone(), path.as_slice()) {
        (Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => {
            next(function, door).await
        }
        (Method::GET, ["2018-06-01", "runtime", "restore", "next"]) => {
            function.next_restore().await;
            body(200, JSON, Bytes::new())
        }
        (Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
            extension_event(function, &parts.headers).await
        }
        (Method::POST, path) => match Limited::new(content, STREAM_LIMIT).collect().await {
            Ok(content) => post(function, path, &parts.headers, content),
            Err(_) => refuse(413, "RequestTooLarge", "the body cannot be read or is too large"),
        },
        _ => unknown(parts.uri.path()),
    };
    Ok(response)
}

fn post(
    function: &Function,
    path: &[&str],
    headers: &HeaderMap,
    content: Collected<Bytes>,
) -> Response {
    match path {
        ["2018-06-01", "runtime", "invocation", id, "response"] => {
            respond(function, id, headers, content)
        }
        ["2018-06-01", "runtime", "invocation", id, "error"] => {
            let (error_type, message) = reported(headers, &content.to_bytes());
            let outcome = Err(InvokeError::Function { error_type, message });
            completed(function.complete(id, outcome))
        }
        ["2018-06-01", "runtime", "init", "error"] => {
            let (error_type, message) = reported(headers, &content.to_bytes());
            function.fail_start(&InvokeError::Init { error_type, message });
            accepted()
        }
        ["2018-06-01", "runtime", "restore", "error"] => {
            let (error_type, message) = reported(headers, &content.to_bytes());
            function.fail_start(&InvokeError::Restore { error_type, message });
            accepted()
        }
        ["2020-01-01", "extension", "register"] => register(function, headers, &content.to_bytes()),
        ["2020-01-01", "extension", "init" | "exit", "error"] => {
            let (error_type, message) = reported(headers, &content.to_bytes());
            let error_type =
                header(headers, "lambda-extension-function-error-type").unwrap_or(error_type);
            function.fail_start(&InvokeError::Init { error_type, message });
            accepted()
        }
        path => unknown(&format!("/{}", path.join("/"))),
    }
}

async fn next(function: &Function, door: Door) -> Response {
    let taken = function.next(door).await;
    let mut response = body(200, JSON, taken.event);
    let headers = response.headers_mut();
    for (name, value) in [
        ("lambda-runtime-aws-request-id", taken.id),
        ("lambda-runtime-deadline-ms", taken.deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", taken.arn),
        ("lambda-runtime-trace-id", taken.trace),
    ] {
        // Only a function name that no header can carry fails, and then the runtime says so.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}

fn respond(
    function: &Function,
    id: &str,
    headers: &HeaderMap,
    content: Collected<Bytes>,
) -> Response {
    // A stream that breaks off says so after its end.
    let trailer = |name: &str| header(content.trailers()?, name);
    if let Some(error_type) = trailer("lambda-runtime-function-error-type") {
        let message = trailer("lambda-runtime-function-error-body").unwrap_or_default();
        return completed(
            function.complete(id, Err(InvokeError::Function { error_type, message })),
        );
    }
    let streamed =
        header(headers, "lambda-runtime-function-response-mode").as_deref() == Some("streaming");
    let answer = content.to_bytes();
    let (bytes, limit) = (answer.len(), RESPONSE_LIMIT);
    if !streamed && bytes > limit {
        function.complete(id, Err(InvokeError::TooLarge { bytes, limit }));
        return refuse(413, "RequestTooLarge", "the answer is larger than 6,291,556 bytes");
    }
    completed(function.complete(id, Ok(answer)))
}

fn register(function: &Function, headers: &HeaderMap, content: &[u8]) -> Response {
    if header(headers, "lambda-extension-name").is_none() {
        return refuse(400, "Extension.InvalidExtensionName", "Lambda-Extension-Name is missing");
    }
    let content: Value = serde_json::from_slice(content).unwrap_or_default();
    let events = content.get("events").and_then(Value::as_array).cloned().unwrap_or_default();
    let events: Vec<String> = events.iter().filter_map(|e| e.as_str().map(str::to_owned)).collect();
    if let Some(event) =
        events.iter().find(|event| !["INVOKE", "SHUTDOWN"].contains(&event.as_str()))
    {
        return refuse(400, "Extension.InvalidEventType", &format!("{event} is not an event"));
    }
    let id = function.register_extension(events);
    let answer = json!({
        "functionName": function.settings().name,
        "functionVersion": "$LATEST",
        "handler": "bootstrap",
    });
    let mut response = body(200, JSON, answer.to_string());
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("lambda-extension-identifier", id);
    }
    response
}

async fn extension_event(function: &Function, headers: &HeaderMap) -> Response {
    let id = header(headers, "lambda-extension-identifier").unwrap_or_default();
    match function.next_extension_event(&id).await {
        Some(event) => body(200, JSON, event),
        None => {
            refuse(403, "Extension.UnknownExtensionIdentifier", "the extension is not registered")
        }
    }
}

/// The error type and message of a report.
fn reported(headers: &HeaderMap, content: &[u8]) -> (String, String) {
    let content: Value = serde_json::from_slice(content).unwrap_or_default();
    let text = |name: &str| content.get(name).and_then(Value::as_str).map(str::to_owned);
    let error_type = text("errorType")
        .or_else(|| header(headers, "lambda-runtime-function-error-type"))
        .unwrap_or_default();
    (error_type, text("errorMessage").unwrap_or_default())
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

fn accepted() -> Response {
    body(202, JSON, r#"{"status":"OK"}"#)
}

fn completed(known: bool) -> Response {
    if known {
        accepted()
    } else {
        refuse(400, "InvalidRequestID", "the invocation is not under way")
    }
}

fn refuse(status: u16, error_type: &str, message: &str) -> Response {
    body(status, JSON, json!({ "errorType": error_type, "errorMessage": message }).to_string())
}

fn unknown(path: &str) -> Response {
    refuse(404, "UnknownOperation", &format!("local-aws has no Runtime API at {path}"))
}
