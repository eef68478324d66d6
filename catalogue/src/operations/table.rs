//! The enums, which APIs each of them covers, and the rows of each.

use std::collections::BTreeSet;

use super::model::ApiOperation;
use super::rules::{self, Target};
use super::snake::snake_case;

/// One generated enum.
pub(crate) struct Enum {
    pub(crate) name: &'static str,
    /// The file below `ops-enums/src/operations/`.
    pub(crate) file: &'static str,
    pub(crate) iam_prefix: &'static str,
    /// What the doc comment calls the services.
    pub(crate) title: &'static str,
    pub(crate) apis: &'static [Api],
}

/// One API of an enum.
pub(crate) struct Api {
    /// The folder of the model in botocore.
    pub(crate) botocore: &'static str,
    /// The variant of `ops_enums::Service`.
    pub(crate) service: &'static str,
}

const fn api(botocore: &'static str, service: &'static str) -> Api {
    Api { botocore, service }
}

/// Where two APIs of one enum share a name, the first listed keeps it.
pub(crate) const ENUMS: &[Enum] = &[
    Enum {
        name: "DynamoDBOperation",
        file: "dynamodb.rs",
        iam_prefix: "dynamodb",
        title: "Amazon DynamoDB and DynamoDB Streams",
        apis: &[api("dynamodb", "DynamoDB"), api("dynamodbstreams", "DynamoDBStreams")],
    },
    Enum {
        name: "S3Operation",
        file: "s3.rs",
        iam_prefix: "s3",
        title: "Amazon S3",
        apis: &[api("s3", "S3")],
    },
    Enum {
        name: "SQSOperation",
        file: "sqs.rs",
        iam_prefix: "sqs",
        title: "Amazon SQS",
        apis: &[api("sqs", "SQS")],
    },
    Enum {
        name: "SecretsManagerOperation",
        file: "secrets_manager.rs",
        iam_prefix: "secretsmanager",
        title: "AWS Secrets Manager",
        apis: &[api("secretsmanager", "SecretsManager")],
    },
    Enum {
        name: "SSMOperation",
        file: "ssm.rs",
        iam_prefix: "ssm",
        title: "AWS Systems Manager",
        apis: &[api("ssm", "SSM")],
    },
    Enum {
        name: "LambdaOperation",
        file: "lambda.rs",
        iam_prefix: "lambda",
        title: "AWS Lambda",
        apis: &[api("lambda", "Lambda")],
    },
    Enum {
        name: "BedrockOperation",
        file: "bedrock.rs",
        iam_prefix: "bedrock",
        title: "Amazon Bedrock, its runtime, its agents and their runtime",
        apis: &[
            api("bedrock", "Bedrock"),
            api("bedrock-runtime", "BedrockRuntime"),
            api("bedrock-agent", "BedrockAgent"),
            api("bedrock-agent-runtime", "BedrockAgentRuntime"),
        ],
    },
    Enum {
        name: "CognitoOperation",
        file: "cognito.rs",
        iam_prefix: "cognito-idp",
        title: "Amazon Cognito user pools",
        apis: &[api("cognito-idp", "Cognito")],
    },
    Enum {
        name: "SNSOperation",
        file: "sns.rs",
        iam_prefix: "sns",
        title: "Amazon SNS",
        apis: &[api("sns", "SNS")],
    },
    Enum {
        name: "EventBridgeOperation",
        file: "event_bridge.rs",
        iam_prefix: "events",
        title: "Amazon EventBridge",
        apis: &[api("events", "EventBridge")],
    },
    Enum {
        name: "SchedulerOperation",
        file: "scheduler.rs",
        iam_prefix: "scheduler",
        title: "Amazon EventBridge Scheduler",
        apis: &[api("scheduler", "Scheduler")],
    },
    Enum {
        name: "KMSOperation",
        file: "kms.rs",
        iam_prefix: "kms",
        title: "AWS Key Management Service",
        apis: &[api("kms", "KMS")],
    },
    Enum {
        name: "KinesisOperation",
        file: "kinesis.rs",
        iam_prefix: "kinesis",
        title: "Amazon Kinesis Data Streams",
        apis: &[api("kinesis", "Kinesis")],
    },
    Enum {
        name: "StepFunctionsOperation",
        file: "step_functions.rs",
        iam_prefix: "states",
        title: "AWS Step Functions",
        apis: &[api("stepfunctions", "StepFunctions")],
    },
    Enum {
        name: "SESOperation",
        file: "ses.rs",
        iam_prefix: "ses",
        title: "Amazon SES, version 2 of its API before version 1",
        apis: &[api("sesv2", "SESv2"), api("ses", "SES")],
    },
    Enum {
        name: "CloudWatchLogsOperation",
        file: "cloud_watch_logs.rs",
        iam_prefix: "logs",
        title: "Amazon CloudWatch Logs",
        apis: &[api("logs", "CloudWatchLogs")],
    },
    Enum {
        name: "CloudWatchOperation",
        file: "cloud_watch.rs",
        iam_prefix: "cloudwatch",
        title: "Amazon CloudWatch",
        apis: &[api("cloudwatch", "CloudWatch")],
    },
    Enum {
        name: "XRayOperation",
        file: "x_ray.rs",
        iam_prefix: "xray",
        title: "AWS X-Ray",
        apis: &[api("xray", "XRay")],
    },
];

