//! What the members do not tell, by the operation's name.

use super::Target;

/// What an operation acts on, if its members do not tell.
pub(super) fn judge(api: &str, name: &str) -> Option<(&'static str, Target)> {
    let judged = match (api, name) {
        (
            "dynamodb",
            "BatchExecuteStatement"
            | "BatchGetItem"
            | "BatchWriteItem"
            | "ExecuteStatement"
            | "ExecuteTransaction"
            | "ImportTable"
            | "RestoreTableToPointInTime"
            | "TransactGetItems"
            | "TransactWriteItems",
        ) => ("Table", Target::Nested),
        ("dynamodb", "SearchVectors") => ("Index", Target::Member("TableName".to_owned())),
        // The iterator was obtained for a stream.
        ("dynamodbstreams", "GetRecords") => ("Stream", Target::None),
        ("s3", "DeleteObjects") => ("Object", Target::Member("Bucket".to_owned())),
        ("ssm", "DescribeParameters") => ("Parameter", Target::None),
        // `Name` is a document's here.
        (
            "ssm",
            "CreateAssociation"
            | "DeleteDocument"
            | "DescribeDocument"
            | "DescribeDocumentPermission"
            | "GetDocument"
            | "ListDocumentMetadataHistory"
            | "ListDocumentVersions"
            | "ModifyDocumentPermission"
            | "UpdateAssociationStatus"
            | "UpdateDocument"
            | "UpdateDocumentDefaultVersion"
            | "UpdateDocumentMetadata"
            | "CreateDocument",
        ) => ("Document", Target::None),
        ("ssm", "PutComplianceItems") => ("Fleet", Target::None),
        ("ssm", "CreateOpsMetadata") => ("OpsMetadata", Target::None),
        ("ssm", "DescribeMaintenanceWindowsForTarget") => ("MaintenanceWindow", Target::None),
        ("bedrock", "CreateEvaluationJob" | "CreateInferenceProfile" | "CreatePromptRouter") => {
            ("Model", Target::Nested)
        }
        // Its model is a setting, and may be left for later.
        ("bedrock-agent", "CreateAgent") => ("Account", Target::None),
        ("bedrock-agent-runtime", "Rerank") => ("Model", Target::Nested),
        (
            "bedrock-agent-runtime",
            "AgenticRetrieveStream"
            | "GenerateQuery"
            | "RetrieveAndGenerate"
            | "RetrieveAndGenerateStream",
        ) => ("KnowledgeBase", Target::Nested),
        ("sns", "CreateTopic") => ("Topic", Target::None),
        // A message may go to an endpoint or a telephone instead.
        ("sns", "Publish") => ("Topic", Target::Member("TopicArn".to_owned())),
        ("sns", "CreatePlatformApplication") => ("PlatformApplication", Target::None),
        // Each entry names its own bus.
        ("events", "PutEvents") => ("EventBus", Target::Nested),
        ("events", "ListEventBuses" | "TestEventPattern") => ("Account", Target::None),
        ("scheduler", "CreateScheduleGroup" | "DeleteScheduleGroup" | "GetScheduleGroup") => {
            ("ScheduleGroup", Target::Member("Name".to_owned()))
        }
        ("kms", "CreateKey") => ("Key", Target::None),
        ("kms", "GenerateRandom") => ("Account", Target::None),
        // Two keys.
        ("kms", "ReEncrypt") => ("Key", Target::Nested),
        ("kinesis", "ListTagsForStream") => ("DataStream", Target::Member("StreamName".to_owned())),
        ("stepfunctions", "CreateStateMachine") => ("StateMachine", Target::None),
        ("stepfunctions", "CreateStateMachineAlias") => ("StateMachine", Target::Nested),
        ("stepfunctions", "CreateActivity") => ("Activity", Target::None),
        // Its sender stands in the message, or in an optional member.
        ("ses" | "sesv2", "SendRawEmail" | "SendEmail" | "SendBulkEmail") => {
            ("Identity", Target::Nested)
        }
        ("ses", "VerifyEmailAddress" | "VerifyEmailIdentity" | "DeleteVerifiedEmailAddress") => {
            ("Identity", Target::Nested)
        }
        ("ses" | "sesv2", "CreateConfigurationSet") => ("ConfigurationSet", Target::Nested),
        ("ses", "CreateTemplate" | "UpdateTemplate") => ("EmailTemplate", Target::Nested),
        ("cloudwatch", "PutAlarmMuteRule") => ("AlarmMuteRule", Target::Nested),
        ("cloudwatch", "ListAlarmMuteRules") => ("Account", Target::None),
        // The resource is the one that the records tell of.
        ("xray", "PutTelemetryRecords") => ("Account", Target::None),
        ("logs", "PutDeliverySource") => ("LogSetting", Target::Nested),
        (
            "sesv2",
            "DeleteSuppressedDestination"
            | "GetSuppressedDestination"
            | "ListSuppressedDestinations"
            | "PutSuppressedDestination",
        ) => ("Account", Target::None),
        ("xray", "CreateSamplingRule" | "UpdateSamplingRule") => ("SamplingRule", Target::Nested),
        _ => return None,
    };
    Some(judged)
}
