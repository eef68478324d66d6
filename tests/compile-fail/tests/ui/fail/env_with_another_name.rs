use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(event: u8, env: GetFileEnv) -> Result<usize, Error> {
    Ok(env.files_table.len() + usize::from(event))
}

fn main() {}
