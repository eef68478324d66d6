//! The expansion as a whole: snapshots of it, and that every input is answered.

use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use proptest::prelude::*;
use quote::quote;

use super::attribute;

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// Compares with the committed expansion; `UPDATE_EXPANSIONS=1` writes it.
fn assert_expansion(name: &str, arguments: TokenStream, item: TokenStream) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("expansions").join(name);
    let expanded = pretty(attribute(arguments, item));
    if std::env::var_os("UPDATE_EXPANSIONS").is_some() {
        std::fs::write(&path, &expanded).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expanded, committed, "read it, then run with UPDATE_EXPANSIONS=1");
}

#[test]
fn a_function_with_an_env_argument() {
    assert_expansion(
        "function.rs",
        quote! {
            "FILES_TABLE" = [DynamoDBOperation::GetItem, DynamoDBOperation::UpdateItem],
            "EMAIL_DOMAIN" = [],
        },
        quote! {
            /// Finds a file.
            pub async fn get_file(id: String, env: GetFileEnv) -> Result<bool, Error> {
                let found = env.files_table.get_item().key("id", S(id)).send().await?;
                Ok(found.item.is_some())
            }
        },
    );
}

#[test]
fn a_method() {
    assert_expansion(
        "method.rs",
        quote!("QUEUE_URL" = [SQSOperation::SendMessage]),
        quote! {
            async fn notify<'a>(&'a mut self) -> Result<impl Display + 'a, Error> {
                Ok(self.count)
            }
        },
    );
}

#[test]
fn a_mistake() {
    assert_expansion(
        "mistake.rs",
        quote!("FILES_TABLE" = [DynamoDBOperation::GetItem], "domain" = []),
        quote! {
            async fn get_file(env: &GetFileEnv) -> Result<usize, Error> {
                Ok(env.domain.len())
            }
        },
    );
}

/// The messages among the emitted tokens.
fn messages(arguments: &str, item: &str) -> Vec<String> {
    let tokens = attribute(arguments.parse().unwrap(), item.parse().unwrap());
    let file: syn::File = syn::parse2(tokens).unwrap();
    file.items
        .iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
                Some(syn::parse2::<syn::LitStr>(item.mac.tokens.clone()).unwrap().value())
            }
            _ => None,
        })
        .collect()
}

const FUNCTION: &str = "async fn handle() -> Result<(), Error> { Ok(()) }";

#[test]
fn all_mistakes_are_reported_together() {
    let arguments = r#"
        "A" = [DynamoDBOperation::GetItm, DynamoDBOperation.PUT_ITEM],
        "b" = [Nothing],
        "A" = [],
        ,
        C = [],
        "D",
    "#;
    assert_eq!(messages(arguments, FUNCTION).len(), 8);
    assert_eq!(messages(arguments, "fn handle(a: OtherEnv, b: HandleEnv) {}").len(), 11);
}

#[test]
fn what_is_right_has_no_message() {
    for arguments in [
        r#""A" = []"#,
        r#""A" = [],"#,
        r#""A" = [S3Operation::GetObject, a::b::S3Operation::PutObject,],"#,
        r#"crate = a::b, "_" = [], "AWS_REGION" = []"#,
        r#""A" = [BedrockOperation::Converse, BedrockOperation::InvokeAgent]"#,
    ] {
        assert_eq!(messages(arguments, FUNCTION), [""; 0], "{arguments}");
    }
}

#[test]
fn after_a_mistake_in_a_list_every_call_of_the_service_is_allowed() {
    let arguments = r#""A" = [SQSOperation::Frobnicate], "B" = [S3Operation::GetObject]"#;
    let function = "async fn handle(env: HandleEnv) -> Result<(), Error> {}";
    let expanded = attribute(arguments.parse().unwrap(), function.parse().unwrap()).to_string();
    for operation in ops_enums::SQSOperation::ALL {
        let declared = format!("declared :: sqs :: {} for", operation.name());
        assert!(expanded.contains(&declared), "{operation}");
    }
    assert_eq!(expanded.matches("declared :: s3 ::").count(), 1);
}

