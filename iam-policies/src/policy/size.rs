//! How long IAM says a policy is.

use super::pattern::Piece;
use super::values::Scope;
use documents::{Node, Value};

/// Characters of the value as JSON, without white space; unknown texts count as none.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub(super) fn size(node: &Node, scope: Scope<'_>) -> usize {
    if scope.function(node).is_some() {
        return scope.pieces(node).map_or(0, |pieces| {
            let known = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => visible(text),
                Piece::Unknown(_) => 0,
            });
            known.sum::<usize>() + 2
        });
    }
    match &node.value {
        Value::Null => 4,
        Value::Bool(value) => value.to_string().len(),
        Value::Number(text) => text.len(),
        Value::Text(_) => scope.text(node).map_or(0, |text| visible(&text)) + 2,
        Value::List(items) => {
            let inner: usize = items.iter().map(|item| size(item, scope)).sum();
            inner + items.len().saturating_sub(1) + 2
        }
        Value::Map(entries) => {
            let inner: usize = entries
                .iter()
                .map(|(key, value)| visible(&key.text) + 3 + size(value, scope))
                .sum();
            inner + entries.len().saturating_sub(1) + 2
        }
        Value::Tagged { node, .. } => size(node, scope),
    }
}

fn visible(text: &str) -> usize {
    text.chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| if matches!(character, '"' | '\\') { 2 } else { 1 })
        .sum()
}
