use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

trait Handler {
    #[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
    async fn handle(&self) -> Result<(), Error>;
}

fn main() {}
