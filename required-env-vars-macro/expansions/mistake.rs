::core::compile_error! {
    "`domain` cannot be the name of a variable: names have capital letters A to Z, digits and underscores, and do not start with a digit; write `\"DOMAIN\"`"
}
::core::compile_error! {
    "the `Env` argument is taken by value: write `GetFileEnv`, which is `Copy`"
}
/// The variables of `get_file`, resolved.
#[allow(dead_code, clippy::pedantic)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
struct GetFileEnv {
    /// `FILES_TABLE`: `dynamodb:GetItem`.
    files_table: ::required_env_vars::DynamoTable<__get_file_env::FILES_TABLE>,
    /// `domain`: a plain value.
    domain: ::required_env_vars::Variable,
}
/// The declarations of `get_file`, a type for each variable.
#[doc(hidden)]
#[allow(
    dead_code,
    missing_debug_implementations,
    missing_copy_implementations,
    non_camel_case_types
)]
#[allow(
    non_snake_case,
    unnameable_types,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]
mod __get_file_env {
    /// What is declared for `FILES_TABLE`.
    pub struct FILES_TABLE;
}
impl ::required_env_vars::declared::dynamodb::GetItem for __get_file_env::FILES_TABLE {}
#[allow(unreachable_code, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
async fn get_file() -> Result<usize, Error> {
    let _ = DynamoDBOperation::ALL;
    let env: GetFileEnv = loop {};
    { Ok(env.domain.len()) }
}
