//! One trait for each operation: a set of declared operations implements those that are in it.
//!
//! A helper function takes a handle with just what it calls, and works for every variable that
//! declares it:
//!
//! ```
//! use required_env_vars::{DynamoTable, declared::dynamodb::{GetItem, PutItem}};
//!
//! fn copy<D: GetItem + PutItem>(table: &DynamoTable<D>) {
//!     let read = table.get_item();
//!     let write = table.put_item();
//!     # let _ = (read, write);
//! }
//! ```

macro_rules! services {
    ($($(#[$doc:meta])* $service:ident: $operations:ident;)+) => {
        $(
            $(#[$doc])*
            pub mod $service {
                required_env_vars_macro::declared_operations!($operations);
            }
        )+
    };
}

services! {
    /// [`DynamoDBOperation`](crate::DynamoDBOperation)
    dynamodb: DynamoDBOperation;
    /// [`S3Operation`](crate::S3Operation)
    s3: S3Operation;
    /// [`SQSOperation`](crate::SQSOperation)
    sqs: SQSOperation;
    /// [`SecretsManagerOperation`](crate::SecretsManagerOperation)
    secretsmanager: SecretsManagerOperation;
    /// [`SSMOperation`](crate::SSMOperation)
    ssm: SSMOperation;
    /// [`LambdaOperation`](crate::LambdaOperation)
    lambda: LambdaOperation;
    /// [`BedrockOperation`](crate::BedrockOperation)
    bedrock: BedrockOperation;
    /// [`CognitoOperation`](crate::CognitoOperation)
    cognito: CognitoOperation;
}
