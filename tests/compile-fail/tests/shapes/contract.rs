use lambda_runtime::{service_fn, Error, LambdaEvent};
use required_env_vars::{required_env_vars, DynamoDBOperation, S3Operation};
use serde_json::{json, Value};

#[required_env_vars(
    "FILES_DYNAMO_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::UpdateItem],
    "S3_CONSOLIDATION_BUCKET_NAME" = [S3Operation::GetObject],
    "ORGANIZATION_EMAIL_DOMAIN" = [],
)]
async fn get_file(event: LambdaEvent<Value>, env: GetFileEnv) -> Result<Value, Error> {
    let found = env
        .files_dynamo_table                       // typed handle: only declared operations exist on it
        .get_item()                               // aws-sdk-dynamodb fluent builder, table name already set
        .key("id", aws_sdk_dynamodb::types::AttributeValue::S(event.payload["id"].to_string()))
        .send()
        .await?;
    Ok(json!({ "found": found.item.is_some(), "domain": &*env.organization_email_domain }))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    required_env_vars::init().await?;             // optional: resolves every declaration of the binary at once, in INIT
    lambda_runtime::run(service_fn(get_file)).await
}
