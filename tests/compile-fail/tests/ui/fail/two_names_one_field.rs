use required_env_vars::{Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [], "FILES__TABLE" = [])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
