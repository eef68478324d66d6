use required_env_vars::{DynamoDBOperation, S3Operation, required_env_vars};

#[required_env_vars(
    "FILES_TABLE" = [DynamoDBOperation::GetItm, DynamoDBOperation.PUT_ITEM, S3Operation::GetObject],
    "filesBucket" = [S3Operations::GetObject],
    "FILES_TABLE" = [],
    DOMAIN = [],
)]
fn handle(env: HandleEnv, event: u8) -> Option<usize> {
    let _read = env.files_table.get_item();
    let _written = env.files_table.put_item();
    Some(usize::from(event))
}

fn main() {}
