use required_env_vars::required_env_vars;

#[required_env_vars("DOMAIN" = [])]
async fn handle() -> ! {
    loop {}
}

fn main() {}