#[test]
fn what_was_probably_meant_is_not_declared_twice() {
    for arguments in [
        r#""A" = [S3Operation::GetObject, S3Operation::GetObjct]"#,
        r#""A" = [S3Operation.GET_OBJECT, S3Operation::GetObject]"#,
        r#""A" = [DynamoDBOperation::GetItem, "s3:GetObject"]"#,
    ] {
        assert_eq!(messages(arguments, FUNCTION).len(), 1, "{arguments}");
    }
}

#[test]
fn a_boxed_future_is_one_mistake_and_stays_a_plain_function() {
    let function = "fn handle<'a>(&'a self) -> std::pin::Pin<Box<dyn core::future::Future<Output = \
        Result<(), Error>> + Send + 'a>> { Box::pin(async { Ok(()) }) }";
    assert_eq!(messages(r#""A" = []"#, function).len(), 1);
    assert!(
        !attribute(quote!("A" = []), function.parse().unwrap())
            .to_string()
            .contains("async fn handle")
    );
}

#[test]
fn a_body_in_an_invisible_group_is_a_body() {
    let body = proc_macro2::Group::new(proc_macro2::Delimiter::None, quote!({ Ok(()) }));
    let expanded =
        attribute(quote!("A" = []), quote!(async fn handle() -> Result<(), Error> #body));
    assert!(!expanded.to_string().contains("compile_error"), "{expanded}");
}

#[test]
fn the_env_argument_is_recognised_in_other_letters() {
    for argument in ["env: Env", "env: HandleENV", "env: Handleenv", "env: handleEnv, x: u8"] {
        let function = format!("async fn handle({argument}) -> Result<(), Error> {{ Ok(()) }}");
        assert_eq!(messages(r#""A" = []"#, &function).len(), 1, "{argument}");
    }
}

#[test]
fn an_own_type_with_a_path_is_left_alone() {
    for argument in ["env: self::ProcessEnv", "env: crate::HandleEnv", "env: &ProcessEnv"] {
        let function =
            format!("async fn handle({argument}, x: u8) -> Result<(), Error> {{ Ok(()) }}");
        assert_eq!(messages(r#""A" = []"#, &function), [""; 0], "{argument}");
    }
}

#[test]
fn a_half_typed_body_is_kept() {
    let function = "async fn handle() -> Result<(), Error> { let x = foo( ).; x. }";
    let mut expanded = attribute(quote!("A" = []), function.parse().unwrap()).to_string();
    expanded.retain(|letter| letter != ' ');
    assert!(expanded.contains("letx=foo().;x."), "{expanded}");
}

fn contains_ident(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => contains_ident(group.stream(), name),
        _ => false,
    })
}

/// Pieces of which attributes are made, and of which they are not.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "\"A\"",
            "\"b c\"",
            "\"\"",
            "\"self\"",
            "=",
            "=>",
            ":",
            ",",
            "[]",
            "[",
            "]",
            "(",
            ")",
            "{",
            "}",
            ".",
            "::",
            "crate",
            "S3Operation::GetObject",
            "SQSOperation",
            "GET_ITEM",
            "GetItem",
            "1",
            "b\"x\"",
            "'c'",
            "<",
            "#",
            "\"TYPE\" = [S3Operation::GetObject]",
            "\"SELF\" = [S3Operation.PUT_OBJECT],",
        ])
        .prop_map(str::to_owned),
        "[a-zA-Z_\" ]{0,6}",
    ]
}

proptest! {
    #[test]
    fn every_attribute_is_answered_and_the_function_kept(pieces in prop::collection::vec(piece(), 0..12)) {
        if let Ok(arguments) = pieces.join(" ").parse::<TokenStream>() {
            for item in [FUNCTION, "fn handle(a: u8, env: HandleEnv) { body() }"] {
                let expanded = attribute(arguments.clone(), item.parse().unwrap());
                prop_assert!(contains_ident(expanded.clone(), "handle"));
                let parsed = syn::parse2::<syn::File>(expanded);
                prop_assert!(parsed.is_ok(), "{:?}", parsed.err());
            }
        }
    }

    #[test]
    fn every_item_is_answered(pieces in prop::collection::vec(piece(), 0..12), function in any::<bool>()) {
        let text = format!("{}{}", if function { "async fn handle" } else { "" }, pieces.join(" "));
        if let Ok(item) = text.parse::<TokenStream>() {
            let expanded = attribute(quote!("A" = []), item);
            prop_assert!(!expanded.is_empty());
        }
    }
}
