use required_env_vars::{Error, required_env_vars};

#[required_env_vars("1X" = [], "Ä" = [])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
