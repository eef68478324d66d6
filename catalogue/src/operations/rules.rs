//! What an operation acts on and how its call takes the resource: rules over input members,
//! reviewed by hand.
//!
//! AWS publishes neither, so this table is a judgement. The members of a service are tried in the
//! order given, first among the required members of the input, then among the optional ones; the
//! first that is there decides. What members cannot tell is listed by name.

use super::model::{ApiOperation, Member};

/// How the call takes the variable's resource, as a variant of `ops_enums::Target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Member(String),
    Nested,
    None,
}

/// Whether a member takes the value that a variable of the service holds, or something only the
/// caller knows. A variable holds one kind of resource: of a user pool's client it has no id.
#[derive(Clone, Copy)]
enum Holds {
    Value,
    CallersId,
}
use Holds::{CallersId, Value};

type Rule = (&'static str, &'static str, Holds);

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

/// What an operation acts on, and how its call takes the variable's resource. `api` is botocore's
/// name of the service.
pub(crate) fn judge(api: &str, operation: &ApiOperation) -> (&'static str, Target) {
    if let Some(known) = by_name(api, &operation.name) {
        return known;
    }
    if api == "ssm" && operation.name.contains("Parameter") {
        return parameter(operation);
    }
    let rules = match api {
        "dynamodb" | "dynamodbstreams" => DYNAMODB,
        "s3" => S3,
        "sqs" => SQS,
        "secretsmanager" => SECRETS,
        "ssm" => SSM,
        "lambda" => LAMBDA,
        "cognito-idp" => COGNITO,
        _ => BEDROCK,
    };
    let Some((member, resource, holds)) = first(operation, rules) else {
        return ("Account", Target::None);
    };
    match (api, holds) {
        ("s3", _) if has_required(operation, "Key") => {
            ("Object", Target::Member(member.name.clone()))
        }
        // Tags and policies may be a parameter's. Of Systems Manager's other resources an
        // `SsmParameter` is none.
        ("ssm", _) if resource != "ByArn" => (resource, Target::None),
        (_, CallersId) => (resource, Target::Nested),
        (_, Value) => (resource, Target::Member(member.name.clone())),
    }
}

/// The first rule whose member is required, else the first whose member is there at all.
fn first<'o>(
    operation: &'o ApiOperation,
    rules: &[Rule],
) -> Option<(&'o Member, &'static str, Holds)> {
    let with = |required: bool| {
        rules.iter().find_map(|(name, resource, holds)| {
            operation
                .members
                .iter()
                .find(|member| member.name == *name && member.text && member.required == required)
                .map(|member| (member, *resource, *holds))
        })
    };
    with(true).or_else(|| with(false))
}

fn has_required(operation: &ApiOperation, name: &str) -> bool {
    operation.members.iter().any(|member| member.name == name && member.required)
}

/// The operations of Parameter Store take a name, names or a path.
fn parameter(operation: &ApiOperation) -> (&'static str, Target) {
    let member = ["Name", "Names", "Path"].into_iter().find(|name| has_required(operation, name));
    ("Parameter", member.map_or(Target::None, |name| Target::Member(name.to_owned())))
}

/// What the members do not tell.
fn by_name(api: &str, name: &str) -> Option<(&'static str, Target)> {
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
        _ => return None,
    };
    Some(judged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str, members: &[(&str, bool)]) -> ApiOperation {
        ApiOperation {
            name: name.to_owned(),
            members: members
                .iter()
                .map(|(name, required)| Member {
                    name: (*name).to_owned(),
                    required: *required,
                    text: true,
                })
                .collect(),
        }
    }

    fn member(name: &str) -> Target {
        Target::Member(name.to_owned())
    }

    #[test]
    fn a_required_member_decides_before_an_optional_one() {
        let both =
            operation("UpdateEventSourceMapping", &[("FunctionName", false), ("UUID", true)]);
        assert_eq!(judge("lambda", &both), ("EventSourceMapping", Target::Nested));
        let only = operation("ListEventSourceMappings", &[("FunctionName", false)]);
        assert_eq!(judge("lambda", &only), ("Function", member("FunctionName")));
    }

    #[test]
    fn a_key_makes_it_an_object() {
        let get = operation("GetObject", &[("Bucket", true), ("Key", true)]);
        assert_eq!(judge("s3", &get), ("Object", member("Bucket")));
        let list = operation("ListObjectsV2", &[("Bucket", true), ("Prefix", false)]);
        assert_eq!(judge("s3", &list), ("Bucket", member("Bucket")));
    }

    #[test]
    fn a_member_for_another_kind_of_resource_is_the_callers() {
        for (api, member, resource) in [
            ("cognito-idp", "ClientId", "UserPoolClient"),
            ("lambda", "LayerName", "Layer"),
            ("bedrock-runtime", "guardrailIdentifier", "Guardrail"),
            ("dynamodbstreams", "StreamArn", "Stream"),
        ] {
            let other = operation("Other", &[(member, true)]);
            assert_eq!(judge(api, &other), (resource, Target::Nested));
        }
    }

    #[test]
    fn only_parameters_take_a_parameter() {
        let get = operation("GetParameters", &[("Names", true)]);
        assert_eq!(judge("ssm", &get), ("Parameter", member("Names")));
        let document = operation("GetDocument", &[("Name", true)]);
        assert_eq!(judge("ssm", &document), ("Document", Target::None));
    }

    #[test]
    fn an_operation_that_names_nothing_acts_on_the_account() {
        let list = operation("ListTables", &[("ExclusiveStartTableName", false)]);
        assert_eq!(judge("dynamodb", &list), ("Account", Target::None));
    }

    #[test]
    fn a_member_that_cannot_carry_a_name_does_not_count() {
        let mut odd = operation("OddOne", &[("TableName", true)]);
        odd.members[0].text = false;
        assert_eq!(judge("dynamodb", &odd), ("Account", Target::None));
    }
}
