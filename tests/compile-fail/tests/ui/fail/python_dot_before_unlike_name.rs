use required_env_vars::{Error, S3Operation, required_env_vars};

#[required_env_vars("FILES_BUCKET" = [S3Operation.GET_OBJ])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
