//! What the facade crate generates for itself from the tables of operations: the traits of declared
//! operations and the methods of the handles.

use ops_enums::{Operation, Target};
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Ident, Token};

use crate::family::Family;

fn family(name: &Ident) -> syn::Result<&'static Family> {
    Family::named(&name.to_string())
        .ok_or_else(|| syn::Error::new_spanned(name, "not an enum of operations"))
}

/// `declared_operations!(DynamoDBOperation)`: one trait per operation.
pub(crate) fn declared_operations(name: &Ident) -> syn::Result<TokenStream> {
    let family = family(name)?;
    let traits = family.operations().into_iter().map(|operation| {
        let name = format_ident!("{}", operation.name());
        let path = family.path(operation);
        let doc = format!(" Declares [`{path}`](crate::{path}).");
        let message = format!(
            "`{path}` is not declared for `{{Self}}`: add it to that variable's list in \
            `#[required_env_vars(...)]`"
        );
        quote! {
            #[doc = #doc]
            #[diagnostic::on_unimplemented(message = #message, label = "not declared")]
            pub trait #name {}
        }
    });
    Ok(quote!(#(#traits)*))
}

/// The arguments of `handle_methods!`: enum, handle type, SDK crate.
pub(crate) struct HandleMethods {
    operations: Ident,
    handle: Ident,
    sdk: Ident,
}

impl Parse for HandleMethods {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let operations = input.parse()?;
        input.parse::<Token![,]>()?;
        let handle = input.parse()?;
        input.parse::<Token![,]>()?;
        let sdk = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { operations, handle, sdk })
    }
}

/// `handle_methods!(DynamoDBOperation, DynamoTable, aws_sdk_dynamodb)`: one method per operation of
/// that SDK crate, with the handle's resource filled in where it goes. The handle has `client()` and
/// `target_value(member)`.
pub(crate) fn handle_methods(arguments: &HandleMethods) -> syn::Result<TokenStream> {
    let HandleMethods { operations, handle, sdk } = arguments;
    let family = family(operations)?;
    let methods = family
        .operations()
        .into_iter()
        .filter(|operation| operation.service().sdk_crate().replace('-', "_") == *sdk.to_string())
        .filter_map(|operation| method(family, operation, sdk));
    Ok(quote! {
        // An operation that AWS deprecates is still one.
        #[allow(deprecated)]
        impl<D> #handle<D> {
            #(#methods)*
        }
    })
}

fn method(family: &Family, operation: Operation, sdk: &Ident) -> Option<TokenStream> {
    let method = Ident::new(operation.sdk_method()?, Span::call_site());
    let (filled_in, what) = match operation.target() {
        Target::Member(member) => {
            let setter = format_ident!("{}", snake_case(member));
            (quote!(.#setter(self.target_value(#member))), format!("with `{member}` filled in"))
        }
        Target::Nested => {
            (TokenStream::new(), "with nothing filled in: the caller names the resource".to_owned())
        }
        _ => (
            TokenStream::new(),
            "with nothing filled in: it takes no resource of this kind; what it takes, the caller \
            names"
                .to_owned(),
        ),
    };
    let name = operation.name();
    let doc = format!(
        " A request for [`{name}`]({}{name}.html), {what}.\n\n Callable if `{}` is declared.",
        operation.service().api_reference(),
        family.path(operation),
    );
    let builder = format_ident!("{name}FluentBuilder");
    let module = format_ident!("{}", family.typed.as_ref()?.module);
    let declared = format_ident!("{name}");
    Some(quote! {
        #[doc = #doc]
        #[must_use = "a request is sent by `.send().await`"]
        pub fn #method(&self) -> #sdk::operation::#method::builders::#builder
        where
            D: crate::declared::#module::#declared,
        {
            self.client().#method()#filled_in
        }
    })
}

/// `TableName` and `modelId` as the SDK names its setters. Members hold no acronyms but a final
/// `Arn` or `Id`.
fn snake_case(member: &str) -> String {
    let mut out = String::with_capacity(member.len() + 4);
    for (at, letter) in member.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::family::FAMILIES;
    use syn::parse_quote;

    fn pretty(tokens: TokenStream) -> String {
        prettyplease::unparse(&syn::parse2(tokens).unwrap())
    }

    #[test]
    fn every_operation_has_a_trait_with_a_message() {
        for family in FAMILIES {
            let name = format_ident!("{}", family.name);
            let text = pretty(declared_operations(&name).unwrap());
            for operation in family.operations() {
                assert!(text.contains(&format!("pub trait {} {{}}", operation.name())));
            }
        }
    }

    #[test]
    fn a_method_fills_in_its_member_and_asks_for_its_declaration() {
        let arguments: HandleMethods =
            parse_quote!(DynamoDBOperation, DynamoTable, aws_sdk_dynamodb);
        let text = pretty(handle_methods(&arguments).unwrap());
        let expected = r#"
    pub fn get_item(
        &self,
    ) -> aws_sdk_dynamodb::operation::get_item::builders::GetItemFluentBuilder
    where
        D: crate::declared::dynamodb::GetItem,
    {
        self.client().get_item().table_name(self.target_value("TableName"))
    }
"#;
        assert!(text.contains(expected), "{text}");
        assert!(text.contains("self.client().batch_get_item()\n"), "{text}");
        assert!(text.contains("self.client().list_tables()\n"), "{text}");
        assert!(!text.contains("fn describe_stream"), "another SDK crate");
    }

    #[test]
    fn what_acts_on_another_kind_of_resource_gets_nothing_filled_in() {
        let arguments: HandleMethods =
            parse_quote!(CognitoOperation, CognitoUserPool, aws_sdk_cognitoidentityprovider);
        let text = pretty(handle_methods(&arguments).unwrap());
        assert!(text.contains("self.client().initiate_auth()\n"), "{text}");
        assert!(text.contains("caller names the resource"), "{text}");
    }

    #[test]
    fn every_filled_in_member_is_one_whose_setter_is_plain() {
        for operation in Operation::all() {
            if let Target::Member(member) = operation.target() {
                let capitals =
                    member.as_bytes().windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase));
                assert!(!capitals, "{operation}: {member}");
            }
        }
    }

    #[test]
    fn another_name_is_refused() {
        assert!(declared_operations(&parse_quote!(Operation)).is_err());
    }
}
