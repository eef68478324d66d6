//! Strict JSON.

use std::collections::HashMap;

use jsonc_parser::ast::Value as Ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::{Key, MAX_DEPTH, Mistake, Node, Place, Value};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn read(text: &str) -> Result<Node, Mistake> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let place = Place { line: error.line_display(), column: error.column_display() };
        mistake(place, error.kind())
    })?;
    let mut cursor = Cursor { text, offset: 0, place: Place::START };
    match parsed.value {
        Some(value) => cursor.node(value, 1),
        None => Err(Mistake::empty(Place::START)),
    }
}

fn mistake(place: Place, kind: &ParseErrorKind) -> Mistake {
    let remedy = match kind {
        ParseErrorKind::UnterminatedArray
        | ParseErrorKind::UnterminatedObject
        | ParseErrorKind::ExpectedObjectValue => {
            "close what is open here; if the file was cut off, write it again"
        }
        ParseErrorKind::CommentsNotAllowed => "remove the comment: JSON has none",
        ParseErrorKind::TrailingCommasNotAllowed => "remove the comma after the last entry",
        ParseErrorKind::MultipleRootJsonValues => "give one value for each file",
        ParseErrorKind::NestingDepthExceeded => return Mistake::too_deep(place),
        _ => "correct the JSON here",
    };
    Mistake::new(place, format!("this is no JSON: {kind}"), remedy)
}

/// Walks through the text once, so that a long line costs no more than a short one.
struct Cursor<'a> {
    text: &'a str,
    offset: usize,
    place: Place,
}

impl Cursor<'_> {
    fn place(&mut self, offset: usize) -> Place {
        if offset < self.offset {
            self.offset = 0;
            self.place = Place::START;
        }
        for character in self.text.get(self.offset..offset).unwrap_or_default().chars() {
            if character == '\n' {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.offset = offset;
        self.place
    }

    fn node(&mut self, ast: Ast<'_>, depth: usize) -> Result<Node, Mistake> {
        let place = self.place(ast.start());
        if depth > MAX_DEPTH {
            return Err(Mistake::too_deep(place));
        }
        let value = match ast {
            Ast::NullKeyword(_) => Value::Null,
            Ast::BooleanLit(found) => Value::Bool(found.value),
            Ast::NumberLit(found) => Value::Number(found.value.to_owned()),
            Ast::StringLit(found) => Value::Text(found.value.into_owned()),
            Ast::Array(found) => Value::List(
                found
                    .elements
                    .into_iter()
                    .map(|item| self.node(item, depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            Ast::Object(found) => {
                let mut entries = Vec::with_capacity(found.properties.len());
                let mut seen: HashMap<String, Place> = HashMap::new();
                for property in found.properties {
                    let place = self.place(property.range.start);
                    let text = property.name.into_string();
                    if let Some(first) = seen.insert(text.clone(), place) {
                        return Err(Mistake::duplicate(&text, first, place));
                    }
                    entries.push((Key { text, place }, self.node(property.value, depth + 1)?));
                }
                Value::Map(entries)
            }
        };
        Ok(Node { value, place })
    }
}
