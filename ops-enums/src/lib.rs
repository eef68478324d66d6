//! The AWS operations that exist, what each of them acts on, and which permissions it needs.
//!
//! One enum per service, each with every operation of that service's APIs, and [`Operation`], which
//! holds any of them. This is the one source of truth: the attribute macro checks declarations
//! against it and generates the typed handles from it, the runtime reads tracking records with it,
//! and policies are made from it.
//!
//! ```
//! use ops_enums::{DynamoDBOperation, Operation, Resource, Target};
//!
//! let operation = DynamoDBOperation::GetItem;
//! assert_eq!(operation.iam(), "dynamodb:GetItem");
//! assert_eq!(operation.resource(), Resource::Table);
//! assert_eq!(operation.target(), Target::Member("TableName"));
//!
//! // Three writers, three spellings, one operation.
//! for text in ["dynamodb:GetItem", "GET_ITEM", "GetItem"] {
//!     assert!(Operation::spelled(text).any(|found| found == operation.into()));
//! }
//!
//! let need = operation.needs()[0];
//! assert_eq!(need.action.full(), "dynamodb:GetItem");
//! assert_eq!(need.resource.map(|kind| kind.name), Some("table"));
//! ```
//!
//! # Where the facts come from
//! Names and input members: the service models in botocore, read by the `catalogue` command of this
//! repository into `src/operations/`, one file per enum, with version and checksum in its header.
//! Kinds of resources and targets: a short table of rules over those members, reviewed by hand
//! (`catalogue/src/operations/rules`). What is approximate about them is said at [`Resource`] and
//! [`Target`]. Permissions: see [`iam`].
//!
//! Plain data: no dependencies, no I/O, no allocation.

mod facts;
pub mod iam;
mod lookup;
mod operation;
mod operations;
mod resource;
mod service;

pub use facts::Target;
pub use operation::Operation;
pub use operations::{
    BedrockOperation, CloudWatchLogsOperation, CloudWatchOperation, CognitoOperation,
    DynamoDBOperation, EventBridgeOperation, KMSOperation, KinesisOperation, LambdaOperation,
    S3Operation, SESOperation, SNSOperation, SQSOperation, SSMOperation, SchedulerOperation,
    SecretsManagerOperation, StepFunctionsOperation, XRayOperation,
};
pub use resource::Resource;
pub use service::Service;
