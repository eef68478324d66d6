use required_env_vars::{DynamoDBOperation, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(env: HandleEnv) -> Option<usize> {
    Some(env.files_table.len())
}

fn main() {}
