use required_env_vars::{DynamoDBOperation, Error, S3Operation, required_env_vars};

#[required_env_vars(
    "FILES_BUCKET" = [S3Operation::ReadFile],
    "FILES_TABLE" = [DynamoDBOperation::Frobnicate, DynamoDBOperation::GetItem],
)]
async fn handle(env: HandleEnv) -> Result<(), Error> {
    let _object = env.files_bucket.get_object();
    let _item = env.files_table.get_item();
    let _put = env.files_table.put_item();
    Ok(())
}

fn main() {}
