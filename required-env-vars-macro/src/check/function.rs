//! The rules about the annotated function.

use quote::ToTokens;
use syn::{FnArg, Ident, PatType, ReturnType, Type};

use crate::errors::Errors;
use crate::function::Function;
use crate::names;

/// The argument that is filled in with the variables.
pub(crate) struct EnvArgument {
    /// The struct to generate, as the user wrote its name.
    pub(crate) name: Ident,
    /// The argument, which callers do not pass.
    pub(crate) argument: PatType,
}

/// `async` and a `Result`.
pub(crate) fn shape(function: &Function, errors: &mut Errors) {
    let signature = &function.signature;
    if function.returns_boxed_future() {
        errors.on(
            &signature.ident,
            format!(
                "`#[required_env_vars]` has to see the `async fn`, but an attribute such as \
                `#[async_trait]` made a function of `{}` that returns a boxed future: write a \
                free `async fn` with `#[required_env_vars]` and call it from here",
                signature.ident
            ),
        );
        return;
    }
    if signature.asyncness.is_none() {
        errors.on(
            signature.fn_token,
            format!(
                "`#[required_env_vars]` needs an `async fn`, since the variables are resolved \
                before the body runs: \
                 write `async fn {}`; an attribute such as `#[tokio::main]` goes below this one",
                signature.ident
            ),
        );
    }
    let explain = "`#[required_env_vars]` needs a function that returns a `Result`, since a \
        variable may be missing";
    match &signature.output {
        ReturnType::Default => errors.on(
            &signature.ident,
            format!(
                "{explain}: write `-> Result<(), E>` where `E: From<required_env_vars::Error>`"
            ),
        ),
        ReturnType::Type(_, output) => {
            let is_result =
                last_segment(output).is_some_and(|name| name.to_string().ends_with("Result"));
            if !is_result {
                let shown = match &**output {
                    // `!` as a type argument is not stable.
                    Type::Never(_) => "std::convert::Infallible".to_owned(),
                    output => shown(output),
                };
                errors.on(
                    output,
                    format!(
                        "{explain}: write `Result<{shown}, E>` where `E: \
                        From<required_env_vars::Error>` (or an alias \
                         whose name ends in `Result`)"
                    ),
                );
            }
        }
    }
}

/// Finds the `Env` argument and takes it out of the signature. One that is written wrongly is
/// reported, and taken for what it was meant as.
pub(crate) fn env_argument(function: &mut Function, errors: &mut Errors) -> Option<EnvArgument> {
    let expected = format!("{}Env", names::pascal_case(&function.signature.ident.to_string()));
    let count = function.signature.inputs.len();
    let mut found: Option<(usize, EnvArgument)> = None;
    for (at, input) in function.signature.inputs.iter().enumerate() {
        let FnArg::Typed(argument) = input else {
            continue;
        };
        let is_last = at + 1 == count;
        let Some(name) = named_env(&argument.ty, &expected, is_last) else {
            continue;
        };
        report(&name, argument, is_last, &expected, function, errors);
        let meant = name.ident == expected || is_last;
        if meant && found.is_none() {
            let argument = PatType {
                ty: Box::new(Type::Verbatim(name.ident.to_token_stream())),
                ..argument.clone()
            };
            found = Some((at, EnvArgument { name: name.ident, argument }));
        }
    }
    let (at, env) = found?;
    function.signature.inputs = std::mem::take(&mut function.signature.inputs)
        .into_iter()
        .enumerate()
        .filter(|(other, _)| *other != at)
        .map(|(_, input)| input)
        .collect();
    Some(env)
}

struct NamedEnv {
    ident: Ident,
    by_reference: bool,
    has_arguments: bool,
}

/// A type that is `...Env`, in its shortest form. A longer path is somebody else's type, and so is
/// a reference to any but the expected name. `Env` and `...ENV` are taken for it where it stands,
/// the expected name in other letters anywhere.
fn named_env(ty: &Type, expected: &str, is_last: bool) -> Option<NamedEnv> {
    match ty {
        Type::Reference(reference) => named_env(&reference.elem, expected, is_last)
            .filter(|name| name.ident == expected)
            .map(|name| NamedEnv { by_reference: true, ..name }),
        Type::Group(group) => named_env(&group.elem, expected, is_last),
        Type::Paren(paren) => named_env(&paren.elem, expected, is_last),
        Type::Path(path) if path.qself.is_none() && path.path.leading_colon.is_none() => {
            let mut segments = path.path.segments.iter();
            let (only, None) = (segments.next()?, segments.next()) else {
                return None;
            };
            let text = only.ident.to_string();
            let ends = text.ends_with("Env") && (text.len() > 3 || is_last);
            let meant = text.eq_ignore_ascii_case(expected) || (text.ends_with("ENV") && is_last);
            (ends || meant).then(|| NamedEnv {
                ident: only.ident.clone(),
                by_reference: false,
                has_arguments: !only.arguments.is_none(),
            })
        }
        _ => None,
    }
}

fn report(
    name: &NamedEnv,
    argument: &PatType,
    is_last: bool,
    expected: &str,
    function: &Function,
    errors: &mut Errors,
) {
    let ident = &name.ident;
    let own = format!("a type of your own is written with its path, such as `self::{ident}`");
    if function.is_method() {
        errors.on(
            argument,
            "a method cannot have the `Env` argument, since its struct cannot be generated inside \
            an `impl`: leave the \
             argument out (the variables are resolved and checked all the same), or use a free \
             function",
        );
    } else if ident != expected {
        errors.on(
            ident,
            format!(
                "the `Env` argument of `{}` is called `{expected}`, not `{ident}`: write \
                `{expected}`; {own}",
                function.signature.ident
            ),
        );
    } else if !is_last {
        errors.on(
            argument,
            format!("`{expected}` is not the last argument: move it to the end of the list"),
        );
    } else if name.by_reference {
        errors.on(
            &argument.ty,
            format!("the `Env` argument is taken by value: write `{expected}`, which is `Copy`"),
        );
    } else if name.has_arguments {
        errors.on(
            &argument.ty,
            format!("the `Env` struct has no generic arguments: write `{expected}`"),
        );
    }
}

fn last_segment(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// A type for a message, without the spaces that printed tokens have.
fn shown(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in
        [(" < ", "<"), (" >", ">"), (" :: ", "::"), (" ,", ","), ("& ", "&"), ("< ", "<")]
    {
        text = text.replace(spaced, tight);
    }
    text
}
