//! The macro half of `required-env-vars`.
#![doc = include_str!("../docs/what_code_is_generated.md")]

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

/// Declares the environment variables of a function and the AWS operations it performs on each.
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
