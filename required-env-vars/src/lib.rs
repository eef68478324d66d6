//! Declare, resolve and track the variables of an AWS Lambda and the operations it performs on
//! them.

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
mod observe;
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
pub use ops_enums::{
    BedrockOperation, CognitoOperation, DynamoDBOperation, LambdaOperation, Operation, S3Operation,
    SQSOperation, SSMOperation, SecretsManagerOperation,
};
pub use required_env_vars_macro::required_env_vars;
pub use resolve::Reason;
#[cfg(feature = "snapstart")]
pub use snapstart::SnapStart;
pub use value::Source;

/// The tracking table.
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
