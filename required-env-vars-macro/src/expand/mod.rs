//! The expansion. `docs/what_code_is_generated.md` shows it.

mod env_struct;
mod fallback;
mod handler;
#[cfg(test)]
mod tests;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;

use crate::check;
use crate::declaration::Variable;
use crate::errors::Errors;
use crate::function::{self, Function};
use crate::parse;

/// Everything that is expanded.
struct Checked {
    function: Function,
    env: Option<check::EnvArgument>,
    variables: Vec<Variable>,
    /// The path of the facade crate.
    krate: TokenStream,
}

/// The attribute: reads, checks, and generates; in case of mistakes their messages and the function
/// without what the attribute adds.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let enums = parse::enums(arguments.clone());
    let arguments = parse::arguments(arguments, &mut errors);
    if arguments.pairs.is_empty() && errors.is_empty() {
        errors.at(
            Span::call_site(),
            "`#[required_env_vars]` declares nothing: write `#[required_env_vars(\"NAME\" = \
            [Enum::Operation, ...])]`, \
             or remove the attribute",
        );
    }
    let krate = krate(arguments.krate.as_ref());
    let variables = check::variables(arguments, &mut errors);
    let mut function = match function::parse(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            errors.push(error);
            return errors.into_tokens().into_iter().chain([item]).collect();
        }
    };
    check::shape(&function, &mut errors);
    let env = check::env_argument(&mut function, &mut errors);
    let checked = Checked { function, env, variables, krate };
    match errors.into_tokens() {
        None => handler::expand(&checked),
        Some(errors) => fallback::expand(&checked, &enums, &errors),
    }
}

/// The path by which the user's crate reaches the facade.
fn krate(given: Option<&Path>) -> TokenStream {
    if let Some(path) = given {
        return path.to_token_stream();
    }
    match proc_macro_crate::crate_name("required-env-vars") {
        Ok(proc_macro_crate::FoundCrate::Name(name)) => {
            let name = syn::Ident::new(&name, Span::call_site());
            quote!(::#name)
        }
        // The facade knows itself by its own name. A crate that is not found may come through a
        // build system without Cargo.toml; if not, the compiler says that it is missing.
        Ok(proc_macro_crate::FoundCrate::Itself) | Err(_) => quote!(::required_env_vars),
    }
}
