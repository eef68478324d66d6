//! `profiles`, all of its actions.

use required_env_vars::{DynamoDBOperation, required_env_vars};

/// Every variable that `profiles` takes a name from, where all of them are set.
///
/// # Errors
///
/// When one is not: then the command takes the name that it is given.
#[required_env_vars(
    "USER_PROFILES_TABLE" = [
        DynamoDBOperation::BatchGetItem,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::Scan,
        DynamoDBOperation::TransactWriteItems,
        DynamoDBOperation::UpdateItem,
    ],
    "MIGRATION_TOOLS_LEASES_TABLE" = [
        DynamoDBOperation::CreateTable,
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::UpdateItem,
    ],
)]
pub async fn profiles() -> Result<(), required_env_vars::Error> {
    Ok(())
}
