//! What is emitted beside the messages: the function with its signature as callers are to see it, its body as it is,
//! and the `Env` struct as far as it is known. So nothing but the mistakes themselves is reported.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;

use super::{Checked, env_struct};

pub(super) fn expand(checked: &Checked, errors: &TokenStream) -> TokenStream {
    let Checked { function, env, variables, .. } = checked;
    let env_struct = env_struct::expand(checked);
    let (attributes, inner) = (&function.attributes, &function.inner_attributes);
    let (visibility, body) = (&function.visibility, &function.body);
    let mut signature = function.signature.clone();
    // The user is told to write it; until then `.await` in the body is no second mistake.
    signature.asyncness = Some(<Token![async]>::default());
    let here = Span::mixed_site();

    // The imports that the lists use are used.
    let enums =
        variables.iter().flat_map(|variable| &variable.operations).filter_map(|operation| {
            let mut path = operation.path.clone();
            path.segments.pop()?;
            let last = path.segments.pop()?;
            (last.ident == operation.family.name).then(|| {
                path.segments.push(last);
                quote_spanned!(here=> let _ = #path::ALL;)
            })
        });
    let binding = env.as_ref().map(|env| {
        let (attributes, pattern, name) = (&env.argument.attrs, &env.argument.pat, &env.name);
        quote_spanned! {here=>
            #(#attributes)*
            let #pattern: #name = loop {};
        }
    });
    quote! {
        #errors
        #env_struct
        #(#attributes)*
        #[allow(unreachable_code, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        #visibility #signature {
            #(#inner)*
            #(#enums)*
            #binding
            #body
        }
    }
}
