//! The enums of operations as the macro needs them: names in the source, handle, module of traits.

use ops_enums::{
    BedrockOperation, CloudWatchLogsOperation, CloudWatchOperation, CognitoOperation,
    DynamoDBOperation, EventBridgeOperation, KMSOperation, KinesisOperation, LambdaOperation,
    Operation, S3Operation, SESOperation, SNSOperation, SQSOperation, SSMOperation,
    SchedulerOperation, SecretsManagerOperation, StepFunctionsOperation, XRayOperation,
};

/// One enum of operations and what belongs to it in the facade crate.
pub(crate) struct Family {
    /// The enum.
    pub(crate) name: &'static str,
    /// Its variant of `Operation`.
    pub(crate) variant: &'static str,
    /// What makes calls of its operations; without it, a variable is declared and tracked, and its
    /// field is a plain `Variable`.
    pub(crate) typed: Option<Typed>,
    operations: fn() -> Vec<Operation>,
}

/// A service with a typed handle.
pub(crate) struct Typed {
    /// The type of a variable that declares its operations.
    pub(crate) handle: &'static str,
    /// The module of its traits in `declared`.
    pub(crate) module: &'static str,
}

macro_rules! families {
    ($($enum:ident $variant:ident $($handle:ident $module:ident)?;)*) => {
        &[$(Family {
            name: stringify!($enum),
            variant: stringify!($variant),
            typed: families!(@typed $($handle $module)?),
            operations: || $enum::ALL.iter().copied().map(Operation::from).collect(),
        }),*]
    };
    (@typed $handle:ident $module:ident) => {
        Some(Typed { handle: stringify!($handle), module: stringify!($module) })
    };
    (@typed) => {
        None
    };
}

pub(crate) const FAMILIES: &[Family] = families! {
    DynamoDBOperation DynamoDB DynamoTable dynamodb;
    S3Operation S3 S3Bucket s3;
    SQSOperation SQS SqsQueue sqs;
    SecretsManagerOperation SecretsManager Secret secretsmanager;
    SSMOperation SSM SsmParameter ssm;
    LambdaOperation Lambda LambdaFunction lambda;
    BedrockOperation Bedrock BedrockModel bedrock;
    CognitoOperation Cognito CognitoUserPool cognito;
    SNSOperation SNS;
    EventBridgeOperation EventBridge;
    SchedulerOperation Scheduler;
    KMSOperation KMS;
    KinesisOperation Kinesis;
    StepFunctionsOperation StepFunctions;
    SESOperation SES;
    CloudWatchLogsOperation CloudWatchLogs;
    CloudWatchOperation CloudWatch;
    XRayOperation XRay;
};

impl Family {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        FAMILIES.iter().find(|family| family.name == name)
    }

    pub(crate) fn operations(&self) -> Vec<Operation> {
        (self.operations)()
    }

    /// The operation with exactly this API name.
    pub(crate) fn operation(&self, name: &str) -> Option<Operation> {
        self.operations().into_iter().find(|operation| operation.name() == name)
    }

    /// The operation with this name in another spelling, such as `GET_ITEM`.
    pub(crate) fn spelled(&self, name: &str) -> Option<Operation> {
        let own = self.operations();
        Operation::spelled(name).find(|operation| own.contains(operation))
    }

    /// As it is written in a declaration: `DynamoDBOperation::GetItem`.
    pub(crate) fn path(&self, operation: Operation) -> String {
        format!("{}::{}", self.name, operation.name())
    }
}

impl PartialEq for Family {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
