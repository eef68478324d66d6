use required_env_vars::{DynamoDBOperation, Error, S3Operation, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem, S3Operation::GetObject])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
