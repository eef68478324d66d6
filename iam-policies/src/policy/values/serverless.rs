//! Variables of the Serverless Framework.
//! <https://www.serverless.com/framework/docs/guides/variables>

use super::{MAX_REFERENCES, Scope, join, unknown};
use crate::policy::pattern::Piece;
use documents::{Node, Value};

impl Scope<'_> {
    /// A text with its `${...}` filled in as far as the file and the given values say.
    pub(super) fn serverless(&self, text: &str, depth: usize) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            pieces.push(Piece::Text(before.to_owned()));
            let Some((inner, after)) = closed(after) else {
                pieces.push(Piece::Text("${".to_owned()));
                rest = after;
                continue;
            };
            pieces.extend(self.variable(inner, depth));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces
    }

    fn variable(&self, inner: &str, depth: usize) -> Vec<Piece> {
        let whole = || unknown(inner);
        if depth >= MAX_REFERENCES {
            return whole();
        }
        let (source, fallback) = split_fallback(inner);
        // The source may itself hold variables: `self:custom.${opt:stage}.table`.
        let source = match join(self.serverless(source, depth + 1)).as_slice() {
            [Piece::Text(source)] => source.trim().to_owned(),
            _ => return whole(),
        };
        let given = match source.as_str() {
            "aws:region" => "AWS::Region",
            "aws:accountId" => "AWS::AccountId",
            other => other,
        };
        if let Some(value) = self.given.get(given) {
            return vec![Piece::Text(value.clone())];
        }
        let Some(path) = source.strip_prefix("self:") else { return whole() };
        match self.root.at(&path.split('.').collect::<Vec<_>>()) {
            Some(found) => self.resolve(found, depth + 1).unwrap_or_else(whole),
            // Only of the file itself is it known that it does not say.
            None => fallback.map_or_else(whole, |text| self.fallback(text, depth)),
        }
    }

    fn fallback(&self, text: &str, depth: usize) -> Vec<Piece> {
        let text = text.trim();
        let quoted = ['\'', '"']
            .iter()
            .find_map(|quote| text.strip_prefix(*quote).and_then(|text| text.strip_suffix(*quote)));
        match quoted {
            Some(literal) => self.serverless(literal, depth + 1),
            None if text.starts_with("${") => self.serverless(text, depth + 1),
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                vec![Piece::Text(text.to_owned())]
            }
            None => self.variable(text, depth + 1),
        }
    }

    /// The node that a text like `${self:custom.statements}` stands for.
    pub(in crate::policy) fn referred<'n>(&'n self, node: &'n Node) -> &'n Node {
        let Value::Text(text) = &node.value else { return node };
        let path = text.strip_prefix("${self:").and_then(|text| text.strip_suffix('}'));
        path.filter(|path| !path.contains(['$', ',']))
            .and_then(|path| self.root.at(&path.split('.').collect::<Vec<_>>()))
            .unwrap_or(node)
    }
}

/// The text up to the brace that closes this one, and what follows.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut open = 1_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
    }
    None
}

/// Splits at the first comma outside of braces.
fn split_fallback(text: &str) -> (&str, Option<&str>) {
    let mut open = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => open += 1,
            '}' => open = open.saturating_sub(1),
            ',' if open == 0 => return (&text[..at], text.get(at + 1..)),
            _ => {}
        }
    }
    (text, None)
}
