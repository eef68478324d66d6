//! The syntax of the attribute: `"NAME" = [Enum::Operation, ...]` pairs and `crate = path`.
//!
//! The arguments are cut at their commas first and each piece is read for itself, so that a mistake
//! in one piece does not hide the others.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Ident, Lit, LitStr, Path};

use crate::errors::Errors;
use crate::family::Family;

/// The attribute as written.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) pairs: Vec<Pair>,
    /// `crate = path`.
    pub(crate) krate: Option<Path>,
}

/// `"NAME" = [...]` as written.
pub(crate) struct Pair {
    pub(crate) name: LitStr,
    pub(crate) operations: Vec<Written>,
}

/// One entry of a list.
pub(crate) enum Written {
    /// `DynamoDBOperation::GetItem`.
    Path(Path),
    /// `DynamoDBOperation.GET_ITEM`: the path before the dot and the name behind it.
    Dotted { whole: TokenStream, path: Path, name: Ident },
    /// `"dynamodb:GetItem"`.
    Text(LitStr),
}

const PAIR: &str =
    "write `\"NAME\" = [Enum::Operation, ...]`, or `\"NAME\" = []` for a plain value";

/// Reads the arguments of the attribute. Pieces with mistakes are reported and left out.
pub(crate) fn arguments(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    for piece in pieces(tokens, errors, "expected a pair before this comma; remove the comma") {
        argument(piece, &mut arguments, errors);
    }
    arguments
}

fn argument(piece: Vec<TokenTree>, arguments: &mut Arguments, errors: &mut Errors) {
    let whole: TokenStream = piece.iter().cloned().collect();
    match piece.as_slice() {
        [TokenTree::Literal(literal), rest @ ..] => match Lit::new(literal.clone()) {
            Lit::Str(name) if name.suffix().is_empty() => {
                // A pair without a readable list still declares its name.
                let operations = list(&name, rest, errors);
                arguments.pairs.push(Pair { name, operations });
            }
            other => errors
                .on(&other, format!("the name of a variable is a plain string literal: {PAIR}")),
        },
        [TokenTree::Ident(key), TokenTree::Punct(equals), path @ ..]
            if key == "crate" && equals.as_char() == '=' =>
        {
            let path = path.iter().cloned().collect();
            match syn::parse2::<Path>(path) {
                Ok(_) if arguments.krate.is_some() => {
                    errors.on(whole, "`crate = ...` is given twice; keep one of them");
                }
                Ok(path) => arguments.krate = Some(path),
                Err(_) => errors.on(
                    whole,
                    "expected the path of the `required_env_vars` crate: write `crate = \
                    path::to::required_env_vars`",
                ),
            }
        }
        [TokenTree::Ident(name), ..] => errors.at(
            name.span(),
            format!(
                "expected the name of a variable as a string literal: write `\"{name}\" = \
                [Enum::Operation, ...]`"
            ),
        ),
        _ => errors.on(whole, format!("expected a variable and the operations on it: {PAIR}")),
    }
}

/// What follows a name: `= [...]`.
fn list(name: &LitStr, rest: &[TokenTree], errors: &mut Errors) -> Vec<Written> {
    let value = name.value();
    match rest {
        [TokenTree::Punct(equals), TokenTree::Group(group)]
            if equals.as_char() == '=' && group.delimiter() == Delimiter::Bracket =>
        {
            operations(group, errors)
        }
        [TokenTree::Punct(equals), TokenTree::Group(group), extra @ ..]
            if equals.as_char() == '=' && group.delimiter() == Delimiter::Bracket =>
        {
            let extra: TokenStream = extra.iter().cloned().collect();
            errors.on(extra, format!("expected a comma after the list of `{value}`"));
            operations(group, errors)
        }
        [TokenTree::Punct(equals)] if equals.as_char() == '=' => {
            errors.at(equals.span(), format!("`{value}` has no list of operations: {PAIR}"));
            Vec::new()
        }
        [TokenTree::Punct(equals), extra @ ..] if equals.as_char() == '=' && !is_arrow(rest) => {
            let extra: TokenStream = extra.iter().cloned().collect();
            errors.on(
                extra,
                format!("the operations on `{value}` stand in brackets, a single one too: {PAIR}"),
            );
            Vec::new()
        }
        [] => {
            errors.on(name, format!("`{value}` has no list of operations: {PAIR}"));
            Vec::new()
        }
        [first, ..] => {
            let sign = if is_arrow(rest) { "=>".to_owned() } else { first.to_string() };
            errors.at(
                first.span(),
                format!("expected `=` after the name of a variable, not `{sign}`: {PAIR}"),
            );
            match rest.last() {
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                    operations(group, errors)
                }
                _ => Vec::new(),
            }
        }
    }
}

fn is_arrow(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(equals), TokenTree::Punct(greater), ..]
        if equals.as_char() == '=' && greater.as_char() == '>')
}

fn operations(list: &Group, errors: &mut Errors) -> Vec<Written> {
    pieces(list.stream(), errors, "expected an operation before this comma; remove the comma")
        .into_iter()
        .filter_map(|piece| operation(piece, errors))
        .collect()
}

fn operation(piece: Vec<TokenTree>, errors: &mut Errors) -> Option<Written> {
    let whole: TokenStream = piece.iter().cloned().collect();
    if let [TokenTree::Literal(literal)] = piece.as_slice()
        && let Lit::Str(text) = Lit::new(literal.clone())
    {
        return Some(Written::Text(text));
    }
    if let [path @ .., TokenTree::Punct(dot), TokenTree::Ident(name)] = piece.as_slice()
        && dot.as_char() == '.'
        && let Ok(path) = syn::parse2::<Path>(path.iter().cloned().collect())
    {
        let name = name.clone();
        return Some(Written::Dotted { whole, path, name });
    }
    if let Ok(path) = syn::parse2::<Path>(whole.clone())
        && path.segments.iter().all(|segment| segment.arguments.is_none())
    {
        return Some(Written::Path(path));
    }
    errors.on(whole, "expected the path of an operation, such as `DynamoDBOperation::GetItem`");
    None
}

/// The enums that the arguments name without a path: what the user imported for them.
pub(crate) fn enums(arguments: TokenStream) -> Vec<Ident> {
    let mut found: Vec<Ident> = Vec::new();
    let mut after_colon = false;
    for token in visible(arguments) {
        match &token {
            TokenTree::Ident(name)
                if !after_colon && Family::named(&name.to_string()).is_some() =>
            {
                found.push(name.clone());
            }
            TokenTree::Group(group) => found.extend(enums(group.stream())),
            _ => {}
        }
        after_colon = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == ':');
    }
    found.sort();
    found.dedup();
    found
}

/// Cuts at top-level commas; one at the end is allowed. Looks through the invisible groups that
/// `macro_rules!` variables leave.
fn pieces(tokens: TokenStream, errors: &mut Errors, empty: &str) -> Vec<Vec<TokenTree>> {
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for token in visible(tokens) {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    errors.at(comma.span(), empty);
                } else {
                    pieces.push(std::mem::take(&mut piece));
                }
            }
            _ => piece.push(token),
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

fn visible(tokens: TokenStream) -> Vec<TokenTree> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
                visible(group.stream())
            }
            other => vec![other],
        })
        .collect()
}

impl ToTokens for Written {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Path(path) => path.to_tokens(tokens),
            Self::Dotted { whole, .. } => whole.to_tokens(tokens),
            Self::Text(text) => text.to_tokens(tokens),
        }
    }
}
