//! Declare, resolve and track the variables of an AWS Lambda and the operations it performs on
//! them.
//!
//! ```no_run
//! use aws_sdk_dynamodb::types::AttributeValue;
//! use lambda_runtime::{Error, LambdaEvent, service_fn};
//! use required_env_vars::{DynamoDBOperation, required_env_vars};
//! use serde_json::{Value, json};
//!
//! #[required_env_vars(
//!     "FILES_DYNAMO_TABLE" = [DynamoDBOperation::GetItem],
//!     "ORGANIZATION_EMAIL_DOMAIN" = [],
//! )]
//! async fn get_file(event: LambdaEvent<Value>, env: GetFileEnv) -> Result<Value, Error> {
//!     let id = AttributeValue::S(event.payload["id"].to_string());
//!     let found = env.files_dynamo_table.get_item().key("id", id).send().await?;
//!     Ok(json!({ "found": found.item.is_some(), "domain": &*env.organization_email_domain }))
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Error> {
//!     required_env_vars::init().await?;
//!     lambda_runtime::run(service_fn(get_file)).await
//! }
//! ```
//!
//! # Declaring
//!
//! The attribute [`macro@required_env_vars`] takes `"NAME" = [Enum::Operation, ...]` pairs; `[]` declares
//! a plain value. An argument at the end whose type is the function's name in PascalCase + `Env`
//! makes the macro write that struct: one field for each variable, a handle of the operations'
//! service ([`DynamoTable`], `S3Bucket`, `SqsQueue`, `Secret`, `SsmParameter`, `LambdaFunction`,
//! `BedrockModel`, `CognitoUserPool`), or a [`Variable`]. Operations of other services
//! ([`SNSOperation`], [`EventBridgeOperation`], [`SchedulerOperation`], [`KMSOperation`],
//! [`KinesisOperation`], [`StepFunctionsOperation`], [`SESOperation`], [`CloudWatchLogsOperation`],
//! [`CloudWatchOperation`], [`XRayOperation`]) are declared, recorded and granted alike; there is no
//! handle for their calls, so a field of theirs is a [`Variable`] and their calls are not observed.
//!
//! Handles give the SDK's own builders with the resource filled in, each only if its operation is
//! declared. A handle dereferences to the value. Clients are built on first use, from what
//! `aws-config` finds: region, credentials and `AWS_ENDPOINT_URL` are its business.
//!
//! # Resolving
//!
//! 1. The process environment; the value is trimmed, and empty counts as absent.
//! 2. Parameter Store, decrypted: `/amplify/{STAGE}/{SERVICE_NAME}/{NAME}`, then
//!    `/amplify/{STAGE}/{NAME}`. `STAGE` defaults to `dev`, `SERVICE_NAME` to `unknown`;
//!    `PARAMETER_STORE_PREFIX` replaces `/amplify`.
//! 3. [`Error`]: everything that is missing, what was tried, why it failed, what to do.
//!
//! What the environment lacks is fetched for the whole binary at once, ten names a call, once per
//! container: in [`init`], or in the first call of an annotated function. A name that fails there
//! fails only the functions that declare it, and is asked for again when they are called. A warm
//! call makes no AWS call and allocates nothing. The process environment is never written.
//!
//! A Tokio runtime with time enabled is needed, as `#[tokio::main]` makes it.
//!
//! # Tracking
//!
//! Where `ENV_VARS_TRACKING_TABLE` is set, each function's use of each variable is recorded there:
//! operations declared, operations that really ran, where the value came from, `VERSION`. See
//! [`tracking`] for the table and its records. Tracking runs beside the body, never fails it, and
//! holds the answer up by a second at most (`ENV_VARS_TRACKING_TIMEOUT_MS`). The role needs `dynamodb:BatchGetItem` and `dynamodb:UpdateItem` on
//! the table.
//!
//! # Manifest
//!
//! A binary that calls [`init`] prints its declarations as JSON when it is started with
//! `--required-env-vars-manifest`; see [`manifest()`]. `iam-policies` makes policies from it.
//!
//! # Features
//!
//! `dynamodb` (default), `s3`, `sqs`, `secretsmanager`, `ssm`, `lambda`, `bedrock`, `cognito`: the
//! handle of the service, and its SDK. Declaring operations of a service needs no feature; a field
//! of its handle does. `snapstart`: the resource `SnapStart` for the hooks of `lambda_runtime`.
//!
//! # Snapshots
//!
//! A container that is restored from a SnapStart snapshot resolves again what [`init`] resolved: in
//! its first invocation, or in the restore phase where `SnapStart` is registered. Who calls
//! annotated functions before the snapshot registers it, because such a call looks like the first
//! invocation. For other kinds of snapshots there is [`restored`].
//!
//! # Logs
//!
//! Nothing in here logs a value. The AWS SDK does at its `TRACE` level: whole requests and answers
//! of the calls that a handler makes.

#![cfg_attr(
    not(feature = "dynamodb"),
    allow(
        dead_code,
        unused_imports,
        reason = "without tracking and handles, what serves them is idle"
    )
)]

