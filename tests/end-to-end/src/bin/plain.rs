//! A Lambda with plain values only.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use required_env_vars::required_env_vars;
use serde_json::{Value, json};

#[required_env_vars("PLAIN_DOMAIN" = [], "PLAIN_DAYS" = [])]
async fn plain(_event: LambdaEvent<Value>, env: PlainEnv) -> Result<Value, Error> {
    Ok(json!([env.plain_domain.value(), env.plain_days.value()]))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_ansi(false).with_env_filter("trace").init();
    required_env_vars::init().await?;
    lambda_runtime::run(service_fn(plain)).await
}
