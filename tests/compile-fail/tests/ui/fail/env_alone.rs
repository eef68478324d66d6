use required_env_vars::{Error, required_env_vars};

#[required_env_vars("DOMAIN" = [])]
async fn get_file(env: Env) -> Result<usize, Error> {
    Ok(env.domain.len())
}

fn main() {}
