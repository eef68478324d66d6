use required_env_vars::{Error, required_env_vars};

#[required_env_vars(crate = required_env_vars, crate = required_env_vars, "DOMAIN" = [])]
async fn handle() -> Result<(), Error> {
    Ok(())
}

fn main() {}
