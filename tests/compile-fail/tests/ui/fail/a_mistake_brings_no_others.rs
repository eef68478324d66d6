use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars(
    "FILES_TABLE" = [DynamoDBOperation::GetItm, DynamoDBOperation::Query],
    "DOMAIN" = [],
)]
async fn handle(event: u8, env: HandleEnv) -> Result<usize, Error> {
    let _read = env.files_table.get_item().send().await;
    let _found = env.files_table.query();
    Ok(env.domain.len() + usize::from(event))
}

async fn caller() -> Result<usize, Error> {
    handle(1).await
}

fn main() {}