/// Operations that botocore has and the Rust SDK crates, at the versions the workspace asks for, do
/// not. A name that is missing here fails the build of `required-env-vars`; one too many only costs
/// a method. Of the services whose crates the workspace does not ask for, nothing is listed: their
/// methods are named by the SDK's rule.
const NOT_IN_THE_RUST_SDK: &[(&str, &[&str])] = &[
    (
        "dynamodb",
        &[
            "CancelBulkOperation",
            "DescribeBulkOperation",
            "ListBulkOperations",
            "StartBulkPutItems",
        ],
    ),
    (
        // Deprecated in favour of the `...Configuration` operations.
        "s3",
        &[
            "GetBucketLifecycle",
            "GetBucketNotification",
            "PutBucketLifecycle",
            "PutBucketNotification",
        ],
    ),
    (
        "secretsmanager",
        &[
            "AssociateCrossAccountReplica",
            "DisassociateCrossAccountReplica",
            "ListResourcePolicies",
        ],
    ),
    (
        "ssm",
        &[
            "DeregisterDefaultHostManagementConfiguration",
            "RegisterDefaultHostManagementConfiguration",
        ],
    ),
    ("lambda", &["DeleteDurableExecution", "PauseDurableExecution", "ResumeDurableExecution"]),
    (
        "cognito-idp",
        &[
            "AdminListUserSessions",
            "AdminRevokeUserSession",
            "GetDerivedToken",
            "GetUserPoolClientSessionConfiguration",
            "GetUserPoolSessionConfiguration",
            "ListUserSessions",
            "RevokeUserSession",
            "SetUserPoolClientSessionConfiguration",
            "SetUserPoolSessionConfiguration",
        ],
    ),
];

/// One operation of an enum.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) service: &'static str,
    pub(crate) resource: &'static str,
    pub(crate) target: Target,
    pub(crate) sdk_method: Option<String>,
}

/// The rows of an enum from the operations of its APIs, in the order of [`Enum::apis`].
pub(crate) fn rows(apis: &[(&'static Api, Vec<ApiOperation>)]) -> Vec<Row> {
    let mut taken = BTreeSet::new();
    let mut rows = Vec::new();
    for (api, operations) in apis {
        for operation in operations {
            if taken.insert(operation.name.clone()) {
                rows.push(row(api, operation));
            }
        }
    }
    rows
}

fn row(api: &Api, operation: &ApiOperation) -> Row {
    let (resource, target) = rules::judge(api.botocore, operation);
    let missing = NOT_IN_THE_RUST_SDK
        .iter()
        .any(|(name, missing)| *name == api.botocore && missing.contains(&&*operation.name));
    Row {
        name: operation.name.clone(),
        service: api.service,
        resource,
        target,
        sdk_method: (!missing).then(|| snake_case(&operation.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> ApiOperation {
        ApiOperation { name: name.to_owned(), members: vec![] }
    }

    #[test]
    fn the_first_api_keeps_a_shared_name() {
        let apis = ENUMS[6].apis;
        let rows = rows(&[
            (&apis[0], vec![named("TagResource")]),
            (&apis[2], vec![named("CreateAgent"), named("TagResource")]),
        ]);
        let found: Vec<_> = rows.iter().map(|row| (&*row.name, row.service)).collect();
        assert_eq!(found, [("TagResource", "Bedrock"), ("CreateAgent", "BedrockAgent")]);
    }

    #[test]
    fn an_operation_without_an_sdk_method_says_so() {
        let api = &ENUMS[1].apis[0];
        let rows = rows(&[(api, vec![named("GetBucketLifecycle"), named("ListObjectsV2")])]);
        assert_eq!(rows[0].sdk_method, None);
        assert_eq!(rows[1].sdk_method.as_deref(), Some("list_objects_v2"));
    }
}
