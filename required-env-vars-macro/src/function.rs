//! The annotated item: a function's signature, with its body kept as tokens.
//!
//! The body is never parsed. It goes into the expansion as it is, so a half-typed body is the
//! compiler's to report.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, GenericArgument, PathArguments, ReturnType, Signature, Token, Type, Visibility,
};

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
        let body = input.step(|cursor| {
            let found = cursor.token_tree().and_then(|(token, rest)| Some((braces(token)?, rest)));
            found.ok_or_else(|| cursor.error("expected a body"))
        })?;
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

/// The body, which stands in an invisible group when it is a `macro_rules!` variable.
fn braces(token: TokenTree) -> Option<Group> {
    let TokenTree::Group(group) = token else {
        return None;
    };
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => {
            let mut inside = group.stream().into_iter();
            let (only, None) = (inside.next()?, inside.next()) else {
                return None;
            };
            braces(only)
        }
        _ => None,
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

    /// Whether it is what `#[async_trait]` makes of an `async fn`: it returns a
    /// `Pin<Box<dyn Future>>`.
    pub(crate) fn returns_boxed_future(&self) -> bool {
        let ReturnType::Type(_, output) = &self.signature.output else {
            return false;
        };
        let object = argument_of("Pin", output).and_then(|boxed| argument_of("Box", boxed));
        let Some(Type::TraitObject(object)) = object else {
            return false;
        };
        self.signature.asyncness.is_none()
            && object.bounds.iter().any(|bound| match bound {
                syn::TypeParamBound::Trait(bound) => {
                    bound.path.segments.last().is_some_and(|last| last.ident == "Future")
                }
                _ => false,
            })
    }
}

/// `T` of `Name<T>`, whatever path stands before the name.
fn argument_of<'t>(name: &str, ty: &'t Type) -> Option<&'t Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::AngleBracketed(arguments) if last.ident == name => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    }
}
