//! Other attributes, above and below.

use required_env_vars::{Error, required_env_vars};

/// Above.
#[tracing::instrument]
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
#[inline]
async fn above(event: usize, env: AboveEnv) -> Result<usize, Error> {
    Ok(env.cargo_manifest_dir.len() + event)
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
/// Below, with the documentation.
#[tracing::instrument(skip_all, err)]
#[allow(clippy::unused_async)]
async fn below(event: u8, #[allow(unused_variables)] env: BelowEnv) -> Result<u8, Error> {
    Ok(event)
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn inside() -> Result<u8, Error> {
    #![allow(unused_variables)]
    let unused = 1;
    Ok(2)
}

#[required_env_vars("A" = [])]
#[cfg(false)]
async fn absent(env: AbsentEnv) -> Result<u8, Nothing> {
    env.b
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
#[tokio::main(flavor = "current_thread")]
async fn runtime_below(env: RuntimeBelowEnv) -> Result<&'static str, Error> {
    Ok(env.cargo_manifest_dir.value())
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
#[tokio::test]
async fn a_test_is_a_function_too(env: ATestIsAFunctionTooEnv) -> Result<(), Error> {
    let directory = env!("CARGO_MANIFEST_DIR");
    assert_eq!(env.cargo_manifest_dir.value(), directory);
    assert_eq!(above(1).await?, directory.len() + 1);
    assert_eq!(below(1).await?, 1);
    assert_eq!(inside().await?, 2);
    Ok(())
}

#[test]
fn a_runtime_below_makes_a_plain_function() {
    assert_eq!(runtime_below().unwrap(), env!("CARGO_MANIFEST_DIR"));
}
