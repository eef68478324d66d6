//! The attribute where `required-env-vars` is a dependency under another name: it finds the crate
//! without being told.

use vars::{DynamoDBOperation, Error, required_env_vars};

/// Declares a table and a value, and answers with the value.
///
/// # Errors
///
/// A variable could not be resolved.
#[required_env_vars("CARGO_PKG_NAME" = [], "CARGO" = [])]
pub async fn package(env: PackageEnv) -> Result<&'static str, Error> {
    debug_assert!(!env.cargo.is_empty());
    Ok(env.cargo_pkg_name.value())
}

/// Reads a table.
///
/// # Errors
///
/// A variable could not be resolved.
#[required_env_vars("FILES_TABLE" = [DynamoDBOperation::GetItem])]
pub async fn read(env: ReadEnv) -> Result<bool, Error> {
    let request = env.files_table.get_item();
    Ok(request.get_table_name().is_some())
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_renamed_crate_is_found_and_runs() {
        assert_eq!(super::package().await.unwrap(), env!("CARGO_PKG_NAME"));
        assert!(vars::declarations().any(|one| one.variable == "FILES_TABLE"));
    }
}
