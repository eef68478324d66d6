use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

struct Handler;

impl Handler {
    #[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
    async fn make(env: MakeEnv) -> Result<Self, Error> {
        let _ = env;
        Ok(Self)
    }
}

fn main() {}
