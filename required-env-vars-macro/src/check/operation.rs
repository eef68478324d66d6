//! The rules about the operations of one variable.

use ops_enums::Operation;
use quote::ToTokens;
use syn::{Ident, Path, PathSegment};

use crate::declaration::DeclaredOperation;
use crate::errors::Errors;
use crate::family::{FAMILIES, Family};
use crate::parse::Written;
use crate::suggest::{nearest, one_of};

/// A list as it is understood.
pub(crate) struct Listed {
    /// The operations that are written rightly: of one service, none twice.
    pub(crate) operations: Vec<DeclaredOperation>,
    /// The family of a list with mistakes: which of its operations are meant is open.
    pub(crate) open: Option<&'static Family>,
}

/// One entry of a list as it is understood.
enum Known {
    Operation(DeclaredOperation),
    /// A mistake, already reported, and the family that was probably meant. It declares nothing, so
    /// it is no duplicate of another entry either.
    Mistake(Option<&'static Family>),
}
use Known::Mistake;

/// Reads a list. Each mistake is reported once.
pub(crate) fn all(variable: &str, written: Vec<Written>, errors: &mut Errors) -> Listed {
    let mut operations: Vec<DeclaredOperation> = Vec::new();
    let mut has_mistakes = false;
    // The first entry that tells decides what the variable is.
    let mut meant = None;
    for entry in written {
        let tokens = entry.to_token_stream();
        let found = match known(entry, errors) {
            Known::Operation(found) => found,
            Mistake(family) => {
                has_mistakes = true;
                meant = meant.or(family);
                continue;
            }
        };
        meant = meant.or(Some(found.family));
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
    let open = if has_mistakes { meant } else { None };
    Listed { operations, open }
}

/// One entry. A mistake is reported, and answered with the family that was probably meant.
fn known(entry: Written, errors: &mut Errors) -> Known {
    match entry {
        Written::Path(path) => from_path(path, errors),
        Written::Dotted { whole, path, name } => {
            let written = path_text(&path);
            let text = name.to_string();
            let family = last(&path).and_then(|segment| Family::named(&segment.to_string()));
            let advice = match family.map(|family| (family, family.spelled(&text))) {
                Some((family, Some(operation))) => {
                    errors.on(
                        &whole,
                        format!(
                            "`{written}.{name}` is how Python writes it: write `{}`",
                            family.path(operation)
                        ),
                    );
                    return Mistake(Some(family));
                }
                Some((family, None)) => unknown_operation(family, &text),
                None => advice(&with_last(&path, &name)),
            };
            // The dot is one mistake, the name another: one message says both.
            errors.on(
                &whole,
                format!("expected the path of an operation, not `{written}.{name}`: {advice}"),
            );
            Mistake(family.or_else(|| only_family(&candidates(&text))))
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
            Mistake(only_family(&found))
        }
    }
}

/// The family that all of these belong to, if it is one.
fn only_family(found: &[(&'static Family, Operation)]) -> Option<&'static Family> {
    match found {
        [(family, _)] => Some(family),
        _ => None,
    }
}

fn from_path(path: Path, errors: &mut Errors) -> Known {
    let mut segments = path.segments.iter().rev().map(|segment| &segment.ident);
    let Some(name) = segments.next() else {
        return Mistake(None);
    };
    let text = name.to_string();
    let Some(enum_name) = segments.next() else {
        errors.on(
            &path,
            format!("expected an enum and its operation, not `{text}` alone: {}", advice(&path)),
        );
        return Mistake(only_family(&candidates(&text)));
    };
    let Some(family) = Family::named(&enum_name.to_string()) else {
        let (message, family) = unknown_enum(enum_name, name);
        errors.on(enum_name, message);
        return Mistake(family);
    };
    if let Some(operation) = family.operation(&text) {
        return Known::Operation(DeclaredOperation { operation, family, path });
    }
    errors.on(name, unknown_operation(family, &text));
    Mistake(Some(family))
}

/// The message for an operation that its enum does not have.
fn unknown_operation(family: &Family, text: &str) -> String {
    if let Some(operation) = family.spelled(text) {
        let path = family.path(operation);
        return format!("`{text}` is spelled as in Python or JavaScript: write `{path}`");
    }
    let name = family.name;
    let elsewhere = candidates(text);
    if !elsewhere.is_empty() {
        return format!(
            "`{name}` has no operation `{text}`, another service has: write {}",
            quoted(&elsewhere)
        );
    }
    let advice = match nearest_operation(family, text) {
        Some(operation) => format!("did you mean `{}`?", family.path(operation)),
        None => format!("the documentation of `required_env_vars::{name}` lists all of them"),
    };
    format!("`{name}` has no operation `{text}`; {advice}")
}

/// The operation whose name is most like this one, `GET_ITM` too.
fn nearest_operation(family: &Family, text: &str) -> Option<Operation> {
    let operations = family.operations();
    let name = nearest(&text.replace('_', ""), operations.iter().map(|operation| operation.name()));
    name.and_then(|name| family.operation(name))
}

/// The message for an enum that there is not, and the one that was probably meant. An enum is only
/// proposed if it has the operation, or one with a name that is like it.
fn unknown_enum(name: &Ident, operation: &Ident) -> (String, Option<&'static Family>) {
    let operation = operation.to_string();
    let near = nearest_family(&name.to_string());
    let exact = near.filter(|family| family.spelled(&operation).is_some());
    let elsewhere = candidates(&operation);
    let alike = near
        .filter(|family| elsewhere.is_empty() && nearest_operation(family, &operation).is_some());
    let meant = exact.or(alike);
    let advice = match meant {
        Some(family) => format!("did you mean `{}`?", family.name),
        None if !elsewhere.is_empty() => format!("write {}", quoted(&elsewhere)),
        None => {
            let all: Vec<String> =
                FAMILIES.iter().map(|family| format!("`{}`", family.name)).collect();
            format!("write {}", one_of(&all))
        }
    };
    let meant = meant.or_else(|| only_family(&elsewhere));
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

fn path_text(path: &Path) -> String {
    let names: Vec<String> =
        path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    names.join("::")
}
