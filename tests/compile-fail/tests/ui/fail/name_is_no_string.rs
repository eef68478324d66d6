use required_env_vars::{Error, required_env_vars};

#[required_env_vars(b"FILES_TABLE" = [])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
