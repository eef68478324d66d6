//! Items as text, without loss: DynamoDB's typed JSON, an item a line.
//!
//! Numbers are texts as DynamoDB gives them, binaries base64, sets sets; attributes are in the order
//! of their names, so that the same item gives the same line.
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};

use super::item::{Item, canonical_value};
use super::number::{Decimal, MAX_DIGITS};

/// An attribute has a type that this version of the tools does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an attribute has a type that this version does not know; use a newer one")]
pub struct UnknownTypeError;

/// Why a text is no item. Without anything of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// It is no JSON.
    #[error("column {column}: it is no JSON")]
    Json {
        /// Counted in bytes from 1.
        column: usize,
    },
    /// It is not an object of attributes, or one of them is no typed value.
    #[error("it is no item in DynamoDB's JSON: {0}")]
    Value(&'static str),
}

/// An item as one line, without its end.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::{N, Ss};
/// use migration_tools::engine::typed_json::{decode, encode};
///
/// let item = [("n".to_owned(), N("1.50".into())), ("s".to_owned(), Ss(vec!["a".into()]))].into();
/// let line = encode(&item)?;
/// assert_eq!(line, r#"{"n":{"N":"1.50"},"s":{"SS":["a"]}}"#);
/// assert_eq!(decode(&line), Ok(item));
/// # Ok::<(), migration_tools::engine::typed_json::UnknownTypeError>(())
/// ```
///
/// # Errors
///
/// Where the SDK has read a value whose type it does not know: its content is lost already.
pub fn encode(item: &Item) -> Result<String, UnknownTypeError> {
    Ok(to_value(item)?.to_string())
}

/// The item that a line holds.
///
/// # Errors
///
/// Where it is no item that DynamoDB could have: among others, sets are not empty and have no member
/// twice, and numbers have no more than 38 digits.
pub fn decode(line: &str) -> Result<Item, ItemError> {
    let value = serde_json::from_str(line);
    let value = value.map_err(|error| ItemError::Json { column: error.column() })?;
    of_value(value)
}

/// As [`decode`], of JSON that was parsed already.
pub(super) fn of_value(value: Value) -> Result<Item, ItemError> {
    item(value).map_err(ItemError::Value)
}

/// As [`encode`], as a part of other JSON.
pub(super) fn to_value(item: &Item) -> Result<Value, UnknownTypeError> {
    let each = |(name, of): (&String, &AttributeValue)| Ok((name.clone(), value(of)?));
    let mut all: Vec<(String, Value)> = item.iter().map(each).collect::<Result<_, _>>()?;
    all.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    Ok(Value::Object(all.into_iter().collect()))
}

fn value(of: &AttributeValue) -> Result<Value, UnknownTypeError> {
    Ok(match of {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(text) => json!({ "N": text }),
        AttributeValue::B(bytes) => json!({ "B": BASE64.encode(bytes) }),
        AttributeValue::Bool(is) => json!({ "BOOL": is }),
        AttributeValue::Null(is) => json!({ "NULL": is }),
        AttributeValue::Ss(all) => json!({ "SS": all }),
        AttributeValue::Ns(all) => json!({ "NS": all }),
        AttributeValue::Bs(all) => {
            json!({ "BS": all.iter().map(|one| BASE64.encode(one)).collect::<Vec<_>>() })
        }
        AttributeValue::L(all) => {
            json!({ "L": all.iter().map(value).collect::<Result<Vec<_>, _>>()? })
        }
        AttributeValue::M(all) => json!({ "M": to_value(all)? }),
        _ => return Err(UnknownTypeError),
    })
}

fn item(value: Value) -> Result<Item, &'static str> {
    let Value::Object(all) = value else { return Err("attributes have to be an object") };
    all.into_iter().map(|(name, value)| Ok((name, typed(value)?))).collect()
}

