use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(env: HandleEnv, event: u8) -> Result<usize, Error> {
    Ok(env.files_table.len() + usize::from(event))
}

async fn caller() -> Result<usize, Error> {
    handle(1).await
}

fn main() {}
