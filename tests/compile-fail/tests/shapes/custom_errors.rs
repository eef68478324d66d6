//! Error types that take ours.

use required_env_vars::required_env_vars;

/// An error of the user's.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A variable is missing.
    #[error(transparent)]
    Variables(#[from] required_env_vars::Error),
    /// Something else.
    #[error("number")]
    Number(#[from] std::num::ParseIntError),
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn own(env: OwnEnv) -> Result<u8, AppError> {
    Ok(env.cargo_manifest_dir.parse()?)
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn boxed(env: BoxedEnv) -> Result<u8, Box<dyn std::error::Error>> {
    Ok(env.cargo_manifest_dir.parse()?)
}

#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn lambda(env: LambdaEnv) -> Result<u8, lambda_runtime::Error> {
    let number: u8 = env.cargo_manifest_dir.parse()?;
    if number == 0 {
        return Err("zero".into());
    }
    Ok(number)
}

#[tokio::test]
async fn the_users_error_is_answered() {
    assert!(matches!(own().await, Err(AppError::Number(_))));
    assert_eq!(boxed().await.unwrap_err().to_string(), "invalid digit found in string");
    assert!(lambda().await.is_err());
}
