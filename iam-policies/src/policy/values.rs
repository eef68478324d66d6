//! Texts of templates: functions of CloudFormation and variables of the Serverless Framework.

mod functions;
mod serverless;

use std::cell::Cell;
use std::collections::BTreeMap;

use super::pattern::Piece;
use documents::{Mistake, Node, Value};

/// What is known about a deployment: parameters of the template and `AWS::Region`,
/// `AWS::AccountId`, `AWS::Partition`; of `serverless.yml` also `opt:stage` and the like; and
/// attributes, as `FilesTable.Arn`.
pub type Values = BTreeMap<String, String>;

/// The language that texts of a file are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A policy alone: texts are what they are.
    Plain,
    /// A template of CloudFormation or SAM.
    CloudFormation,
    /// A `serverless.yml`, which may use CloudFormation's functions as well.
    Serverless,
}

/// Resolves what a file leaves open.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) given: &'a Values,
    pub(super) root: &'a Node,
    pub(super) dialect: Dialect,
    /// Bytes that the value being resolved has been made of so far.
    pub(super) spent: &'a Cell<usize>,
}

impl Scope<'_> {
    /// The text that a value gives, piece by piece; neighbouring known texts are one piece.
    pub(super) fn pieces(&self, node: &Node) -> Result<Vec<Piece>, Mistake> {
        self.spent.set(0);
        self.resolve(node, 0).map(join).ok_or_else(|| {
            Mistake::new(
                node.place,
                format!("this is {}, but a text belongs here", node.kind()),
                "write a text or a list of texts",
            )
        })
    }

    /// The text, if all of it is known.
    pub(super) fn text(&self, node: &Node) -> Option<String> {
        self.spent.set(0);
        match join(self.resolve(node, 0)?).as_slice() {
            [] => Some(String::new()),
            [Piece::Text(text)] => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether the value is removed at deployment.
    pub(super) fn is_no_value(&self, node: &Node) -> bool {
        self.function(node).is_some_and(|(name, argument)| {
            name == "Ref" && argument.text() == Some("AWS::NoValue")
        })
    }

    /// The function that this node calls, without `Fn::`, and its argument.
    pub(super) fn function<'n>(&self, node: &'n Node) -> Option<(&'n str, &'n Node)> {
        if self.dialect == Dialect::Plain {
            return None;
        }
        match &node.value {
            Value::Tagged { tag, node } => Some((tag.as_str(), node)),
            Value::Map(entries) => match entries.as_slice() {
                [(key, argument)] if key.text == "Ref" => Some(("Ref", argument)),
                [(key, argument)] => Some((key.text.strip_prefix("Fn::")?, argument)),
                _ => None,
            },
            _ => None,
        }
    }

    /// `None` if the value is no text and no function that could give one.
    fn resolve(&self, node: &Node, depth: usize) -> Option<Vec<Piece>> {
        self.spent.set(self.spent.get() + 16 + node.text().map_or(0, str::len));
        if self.spent.get() > MAX_SPENT {
            return Some(unknown("a text that is too long"));
        }
        if let Some((name, argument)) = self.function(node) {
            return Some(self.call(name, argument, depth));
        }
        match &node.value {
            Value::Text(text) if self.dialect == Dialect::Serverless => {
                Some(self.serverless(text, depth))
            }
            Value::Text(text) | Value::Number(text) => Some(vec![Piece::Text(text.clone())]),
            Value::Bool(value) => Some(vec![Piece::Text(value.to_string())]),
            _ => None,
        }
    }
}

/// How deeply values may refer to one another; a circle is unknown.
const MAX_REFERENCES: usize = 16;

/// Bytes one value may be made of. A whole policy has at most 10,240 characters; without a limit,
/// values that name others twice would double at each level.
const MAX_SPENT: usize = 1 << 16;

fn unknown(name: impl Into<String>) -> Vec<Piece> {
    vec![Piece::Unknown(name.into())]
}

fn join(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
            (_, Piece::Text(text)) if text.is_empty() => {}
            (_, piece) => joined.push(piece),
        }
    }
    joined
}
