//! Typed handles: a resolved value, and the calls that were declared on it.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use crate::binding::BoundVariable;
use crate::value::Source;

/// How the macro makes a field out of a resolved variable.
pub trait Handle: Copy {
    /// Wraps the variable.
    fn new(variable: &'static BoundVariable) -> Self;
}

/// Calls [`Handle::new`] with the type of the field.
pub fn handle<H: Handle>(variable: &'static BoundVariable) -> H {
    H::new(variable)
}

macro_rules! value_access {
    () => {
        /// Name of the variable.
        #[must_use]
        pub fn name(&self) -> &'static str {
            self.variable.value.name
        }

        /// The resolved value, trimmed and never empty.
        #[must_use]
        pub fn value(&self) -> &'static str {
            &self.variable.value.text
        }

        /// Where the value was found.
        #[must_use]
        pub fn source(&self) -> Source {
            self.variable.value.source
        }
    };
}

macro_rules! handle {
    (
        $(#[$doc:meta])*
        $feature:literal $handle:ident: $operations:ident on $sdk:ident by $client:path
    ) => {
        $(#[$doc])*
        ///
        /// `D` is the set of declared operations: a type of the macro's that has the name of the
        /// variable. A helper function asks for just what it calls, with the traits in
        /// [`declared`](crate::declared). Dereferences to the value; `Debug` redacts a
        /// SecureString.
        #[cfg(feature = $feature)]
        pub struct $handle<D> {
            variable: &'static BoundVariable,
            declared: PhantomData<fn() -> D>,
        }

        #[cfg(feature = $feature)]
        impl<D> $handle<D> {
            value_access!();

            fn client(&self) -> &'static $sdk::Client {
                $client(self.variable)
            }

            #[allow(dead_code, reason = "not every service has a member that takes the value")]
            fn target_value(&self, member: &str) -> &'static str {
                crate::target::taken(member, self.value())
            }
        }

        #[cfg(feature = $feature)]
        required_env_vars_macro::handle_methods!($operations, $handle, $sdk);

        #[cfg(feature = $feature)]
        handle!(@traits $handle<D>);

        #[cfg(feature = $feature)]
        impl<D> Handle for $handle<D> {
            fn new(variable: &'static BoundVariable) -> Self {
                Self { variable, declared: PhantomData }
            }
        }
    };
    (@traits $handle:ident $(<$declared:ident>)?) => {
        impl$(<$declared>)? Clone for $handle$(<$declared>)? {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl$(<$declared>)? Copy for $handle$(<$declared>)? {}

        impl$(<$declared>)? Deref for $handle$(<$declared>)? {
            type Target = str;

            fn deref(&self) -> &str {
                self.value()
            }
        }

        impl$(<$declared>)? AsRef<str> for $handle$(<$declared>)? {
            fn as_ref(&self) -> &str {
                self.value()
            }
        }

        impl$(<$declared>)? fmt::Debug for $handle$(<$declared>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.variable.value.fmt(f)
            }
        }
    };
}

/// A variable that is a plain value: declared with `[]`, so no operation comes with it.
///
/// Dereferences to the value; `Debug` redacts a SecureString.
pub struct Variable {
    variable: &'static BoundVariable,
}

impl Variable {
    value_access!();
}

handle!(@traits Variable);

impl Handle for Variable {
    fn new(variable: &'static BoundVariable) -> Self {
        Self { variable }
    }
}

handle! {
    /// A DynamoDB table.
    "dynamodb" DynamoTable: DynamoDBOperation on aws_sdk_dynamodb by crate::clients::dynamodb
}
handle! {
    /// An S3 bucket.
    "s3" S3Bucket: S3Operation on aws_sdk_s3 by crate::clients::s3
}
handle! {
    /// An SQS queue. The variable holds the queue's URL.
    "sqs" SqsQueue: SQSOperation on aws_sdk_sqs by crate::clients::sqs
}
handle! {
    /// A Secrets Manager secret, by name or ARN.
    "secretsmanager" Secret: SecretsManagerOperation on aws_sdk_secretsmanager
        by crate::clients::secretsmanager
}
handle! {
    /// A Parameter Store parameter, by name or ARN.
    "ssm" SsmParameter: SSMOperation on aws_sdk_ssm by crate::clients::ssm
}
handle! {
    /// A Lambda function, by name or ARN.
    "lambda" LambdaFunction: LambdaOperation on aws_sdk_lambda by crate::clients::lambda
}
handle! {
    /// A Bedrock model, inference profile or prompt, by id or ARN. Its calls are those of the
    /// Bedrock runtime.
    "bedrock" BedrockModel: BedrockOperation on aws_sdk_bedrockruntime by crate::clients::bedrock
}
handle! {
    /// A Cognito user pool, by id.
    "cognito" CognitoUserPool: CognitoOperation on aws_sdk_cognitoidentityprovider
        by crate::clients::cognito
}
