use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

struct Handler;

impl Handler {
    #[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
    async fn handle(&self, env: HandleEnv) -> Result<(), Error> {
        let _ = env;
        Ok(())
    }
}

fn main() {}
