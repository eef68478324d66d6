//! `generate-csv`.

use required_env_vars::{CognitoOperation, DynamoDBOperation, required_env_vars};

/// Every variable that `generate-csv` takes a name from, where all of them are set.
///
/// # Errors
///
/// When one is not.
#[required_env_vars(
    "COGNITO_USERS_DYNAMODB_TABLE" = [DynamoDBOperation::Scan],
    "COGNITO_USER_POOL_ID" = [CognitoOperation::ListUsers],
)]
pub async fn generate_csv() -> Result<(), required_env_vars::Error> {
    Ok(())
}
