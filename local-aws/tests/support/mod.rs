//! Clients of the real SDK for a local AWS.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use local_aws::LocalAws;
use serde_json::json;

/// A configuration without retries, so that a test sees each answer.
pub async fn config(aws: &LocalAws) -> SdkConfig {
    let keys = Credentials::from_keys(local_aws::ACCESS_KEY_ID, local_aws::SECRET_ACCESS_KEY, None);
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(30)).build();
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(aws.endpoint_url())
        .region(Region::new(local_aws::REGION))
        .credentials_provider(keys)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await
}

/// An empty table with the text key `id`.
pub async fn create_table(aws: &LocalAws, name: &str) {
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

/// One request on a connection of its own; the whole answer. `headers` are whole lines.
pub fn raw(address: &str, head: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{head} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
