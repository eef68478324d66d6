use required_env_vars::{DynamoDBOperation, required_env_vars};

struct AppError;

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle() -> Result<(), AppError> {
    Ok(())
}

fn main() {}
