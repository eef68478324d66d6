//! JSON and YAML files as one tree that remembers where everything stands.

mod comments;
mod error;
mod json;
mod yaml;

use std::fmt;

use serde::{Serialize, Serializer};

pub use comments::{Comment, yaml_comments};
pub use error::{Mistake, ReadError};

/// Largest file read, in bytes. CloudFormation takes templates of at most 1 MB.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Deepest nesting read, in levels.
pub const MAX_DEPTH: usize = 128;
/// Most nodes a YAML file may unfold to through its aliases.
pub const MAX_NODES: usize = 200_000;

/// A position in a file, both counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Place {
    /// The first character of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.line, self.column)
    }
}

/// As `line:column`.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The text, without quotes.
    pub text: String,
    /// Where it starts.
    pub place: Place,
}

/// A value and where it starts.
#[derive(Clone, PartialEq, Eq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it starts. In YAML, an alias stands where its anchor does.
    pub place: Place,
}

/// What a file can hold.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Keys and values in order, each key once.
    Map(Vec<(Key, Node)>),
    /// A value with a tag of CloudFormation: `!Sub text` has the tag `Sub`.
    Tagged {
        /// Without the `!`.
        tag: String,
        /// What the tag stands before.
        node: Box<Node>,
    },
}

impl Node {
    /// Reads JSON (`.json`, or text that starts with `{` or `[`) or YAML (anything else).
    ///
    /// JSON is strict: no comments, no trailing commas. YAML may have anchors, aliases, merge keys
    /// and CloudFormation's tags. Duplicate keys and several documents are errors in both. A
    /// UTF-8 byte order mark is skipped.
    ///
    /// # Errors
    ///
    /// When the bytes are no text in UTF-8, the syntax is wrong, or a limit is exceeded
    /// ([`MAX_BYTES`], [`MAX_DEPTH`], [`MAX_NODES`]).
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, ReadError> {
        text_of(bytes)
            .and_then(|text| if is_json(file, text) { json::read(text) } else { yaml::read(text) })
            .map_err(|mistake| mistake.within(file))
    }

    /// The value of this key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entries()?.iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }

    /// The value at the end of these keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.get(name))
    }

    /// The entries, if this is a map.
    #[must_use]
    pub fn entries(&self) -> Option<&[(Key, Self)]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, if this is a list.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text or number as it was written, if this is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value this is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.value.kind()
    }

    /// Moves everything to one place: for a document that stands inside a text of another one.
    #[must_use]
    pub fn moved_to(mut self, place: Place) -> Self {
        self.place = place;
        match &mut self.value {
            Value::List(items) => {
                for item in items {
                    *item = std::mem::replace(item, nothing(place)).moved_to(place);
                }
            }
            Value::Map(entries) => {
                for (key, value) in entries {
                    key.place = place;
                    *value = std::mem::replace(value, nothing(place)).moved_to(place);
                }
            }
            Value::Tagged { node, .. } => {
                **node = std::mem::replace(&mut **node, nothing(place)).moved_to(place);
            }
            _ => {}
        }
        self
    }
}

impl Value {
    /// What kind of value this is, in words.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Tagged { .. } => "a CloudFormation function",
        }
    }
}

/// The kind only: a file may hold secrets.
impl fmt::Debug for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind())
    }
}

fn nothing(place: Place) -> Node {
    Node { value: Value::Null, place }
}

/// Kind and place only: a file may hold secrets.
impl fmt::Debug for Node {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at {}", self.kind(), self.place)
    }
}

fn is_json(file: &str, text: &str) -> bool {
    let ends_with = |ending: &str| {
        file.len() >= ending.len()
            && file.as_bytes()[file.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
    };
    if ends_with(".json") {
        return true;
    }
    if ends_with(".yml") || ends_with(".yaml") {
        return false;
    }
    text.trim_start().starts_with(['{', '['])
}

/// The bytes as text, or why they are none.
fn text_of(bytes: &[u8]) -> Result<&str, Mistake> {
    const AS_UTF8: &str = "save it as UTF-8";
    if bytes.len() > MAX_BYTES {
        let what = format!("the file has {} bytes, more than {MAX_BYTES}", bytes.len());
        return Err(Mistake::new(Place::START, what, "check that it is the right file"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let what = "the file starts with the byte order mark of UTF-16";
        return Err(Mistake::new(Place::START, what, AS_UTF8));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let place = end_of(std::str::from_utf8(valid).unwrap_or_default());
        Mistake::new(place, "the bytes here are no UTF-8", AS_UTF8)
    })?;
    if let Some((before, _)) = text.split_once('\0') {
        let remedy = "give the text itself, not an archive or a binary";
        return Err(Mistake::new(end_of(before), "the file is binary: it has a zero byte", remedy));
    }
    if text.trim().is_empty() {
        return Err(Mistake::empty(Place::START));
    }
    Ok(text)
}

/// The place after this text.
fn end_of(text: &str) -> Place {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Place { line: text.matches('\n').count() + 1, column: last.chars().count() + 1 }
}
