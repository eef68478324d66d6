use required_env_vars::{DynamoDBOperation, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
struct Handler;

fn main() {}
