use required_env_vars::{Error, required_env_vars};

#[required_env_vars("DOMAIN" = [])]
async fn y(env: Yenv) -> Result<usize, Error> {
    Ok(env.domain.len())
}

fn main() {}
