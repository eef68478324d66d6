//! What is emitted beside the messages: the function with its signature as callers are to see it,
//! its body as it is, and the `Env` struct as far as it is known. So nothing but the mistakes
//! themselves is reported.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Ident, Token};

use super::{Checked, env_struct, handler};

/// `enums` are the imports that the lists name.
pub(super) fn expand(checked: &Checked, enums: &[Ident], errors: &TokenStream) -> TokenStream {
    let Checked { function, env, .. } = checked;
    // Inside an `impl` there is no place for the struct but the body.
    let (outside, inside) = match env_struct::expand(checked) {
        env_struct if function.is_method() => (None, env_struct),
        env_struct => (env_struct, None),
    };
    let (attributes, inner) = (&function.attributes, &function.inner_attributes);
    let (visibility, body) = (&function.visibility, handler::body(function));
    let mut signature = function.signature.clone();
    if !function.returns_boxed_future() {
        // The user is told to write it; until then `.await` in the body is no second mistake.
        signature.asyncness = Some(<Token![async]>::default());
        // With `async` it would be one.
        signature.constness = None;
    }
    let here = Span::mixed_site();

    // What is imported for the lists is used, whatever is wrong with them.
    let enums = enums.iter().map(|name| quote_spanned!(here=> let _ = #name::ALL;));
    let binding = env.as_ref().map(|env| {
        let (attributes, pattern, name) = (&env.argument.attrs, &env.argument.pat, &env.name);
        quote_spanned! {here=>
            #(#attributes)*
            let #pattern: #name = loop {};
        }
    });
    quote! {
        #errors
        #outside
        #(#attributes)*
        #[allow(unreachable_code, unused_variables, unused_mut, clippy::all, clippy::pedantic)]
        #visibility #signature {
            #(#inner)*
            #(#enums)*
            #inside
            #binding
            #body
        }
    }
}
