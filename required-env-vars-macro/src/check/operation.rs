//! The rules about the operations of one variable.

use ops_enums::Operation;
use proc_macro2::Span;
use quote::{ToTokens, format_ident};
use syn::{Ident, Path, PathSegment};

use crate::declaration::DeclaredOperation;
use crate::errors::Errors;
use crate::family::{FAMILIES, Family};
use crate::parse::Written;
use crate::suggest::{nearest, one_of};

/// The operations of a list: known, of one service, none twice.
pub(crate) fn all(
    variable: &str,
    written: Vec<Written>,
    errors: &mut Errors,
) -> Vec<DeclaredOperation> {
    let mut operations: Vec<DeclaredOperation> = Vec::new();
    for entry in written {
        let tokens = entry.to_token_stream();
        let Some(found) = known(entry, errors) else {
            continue;
        };
        let path = found.family.path(found.operation);
        if let Some(first) = operations.first()
            && first.family != found.family
        {
            errors.on(
                tokens,
                format!(
                    "`{path}` belongs to another service than `{}`: a variable names one resource \
                    of one service, so \
                     declare a second variable, `\"OTHER_NAME\" = [{path}]`",
                    first.family.path(first.operation)
                ),
            );
        } else if operations.iter().any(|other| other.operation == found.operation) {
            errors.on(
                tokens,
                format!("`{path}` is listed twice for `{variable}`: remove one of them"),
            );
        } else {
            operations.push(found);
        }
    }
    operations
}

/// One entry. A mistake is reported, and answered with what was probably meant.
fn known(entry: Written, errors: &mut Errors) -> Option<DeclaredOperation> {
    match entry {
        Written::Path(path) => from_path(path, errors),
        Written::Dotted { whole, path, name } => {
            let written = path_text(&path);
            let meant = last(&path)
                .and_then(|segment| Family::named(&segment.to_string()))
                .and_then(|family| Some((family, family.spelled(&name.to_string())?)));
            match meant {
                Some((family, operation)) => {
                    errors.on(
                        &whole,
                        format!(
                            "`{written}.{name}` is how Python writes it: write `{}`",
                            family.path(operation)
                        ),
                    );
                    declared(family, operation, with_last(&path, &name))
                }
                // The dot is one mistake, the name another: one message says both.
                None => {
                    errors.on(
                        &whole,
                        format!(
                            "expected the path of an operation, not `{written}.{name}`: {}",
                            advice(&with_last(&path, &name))
                        ),
                    );
                    None
                }
            }
        }
        Written::Text(text) => {
            let found = candidates(&text.value());
            let advice = if found.is_empty() {
                "write a path, such as `DynamoDBOperation::GetItem`".to_owned()
            } else {
                format!("write {}", quoted(&found))
            };
            errors
                .on(&text, format!("an operation is written as a path, not as a string: {advice}"));
            match found.as_slice() {
                [(family, operation)] => {
                    declared(family, *operation, path_at(text.span(), family, *operation))
                }
                _ => None,
            }
        }
    }
}

fn from_path(path: Path, errors: &mut Errors) -> Option<DeclaredOperation> {
    let mut segments = path.segments.iter().rev().map(|segment| &segment.ident);
    let (name, enum_name) = (segments.next()?, segments.next());
    let text = name.to_string();
    let Some(enum_name) = enum_name else {
        errors.on(
            &path,
            format!("expected an enum and its operation, not `{text}` alone: {}", advice(&path)),
        );
        return match candidates(&text).as_slice() {
            [(family, operation)] => declared(family, *operation, path.clone()),
            _ => None,
        };
    };
    let Some(family) = Family::named(&enum_name.to_string()) else {
        let (message, family) = unknown_enum(enum_name, name);
        errors.on(enum_name, message);
        let operation = family.and_then(|family| family.spelled(&text));
        return family
            .zip(operation)
            .and_then(|(family, operation)| declared(family, operation, path.clone()));
    };
    if let Some(operation) = family.operation(&text) {
        return declared(family, operation, path);
    }
    let (message, meant) = unknown_operation(family, &text);
    errors.on(name, message);
    declared(family, meant?, path)
}

