use required_env_vars::{Error, required_env_vars};

#[required_env_vars("FILES_TABLE" = [])]
async fn handle(env: HandleEnv) -> Result<(), Error> {
    let _read = env.files_table.get_item();
    Ok(())
}

fn main() {}
