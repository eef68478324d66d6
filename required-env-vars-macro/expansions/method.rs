async fn notify<'a>(&'a mut self) -> Result<impl Display + 'a, Error> {
    static __FUNCTION: ::required_env_vars::__private::Function = ::required_env_vars::__private::Function::new(
        ::core::concat!(::core::module_path!(), "::notify"),
        ::core::file!(),
        &[
            ::required_env_vars::__private::DeclaredVariable::new(
                "QUEUE_URL",
                ::core::line!(),
                &[::required_env_vars::Operation::SQS(SQSOperation::SendMessage)],
            ),
        ],
        false,
    );
    #[::required_env_vars::__private::linkme::distributed_slice(
        ::required_env_vars::__private::FUNCTIONS
    )]
    #[linkme(crate = ::required_env_vars::__private::linkme)]
    static __ENTRY: &::required_env_vars::__private::Function = &__FUNCTION;
    let __entered = ::required_env_vars::__private::enter::<1usize>(&__FUNCTION).await;
    let __call = __entered?;
    __call
        .run(async move {
            #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery)]
            if false {
                let __expected: Result<_, Error> = loop {};
                return __expected;
            }
            { Ok(self.count) }
        })
        .await
}
