//! A Lambda with 25 variables.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::{DynamoDBOperation, SecretsManagerOperation, required_env_vars};
use serde_json::{Value, json};

#[required_env_vars(
    "V01" = [DynamoDBOperation::GetItem, DynamoDBOperation::Query],
    "V02" = [DynamoDBOperation::PutItem],
    "V03" = [],
    "V04" = [SecretsManagerOperation::GetSecretValue],
    "V05" = [DynamoDBOperation::Scan],
    "V06" = [DynamoDBOperation::GetItem, DynamoDBOperation::Query],
    "V07" = [DynamoDBOperation::PutItem],
    "V08" = [],
    "V09" = [SecretsManagerOperation::GetSecretValue],
    "V10" = [DynamoDBOperation::Scan],
    "V11" = [DynamoDBOperation::GetItem, DynamoDBOperation::Query],
    "V12" = [DynamoDBOperation::PutItem],
    "V13" = [],
    "V14" = [SecretsManagerOperation::GetSecretValue],
    "V15" = [DynamoDBOperation::Scan],
    "V16" = [DynamoDBOperation::GetItem, DynamoDBOperation::Query],
    "V17" = [DynamoDBOperation::PutItem],
    "V18" = [],
    "V19" = [SecretsManagerOperation::GetSecretValue],
    "V20" = [DynamoDBOperation::Scan],
    "V21" = [DynamoDBOperation::GetItem, DynamoDBOperation::Query],
    "V22" = [DynamoDBOperation::PutItem],
    "V23" = [],
    "V24" = [SecretsManagerOperation::GetSecretValue],
    "V25" = [DynamoDBOperation::Scan],
)]
async fn twenty_five(_event: LambdaEvent<Value>, env: TwentyFiveEnv) -> Result<Value, Error> {
    Ok(json!([env.v01.value(), env.v25.value()]))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_ansi(false).init();
    required_env_vars::init().await?;
    lambda_runtime::run(service_fn(twenty_five)).await
}
