//! Any operation of any of the services.

use crate::iam::{Need, NoNeeds};
use crate::{
    BedrockOperation, CloudWatchLogsOperation, CloudWatchOperation, CognitoOperation,
    DynamoDBOperation, EventBridgeOperation, KMSOperation, KinesisOperation, LambdaOperation,
    Resource, S3Operation, SESOperation, SNSOperation, SQSOperation, SSMOperation,
    SchedulerOperation, SecretsManagerOperation, Service, StepFunctionsOperation, Target,
    XRayOperation,
};

/// The enum of all operations, its conversions, and the calls it hands on to the enum inside.
macro_rules! any_operation {
    ($($variant:ident($enum:ident),)*) => {
        /// An operation of any of the services.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Operation {
            $(
                #[doc = concat!("One of [`", stringify!($enum), "`].")]
                $variant($enum),
            )*
        }

        impl Operation {
            /// Every operation of every service, enum by enum.
            pub fn all() -> impl Iterator<Item = Self> {
                std::iter::empty()$(.chain($enum::ALL.iter().copied().map(Self::$variant)))*
            }

            /// The name as the API spells it: `GetItem`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant(operation) => operation.name(),)* }
            }

            /// The service's IAM prefix and the API name: `dynamodb:GetItem`.
            #[must_use]
            pub const fn iam(self) -> &'static str {
                match self { $(Self::$variant(operation) => operation.iam(),)* }
            }

            /// The API the operation belongs to.
            #[must_use]
            pub const fn service(self) -> Service {
                match self { $(Self::$variant(operation) => operation.service(),)* }
            }

            /// The kind of resource the operation acts on.
            #[must_use]
            pub const fn resource(self) -> Resource {
                match self { $(Self::$variant(operation) => operation.resource(),)* }
            }

            /// How the call takes the variable's own resource.
            #[must_use]
            pub const fn target(self) -> Target {
                match self { $(Self::$variant(operation) => operation.target(),)* }
            }

            /// The method of the Rust SDK's client, if the SDK has the operation.
            #[must_use]
            pub const fn sdk_method(self) -> Option<&'static str> {
                match self { $(Self::$variant(operation) => operation.sdk_method(),)* }
            }

            /// The permissions that a call of the operation needs, the required ones first.
            #[must_use]
            pub const fn needs(self) -> &'static [Need] {
                match self { $(Self::$variant(operation) => operation.needs(),)* }
            }

            /// Why the operation has no needs; `None` if it has some.
            #[must_use]
            pub const fn no_needs(self) -> Option<NoNeeds> {
                match self { $(Self::$variant(operation) => operation.no_needs(),)* }
            }
        }

        $(
            impl From<$enum> for Operation {
                fn from(operation: $enum) -> Self {
                    Self::$variant(operation)
                }
            }
        )*
    };
}

any_operation! {
    DynamoDB(DynamoDBOperation),
    S3(S3Operation),
    SQS(SQSOperation),
    SecretsManager(SecretsManagerOperation),
    SSM(SSMOperation),
    Lambda(LambdaOperation),
    Bedrock(BedrockOperation),
    Cognito(CognitoOperation),
    SNS(SNSOperation),
    EventBridge(EventBridgeOperation),
    Scheduler(SchedulerOperation),
    KMS(KMSOperation),
    Kinesis(KinesisOperation),
    StepFunctions(StepFunctionsOperation),
    SES(SESOperation),
    CloudWatchLogs(CloudWatchLogsOperation),
    CloudWatch(CloudWatchOperation),
    XRay(XRayOperation),
}

impl std::fmt::Display for Operation {
    /// The IAM spelling: `dynamodb:GetItem`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.iam())
    }
}
