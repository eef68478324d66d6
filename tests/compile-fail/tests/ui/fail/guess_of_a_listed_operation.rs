use required_env_vars::{DynamoDBOperation, Error, S3Operation, required_env_vars};

#[required_env_vars(
    "FILES_BUCKET" = [S3Operation::GetObject, S3Operation::GetObjct],
    "FILES_TABLE" = [DynamoDBOperation::GetItem, "s3:GetObject"],
)]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
