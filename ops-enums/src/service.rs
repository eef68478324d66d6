//! The APIs that the operations belong to.

/// An AWS API, in the sense of one SDK client. Several APIs may share one IAM prefix, and then one
/// enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Service {
    /// Amazon DynamoDB.
    DynamoDB,
    /// Amazon DynamoDB Streams: the records of a table's changes.
    DynamoDBStreams,
    /// Amazon Simple Storage Service.
    S3,
    /// Amazon Simple Queue Service.
    SQS,
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager, Parameter Store among the rest of it.
    SSM,
    /// AWS Lambda.
    Lambda,
    /// Amazon Bedrock: models, guardrails, jobs.
    Bedrock,
    /// Amazon Bedrock Runtime: inference.
    BedrockRuntime,
    /// Agents for Amazon Bedrock: agents, knowledge bases, flows and prompts as resources.
    BedrockAgent,
    /// Agents for Amazon Bedrock Runtime: invoking and retrieving.
    BedrockAgentRuntime,
    /// Amazon Cognito user pools.
    Cognito,
    /// Amazon SNS.
    SNS,
    /// Amazon EventBridge: buses, rules, connections.
    EventBridge,
    /// Amazon EventBridge Scheduler.
    Scheduler,
    /// AWS Key Management Service.
    KMS,
    /// Amazon Kinesis Data Streams.
    Kinesis,
    /// AWS Step Functions.
    StepFunctions,
    /// Amazon SES, version 2 of its API.
    SESv2,
    /// Amazon SES, version 1 of its API.
    SES,
    /// Amazon CloudWatch Logs.
    CloudWatchLogs,
    /// Amazon CloudWatch: metrics, alarms, dashboards.
    CloudWatch,
    /// AWS X-Ray.
    XRay,
}

/// What differs between the services: IAM prefix, service id, SDK crate, API reference.
struct Names(&'static str, &'static str, &'static str, &'static str);

impl Service {
    const fn names(self) -> Names {
        match self {
            Self::DynamoDB => Names(
                "dynamodb",
                "DynamoDB",
                "aws-sdk-dynamodb",
                "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_",
            ),
            Self::DynamoDBStreams => Names(
                "dynamodb",
                "DynamoDB Streams",
                "aws-sdk-dynamodbstreams",
                "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_",
            ),
            Self::S3 => Names(
                "s3",
                "S3",
                "aws-sdk-s3",
                "https://docs.aws.amazon.com/AmazonS3/latest/API/API_",
            ),
            Self::SQS => Names(
                "sqs",
                "SQS",
                "aws-sdk-sqs",
                "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_",
            ),
            Self::SecretsManager => Names(
                "secretsmanager",
                "Secrets Manager",
                "aws-sdk-secretsmanager",
                "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_",
            ),
            Self::SSM => Names(
                "ssm",
                "SSM",
                "aws-sdk-ssm",
                "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_",
            ),
            Self::Lambda => Names(
                "lambda",
                "Lambda",
                "aws-sdk-lambda",
                "https://docs.aws.amazon.com/lambda/latest/api/API_",
            ),
            Self::Bedrock => Names(
                "bedrock",
                "Bedrock",
                "aws-sdk-bedrock",
                "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_",
            ),
            Self::BedrockRuntime => Names(
                "bedrock",
                "Bedrock Runtime",
                "aws-sdk-bedrockruntime",
                "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_",
            ),
            Self::BedrockAgent => Names(
                "bedrock",
                "Bedrock Agent",
                "aws-sdk-bedrockagent",
                "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent_",
            ),
            Self::BedrockAgentRuntime => Names(
                "bedrock",
                "Bedrock Agent Runtime",
                "aws-sdk-bedrockagentruntime",
                "https://docs.aws.amazon.com/bedrock/latest/APIReference/API_agent-runtime_",
            ),
            Self::Cognito => Names(
                "cognito-idp",
                "Cognito Identity Provider",
                "aws-sdk-cognitoidentityprovider",
                "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_",
            ),
            Self::SNS => Names(
                "sns",
                "SNS",
                "aws-sdk-sns",
                "https://docs.aws.amazon.com/sns/latest/api/API_",
            ),
            Self::EventBridge => Names(
                "events",
                "EventBridge",
                "aws-sdk-eventbridge",
                "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_",
            ),
            Self::Scheduler => Names(
                "scheduler",
                "Scheduler",
                "aws-sdk-scheduler",
                "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_",
            ),
            Self::KMS => Names(
                "kms",
                "KMS",
                "aws-sdk-kms",
                "https://docs.aws.amazon.com/kms/latest/APIReference/API_",
            ),
            Self::Kinesis => Names(
                "kinesis",
                "Kinesis",
                "aws-sdk-kinesis",
                "https://docs.aws.amazon.com/kinesis/latest/APIReference/API_",
            ),
            Self::StepFunctions => Names(
                "states",
                "SFN",
                "aws-sdk-sfn",
                "https://docs.aws.amazon.com/step-functions/latest/apireference/API_",
            ),
            Self::SESv2 => Names(
                "ses",
                "SESv2",
                "aws-sdk-sesv2",
                "https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_",
            ),
            Self::SES => Names(
                "ses",
                "SES",
                "aws-sdk-ses",
                "https://docs.aws.amazon.com/ses/latest/APIReference/API_",
            ),
            Self::CloudWatchLogs => Names(
                "logs",
                "CloudWatch Logs",
                "aws-sdk-cloudwatchlogs",
                "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_",
            ),
            Self::CloudWatch => Names(
                "cloudwatch",
                "CloudWatch",
                "aws-sdk-cloudwatch",
                "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_",
            ),
            Self::XRay => Names(
                "xray",
                "XRay",
                "aws-sdk-xray",
                "https://docs.aws.amazon.com/xray/latest/api/API_",
            ),
        }
    }

    /// The prefix of the service's IAM actions: `dynamodb`, `cognito-idp`
    /// ([service authorization
    /// reference](https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)).
    #[must_use]
    pub const fn iam_prefix(self) -> &'static str {
        self.names().0
    }

    /// The service id of the API's model, `DynamoDB Streams`. The Rust SDK reports it for a running
    /// operation, as `Metadata::service`.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.names().1
    }

    /// The crate of the Rust SDK that serves the API: `aws-sdk-dynamodb`.
    #[must_use]
    pub const fn sdk_crate(self) -> &'static str {
        self.names().2
    }

    /// How addresses in the AWS API reference begin; the operation's name and `.html` complete one.
    #[must_use]
    pub const fn api_reference(self) -> &'static str {
        self.names().3
    }
}
