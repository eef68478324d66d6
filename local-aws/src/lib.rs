//! An AWS inside the process, on loopback: for tests, examples and the demo.
//!
//! [`LocalAws::start`] opens one HTTP endpoint on `127.0.0.1` that speaks the protocols of DynamoDB,
//! S3, Systems Manager Parameter Store, Cognito user pools, Secrets Manager, SQS, IAM, STS and
//! CloudFormation. Any AWS SDK, the `aws` command line or boto3 talks to it by endpoint URL. Each
//! instance is a world of its own and disappears with its last clone.
//!
//! DynamoDB includes backups and point-in-time recovery, the latter to the latest moment only. Queues
//! are standard queues. IAM and CloudFormation can be read: roles and their policies, stacks and what is
//! in them.
//!
//! An operation that is not emulated is refused by name; nothing is answered by guesswork.
//!
//! ```
//! use local_aws::{Effect, Fault, LocalAws};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let aws = LocalAws::start().await?;
//! aws.ssm().put_secure("/shop/prod/DB_PASSWORD", "open sesame");
//! aws.faults().add(Fault::on("ssm", "GetParameters").nth(2).with(Effect::Throttle));
//!
//! // … give `aws.endpoint_url()` to an SDK, or `aws.environment()` to a process, and then:
//! assert_eq!(aws.count("ssm", "GetParameters"), 0);
//! assert!(aws.violations().is_empty());
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod calls;
mod clock;
mod constants;
mod dispatch;
mod dynamodb;
mod error;
mod faults;
mod form;
mod ids;
mod json;
mod limits;
mod local_aws;
mod page;
mod partial;
mod query;
mod request;
mod response;
mod s3_names;
mod s3_operation;
mod server;
mod shared;
mod signature;
mod sts;
mod throttle;
mod world;

pub mod cloudformation;
pub mod cognito;
pub mod iam;
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
