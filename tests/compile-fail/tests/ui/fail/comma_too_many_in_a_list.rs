use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem,, DynamoDBOperation::PutItem])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
