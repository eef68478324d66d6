//! The annotated item: a function's signature, with its body kept as tokens.
//!
//! The body is never parsed. It goes into the expansion as it is, so a half-typed body is the
//! compiler's to report.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility, token};

/// A function with a body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// Attributes at the start of the body.
    pub(crate) inner_attributes: Vec<Attribute>,
    /// The body without them, in its braces.
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        if !input.peek(token::Brace) {
            return Err(input.error("expected a body"));
        }
        let body: Group = input.parse()?;
        let (inner_attributes, statements) = syn::parse::Parser::parse2(
            |body: ParseStream<'_>| Ok((body.call(Attribute::parse_inner)?, body.parse()?)),
            body.stream(),
        )
        .unwrap_or_else(|_| (Vec::new(), body.stream()));
        Ok(Self {
            attributes,
            visibility,
            signature,
            inner_attributes,
            body: with_stream(&body, statements),
        })
    }
}

fn with_stream(group: &Group, stream: TokenStream) -> Group {
    let mut changed = Group::new(group.delimiter(), stream);
    changed.set_span(group.span());
    changed
}

/// Reads the annotated item, or says what it is instead of a function.
pub(crate) fn parse(item: TokenStream) -> syn::Result<Function> {
    syn::parse2::<Function>(item.clone()).map_err(|_| not_a_function(item))
}

fn not_a_function(item: TokenStream) -> syn::Error {
    if let Ok(method) = syn::parse2::<Bodiless>(item.clone()) {
        return syn::Error::new_spanned(
            method.0,
            "this function has no body that could use the variables: put `#[required_env_vars]` on \
            the `async fn` \
             that implements it",
        );
    }
    let keyword = item.clone().into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) => {
            let what = match ident.to_string().as_str() {
                "struct" => "a struct",
                "enum" => "an enum",
                "union" => "a union",
                "impl" => "an `impl` block",
                "trait" => "a trait",
                "mod" => "a module",
                "const" => "a constant",
                "static" => "a static",
                "type" => "a type alias",
                "use" => "an import",
                "macro_rules" => "a macro",
                "let" => "a variable",
                _ => return None,
            };
            Some((ident, what))
        }
        _ => None,
    });
    let message = |what: &str| {
        format!(
            "`#[required_env_vars]` is for functions, not for {what}: put it on the `async fn` \
            that uses the variables"
        )
    };
    match keyword {
        Some((keyword, what)) => syn::Error::new_spanned(keyword, message(what)),
        None => syn::Error::new_spanned(item, message("this")),
    }
}

/// A function of a trait, without a body.
struct Bodiless(Signature);

impl Parse for Bodiless {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let signature = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(Self(signature))
    }
}

impl Function {
    /// The attributes that decide whether the item is there at all; what is generated beside it
    /// needs them too.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"))
    }

    /// Whether the function stands in an `impl` or a trait, as far as its signature tells: it has a
    /// receiver or names `Self`.
    pub(crate) fn is_method(&self) -> bool {
        fn names_self(tokens: TokenStream) -> bool {
            tokens.into_iter().any(|token| match token {
                TokenTree::Ident(ident) => ident == "Self",
                TokenTree::Group(group) => names_self(group.stream()),
                _ => false,
            })
        }
        self.signature.receiver().is_some() || names_self(self.signature.to_token_stream())
    }
}
