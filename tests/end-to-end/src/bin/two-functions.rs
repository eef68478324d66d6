//! One Lambda, two annotated functions that share a variable, one calling the other.
//!
//! `abandon` in the event is the number of milliseconds after which the inner call is given up;
//! `twice` makes it two calls at once.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::{DynamoDBOperation, required_env_vars};
use serde_json::{Value, json};

#[required_env_vars("SHARED_TABLE" = [DynamoDBOperation::GetItem])]
async fn reader(id: &str, env: ReaderEnv) -> Result<bool, Error> {
    let key = AttributeValue::S(id.to_owned());
    Ok(env.shared_table.get_item().key("id", key).send().await?.item.is_some())
}

#[required_env_vars(
    "SHARED_TABLE" = [DynamoDBOperation::PutItem, DynamoDBOperation::DeleteItem],
    "WRITER_NOTE" = [],
)]
async fn writer(event: LambdaEvent<Value>, env: WriterEnv) -> Result<Value, Error> {
    let id = event.payload["id"].as_str().unwrap_or("1");
    if let Some(patience) = event.payload["abandon"].as_u64() {
        let patience = Duration::from_millis(patience);
        let answer = tokio::time::timeout(patience, reader(id)).await;
        return Ok(json!({ "abandoned": answer.is_err() }));
    }
    if event.payload["twice"] == true {
        let (one, other) = futures::join!(reader(id), reader(id));
        return Ok(json!({ "known": one? && other? }));
    }
    let known = reader(id).await?;
    if !known {
        let note = AttributeValue::S(env.writer_note.to_string());
        let put = env.shared_table.put_item().item("id", AttributeValue::S(id.to_owned()));
        put.item("note", note).send().await?;
    }
    Ok(json!({ "known": known }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_ansi(false).init();
    lambda_runtime::run(service_fn(writer)).await
}
