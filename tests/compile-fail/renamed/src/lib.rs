//! The attribute where `required-env-vars` is a dependency under another name: it finds the crate
//! without being told. A library's public functions bring no warning either, with all the lints on
//! that are off by default and that a user may have on.

#![deny(
    warnings,
    let_underscore_drop,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]

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
