use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(env: HandleEnv<'_>) -> Result<usize, Error> {
    Ok(env.files_table.len())
}

fn main() {}
