//! The `Env` struct, and the marker types that carry what is declared.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::Checked;
use super::handler::plain_name;
use crate::declaration::{DeclaredOperation, Variable};
use crate::names;

/// Struct, markers and the declared operations of each marker; nothing without an `Env` argument.
pub(super) fn expand(checked: &Checked) -> Option<TokenStream> {
    let Checked { function, env, variables, krate } = checked;
    let env = env.as_ref()?;
    let name = &env.name;
    let visibility = &function.visibility;
    let conditions: Vec<_> = function.conditions().collect();
    let function_name = plain_name(&function.signature.ident);
    let module = format_ident!("__{function_name}_env");

    let fields = variables.iter().map(|variable| {
        let (field, doc) = (&variable.field, field_doc(variable));
        let ty = field_type(variable, &module, krate);
        quote! {
            #[doc = #doc]
            #visibility #field: #ty
        }
    });
    let markers = variables.iter().filter(|variable| variable.family().is_some()).map(|variable| {
        let marker = marker(variable);
        let doc = format!(" What is declared for `{}`.", variable.name.value());
        // Where a call is not declared, the compiler shows where the variable is.
        quote_spanned! {variable.name.span()=>
            #[doc = #doc]
            pub struct #marker;
        }
    });
    let declared = variables.iter().flat_map(|variable| {
        let (marker, module, conditions) = (marker(variable), &module, &conditions);
        variable.operations.iter().map(move |operation| {
            let family = format_ident!("{}", operation.family.module);
            let span = last_span(operation);
            let operation = Ident::new(operation.operation.name(), span);
            quote! {
                #(#conditions)*
                impl #krate::declared::#family::#operation for #module::#marker {}
            }
        })
    });
    let doc = format!(" The variables of `{function_name}`, resolved.");
    let module_doc = format!(" The declarations of `{function_name}`, a type for each variable.");
    Some(quote! {
        #[doc = #doc]
        #(#conditions)*
        #[allow(dead_code, clippy::pedantic)]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
        #visibility struct #name {
            #(#fields,)*
        }
        #[doc = #module_doc]
        #[doc(hidden)]
        #(#conditions)*
        #[allow(dead_code, missing_debug_implementations, missing_copy_implementations, non_camel_case_types)]
        #[allow(non_snake_case, unreachable_pub, clippy::all, clippy::pedantic)]
        mod #module {
            #(#markers)*
        }
        #(#declared)*
    })
}

/// Named exactly like the variable: the compiler prints it where a call was not declared.
fn marker(variable: &Variable) -> Ident {
    let name = match variable.name.value() {
        // No name of a type.
        name if name == "_" => "__".to_owned(),
        name if names::is_variable(&name) => name,
        // Reported already.
        name => names::as_variable(&name),
    };
    Ident::new(&name, variable.name.span())
}

fn field_doc(variable: &Variable) -> String {
    let name = variable.name.value();
    if variable.operations.is_empty() {
        return format!(" `{name}`: a plain value.");
    }
    let operations: Vec<String> = variable
        .operations
        .iter()
        .map(|operation| format!("`{}`", operation.operation.iam()))
        .collect();
    format!(" `{name}`: {}.", operations.join(", "))
}

fn field_type(variable: &Variable, module: &Ident, krate: &TokenStream) -> TokenStream {
    let Some(first) = variable.operations.first() else {
        return quote!(#krate::Variable);
    };
    // A handle whose feature is off is reported where the service is named.
    let span =
        first.path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span());
    let handle = Ident::new(first.family.handle, span);
    let path = quote_spanned!(span=> #krate::#handle);
    let marker = marker(variable);
    quote!(#path<#module::#marker>)
}

fn last_span(operation: &DeclaredOperation) -> Span {
    operation.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span())
}
