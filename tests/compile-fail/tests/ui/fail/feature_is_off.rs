use required_env_vars::{Error, SQSOperation, required_env_vars};

#[required_env_vars("JOBS_QUEUE" = [SQSOperation::SendMessage])]
async fn handle(env: HandleEnv) -> Result<(), Error> {
    let _ = env;
    Ok(())
}

fn main() {}
