//! The macro half of [`required-env-vars`](https://docs.rs/required-env-vars): use it through that
//! crate, which exports [`macro@required_env_vars`].
//!
//! `parse` reads the attribute and `function` the item, `check` turns them into the model in
//! `declaration` and collects every mistake, `expand` generates; `runtime` generates the handles'
//! methods for the facade crate.
//!
#![doc = include_str!("../docs/what_code_is_generated.md")]
//! ## With an `Env` argument
//!
//! From `pub async fn get_file(id: String, env: GetFileEnv) -> Result<bool, Error>` with
//! `"FILES_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::UpdateItem], "EMAIL_DOMAIN" =
//! []`:
//!
//! ```ignore
#![doc = include_str!("../expansions/function.rs")]
//! ```
//!
//! ## A method
//!
//! From `async fn notify<'a>(&'a mut self) -> Result<impl Display + 'a, Error>` with
//! `"QUEUE_URL" = [SQSOperation::SendMessage]`:
//!
//! ```ignore
#![doc = include_str!("../expansions/method.rs")]
//! ```
//!
//! ## After a mistake
//!
//! The messages, and the function as callers are to see it, so that nothing else is reported. From
//! `async fn get_file(env: &GetFileEnv) -> Result<usize, Error>` with
//! `"FILES_TABLE" = [DynamoDBOperation::GetItem], "domain" = []`:
//!
//! ```ignore
#![doc = include_str!("../expansions/mistake.rs")]
//! ```

mod check;
mod declaration;
mod errors;
mod expand;
mod family;
mod function;
mod names;
mod parse;
mod runtime;
mod suggest;

use proc_macro::TokenStream;
use syn::{Ident, parse_macro_input};

#[doc = include_str!("../docs/attribute.md")]
#[proc_macro_attribute]
pub fn required_env_vars(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::attribute(arguments.into(), item.into()).into()
}

/// For the facade crate only: one trait for each operation of an enum.
#[doc(hidden)]
#[proc_macro]
pub fn declared_operations(input: TokenStream) -> TokenStream {
    let operations = parse_macro_input!(input as Ident);
    tokens(runtime::declared_operations(&operations))
}

/// For the facade crate only: the methods of a handle, `handle_methods!(Enum, Handle, sdk_crate)`.
#[doc(hidden)]
#[proc_macro]
pub fn handle_methods(input: TokenStream) -> TokenStream {
    let arguments = parse_macro_input!(input as runtime::HandleMethods);
    tokens(runtime::handle_methods(&arguments))
}

fn tokens(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result.unwrap_or_else(|error| error.to_compile_error()).into()
}
