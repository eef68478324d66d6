//! Events: an object with known fields of known types, and nothing else.

use serde_json::{Map, Value};

/// An event that nobody can mean.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// It is no object.
    #[error("the event is {0}, and has to be an object such as {{\"action\": \"migrate\"}}")]
    NoObject(&'static str),
    /// It has a field that means nothing.
    #[error("the event has a field `{field}`, which means nothing here; its fields are {known}")]
    Unknown {
        /// The field.
        field: String,
        /// All that there are.
        known: String,
    },
    /// A field is of another type.
    #[error("`{field}` of the event is {found}, and has to be {wanted}")]
    Type {
        /// The field.
        field: &'static str,
        /// What it is.
        found: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A field has a value that means nothing.
    #[error("`{field}` of the event is `{found}`, and has to be one of {known}")]
    Value {
        /// The field.
        field: &'static str,
        /// What it is.
        found: String,
        /// All that there are.
        known: String,
    },
}

/// The fields of an event, if it has no others than these. No event at all (`null`) has none.
///
/// # Errors
///
/// Where it is no object, or has another field.
pub fn fields(event: &Value, known: &[&str]) -> Result<Map<String, Value>, EventError> {
    let map = match event {
        Value::Null => return Ok(Map::new()),
        Value::Object(map) => map,
        other => return Err(EventError::NoObject(kind(other))),
    };
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(map.clone()),
        Some(field) => Err(EventError::Unknown {
            field: field.chars().take(40).collect::<String>().escape_debug().to_string(),
            known: known.join(", "),
        }),
    }
}

/// A field that is one of some words; the first of them where there is no such field.
///
/// # Errors
///
/// Where it is no text, or another word.
pub fn word<W: Copy>(
    fields: &Map<String, Value>,
    field: &'static str,
    known: &[(&str, W)],
    otherwise: W,
) -> Result<W, EventError> {
    let text = match fields.get(field) {
        None => return Ok(otherwise),
        Some(Value::String(text)) => text,
        Some(other) => {
            return Err(EventError::Type { field, found: kind(other), wanted: "text" });
        }
    };
    let found = known.iter().find(|(word, _)| word == text).map(|(_, meant)| *meant);
    found.ok_or_else(|| EventError::Value {
        field,
        found: text.chars().take(40).collect::<String>().escape_debug().to_string(),
        known: known.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", "),
    })
}

/// What a value is, in words.
#[must_use]
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