fn typed(value: Value) -> Result<AttributeValue, &'static str> {
    let Value::Object(all) = value else { return Err("a value has to be an object") };
    let (kind, value) = only(all).ok_or("a value has to have exactly one type")?;
    let typed = match kind.as_str() {
        "S" => AttributeValue::S(text(value)?),
        "N" => AttributeValue::N(number(value)?),
        "B" => AttributeValue::B(binary(value)?),
        "BOOL" => AttributeValue::Bool(value.as_bool().ok_or("BOOL has to be true or false")?),
        "NULL" => AttributeValue::Null(value.as_bool().ok_or("NULL has to be true or false")?),
        "SS" => AttributeValue::Ss(members(value, text)?),
        "NS" => AttributeValue::Ns(members(value, number)?),
        "BS" => AttributeValue::Bs(members(value, binary)?),
        "L" => AttributeValue::L(members(value, typed)?),
        "M" => AttributeValue::M(item(value)?),
        _ => return Err("a value has a type that there is not"),
    };
    match is_set_of_some(&typed) {
        true => Ok(typed),
        false => Err("a set has to have members, each once"),
    }
}

fn only(all: Map<String, Value>) -> Option<(String, Value)> {
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none())
}

fn text(value: Value) -> Result<String, &'static str> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("S, N and B have to be text"),
    }
}

fn number(value: Value) -> Result<String, &'static str> {
    let text = text(value)?;
    let fits = |number: Decimal| number.significant_digits() <= MAX_DIGITS;
    match Decimal::parse(&text).is_some_and(fits) {
        true => Ok(text),
        false => Err("N has to be a number of at most 38 digits"),
    }
}

fn binary(value: Value) -> Result<Blob, &'static str> {
    BASE64.decode(text(value)?).map(Blob::new).map_err(|_| "B has to be base64")
}

fn members<T>(
    value: Value,
    each: impl Fn(Value) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    match value {
        Value::Array(all) => all.into_iter().map(each).collect(),
        _ => Err("SS, NS, BS and L have to be lists"),
    }
}

/// Whether it is no set, or one that DynamoDB could have. The canonical form of a set has each member
/// once, in a form whose length grows with each.
fn is_set_of_some(value: &AttributeValue) -> bool {
    let single = |value: AttributeValue| canonical_value(&value);
    let all: Vec<Vec<u8>> = match value {
        AttributeValue::Ss(all) => all.iter().cloned().map(AttributeValue::S).map(single).collect(),
        AttributeValue::Ns(all) => all.iter().cloned().map(AttributeValue::N).map(single).collect(),
        AttributeValue::Bs(all) => all.iter().cloned().map(AttributeValue::B).map(single).collect(),
        _ => return true,
    };
    let count = all.len();
    count > 0 && all.into_iter().collect::<std::collections::HashSet<_>>().len() == count
}

