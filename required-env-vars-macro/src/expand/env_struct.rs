//! The `Env` struct, and the marker types that carry what is declared.

use ops_enums::Operation;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::Checked;
use super::handler::plain_name;
use crate::declaration::{DeclaredOperation, Variable};
use crate::family::{Family, Typed};
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
    let typed = variables.iter().filter(|variable| typed(variable).is_some());
    let markers = typed.map(|variable| {
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
        declared(variable).into_iter().filter_map(move |(family, operation)| {
            let service = format_ident!("{}", family.typed.as_ref()?.module);
            Some(quote! {
                #(#conditions)*
                impl #krate::declared::#service::#operation for #module::#marker {}
            })
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
        #[allow(non_snake_case, unnameable_types, unreachable_pub, clippy::all, clippy::pedantic)]
        mod #module {
            #(#markers)*
        }
        #(#declared)*
    })
}

fn typed(variable: &Variable) -> Option<&'static Typed> {
    variable.family().and_then(|family| family.typed.as_ref())
}

/// The operations that calls may perform: after a mistake in the list every one of the family, since
/// a call of what was meant is no second mistake.
fn declared(variable: &Variable) -> Vec<(&'static Family, Ident)> {
    if let Some(family) = variable.open {
        let name = |operation: Operation| Ident::new(operation.name(), variable.name.span());
        return family.operations().into_iter().map(|one| (family, name(one))).collect();
    }
    let name = |one: &DeclaredOperation| Ident::new(one.operation.name(), last_span(one));
    variable.operations.iter().map(|one| (one.family, name(one))).collect()
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
    if variable.open.is_some() {
        return format!(" `{name}`, whose list has a mistake.");
    }
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
    let Some(typed) = typed(variable) else {
        return quote!(#krate::Variable);
    };
    // A handle whose feature is off is reported where the service is named.
    let first = variable.operations.first().and_then(|first| first.path.segments.first());
    let span = first.map_or_else(|| variable.name.span(), |segment| segment.ident.span());
    let handle = Ident::new(typed.handle, span);
    let path = quote_spanned!(span=> #krate::#handle);
    let marker = marker(variable);
    quote!(#path<#module::#marker>)
}

fn last_span(operation: &DeclaredOperation) -> Span {
    operation.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span())
}
