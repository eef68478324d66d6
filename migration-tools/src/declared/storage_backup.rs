//! `user-storage-backup`, and its `--restore`.

use required_env_vars::{DynamoDBOperation, required_env_vars};

/// Every variable that `user-storage-backup` takes a name from, where all of them are set.
///
/// # Errors
///
/// When one is not: then the command takes the name that follows from deployment and stage.
#[required_env_vars(
    "OLD_USER_STORAGE_TABLE" = [
        DynamoDBOperation::DescribeTable,
        DynamoDBOperation::PutItem,
        DynamoDBOperation::Scan,
    ],
)]
pub async fn user_storage_backup() -> Result<(), required_env_vars::Error> {
    Ok(())
}
