//! The ARN forms of the catalogue: `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`.

use super::Deployment;
use crate::arn::{Arn, Part};

/// A piece of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

pub(super) fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((text, behind)) = rest.split_once("${") {
        let Some((name, behind)) = behind.split_once('}') else { break };
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        pieces.push(Piece::Placeholder(name));
        rest = behind;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Whether a placeholder is part of a form.
pub(super) fn has(template: &str, placeholder: &str) -> bool {
    pieces(template).contains(&Piece::Placeholder(placeholder))
}

/// The first placeholder that names something of the resource itself.
pub(super) fn first(template: &str) -> Option<&str> {
    pieces(template).into_iter().find_map(|piece| match piece {
        Piece::Placeholder("Partition" | "Region" | "Account") | Piece::Text(_) => None,
        Piece::Placeholder(name) => Some(name),
    })
}

/// How many placeholders name something of the resource itself.
pub(super) fn names(template: &str) -> usize {
    let is_name = |piece: &Piece<'_>| matches!(piece, Piece::Placeholder(name) if !["Partition", "Region", "Account"].contains(name));
    pieces(template).iter().filter(|piece| is_name(piece)).count()
}

/// The ARN of exactly this resource, all behind the account; `None` if the form is none of an ARN.
pub(super) fn exactly(template: &str, resource: &str, at: &Deployment) -> Option<Arn> {
    let own = template.splitn(6, ':').nth(5)?;
    let place = template.strip_suffix(own)?;
    let parts = pieces(place).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.into(),
        Piece::Placeholder(name) => at.part(name),
    });
    Some(Arn::new(parts.chain([resource.into()])))
}

/// The form with one placeholder filled in and every other of the resource as `*`; `None` if it has
/// no such placeholder.
pub(super) fn filled(
    template: &str,
    placeholder: &str,
    value: &[Part],
    at: &Deployment,
) -> Option<Arn> {
    if !has(template, placeholder) {
        return None;
    }
    Some(Arn::new(pieces(template).into_iter().flat_map(|piece| match piece {
        Piece::Text(text) => vec![text.into()],
        Piece::Placeholder(name @ ("Partition" | "Region" | "Account")) => vec![at.part(name)],
        Piece::Placeholder(name) if name == placeholder => value.to_vec(),
        Piece::Placeholder(_) => vec!["*".into()],
    })))
}

/// What stands for the first placeholder if the resource part of an ARN is of this form, and how
/// much of the form is literal: the more, the better it fits.
pub(super) fn matched<'v>(template: &str, resource: &'v str) -> Option<(&'v str, usize)> {
    let form = template.splitn(6, ':').nth(5)?;
    let pieces = pieces(form);
    let (mut rest, mut name, mut literal) = (resource, None, 0);
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) => {
                rest = rest.strip_prefix(text)?;
                literal += text.len();
            }
            Piece::Placeholder(_) => {
                let end = match pieces.peek() {
                    Some(Piece::Text(text)) => rest.find(text)?,
                    _ => rest.len(),
                };
                let (value, behind) = rest.split_at(end);
                if value.is_empty() {
                    return None;
                }
                name.get_or_insert(value);
                rest = behind;
            }
        }
    }
    rest.is_empty().then_some(())?;
    Some((name?, literal))
}
