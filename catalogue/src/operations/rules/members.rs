//! The members of each API that name a resource.

/// Whether a member takes the value that a variable of the service holds, or something only the
/// caller knows. A variable holds one kind of resource: of a user pool's client it has no id.
#[derive(Clone, Copy)]
pub(super) enum Holds {
    Value,
    CallersId,
}
use Holds::{CallersId, Value};

pub(super) type Rule = (&'static str, &'static str, Holds);

const DYNAMODB: &[Rule] = &[
    ("TableName", "Table", Value),
    ("GlobalTableName", "GlobalTable", CallersId),
    ("StreamArn", "Stream", CallersId),
    ("TableArn", "Table", CallersId),
    ("TargetTableName", "Table", CallersId),
    ("BackupArn", "Backup", CallersId),
    ("ExportArn", "Export", CallersId),
    ("ImportArn", "Import", CallersId),
    ("BulkOperationArn", "BulkOperation", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];
const S3: &[Rule] = &[("Bucket", "Bucket", Value)];
const SQS: &[Rule] = &[
    ("QueueUrl", "Queue", Value),
    ("QueueName", "Queue", Value),
    ("SourceArn", "Queue", CallersId),
    ("TaskHandle", "Queue", CallersId),
];
const SECRETS: &[Rule] =
    &[("SecretId", "Secret", Value), ("SecretIdList", "Secret", Value), ("Name", "Secret", Value)];
/// An `SsmParameter` holds a parameter's name, so nothing but parameters is filled in.
const SSM: &[Rule] = &[
    ("DocumentName", "Document", CallersId),
    ("AutomationExecutionId", "Automation", CallersId),
    ("ExecutionPreviewId", "Automation", CallersId),
    ("WindowId", "MaintenanceWindow", CallersId),
    ("WindowExecutionId", "MaintenanceWindow", CallersId),
    ("BaselineId", "PatchBaseline", CallersId),
    ("PatchGroup", "PatchBaseline", CallersId),
    ("OpsItemId", "OpsItem", CallersId),
    ("OpsMetadataArn", "OpsMetadata", CallersId),
    ("SettingId", "ServiceSetting", CallersId),
    ("ResourceArn", "ByArn", CallersId),
    ("ResourceType", "ByArn", CallersId),
    ("InstanceId", "Fleet", CallersId),
    ("InstanceIds", "Fleet", CallersId),
    ("AssociationId", "Fleet", CallersId),
    ("AssociationIds", "Fleet", CallersId),
    ("ActivationId", "Fleet", CallersId),
    ("CommandId", "Fleet", CallersId),
    ("SessionId", "Fleet", CallersId),
    ("SyncName", "Fleet", CallersId),
    ("CloudConnectorId", "Fleet", CallersId),
    ("Target", "Fleet", CallersId),
    ("TypeName", "Fleet", CallersId),
    ("Targets", "Fleet", CallersId),
];
const LAMBDA: &[Rule] = &[
    ("FunctionName", "Function", Value),
    ("LayerName", "Layer", CallersId),
    ("Arn", "Layer", CallersId),
    ("UUID", "EventSourceMapping", CallersId),
    ("CodeSigningConfigArn", "CodeSigningConfig", CallersId),
    ("CapacityProviderName", "CapacityProvider", CallersId),
    ("DurableExecutionArn", "DurableExecution", CallersId),
    ("CallbackId", "DurableExecution", CallersId),
    ("Resource", "ByArn", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];
const BEDROCK: &[Rule] = &[
    ("modelId", "Model", Value),
    ("customModelDeploymentIdentifier", "ModelDeployment", CallersId),
    ("modelIdentifier", "Model", Value),
    ("modelArn", "Model", CallersId),
    ("sourceModelArn", "Model", CallersId),
    ("baseModelIdentifier", "Model", Value),
    ("modelSourceIdentifier", "Model", CallersId),
    ("targetModelId", "Model", Value),
    ("guardrailIdentifier", "Guardrail", CallersId),
    ("agentId", "Agent", CallersId),
    ("foundationModel", "Model", Value),
    ("knowledgeBaseId", "KnowledgeBase", CallersId),
    ("flowIdentifier", "Flow", CallersId),
    ("promptIdentifier", "Prompt", CallersId),
    ("policyArn", "ReasoningPolicy", CallersId),
    ("inferenceProfileIdentifier", "InferenceProfile", CallersId),
    ("promptRouterArn", "PromptRouter", CallersId),
    ("provisionedModelId", "ProvisionedModel", CallersId),
    ("endpointArn", "ModelEndpoint", CallersId),
    ("endpointIdentifier", "ModelEndpoint", CallersId),
    ("retrievalInstructionId", "RetrievalInstruction", CallersId),
    ("sessionIdentifier", "Session", CallersId),
    ("jobIdentifier", "Job", CallersId),
    ("jobIdentifiers", "Job", CallersId),
    ("jobArn", "Job", CallersId),
    ("invocationArn", "Job", CallersId),
    ("configId", "Guardrail", CallersId),
    ("resourceArn", "ByArn", CallersId),
    ("resourceARN", "ByArn", CallersId),
];
const COGNITO: &[Rule] = &[
    ("UserPoolId", "UserPool", Value),
    ("ClientId", "UserPoolClient", CallersId),
    ("Domain", "UserPoolDomain", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];

const SNS: &[Rule] = &[
    ("TopicArn", "Topic", Value),
    ("PlatformApplicationArn", "PlatformApplication", CallersId),
    ("EndpointArn", "PlatformApplication", CallersId),
    ("SubscriptionArn", "Subscription", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];
/// A rule is named beside its event bus.
const EVENTS: &[Rule] = &[
    ("ResourceARN", "ByArn", CallersId),
    ("EventBusName", "EventBus", Value),
    ("Name", "EventBus", Value),
];
/// A schedule is named beside its group.
const SCHEDULER: &[Rule] = &[("GroupName", "Schedule", Value), ("ResourceArn", "ByArn", CallersId)];
const KMS: &[Rule] = &[
    ("KeyId", "Key", Value),
    ("TargetKeyId", "Key", Value),
    ("AliasName", "KeyAlias", CallersId),
    ("CustomKeyStoreId", "KeyStore", CallersId),
    ("CustomKeyStoreName", "KeyStore", CallersId),
];
const KINESIS: &[Rule] = &[
    ("StreamName", "DataStream", Value),
    ("ConsumerARN", "StreamConsumer", CallersId),
    ("StreamARN", "DataStream", CallersId),
    ("ChannelARN", "StreamChannel", CallersId),
    ("ChannelName", "StreamChannel", CallersId),
    ("QueueARN", "StreamQueue", CallersId),
    ("QueueName", "StreamQueue", CallersId),
    ("ResourceARN", "ByArn", CallersId),
];
const STEP_FUNCTIONS: &[Rule] = &[
    ("stateMachineArn", "StateMachine", Value),
    ("stateMachineAliasArn", "StateMachine", CallersId),
    ("stateMachineVersionArn", "StateMachine", CallersId),
    ("executionArn", "Execution", CallersId),
    ("mapRunArn", "Execution", CallersId),
    ("activityArn", "Activity", CallersId),
    ("resourceArn", "ByArn", CallersId),
];
/// A variable holds an identity, which may be a domain: a sender's address is another thing.
const SES: &[Rule] = &[
    ("EmailIdentity", "Identity", Value),
    ("Identity", "Identity", Value),
    ("Identities", "Identity", Value),
    ("ConfigurationSetName", "ConfigurationSet", CallersId),
    ("RuleSetName", "ReceiptRuleSet", CallersId),
    ("ContactListName", "ContactList", CallersId),
    ("TemplateName", "EmailTemplate", CallersId),
    ("Domain", "Identity", CallersId),
    ("Source", "Identity", CallersId),
    ("FromEmailAddress", "Identity", CallersId),
    ("BounceSender", "Identity", CallersId),
    ("TenantName", "Tenant", CallersId),
    ("PoolName", "DedicatedIpPool", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];
const LOGS: &[Rule] = &[
    ("logGroupName", "LogGroup", Value),
    ("logGroupIdentifier", "LogGroup", Value),
    ("logGroupIdentifiers", "LogGroup", Value),
    ("logGroupArnList", "LogGroup", CallersId),
    ("logGroupNames", "LogGroup", Value),
    ("resourceArn", "ByArn", CallersId),
    ("anomalyDetectorArn", "LogSetting", CallersId),
    ("deliveryDestinationName", "LogSetting", CallersId),
    ("deliverySourceName", "LogSetting", CallersId),
    ("destinationName", "LogSetting", CallersId),
    ("identifier", "LogSetting", CallersId),
    ("id", "LogSetting", CallersId),
    ("importId", "LogSetting", CallersId),
    ("integrationArn", "LogSetting", CallersId),
    ("integrationName", "LogSetting", CallersId),
    ("lookupTableArn", "LogSetting", CallersId),
    ("lookupTableName", "LogSetting", CallersId),
    ("name", "LogSetting", CallersId),
    ("queryDefinitionId", "LogSetting", CallersId),
    ("taskId", "LogSetting", CallersId),
];
const CLOUDWATCH: &[Rule] = &[
    ("AlarmName", "Alarm", Value),
    ("AlarmNames", "Alarm", Value),
    ("AlarmMuteRuleName", "AlarmMuteRule", CallersId),
    ("DashboardName", "Dashboard", CallersId),
    ("DashboardNames", "Dashboard", CallersId),
    ("RuleName", "InsightRule", CallersId),
    ("RuleNames", "InsightRule", CallersId),
    ("Names", "MetricStream", CallersId),
    ("Name", "MetricStream", CallersId),
    ("DatasetIdentifier", "Dataset", CallersId),
    ("ResourceARN", "ByArn", CallersId),
    ("ResourceArn", "ByArn", CallersId),
];
const XRAY: &[Rule] = &[
    ("GroupName", "TraceGroup", CallersId),
    ("RuleName", "SamplingRule", CallersId),
    ("ResourceARN", "ByArn", CallersId),
];

/// The rules of an API, by botocore's name.
pub(super) fn of(api: &str) -> &'static [Rule] {
    match api {
        "dynamodb" | "dynamodbstreams" => DYNAMODB,
        "s3" => S3,
        "sqs" => SQS,
        "secretsmanager" => SECRETS,
        "ssm" => SSM,
        "lambda" => LAMBDA,
        "cognito-idp" => COGNITO,
        "sns" => SNS,
        "events" => EVENTS,
        "scheduler" => SCHEDULER,
        "kms" => KMS,
        "kinesis" => KINESIS,
        "stepfunctions" => STEP_FUNCTIONS,
        "ses" | "sesv2" => SES,
        "logs" => LOGS,
        "cloudwatch" => CLOUDWATCH,
        "xray" => XRAY,
        _ => BEDROCK,
    }
}
