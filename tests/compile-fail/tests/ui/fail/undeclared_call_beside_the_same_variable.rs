use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn read(env: ReadEnv) -> Result<(), Error> {
    let _request = env.files_table.put_item();
    Ok(())
}

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
async fn find(env: FindEnv) -> Result<(), Error> {
    let _request = env.files_table.get_item();
    Ok(())
}

fn main() {}