// The macro writes `::required_env_vars`, in this crate's own tests too.
extern crate self as required_env_vars;

mod binding;
mod call;
mod clients;
mod container;
mod declaration;
pub mod declared;
mod error;
mod handles;
mod lookup;
mod manifest;
mod observe;
mod remedy;
mod resolve;
mod settings;
#[cfg(feature = "snapstart")]
mod snapstart;
mod target;
mod track;
mod value;

pub use container::{init, restored};
pub use declaration::{Declaration, declarations};
pub use error::{Attempt, Error, Unresolved};
#[cfg(feature = "bedrock")]
pub use handles::BedrockModel;
#[cfg(feature = "cognito")]
pub use handles::CognitoUserPool;
#[cfg(feature = "dynamodb")]
pub use handles::DynamoTable;
#[cfg(feature = "lambda")]
pub use handles::LambdaFunction;
#[cfg(feature = "s3")]
pub use handles::S3Bucket;
#[cfg(feature = "secretsmanager")]
pub use handles::Secret;
#[cfg(feature = "sqs")]
pub use handles::SqsQueue;
#[cfg(feature = "ssm")]
pub use handles::SsmParameter;
pub use handles::Variable;
pub use lookup::{Found, look_up};
pub use manifest::manifest;
pub use ops_enums::{
    BedrockOperation, CloudWatchLogsOperation, CloudWatchOperation, CognitoOperation,
    DynamoDBOperation, EventBridgeOperation, KMSOperation, KinesisOperation, LambdaOperation,
    Operation, S3Operation, SESOperation, SNSOperation, SQSOperation, SSMOperation,
    SchedulerOperation, SecretsManagerOperation, StepFunctionsOperation, XRayOperation,
};
pub use required_env_vars_macro::required_env_vars;
pub use resolve::{Failure, Reason};
#[cfg(feature = "snapstart")]
pub use snapstart::SnapStart;
pub use value::Source;

/// The tracking table.
///
/// One record per service and variable:
///
/// | attribute | type | meaning |
/// |---|---|---|
/// | `service_var_key` | S | partition key, `{SERVICE_NAME}#{NAME}` |
/// | `service_name`, `var_name` | S | |
/// | `resolved_value` | S | the resource's name or ARN; never a SecureString, never a plain value |
/// | `parameter_path` | S | `/amplify/{STAGE}/{SERVICE_NAME}/{NAME}` |
/// | `operations` | SS | of all functions, `dynamodb:GetItem`; merged, never overwritten |
/// | `first_accessed` | S | RFC 3339, UTC, written once |
/// | `version` | S | of `VERSION`, when set |
/// | `function:{path}@{lambda}` | M | one for each function and deployed Lambda |
///
/// and in the map of a function:
///
/// | key | type | meaning |
/// |---|---|---|
/// | `path`, `lambda` | S | the function, and the deployed Lambda (`AWS_LAMBDA_FUNCTION_NAME`) |
/// | `last_seen` | S | last day (UTC) on which it ran |
/// | `declared` | M | operation → last day on which it was declared |
/// | `observed` | M | operation → last day on which a request of it was sent |
/// | `values` | M | name or ARN of the resource → last day on which the variable meant it |
/// | `value_sources` | M | `environment`, `service-parameter`, `shared-parameter` → last day |
/// | `declared_at` | M | `file:line` of the declaration → last day |
/// | `versions`, `regions` | M | → last day |
///
/// Where two versions are live at once, `version` and `resolved_value` are those of the one that
/// last had something new to say; the map has both.
///
/// The Python and JavaScript writers of the same table store `operations` as a list. Whenever
/// something is written here, it becomes the set of what it said and what is declared, without
/// duplicates. A record of unknown shape is left alone, and a warning names it.
#[cfg(feature = "dynamodb")]
pub mod tracking {
    pub use crate::track::create_table;
}

/// What the generated code uses. Not part of the public interface: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use linkme;

    pub use crate::binding::BoundVariable;
    pub use crate::call::{Call, enter};
    pub use crate::declaration::{DeclaredVariable, FUNCTIONS, Function};
    pub use crate::handles::{Handle, handle};
}