fn declared(
    family: &'static Family,
    operation: Operation,
    path: Path,
) -> Option<DeclaredOperation> {
    Some(DeclaredOperation { operation, family, path })
}

fn unknown_operation(family: &'static Family, text: &str) -> (String, Option<Operation>) {
    if let Some(operation) = family.spelled(text) {
        let path = family.path(operation);
        return (
            format!("`{text}` is spelled as in Python or JavaScript: write `{path}`"),
            Some(operation),
        );
    }
    let name = family.name;
    let elsewhere = candidates(text);
    if !elsewhere.is_empty() {
        return (
            format!(
                "`{name}` has no operation `{text}`, another service has: write {}",
                quoted(&elsewhere)
            ),
            None,
        );
    }
    let operations = family.operations();
    let near = nearest(text, operations.iter().map(|operation| operation.name()))
        .and_then(|name| family.operation(name));
    let advice = match near {
        Some(operation) => format!("did you mean `{}`?", family.path(operation)),
        None => format!("the documentation of `required_env_vars::{name}` lists all of them"),
    };
    (format!("`{name}` has no operation `{text}`; {advice}"), near)
}

fn unknown_enum(name: &Ident, operation: &Ident) -> (String, Option<&'static Family>) {
    let operation = operation.to_string();
    let near = nearest_family(&name.to_string());
    let fits = near.is_some_and(|family| family.spelled(&operation).is_some());
    let elsewhere = candidates(&operation);
    let advice = match near {
        Some(family) if fits || elsewhere.is_empty() => format!("did you mean `{}`?", family.name),
        _ if !elsewhere.is_empty() => format!("write {}", quoted(&elsewhere)),
        _ => {
            let all: Vec<String> =
                FAMILIES.iter().map(|family| format!("`{}`", family.name)).collect();
            format!("write {}", one_of(&all))
        }
    };
    let meant = match elsewhere.as_slice() {
        _ if fits => near,
        [(family, _)] => Some(*family),
        _ => None,
    };
    (format!("`{name}` is not an enum of operations; {advice}"), meant)
}

/// The family whose name is most like this one. The ending, which all of them share, does not
/// count.
fn nearest_family(name: &str) -> Option<&'static Family> {
    let stem = |name: &str| name.split("Op").next().unwrap_or_default().to_owned();
    let stems: Vec<String> = FAMILIES.iter().map(|family| stem(family.name)).collect();
    let found = nearest(&stem(name), stems.iter().map(String::as_str))?;
    FAMILIES.iter().find(|family| stem(family.name) == found)
}

/// How to write what a path without a known enum probably means.
fn advice(path: &Path) -> String {
    let found = last(path).map_or_else(Vec::new, |name| candidates(&name.to_string()));
    if found.is_empty() {
        "write a path, such as `DynamoDBOperation::GetItem`".to_owned()
    } else {
        format!("write {}", quoted(&found))
    }
}

/// The operations of any service with this name, however it is spelled.
fn candidates(text: &str) -> Vec<(&'static Family, Operation)> {
    let spelled: Vec<Operation> = Operation::spelled(text).collect();
    FAMILIES
        .iter()
        .flat_map(|family| {
            let own = family.operations();
            spelled
                .iter()
                .filter(move |operation| own.contains(operation))
                .map(move |operation| (family, *operation))
        })
        .collect()
}

fn quoted(found: &[(&'static Family, Operation)]) -> String {
    let paths: Vec<String> =
        found.iter().map(|(family, operation)| format!("`{}`", family.path(*operation))).collect();
    one_of(&paths)
}

fn last(path: &Path) -> Option<&Ident> {
    path.segments.last().map(|segment| &segment.ident)
}

fn with_last(path: &Path, name: &Ident) -> Path {
    let mut path = path.clone();
    path.segments.push(PathSegment::from(name.clone()));
    path
}

fn path_at(span: Span, family: &Family, operation: Operation) -> Path {
    let mut path = Path::from(Ident::new(family.name, span));
    let name = format_ident!("{}", operation.name(), span = span);
    path.segments.push(PathSegment::from(name));
    path
}

fn path_text(path: &Path) -> String {
    let names: Vec<String> =
        path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}
