//! The tables: one enum a file, written by the `catalogue` command.

mod bedrock;
mod cognito;
mod dynamodb;
mod lambda;
mod s3;
mod secrets_manager;
mod sqs;
mod ssm;

pub use bedrock::BedrockOperation;
pub use cognito::CognitoOperation;
pub use dynamodb::DynamoDBOperation;
pub use lambda::LambdaOperation;
pub use s3::S3Operation;
pub use secrets_manager::SecretsManagerOperation;
pub use sqs::SQSOperation;
pub use ssm::SSMOperation;
