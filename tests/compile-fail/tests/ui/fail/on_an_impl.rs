use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
impl Handler {
    async fn handle(&self) -> Result<(), Error> {
        Ok(())
    }
}

struct Handler;

fn main() {}
