//! Repairs lists whose elements were stored as the text that Python prints of a dict, such as
//! `"{'tool': 'search'}"`, as the application repairs them when it reads them.

mod numbers;
mod reader;
mod strings;

use super::decimals;
use super::json::{Json, MAX_DEPTH};

/// Fewest quotes in a text that is taken for a dict: a name and a text.
const FEWEST_QUOTES: usize = 4;

/// Replaces every text that is an element of a list, and that is a Python dict, by that dict; inside
/// of replaced ones too. How many were replaced.
///
/// Texts elsewhere stay as they are, and so does whatever is no dict, or one that could not be stored
/// ([`decimals::attribute`]): with sets, bytes, complex numbers or tuples as names. Characters by
/// their Unicode name (`\N{…}`), which Python does not print, are not read.
///
/// ```
/// use migration_tools::formats::{json, python_literal::repair};
///
/// let mut value = json::parse(br#"{"steps": ["{'tool': 'search', 'args': None}", "{'n': 'x'}"]}"#)?.value;
/// assert_eq!(repair(&mut value), 1);
/// assert_eq!(json::to_text(&value), r#"{"steps": ["{'tool': 'search', 'args': None}", {"n": "x"}]}"#);
/// # Ok::<(), json::JsonError>(())
/// ```
pub fn repair(value: &mut Json) -> usize {
    repair_at(value, 0)
}

fn repair_at(value: &mut Json, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 0;
    }
    match value {
        Json::List(all) => all.iter_mut().map(|value| element(value, depth + 1)).sum(),
        Json::Map(all) => all.iter_mut().map(|(_, value)| repair_at(value, depth + 1)).sum(),
        _ => 0,
    }
}

fn element(value: &mut Json, depth: usize) -> usize {
    let Json::Text(text) = value else { return repair_at(value, depth) };
    let Some(dict) = repaired(text) else { return 0 };
    *value = dict;
    1 + repair_at(value, depth)
}

fn repaired(text: &str) -> Option<Json> {
    let stripped = text.trim_matches(is_blank);
    if !looks_like_a_dict(stripped) {
        return None;
    }
    let dict = reader::read(stripped).filter(|value| matches!(value, Json::Map(_)))?;
    decimals::attribute(&dict).is_ok().then_some(dict)
}

/// What Python's `strip` takes away: the blanks of Unicode and four separators.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&character)
}

fn looks_like_a_dict(stripped: &str) -> bool {
    stripped.starts_with("{'")
        && stripped.ends_with("'}")
        && stripped.contains("': ")
        && stripped.matches('\'').count() >= FEWEST_QUOTES
}

#[cfg(test)]
#[path = "python_literal_tests.rs"]
mod tests;
