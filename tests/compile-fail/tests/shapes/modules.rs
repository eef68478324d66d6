//! Modules, nesting, other names, other macros.

use required_env_vars::{Error, required_env_vars};

/// Other people's names.
mod files {
    use required_env_vars::{Error, required_env_vars};

    /// Reads.
    #[required_env_vars("TABLE" = [required_env_vars::DynamoDBOperation::GetItem])]
    pub async fn read(env: ReadEnv) -> Result<usize, Error> {
        let _request = env.table.get_item();
        Ok(env.table.len())
    }

    /// Writes to the same variable.
    #[required_env_vars("TABLE" = [::required_env_vars::DynamoDBOperation::PutItem])]
    pub(super) async fn write(env: WriteEnv) -> Result<usize, Error> {
        let _request = env.table.put_item();
        read().await
    }
}

/// Annotated functions call each other, and stand inside each other.
#[required_env_vars("CARGO_MANIFEST_DIR" = [])]
async fn outer(env: OuterEnv) -> Result<usize, Error> {
    #[required_env_vars("CARGO_MANIFEST_DIR" = [], "CARGO" = [])]
    async fn inner(env: InnerEnv) -> Result<usize, Error> {
        assert!(!env.cargo.is_empty());
        Ok(env.cargo_manifest_dir.len())
    }
    Ok(inner().await? + env.cargo_manifest_dir.len())
}

/// No prelude is needed, and nothing that a user may have shadowed.
mod hostile {
    #![allow(dead_code, non_camel_case_types)]

    use ::required_env_vars::{DynamoDBOperation, required_env_vars};

    struct Option;
    struct Ok;
    struct Err;
    struct Clone;
    struct Copy;
    struct Debug;
    struct Variable;
    mod core {}
    mod std {}

    /// Handles.
    #[required_env_vars("A" = [DynamoDBOperation::GetItem], "B" = [])]
    pub async fn handle(
        __call: u8,
        env: HandleEnv,
    ) -> ::core::result::Result<u8, ::required_env_vars::Error> {
        let _ = (env.a.get_item(), env.b.value());
        ::core::result::Result::Ok(__call)
    }
}

/// A macro of the user's passes everything on.
macro_rules! handler {
    ($name:ident, $variable:literal, $operation:path, $env:ident: $ty:ident) => {
        #[required_env_vars($variable = [$operation])]
        async fn $name($env: $ty) -> Result<usize, Error> {
            let _request = $env.a.get_item();
            Ok($env.a.len())
        }
    };
}

handler!(made, "A", required_env_vars::DynamoDBOperation::GetItem, env: MadeEnv);

/// A body that is itself a variable of the macro.
macro_rules! with_body {
    ($name:ident, $env:ident: $ty:ident, $output:ty, $body:block) => {
        #[required_env_vars("CARGO_MANIFEST_DIR" = [])]
        async fn $name($env: $ty) -> $output $body
    };
}

with_body!(bodied, env: BodiedEnv, Result<usize, Error>, { Ok(env.cargo_manifest_dir.len()) });

#[tokio::test]
async fn a_body_from_a_macro_runs() -> Result<(), Error> {
    assert_eq!(bodied().await?, env!("CARGO_MANIFEST_DIR").len());
    Ok(())
}

#[tokio::test]
async fn nested_functions_run() -> Result<(), Error> {
    assert_eq!(outer().await?, 2 * env!("CARGO_MANIFEST_DIR").len());
    Ok(())
}

#[test]
fn what_needs_aws_compiles() {
    let _ = (files::read, files::write, hostile::handle, made);
}
