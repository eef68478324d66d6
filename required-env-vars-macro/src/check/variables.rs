//! The rules about variables: their names, their fields, and each as a whole.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::{Ident, LitStr};

use super::operation::{self, Listed};
use crate::declaration::{DeclaredOperation, Variable};
use crate::errors::Errors;
use crate::family::Family;
use crate::names;
use crate::parse::{Arguments, Pair};

/// The declared variables. One that is there twice, or cannot be a field, is left out after it was
/// reported.
pub(crate) fn variables(arguments: Arguments, errors: &mut Errors) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    let mut fields: HashMap<String, String> = HashMap::new();
    for Pair { name, operations } in arguments.pairs {
        let text = name.value();
        name_is_right(&name, errors);
        let Listed { operations, open } = operation::all(&text, operations, errors);
        reserved(&name, operations.is_empty() && open.is_none(), errors);
        if let Some(first) = variables.iter_mut().find(|first| first.name.value() == text) {
            errors.on(
                &name,
                format!("`{text}` is declared twice: put all its operations into the first list"),
            );
            merge(first, operations, open);
            continue;
        }
        let field = names::field(&text);
        if let Some(other) = fields.insert(field.clone(), text.clone()) {
            errors.on(
                &name,
                format!(
                    "`{text}` and `{other}` both become the field `{field}`: declare one of them \
                    on another function, \
                     or rename the variable"
                ),
            );
            continue;
        }
        let Some(field) = field_ident(&field, name.span()) else {
            continue;
        };
        variables.push(Variable { name, field, operations, open });
    }
    variables
}

fn name_is_right(name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    if text.is_empty() {
        errors.on(
            name,
            "the name of a variable is empty: write the name of the environment variable, such as \
            `\"FILES_TABLE\"`",
        );
    } else if !names::is_variable(&text) {
        let proposed = names::as_variable(&text);
        // What only stands for letters that were lost says nothing.
        let advice = if text.is_ascii() && proposed.starts_with(|c: char| c.is_ascii_uppercase()) {
            format!("; write `\"{proposed}\"`")
        } else {
            String::new()
        };
        errors.on(
            name,
            format!(
                "`{text}` cannot be the name of a variable: names have capital letters A to Z, \
                digits and underscores, and do not start with a digit{advice}"
            ),
        );
    }
}

fn reserved(name: &LitStr, is_plain: bool, errors: &mut Errors) {
    let text = name.value();
    if !is_plain && names::is_reserved(&text) {
        errors.on(
            name,
            format!(
                "Lambda sets `{text}` itself, so it names no resource to operate on: declare it as \
                a plain value, \
                 `\"{text}\" = []`"
            ),
        );
    }
}

/// What a second list declares is meant for the first.
fn merge(first: &mut Variable, operations: Vec<DeclaredOperation>, open: Option<&'static Family>) {
    if open.is_some() {
        first.open = first.family().or(open);
    }
    for operation in operations {
        let declared = &first.operations;
        let fits = declared.iter().all(|other| other.family == operation.family);
        let new = declared.iter().all(|other| other.operation != operation.operation);
        if fits && new {
            first.operations.push(operation);
        }
    }
}

/// `None` when the name, which was reported, makes no identifier at all.
fn field_ident(field: &str, span: Span) -> Option<Ident> {
    let first = field.chars().next()?;
    let usable = (first.is_ascii_lowercase() || first == '_')
        && field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    usable.then(|| {
        if names::is_raw(field) { Ident::new_raw(field, span) } else { Ident::new(field, span) }
    })
}
