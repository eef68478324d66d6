//! `s3-data-migration`, and what `id-migration` does to objects.

use required_env_vars::{DynamoDBOperation, S3Operation, required_env_vars};

/// Declares the buckets that objects are copied from, and the tables that point to them.
macro_rules! moves {
    (from: $($from:literal)*; tables: $($table:literal)*; others: $($others:tt)*) => {
        /// Every variable that `s3-data-migration` takes a name from, where all of them are set. To move
        /// objects, `id-migration` needs the same beside its own.
        ///
        /// # Errors
        ///
        /// When one is not: then the command takes the name that follows from deployment and stage.
        #[required_env_vars(
            $($from = [
                S3Operation::DeleteObject,
                S3Operation::DeleteObjects,
                S3Operation::GetBucketVersioning,
                S3Operation::GetObject,
                // A copy has its tags.
                S3Operation::GetObjectTagging,
                S3Operation::HeadBucket,
                S3Operation::HeadObject,
                S3Operation::ListObjectsV2,
            ],)*
            $($table = [
                DynamoDBOperation::BatchGetItem,
                DynamoDBOperation::DescribeBackup,
                DynamoDBOperation::DescribeContinuousBackups,
                DynamoDBOperation::DescribeTable,
                DynamoDBOperation::ListBackups,
                DynamoDBOperation::Scan,
                DynamoDBOperation::TransactWriteItems,
                DynamoDBOperation::UpdateItem,
            ],)*
            $($others)*
        )]
        pub async fn s3_data_migration() -> Result<(), required_env_vars::Error> {
            Ok(())
        }
    };
}

moves! {
    from:
    "AGENT_STATE_BUCKET"
    "ASSISTANTS_CODE_INTERPRETER_FILES_BUCKET_NAME"
    "DATA_DISCLOSURE_STORAGE_BUCKET"
    "S3_API_DOCUMENTATION_BUCKET"
    "S3_ARTIFACTS_BUCKET"
    "S3_CONVERSATIONS_BUCKET_NAME"
    "S3_CONVERSION_INPUT_BUCKET_NAME"
    "S3_CONVERSION_OUTPUT_BUCKET_NAME"
    "S3_GROUP_ASSISTANT_CONVERSATIONS_BUCKET_NAME"
    "S3_SHARE_BUCKET_NAME"
    "SCHEDULED_TASKS_LOGS_BUCKET"
    "WORKFLOW_TEMPLATES_BUCKET";
    tables:
    "AGENT_STATE_DYNAMODB_TABLE"
    "ARTIFACTS_DYNAMODB_TABLE"
    "CONVERSATION_METADATA_TABLE"
    "DATA_DISCLOSURE_VERSIONS_TABLE"
    "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE"
    "SCHEDULED_TASKS_TABLE"
    "SHARES_DYNAMODB_TABLE"
    "USER_DATA_STORAGE_TABLE"
    "WORKFLOW_TEMPLATES_TABLE";
    others:
    "S3_CONSOLIDATION_BUCKET_NAME" = [
        S3Operation::AbortMultipartUpload,
        S3Operation::CompleteMultipartUpload,
        S3Operation::CopyObject,
        S3Operation::CreateMultipartUpload,
        S3Operation::DeleteObject,
        S3Operation::DeleteObjects,
        S3Operation::GetBucketNotificationConfiguration,
        S3Operation::GetBucketVersioning,
        S3Operation::GetObject,
        S3Operation::GetObjectTagging,
        S3Operation::HeadBucket,
        S3Operation::HeadObject,
        S3Operation::ListObjectsV2,
        S3Operation::PutBucketNotificationConfiguration,
        S3Operation::PutObjectTagging,
        S3Operation::UploadPartCopy,
    ],
    "MIGRATION_TOOLS_LEASES_TABLE" = [
        DynamoDBOperation::CreateTable,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::UpdateItem,
    ],
}
