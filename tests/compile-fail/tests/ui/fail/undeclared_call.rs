use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn handle(env: HandleEnv) -> Result<(), Error> {
    let _read = env.files_table.get_item();
    let _written = env.files_table.put_item();
    Ok(())
}

fn main() {}
