//! A Lambda that does what its event asks, so that a test can bring about every situation.
//!
//! `PROBE_INIT` makes `main` resolve in INIT. The event names what to do: `values`, `get`, `put`,
//! `debug`, `log`, `panic`, or `sleep` for a number of milliseconds.

#![allow(clippy::panic, reason = "panics when asked to")]

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::{DynamoDBOperation, SecretsManagerOperation, required_env_vars};
use serde_json::{Value, json};

#[required_env_vars(
    "PROBE_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::PutItem],
    "PROBE_SECRET" = [SecretsManagerOperation::GetSecretValue],
    "PROBE_SETTING" = [],
)]
async fn probe(event: LambdaEvent<Value>, env: ProbeEnv) -> Result<Value, Error> {
    match event.payload["do"].as_str() {
        Some("values") => Ok(json!({
            "PROBE_TABLE": [env.probe_table.value(), env.probe_table.source().to_string()],
            "PROBE_SECRET": [env.probe_secret.value(), env.probe_secret.source().to_string()],
            "PROBE_SETTING": [env.probe_setting.value(), env.probe_setting.source().to_string()],
        })),
        Some("get") => {
            let key = AttributeValue::S("1".to_owned());
            let found = env.probe_table.get_item().key("id", key).send().await?;
            Ok(json!({ "found": found.item.is_some() }))
        }
        Some("put") => {
            let key = AttributeValue::S("1".to_owned());
            env.probe_table.put_item().item("id", key).send().await?;
            Ok(Value::Null)
        }
        Some("debug") => Ok(json!(format!("{env:?} {:#?}", env.probe_secret))),
        Some("log") => {
            tracing::error!(?env, secret = ?env.probe_secret, "as asked");
            Ok(Value::Null)
        }
        Some("panic") => std::panic::panic_any(format!("as asked, with {env:?}")),
        _ => {
            let milliseconds = event.payload["sleep"].as_u64().unwrap_or_default();
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            Ok(Value::Null)
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let level = std::env::var("RUST_LOG").unwrap_or_else(|_| "info".to_owned());
    tracing_subscriber::fmt().with_ansi(false).with_env_filter(level).init();
    if std::env::var_os("PROBE_INIT").is_some() {
        required_env_vars::init().await?;
    }
    lambda_runtime::run(service_fn(probe)).await
}
