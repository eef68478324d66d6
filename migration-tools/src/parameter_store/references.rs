//! What a service file reads from Parameter Store when it is deployed.

use std::collections::BTreeSet;

use documents::{Node, Place, Value};

use super::placeholder::{Source, Template};
use super::resolve::Scope;

/// One `${ssm:...}` of a service file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where the text starts that it is in.
    pub place: Place,
    /// As it was written.
    pub written: String,
    /// The parameters that it is filled from: the first that exists.
    pub paths: Vec<Path>,
    /// Whether something else follows that stands in if none of them exists.
    pub has_default: bool,
}

/// A parameter that a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// Its full name.
    Known(String),
    /// It is in another region, or a secret behind Parameter Store: not looked at here.
    Elsewhere(String),
    /// Its name cannot be known before the deployment; why.
    Unknown(String),
}

/// Every reference in a service file, in order.
#[must_use]
pub fn references(scope: &Scope<'_>) -> Vec<Reference> {
    let mut found = Vec::new();
    // An anchor's content stands at several places, but was written once.
    let mut seen = BTreeSet::new();
    walk(scope.document, &mut |place, text| {
        for placeholder in Template::find(text) {
            let reference = reference(&placeholder.sources, place, &placeholder.written, scope);
            if let Some(reference) = reference
                && seen.insert((place, placeholder.written))
            {
                found.push(reference);
            }
        }
    });
    found
}

fn walk(node: &Node, visit: &mut impl FnMut(Place, &str)) {
    match &node.value {
        Value::Text(text) => visit(node.place, text),
        Value::List(items) => items.iter().for_each(|item| walk(item, visit)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| walk(value, visit)),
        Value::Tagged { node, .. } => walk(node, visit),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn reference(
    sources: &[Source],
    place: Place,
    written: &str,
    scope: &Scope<'_>,
) -> Option<Reference> {
    let mut paths = Vec::new();
    let mut has_default = false;
    for source in sources {
        match source {
            Source::Address { kind, parameters, address } if kind == "ssm" => {
                paths.push(path(parameters.as_ref(), address, scope));
            }
            // What comes before Parameter Store is no help where that is asked.
            _ if paths.is_empty() => {}
            _ => has_default = true,
        }
    }
    let written = written.to_owned();
    (!paths.is_empty()).then_some(Reference { place, written, paths, has_default })
}

fn path(parameters: Option<&Template>, address: &Template, scope: &Scope<'_>) -> Path {
    let (name, parameters) = match (scope.resolve(address), parameters.map(|p| scope.resolve(p))) {
        (Ok(name), None) => (name, String::new()),
        (Ok(name), Some(Ok(parameters))) => (name, parameters),
        (Err(error), _) | (_, Some(Err(error))) => return Path::Unknown(error.to_string()),
    };
    let other_region = parameters.split(',').map(str::trim).find(|parameter| {
        let is_option = matches!(*parameter, "" | "raw" | "noDecrypt");
        !is_option && scope.region.is_none_or(|region| region != *parameter)
    });
    if let Some(region) = other_region {
        return Path::Elsewhere(format!("{name} in {region}"));
    }
    // `~true` asks for decryption in older versions of the framework; a number is a version.
    let name = name.trim_end_matches("~true").trim_end_matches("~false");
    let name = match name.rsplit_once(':') {
        Some((name, version)) if version.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => name,
    };
    if name.starts_with("/aws/reference/") {
        return Path::Elsewhere(name.to_owned());
    }
    Path::Known(if name.starts_with('/') { name.to_owned() } else { format!("/{name}") })
}
