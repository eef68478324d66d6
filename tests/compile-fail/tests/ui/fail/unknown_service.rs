use required_env_vars::{Error, required_env_vars};

#[required_env_vars("CLUSTER" = [ECSOperation::RunTask])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
