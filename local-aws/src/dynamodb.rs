//! DynamoDB: `dynoxide` behind its own front door.
//!
//! dynoxide checks a request's shape at its HTTP border only, so calls take one hop over loopback to
//! be answered as strictly as there; connections are kept.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::json::AwsError;
use crate::{ACCOUNT_ID, StartError};

/// What dynoxide writes where AWS writes region and account.
const EMBEDDED_ARN: &str = "arn:aws:dynamodb:dynoxide:000000000000:";

/// dynoxide asks for the presence of a signature, not for a right one.
const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=local/20300101/local/dynamodb/aws4_request, \
                             SignedHeaders=host, Signature=0";

/// Answers of AWS stay under 16 MB plus the rest of the page's JSON.
const ANSWER_LIMIT: usize = 64 * 1024 * 1024;

/// An answer of DynamoDB as it goes over the wire.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

/// The tables of one world.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    client: Client<HttpConnector, Full<Bytes>>,
    uri: Uri,
}

impl Tables {
    /// Opens an empty database and its listener. Must run on the runtime that is to serve it.
    pub(crate) async fn start() -> Result<Self, StartError> {
        let database = dynoxide::Database::memory()
            .map_err(|error| StartError::Database(error.to_string()))?;
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let bind = |source| StartError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(bind)?;
        let port = listener.local_addr().map_err(bind)?.port();
        let uri = Uri::try_from(format!("http://127.0.0.1:{port}/"))
            .map_err(|error| StartError::Database(error.to_string()))?;
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Tables { client, uri })
    }

    /// Answers one call. `target` is the API version prefix of the request's `X-Amz-Target`.
    pub(crate) async fn call(
        &self,
        target: &str,
        operation: &str,
        body: Bytes,
        region: &str,
    ) -> Result<Answer, AwsError> {
        refuse_backups(operation)?;
        let streams = target.starts_with("DynamoDBStreams");
        let body = match operation {
            "Scan" => in_hash_order(body),
            _ if streams => to_embedded_arns(body, region),
            _ => body,
        };
        let mut request =
            Request::post(self.uri.clone()).body(Full::from(body)).map_err(internal)?;
        let headers = request.headers_mut();
        headers.insert(
            "x-amz-target",
            HeaderValue::try_from(format!("{target}.{operation}")).map_err(internal)?,
        );
        headers.insert("content-type", HeaderValue::from_static("application/x-amz-json-1.0"));
        headers.insert("authorization", HeaderValue::from_static(AUTHORIZATION));
        headers.insert("x-amz-date", HeaderValue::from_static("20300101T000000Z"));
        let response = self.client.request(request).await.map_err(internal)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_LIMIT).collect().await;
        let body = body.map_err(internal)?.to_bytes();
        Ok(Answer { status, body: to_real_arns(body, region) })
    }
}

fn internal(error: impl std::fmt::Display) -> AwsError {
    AwsError::new(
        "InternalServerError",
        format!("the embedded DynamoDB cannot be reached: {error}"),
    )
    .with_status(500)
}

/// dynoxide has no backups; its own refusal would not say so.
fn refuse_backups(operation: &str) -> Result<(), AwsError> {
    const MISSING: &[&str] = &[
        "CreateBackup",
        "DeleteBackup",
        "DescribeBackup",
        "DescribeContinuousBackups",
        "ListBackups",
        "RestoreTableFromBackup",
        "RestoreTableToPointInTime",
        "UpdateContinuousBackups",
    ];
    if MISSING.contains(&operation) {
        return Err(AwsError::unknown_operation("dynamodb", operation));
    }
    Ok(())
}

/// A sequential scan as the only segment of a parallel one: dynoxide then returns a table's items in
/// the order of hashed partition keys, as AWS does, and not sorted. Indexes stay sorted.
fn in_hash_order(body: Bytes) -> Bytes {
    let Ok(Value::Object(mut request)) = serde_json::from_slice(&body) else {
        return body;
    };
    if request.contains_key("Segment") || request.contains_key("TotalSegments") {
        return body;
    }
    request.insert("Segment".to_owned(), json!(0));
    request.insert("TotalSegments".to_owned(), json!(1));
    Value::Object(request).to_string().into()
}

fn real_arn(region: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:")
}

fn to_real_arns(body: Bytes, region: &str) -> Bytes {
    replace(body, EMBEDDED_ARN, &real_arn(region))
}

/// Streams are looked up by their whole ARN.
fn to_embedded_arns(body: Bytes, region: &str) -> Bytes {
    replace(body, &real_arn(region), EMBEDDED_ARN)
}

fn replace(body: Bytes, from: &str, to: &str) -> Bytes {
    match std::str::from_utf8(&body) {
        Ok(text) if text.contains(from) => text.replace(from, to).into(),
        _ => body,
    }
}
