//! An AWS inside the process, on loopback: for tests, examples and the demo.
//!
//! [`LocalAws::start`] opens one HTTP endpoint on `127.0.0.1` that speaks the protocols of DynamoDB,
//! S3, Systems Manager Parameter Store, Cognito user pools, Secrets Manager, SQS and STS. Any AWS
//! SDK, the `aws` command line or boto3 talks to it by endpoint URL. Each instance is a world of its
//! own and disappears with its last clone.
//!
//! An operation that is not emulated is refused by name; nothing is answered by guesswork.

mod calls;
mod constants;
mod dispatch;
mod dynamodb;
mod error;
mod faults;
mod ids;
mod json;
mod limits;
mod local_aws;
mod partial;
mod request;
mod response;
mod s3_operation;
mod server;
mod signature;
mod sts;
mod throttle;
mod world;

pub mod cognito;
pub mod lambda;
pub mod s3;
pub mod secretsmanager;
pub mod sqs;
pub mod ssm;

pub use calls::Call;
pub use constants::{ACCESS_KEY_ID, ACCOUNT_ID, REGION, SECRET_ACCESS_KEY};
pub use error::{RefusedError, StartError};
pub use faults::{Armed, Effect, Fault, Faults, Trigger};
pub use lambda::{InvokeError, LambdaFunction, Process};
pub use limits::Violation;
pub use local_aws::LocalAws;