#[cfg(test)]
mod tests {
    use AttributeValue::{B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_type_keeps_what_it_is() {
        let text = |text: &str| text.to_owned();
        let digits = "-1234567890.1234567890123456789012345678";
        let item: Item = [
            (text("text"), S(text("\u{0}\"ä\n\u{1f40d}"))),
            (text("empty"), S(String::new())),
            (text("1 number"), N(text("1.0"))),
            (text("digits"), N(text(digits))),
            (text("binary"), B(Blob::new([0, 255]))),
            (text("no bytes"), B(Blob::new([]))),
            (text("yes"), Bool(true)),
            (text("null"), Null(true)),
            (text("texts"), Ss(vec![text(""), text("1")])),
            (text("numbers"), Ns(vec![text("1"), text(digits)])),
            (text("binaries"), Bs(vec![Blob::new([]), Blob::new([7])])),
            (text("list"), L(vec![L(vec![]), M(Item::new()), N(text("1E+125"))])),
            (text(""), M([(text("S"), S(text("N")))].into())),
        ]
        .into();
        let line = encode(&item).unwrap();
        assert!(
            !line.contains('\n') && line.starts_with(r#"{"":{"M":{"S":{"S":"N"}}},"1 num"#),
            "{line}"
        );
        assert!(line.contains(r#""binary":{"B":"AP8="}"#) && line.contains(digits), "{line}");
        assert_eq!(decode(&line), Ok(item));
    }

    #[test]
    fn what_is_no_item_is_refused_without_showing_it() {
        for (line, told) in [
            ("", "column 0: it is no JSON"),
            (r#"{"secret":{"S":"a"}"#, "column 19: it is no JSON"),
            ("[]", "attributes have to be an object"),
            (r#"{"secret":"a"}"#, "a value has to be an object"),
            (r#"{"secret":{}}"#, "exactly one type"),
            (r#"{"secret":{"S":"a","N":"1"}}"#, "exactly one type"),
            (r#"{"secret":{"X":"a"}}"#, "a type that there is not"),
            (r#"{"secret":{"N":1}}"#, "have to be text"),
            (r#"{"secret":{"N":"one"}}"#, "a number"),
            (r#"{"secret":{"N":"123456789012345678901234567890123456789"}}"#, "38 digits"),
            (r#"{"secret":{"B":"*"}}"#, "base64"),
            (r#"{"secret":{"SS":[]}}"#, "a set has to have members, each once"),
            (r#"{"secret":{"NS":["1","1.0"]}}"#, "a set has to have members, each once"),
            (r#"{"secret":{"L":{}}}"#, "have to be lists"),
        ] {
            let error = decode(line).map_err(|error| error.to_string());
            let right = |error: &String| error.contains(told) && !error.contains("secret");
            assert!(error.as_ref().is_err_and(right), "{line}: {error:?}");
        }
    }

    #[test]
    fn what_dynamodb_can_nest_can_be_read() {
        let nest = |inner, n: i32| {
            if n % 2 == 0 { L(vec![inner]) } else { M([("k".to_owned(), inner)].into()) }
        };
        let deep: Item = [("deep".to_owned(), (0..32).fold(Null(true), nest))].into();
        assert_eq!(decode(&encode(&deep).unwrap()), Ok(deep));
    }

    fn number() -> impl Strategy<Value = String> {
        "-?[1-9][0-9]{0,19}(\\.[0-9]{1,18})?(E[+-]?[0-9]{1,2})?"
    }

    fn any_value() -> impl Strategy<Value = AttributeValue> {
        let bytes = || prop::collection::vec(any::<u8>(), 0..9);
        let blobs = prop::collection::btree_set(bytes(), 1..4);
        let leaf = prop_oneof![
            any::<String>().prop_map(S),
            number().prop_map(N),
            bytes().prop_map(|bytes| B(Blob::new(bytes))),
            any::<bool>().prop_map(Bool),
            Just(Null(true)),
            prop::collection::btree_set(any::<String>(), 1..4)
                .prop_map(|all| Ss(all.into_iter().collect())),
            prop::collection::btree_set(0..999_u32, 1..4)
                .prop_map(|all| Ns(all.iter().map(u32::to_string).collect())),
            blobs.prop_map(|all| Bs(all.into_iter().map(Blob::new).collect())),
        ];
        leaf.prop_recursive(5, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(L),
                prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(M),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_item_comes_back_as_it_was(
            item in prop::collection::hash_map(any::<String>(), any_value(), 0..6),
        ) {
            let line = encode(&item).unwrap();
            prop_assert!(!line.contains(['\n', '\r']));
            prop_assert_eq!(decode(&line), Ok(item));
        }

        #[test]
        fn whatever_is_in_a_line_it_is_read_or_refused(line in "\\PC*", typed in "\\{\"a\":\\{\"[SNBLM]{1,2}\":[\\[\\]{}\"a1]{0,6}\\}\\}") {
            for text in [line, typed] {
                if let Ok(item) = decode(&text) {
                    prop_assert_eq!(decode(&encode(&item).unwrap()), Ok(item));
                }
            }
        }
    }
}
