//! `core-table`, all of its actions but the restoring of an export, which writes to an old table.

use required_env_vars::{CognitoOperation, DynamoDBOperation, required_env_vars};

/// Every variable that `core-table` takes a name from, where all of them are set.
///
/// # Errors
///
/// When one is not: then the command takes the name that follows from deployment and stage, and asks no
/// user pool.
#[required_env_vars(
    "SERVERS_TABLE_NAME" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Scan,
    ],
    "USER_MEMBERSHIP_TABLE_NAME" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Query,
        DynamoDBOperation::Scan,
    ],
    "CORE_TABLE_NAME" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Query,
        DynamoDBOperation::Scan,
        DynamoDBOperation::TransactWriteItems,
        DynamoDBOperation::UpdateItem,
    ],
    "MIGRATION_TOOLS_LEASES_TABLE" = [
        DynamoDBOperation::CreateTable,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::UpdateItem,
    ],
    "COGNITO_USER_POOL_ID" = [CognitoOperation::AdminGetUser],
)]
pub async fn core_table() -> Result<(), required_env_vars::Error> {
    Ok(())
}
