//! What a service file reads from Parameter Store when it is deployed.

use std::collections::BTreeSet;

use documents::{Node, Place, Value};

use super::placeholder::{
    Piece, Placeholder, PlaceholderError, Source, Template, placeholder_length,
};
use super::resolve::Scope;

/// Characters shown of a reference that cannot be read.
const MAX_SHOWN: usize = 80;

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
        // What stands in for another source was followed from there, and comes right behind it.
        let mut followed: Vec<String> = Vec::new();
        for placeholder in Template::find(text) {
            let is_followed = followed.iter().position(|one| *one == placeholder.written);
            followed.extend(
                placeholder.sources.iter().filter_map(nested).map(|one| one.written.clone()),
            );
            if let Some(at) = is_followed {
                followed.remove(at);
                continue;
            }
            let reference = reference(&placeholder, place, scope);
            if let Some(reference) = reference
                && seen.insert((place, placeholder.written))
            {
                found.push(reference);
            }
        }
        for (written, why) in unreadable(text) {
            if seen.insert((place, written.clone())) {
                let paths = vec![Path::Unknown(why)];
                found.push(Reference { place, written, paths, has_default: false });
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

fn reference(placeholder: &Placeholder, place: Place, scope: &Scope<'_>) -> Option<Reference> {
    let mut paths = Vec::new();
    let has_default = follow(&placeholder.sources, &mut paths, scope);
    let written = placeholder.written.clone();
    (!paths.is_empty()).then_some(Reference { place, written, paths, has_default })
}

/// Collects the parameters that are asked for one after the other, until something that needs none
/// stands in; whether there is that.
fn follow(sources: &[Source], paths: &mut Vec<Path>, scope: &Scope<'_>) -> bool {
    sources.iter().any(|source| match (source, nested(source)) {
        (_, Some(inner)) => follow(&inner.sources, paths, scope),
        (Source::Address { kind, parameters, address }, _) if kind == "ssm" => {
            paths.push(path(parameters.as_ref(), address, scope));
            false
        }
        // Before Parameter Store is asked, only what is certain is a help.
        _ if paths.is_empty() => is_certain(source, scope),
        _ => true,
    })
}

fn is_certain(source: &Source, scope: &Scope<'_>) -> bool {
    let alone = Placeholder { written: String::new(), sources: vec![source.clone()] };
    scope.resolve(&Template { pieces: vec![Piece::Placeholder(alone)] }).is_ok()
}

/// The placeholder that a source is, if it is one.
fn nested(source: &Source) -> Option<&Placeholder> {
    match source {
        Source::Nested(inner) => match inner.pieces.as_slice() {
            [Piece::Placeholder(placeholder)] => Some(placeholder),
            _ => None,
        },
        _ => None,
    }
}

/// References to Parameter Store that are no placeholders, and why. Neither tells what stands in: it
/// may be a secret.
fn unreadable(text: &str) -> Vec<(String, String)> {
    let starts = ["${ssm:", "${ssm("];
    let mut starts: Vec<usize> =
        starts.iter().flat_map(|start| text.match_indices(start)).map(|(at, _)| at).collect();
    starts.sort_unstable();
    let unreadable = |at: usize| {
        let from = text.get(at..)?;
        let whole = placeholder_length(from).and_then(|length| from.get(..length));
        let why = match whole.map_or(Err(PlaceholderError::Open), Template::read).err()? {
            PlaceholderError::Unknown(_) => {
                "a part of it is neither `type:address` nor a value in quotes".to_owned()
            }
            other => other.to_string(),
        };
        let is_first = |c: &char| *c != ',' && *c != '\n';
        let first: String = from.chars().take(MAX_SHOWN).take_while(is_first).collect();
        let is_whole = whole.is_some_and(|whole| whole.len() <= first.len());
        let shown = whole.filter(|_| is_whole).map_or_else(|| format!("{first}..."), str::to_owned);
        Some((shown, why))
    };
    starts.into_iter().filter_map(unreadable).collect()
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
    Path::Known(name.to_owned())
}
