//! The function as it runs: enter, then the body.

use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, PathArguments, ReturnType, Type};

use super::{Checked, env_struct};
use crate::declaration::Variable;
use crate::function::Function;

/// Names of ours that user code could see are either invisible to it (`mixed_site` locals) or begin
/// with `__`.
fn ours() -> Span {
    Span::mixed_site()
}

pub(super) fn expand(checked: &Checked) -> TokenStream {
    let Checked { function, env, variables, krate } = checked;
    let (attributes, inner) = (&function.attributes, &function.inner_attributes);
    let (visibility, signature) = (&function.visibility, &function.signature);
    let env_struct = env_struct::expand(checked);

    let statics = statics(checked);
    let count = variables.len();
    let call = call(&signature.output);
    let expected = expected_output(&signature.output);
    let binding = env.as_ref().map(|_| binding(checked));
    let body = body(function);
    let mut block = Group::new(
        proc_macro2::Delimiter::Brace,
        quote_spanned! {ours()=>
            #(#inner)*
            #statics
            let __entered = #krate::__private::enter::<#count>(&__FUNCTION).await;
            #call
            __call
                .run(async move {
                    #expected
                    #binding
                    #body
                })
                .await
        },
    );
    // Lints that measure functions measure what the user wrote.
    block.set_span(body.span());
    quote! {
        #env_struct
        #(#attributes)*
        #visibility #signature #block
    }
}

/// The body in braces that the compiler knows to be a macro's: it warns of the user's if they hold one
/// line.
pub(super) fn body(function: &Function) -> Group {
    let mut body = function.body.clone();
    body.set_span(body.span().resolved_at(ours()));
    body
}

/// The declaration, and the entry that the linker gathers.
fn statics(checked: &Checked) -> TokenStream {
    let Checked { function, env, variables, krate } = checked;
    let path = format!("::{}", plain_name(&function.signature.ident));
    let declared = variables.iter().map(|variable| declared(variable, krate));
    let needs_clients =
        env.is_some() && variables.iter().any(|variable| !variable.operations.is_empty());
    quote_spanned! {ours()=>
        static __FUNCTION: #krate::__private::Function = #krate::__private::Function::new(
            ::core::concat!(::core::module_path!(), #path),
            ::core::file!(),
            &[#(#declared),*],
            #needs_clients,
        );
        #[#krate::__private::linkme::distributed_slice(#krate::__private::FUNCTIONS)]
        #[linkme(crate = #krate::__private::linkme)]
        static __ENTRY: &#krate::__private::Function = &__FUNCTION;
    }
}

fn declared(variable: &Variable, krate: &TokenStream) -> TokenStream {
    let name = &variable.name;
    // The line of the name in the attribute, not that of the attribute.
    let line = quote_spanned!(name.span()=> ::core::line!());
    let operations = variable.operations.iter().map(|operation| {
        let variant = Ident::new(operation.family.variant, ours());
        let path = &operation.path;
        quote_spanned!(ours()=> #krate::Operation::#variant(#path))
    });
    quote_spanned! {ours()=>
        #krate::__private::DeclaredVariable::new(#name, #line, &[#(#operations),*])
    }
}

/// The user's `Env` argument, filled in.
fn binding(checked: &Checked) -> Option<TokenStream> {
    let Checked { env, variables, krate, .. } = checked;
    let env = env.as_ref()?;
    let (attributes, pattern, name) = (&env.argument.attrs, &env.argument.pat, &env.name);
    let fields = variables.iter().map(|variable| &variable.field);
    let locals: Vec<Ident> =
        (0..variables.len()).map(|at| Ident::new(&format!("__variable_{at}"), ours())).collect();
    Some(quote_spanned! {ours()=>
        #(#attributes)*
        let #pattern: #name = {
            let [#(#locals),*] = __call.variables();
            #name { #(#fields: #krate::__private::handle(#locals)),* }
        };
    })
}

/// The `?`, placed at the function's error type, so that the compiler reports there that it cannot
/// hold our error.
fn call(output: &ReturnType) -> TokenStream {
    let span = match output {
        ReturnType::Type(_, output) => error_type(output).map_or(output.span(), Spanned::span),
        ReturnType::Default => ours(),
    };
    quote_spanned!(span.resolved_at(ours())=> let __call = __entered?;)
}

/// The last type argument of `Result<T, E>`.
fn error_type(output: &Type) -> Option<&syn::GenericArgument> {
    let Type::Path(path) = output else {
        return None;
    };
    match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.last(),
        _ => None,
    }
}

/// A branch that never runs and gives the body's `?` and coercions their type.
fn expected_output(output: &ReturnType) -> Option<TokenStream> {
    let ReturnType::Type(_, output) = output else {
        return None;
    };
    let mut output = output.clone();
    EraseImpl.visit_type_mut(&mut output);
    Some(quote_spanned! {ours()=>
        #[allow(unreachable_code, clippy::all, clippy::pedantic, clippy::nursery)]
        if false {
            let __expected: #output = loop {};
            return __expected;
        }
    })
}

/// `impl Trait` cannot be the type of a local: `_` takes its place.
struct EraseImpl;

impl VisitMut for EraseImpl {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(_) = ty {
            *ty = Type::Verbatim(quote!(_));
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Without `r#`.
pub(super) fn plain_name(ident: &Ident) -> String {
    let name = ident.to_token_stream().to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
