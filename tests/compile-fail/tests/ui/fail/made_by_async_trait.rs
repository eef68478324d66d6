use std::future::Future;
use std::pin::Pin;

use required_env_vars::{DynamoDBOperation, Error, required_env_vars};

struct Files;

impl Files {
    #[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
    fn read<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>> {
        Box::pin(async move { Ok(()) })
    }
}

fn main() {}
