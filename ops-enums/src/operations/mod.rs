//! The tables: one enum a file, written by the `catalogue` command.

mod bedrock;
mod cloud_watch;
mod cloud_watch_logs;
mod cognito;
mod dynamodb;
mod event_bridge;
mod kinesis;
mod kms;
mod lambda;
mod s3;
mod scheduler;
mod secrets_manager;
mod ses;
mod sns;
mod sqs;
mod ssm;
mod step_functions;
mod x_ray;

pub use bedrock::BedrockOperation;
pub use cloud_watch::CloudWatchOperation;
pub use cloud_watch_logs::CloudWatchLogsOperation;
pub use cognito::CognitoOperation;
pub use dynamodb::DynamoDBOperation;
pub use event_bridge::EventBridgeOperation;
pub use kinesis::KinesisOperation;
pub use kms::KMSOperation;
pub use lambda::LambdaOperation;
pub use s3::S3Operation;
pub use scheduler::SchedulerOperation;
pub use secrets_manager::SecretsManagerOperation;
pub use ses::SESOperation;
pub use sns::SNSOperation;
pub use sqs::SQSOperation;
pub use ssm::SSMOperation;
pub use step_functions::StepFunctionsOperation;
pub use x_ray::XRayOperation;
