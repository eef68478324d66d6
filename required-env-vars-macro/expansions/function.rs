/// The variables of `get_file`, resolved.
#[allow(dead_code, clippy::pedantic)]
#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
pub struct GetFileEnv {
    /// `FILES_TABLE`: `dynamodb:GetItem`, `dynamodb:UpdateItem`.
    pub files_table: ::required_env_vars::DynamoTable<__get_file_env::FILES_TABLE>,
    /// `EMAIL_DOMAIN`: a plain value.
    pub email_domain: ::required_env_vars::Variable,
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
impl ::required_env_vars::declared::dynamodb::UpdateItem
for __get_file_env::FILES_TABLE {}
/// Finds a file.
pub async fn get_file(id: String) -> Result<bool, Error> {
    static __FUNCTION: ::required_env_vars::__private::Function = ::required_env_vars::__private::Function::new(
        ::core::concat!(::core::module_path!(), "::get_file"),
        ::core::file!(),
        &[
            ::required_env_vars::__private::DeclaredVariable::new(
                "FILES_TABLE",
                ::core::line!(),
                &[
                    ::required_env_vars::Operation::DynamoDB(DynamoDBOperation::GetItem),
                    ::required_env_vars::Operation::DynamoDB(
                        DynamoDBOperation::UpdateItem,
                    ),
                ],
            ),
            ::required_env_vars::__private::DeclaredVariable::new(
                "EMAIL_DOMAIN",
                ::core::line!(),
                &[],
            ),
        ],
        true,
    );
    #[::required_env_vars::__private::linkme::distributed_slice(
        ::required_env_vars::__private::FUNCTIONS
    )]
    #[linkme(crate = ::required_env_vars::__private::linkme)]
    static __ENTRY: &::required_env_vars::__private::Function = &__FUNCTION;
    let __entered = ::required_env_vars::__private::enter::<2usize>(&__FUNCTION).await;
    let __call = __entered?;
    __call
        .run(async move {
            #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery)]
            if false {
                let __expected: Result<bool, Error> = loop {};
                return __expected;
            }
            let env: GetFileEnv = {
                let [__variable_0, __variable_1] = __call.variables();
                GetFileEnv {
                    files_table: ::required_env_vars::__private::handle(__variable_0),
                    email_domain: ::required_env_vars::__private::handle(__variable_1),
                }
            };
            {
                let found = env.files_table.get_item().key("id", S(id)).send().await?;
                Ok(found.item.is_some())
            }
        })
        .await
}
