//! A record's attribute values, from DynamoDB's JSON, plain JSON, or the SDK.

use std::collections::BTreeMap;

use serde_json::Value;

/// What of an attribute value matters here. No number and no binary is ever looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Text(String),
    List(Vec<Field>),
    Map(Record),
    Other,
}

pub(super) type Record = BTreeMap<String, Field>;

impl Field {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_map(&self) -> Option<&Record> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Plain JSON: a list is a list or a set.
    fn plain(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(list) => Self::List(list.iter().map(Self::plain).collect()),
            Value::Object(map) => Self::Map(
                map.iter().map(|(name, value)| (name.clone(), Self::plain(value))).collect(),
            ),
            _ => Self::Other,
        }
    }

    /// DynamoDB's JSON: `{"S": "text"}`. `None` if it is not that.
    fn typed(value: &Value) -> Option<Self> {
        let map = value.as_object()?;
        let mut entries = map.iter();
        let ((kind, value), None) = (entries.next()?, entries.next()) else { return None };
        Some(match (kind.as_str(), value) {
            ("S", Value::String(text)) => Self::Text(text.clone()),
            ("SS", Value::Array(list)) if list.iter().all(Value::is_string) => {
                Self::List(list.iter().map(Self::plain).collect())
            }
            ("L", Value::Array(list)) => {
                Self::List(list.iter().map(Self::typed).collect::<Option<_>>()?)
            }
            ("M", Value::Object(map)) => Self::Map(typed_map(map)?),
            ("N" | "B", Value::String(_))
            | ("BOOL" | "NULL", Value::Bool(_))
            | ("NS" | "BS", Value::Array(_)) => Self::Other,
            _ => return None,
        })
    }
}

fn typed_map(map: &serde_json::Map<String, Value>) -> Option<Record> {
    map.iter().map(|(name, value)| Some((name.clone(), Field::typed(value)?))).collect()
}

/// An item in either form; `None` if it is not an object.
pub(super) fn item(value: &Value) -> Option<Record> {
    let map = value.as_object()?;
    let typed = (!map.is_empty()).then(|| typed_map(map)).flatten();
    Some(typed.unwrap_or_else(|| {
        map.iter().map(|(name, value)| (name.clone(), Field::plain(value))).collect()
    }))
}

#[cfg(feature = "aws")]
impl From<&aws_sdk_dynamodb::types::AttributeValue> for Field {
    fn from(value: &aws_sdk_dynamodb::types::AttributeValue) -> Self {
        use aws_sdk_dynamodb::types::AttributeValue;
        match value {
            AttributeValue::S(text) => Self::Text(text.clone()),
            AttributeValue::Ss(set) => Self::List(set.iter().cloned().map(Self::Text).collect()),
            AttributeValue::L(list) => Self::List(list.iter().map(Self::from).collect()),
            AttributeValue::M(map) => {
                Self::Map(map.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn typed_and_plain_items_read_alike() {
        let typed = json!({"a": {"S": "x"}, "b": {"SS": ["y", "z"]}, "c": {"M": {"d": {"L": [{"S": "e"}]}}}});
        let plain = json!({"a": "x", "b": ["y", "z"], "c": {"d": ["e"]}});
        assert_eq!(item(&typed), item(&plain));
        assert!(item(&typed).is_some());
    }

    #[test]
    fn a_plain_map_that_looks_typed_in_one_place_stays_plain() {
        let record = item(&json!({"a": "x", "map": {"S": "not a type"}})).unwrap();
        assert_eq!(record["map"].as_map().unwrap()["S"].as_text(), Some("not a type"));
    }

    #[test]
    fn what_is_no_object_is_no_item() {
        for value in [json!(null), json!([1]), json!("text"), json!(7)] {
            assert_eq!(item(&value), None);
        }
    }
}
