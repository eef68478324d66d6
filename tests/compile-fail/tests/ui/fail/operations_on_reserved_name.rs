use required_env_vars::{Error, LambdaOperation, required_env_vars};

#[required_env_vars("AWS_LAMBDA_FUNCTION_NAME" = [LambdaOperation::Invoke])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
