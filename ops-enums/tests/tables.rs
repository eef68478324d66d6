//! What every table promises.

use std::collections::HashSet;

use ops_enums::{
    CloudWatchLogsOperation, CloudWatchOperation, CognitoOperation, DynamoDBOperation,
    EventBridgeOperation, KMSOperation, KinesisOperation, LambdaOperation, Operation, Resource,
    S3Operation, SESOperation, SNSOperation, SQSOperation, SSMOperation, SchedulerOperation,
    SecretsManagerOperation, Service, StepFunctionsOperation, Target, XRayOperation,
};

#[test]
fn spellings_are_free_of_collisions_within_a_service() {
    let mut seen = HashSet::new();
    for operation in Operation::all() {
        let letters = operation.iam().replace('_', "").to_lowercase();
        assert!(seen.insert(letters), "{operation} collides");
    }
}

#[test]
fn every_row_agrees_with_itself() {
    for operation in Operation::all() {
        let prefix = operation.service().iam_prefix();
        assert_eq!(operation.iam(), format!("{prefix}:{}", operation.name()));
        assert_eq!(operation.to_string(), operation.iam());
        if let Some(method) = operation.sdk_method() {
            assert_eq!(method.replace('_', ""), operation.name().to_lowercase());
        }
        if operation.resource() == Resource::Account {
            assert_eq!(operation.target(), Target::None, "{operation}");
        }
    }
}

#[test]
fn enums_list_themselves_in_declaration_order() {
    for (at, operation) in DynamoDBOperation::ALL.iter().enumerate() {
        assert_eq!(*operation as usize, at);
    }
    assert!(DynamoDBOperation::ALL.is_sorted());
    let all: Vec<Operation> = Operation::all().collect();
    assert!(all.is_sorted());
}

#[test]
fn resources_and_targets_are_as_reviewed() {
    use Target::{Member, Nested, None};
    let cases: [(Operation, Resource, Target); 27] = [
        (DynamoDBOperation::Query.into(), Resource::Table, Member("TableName")),
        (DynamoDBOperation::BatchGetItem.into(), Resource::Table, Nested),
        (DynamoDBOperation::TransactWriteItems.into(), Resource::Table, Nested),
        (DynamoDBOperation::DeleteBackup.into(), Resource::Backup, Nested),
        (DynamoDBOperation::ListTables.into(), Resource::Account, None),
        (DynamoDBOperation::DescribeStream.into(), Resource::Stream, Nested),
        (S3Operation::PutObject.into(), Resource::Object, Member("Bucket")),
        (S3Operation::DeleteObjects.into(), Resource::Object, Member("Bucket")),
        (S3Operation::ListObjectsV2.into(), Resource::Bucket, Member("Bucket")),
        (SQSOperation::GetQueueUrl.into(), Resource::Queue, Member("QueueName")),
        (SecretsManagerOperation::CreateSecret.into(), Resource::Secret, Member("Name")),
        (SSMOperation::GetParametersByPath.into(), Resource::Parameter, Member("Path")),
        (SSMOperation::GetDocument.into(), Resource::Document, None),
        (LambdaOperation::Invoke.into(), Resource::Function, Member("FunctionName")),
        (CognitoOperation::AdminGetUser.into(), Resource::UserPool, Member("UserPoolId")),
        (CognitoOperation::SignUp.into(), Resource::UserPoolClient, Nested),
        (SNSOperation::Publish.into(), Resource::Topic, Member("TopicArn")),
        (EventBridgeOperation::PutEvents.into(), Resource::EventBus, Nested),
        (EventBridgeOperation::PutTargets.into(), Resource::Rule, Member("EventBusName")),
        (SchedulerOperation::CreateSchedule.into(), Resource::Schedule, Member("GroupName")),
        (KMSOperation::Decrypt.into(), Resource::Key, Member("KeyId")),
        (KinesisOperation::PutRecord.into(), Resource::DataStream, Member("StreamName")),
        (
            StepFunctionsOperation::StartExecution.into(),
            Resource::StateMachine,
            Member("stateMachineArn"),
        ),
        (SESOperation::SendEmail.into(), Resource::Identity, Nested),
        (CloudWatchLogsOperation::PutLogEvents.into(), Resource::LogStream, Member("logGroupName")),
        (CloudWatchOperation::PutMetricData.into(), Resource::Account, None),
        (XRayOperation::PutTelemetryRecords.into(), Resource::Account, None),
    ];
    for (operation, resource, target) in cases {
        assert_eq!((operation.resource(), operation.target()), (resource, target), "{operation}");
    }
}

/// A variable's value goes nowhere but where its own kind of resource is named.
#[test]
fn only_a_members_own_kind_of_resource_is_filled_in() {
    for operation in Operation::all() {
        let Target::Member(member) = operation.target() else {
            continue;
        };
        let own: &[Resource] = match operation {
            // An index is named beside its table, an object beside its bucket.
            Operation::DynamoDB(_) => &[Resource::Table, Resource::Index],
            Operation::S3(_) => &[Resource::Bucket, Resource::Object],
            Operation::SQS(_) => &[Resource::Queue],
            Operation::SecretsManager(_) => &[Resource::Secret],
            Operation::SSM(_) => &[Resource::Parameter],
            Operation::Lambda(_) => &[Resource::Function],
            Operation::Bedrock(_) => &[Resource::Model],
            Operation::Cognito(_) => &[Resource::UserPool],
            Operation::SNS(_) => &[Resource::Topic],
            // A rule is named beside its bus, a schedule beside its group, a stream of logs beside
            // its group.
            Operation::EventBridge(_) => &[Resource::EventBus, Resource::Rule],
            Operation::Scheduler(_) => &[Resource::ScheduleGroup, Resource::Schedule],
            Operation::KMS(_) => &[Resource::Key],
            Operation::Kinesis(_) => &[Resource::DataStream],
            Operation::StepFunctions(_) => &[Resource::StateMachine],
            Operation::SES(_) => &[Resource::Identity],
            Operation::CloudWatchLogs(_) => &[Resource::LogGroup, Resource::LogStream],
            Operation::CloudWatch(_) => &[Resource::Alarm],
            other => panic!("no kind for {other}"),
        };
        assert!(own.contains(&operation.resource()), "{operation} fills in {member}");
    }
}

#[test]
fn facts_are_known_at_compile_time() {
    const OPERATION: DynamoDBOperation = DynamoDBOperation::GetRecords;
    const IAM: &str = OPERATION.iam();
    const SERVICE: Service = Operation::DynamoDB(OPERATION).service();
    assert_eq!(IAM, "dynamodb:GetRecords");
    assert_eq!(SERVICE.id(), "DynamoDB Streams");
    assert_eq!(SERVICE.sdk_crate(), "aws-sdk-dynamodbstreams");
}
