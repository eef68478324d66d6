use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(env: HandleEnv) -> Result<usize, Error> {
    Ok(env.file_table.len())
}

fn main() {}
