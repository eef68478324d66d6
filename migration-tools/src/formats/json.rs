//! JSON as Python's `json` module reads and writes it, which is not quite JSON: it has `NaN` and
//! infinities, half surrogate pairs, and names twice in one object.
//! <https://docs.python.org/3/library/json.html>

mod number;
mod parse;
mod write;

use std::collections::HashMap;
use std::fmt;

pub use number::Number;
pub use parse::{JsonError, MAX_DEPTH, Parsed, Wrong, parse};
pub use write::to_text;

/// A JSON value. Objects keep the order of their members, numbers their digits.
///
/// ```
/// use migration_tools::formats::json::{parse, to_text};
///
/// let value = parse(br#"{"size": 1E5, "name": "caf\u00e9", "size": 2.50}"#)?.value;
/// assert_eq!(to_text(&value), r#"{"size": 2.5, "name": "caf\u00e9"}"#);
/// # Ok::<(), migration_tools::formats::json::JsonError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, with the digits it was written with.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object: its members in their order, no name twice.
    Map(Vec<(String, Json)>),
}

impl Json {
    /// The member of an object; `None` where it has none of that name, or is no object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        members.iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// An object of members of which each may come more than once: as in Python, the last value
    /// stands where the name came first.
    #[must_use]
    pub fn map(members: Vec<(String, Self)>) -> Self {
        let mut places = HashMap::with_capacity(members.len());
        let mut kept: Vec<(String, Self)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            let place = *places.entry(name.clone()).or_insert(kept.len());
            match kept.get_mut(place) {
                Some((_, earlier)) => *earlier = value,
                None => kept.push((name, value)),
            }
        }
        Self::Map(kept)
    }
}

/// What it is and how large, nothing of what is in it.
impl fmt::Debug for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(_) => out.write_str("a boolean"),
            Self::Number(_) => out.write_str("a number"),
            Self::Text(text) => write!(out, "a string of {} bytes", text.len()),
            Self::List(all) => write!(out, "a list of {}", all.len()),
            Self::Map(all) => write!(out, "a map of {}", all.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_what_is_in_a_value_is_shown() {
        let value = parse(br#"["s3cret", {"s3cret": 4711}]"#).unwrap().value;
        let Json::List(all) = &value else { panic!("a list") };
        assert_eq!(format!("{value:?} {all:?}"), "a list of 2 [a string of 6 bytes, a map of 1]");
    }

    #[test]
    fn members_are_found_by_name() {
        let value = parse(br#"{"a": 1, "b": 2, "a": 3}"#).unwrap().value;
        assert_eq!(value.member("a").map(to_text).as_deref(), Some("3"));
        assert_eq!(value.member("c"), None);
        assert_eq!(Json::Null.member("a"), None);
    }
}
