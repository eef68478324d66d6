use required_env_vars::{Error, required_env_vars};

#[required_env_vars("DOMAIN" = [])]
const fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
