//! `id-migration`.

use required_env_vars::{CognitoOperation, DynamoDBOperation, S3Operation, required_env_vars};

/// Declares the tables that are migrated, one a line: each is asked for, with its backups, read, and
/// written by transactions; some are looked into for few users.
macro_rules! migrates {
    (looked_up: $($looked_up:literal)*; read: $($read:literal)*; others: $($others:tt)*) => {
        /// Every variable that `id-migration` takes a name from, where all of them are set.
        ///
        /// # Errors
        ///
        /// When one is not: then the command takes the name that follows from deployment and stage.
        #[required_env_vars(
            $($looked_up = [
                DynamoDBOperation::BatchGetItem,
                DynamoDBOperation::DescribeBackup,
                DynamoDBOperation::DescribeContinuousBackups,
                DynamoDBOperation::DescribeTable,
                DynamoDBOperation::ListBackups,
                DynamoDBOperation::Query,
                DynamoDBOperation::Scan,
                DynamoDBOperation::TransactWriteItems,
                DynamoDBOperation::UpdateItem,
            ],)*
            $($read = [
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
        pub async fn id_migration() -> Result<(), required_env_vars::Error> {
            Ok(())
        }
    };
}

migrates! {
    looked_up:
    "ACCOUNTS_DYNAMO_TABLE"
    "AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE"
    "AGENT_STATE_DYNAMODB_TABLE"
    "ASSISTANTS_ALIASES_DYNAMODB_TABLE"
    "COST_CALCULATIONS_DYNAMO_TABLE"
    "DATA_DISCLOSURE_ACCEPTANCE_TABLE"
    "DB_CONNECTIONS_TABLE"
    "EMAIL_SETTINGS_DYNAMO_TABLE"
    "JOB_STATUS_TABLE"
    "OBJECT_ACCESS_DYNAMODB_TABLE"
    "OPS_DYNAMODB_TABLE"
    "OP_LOG_DYNAMO_TABLE"
    "REQUEST_STATE_DYNAMO_TABLE"
    "SCHEDULED_TASKS_TABLE"
    "SKILLS_DYNAMODB_TABLE"
    "USER_TAGS_DYNAMO_TABLE"
    "WORKFLOW_TEMPLATES_TABLE";
    read:
    "ADDITIONAL_CHARGES_TABLE"
    "AMPLIFY_ADMIN_DYNAMODB_TABLE"
    "AMPLIFY_ADMIN_LOGS_DYNAMODB_TABLE"
    "AMPLIFY_GROUP_LOGS_DYNAMODB_TABLE"
    "API_KEYS_DYNAMODB_TABLE"
    "ARTIFACTS_DYNAMODB_TABLE"
    "ASSISTANTS_DYNAMODB_TABLE"
    "ASSISTANT_CODE_INTERPRETER_DYNAMODB_TABLE"
    "ASSISTANT_GROUPS_DYNAMO_TABLE"
    "ASSISTANT_LOOKUP_DYNAMODB_TABLE"
    "ASSISTANT_THREADS_DYNAMODB_TABLE"
    "ASSISTANT_THREAD_RUNS_DYNAMODB_TABLE"
    "CHAT_USAGE_DYNAMO_TABLE"
    "COGNITO_USERS_DYNAMODB_TABLE"
    "COMMON_DATA_DYNAMO_TABLE"
    "CONVERSATION_METADATA_TABLE"
    "DATA_DISCLOSURE_VERSIONS_TABLE"
    "DYNAMO_DYNAMIC_CODE_TABLE"
    "EMBEDDING_PROGRESS_TABLE"
    "FILES_DYNAMO_TABLE"
    "GROUP_ASSISTANT_CONVERSATIONS_DYNAMO_TABLE"
    "HASH_FILES_DYNAMO_TABLE"
    "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE"
    "LAYERED_ASSISTANTS_DYNAMODB_TABLE"
    "MEMORY_DYNAMO_TABLE"
    "OAUTH_STATE_TABLE"
    "OAUTH_USER_TABLE"
    "SHARES_DYNAMODB_TABLE"
    "SKILL_SHARES_DYNAMODB_TABLE"
    "USER_DATA_STORAGE_TABLE";
    others:
    // Its records stay as they are.
    "OLD_USER_STORAGE_TABLE" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeBackup,
        DynamoDBOperation::DescribeContinuousBackups,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::ListBackups,
        DynamoDBOperation::Scan,
    ],
    "MIGRATION_TOOLS_LEASES_TABLE" = [
        DynamoDBOperation::CreateTable,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::UpdateItem,
    ],
    "S3_CONSOLIDATION_BUCKET_NAME" = [S3Operation::HeadBucket],
    // Where the id map is made of the user pool.
    "COGNITO_USER_POOL_ID" = [CognitoOperation::ListUsers],
    "IDP_PREFIX" = [],
}
