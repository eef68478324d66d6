//! Objects whose content becomes items of the user storage: artifacts and workflow templates.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::amplify::tables::storage_item::storage_item;
use crate::engine::item::Item;
use crate::engine::size::{MAX_ITEM_BYTES, item_bytes};
use crate::formats::decimals::attribute;
use crate::formats::json::{Json, parse};
use crate::formats::python_literal::repair;

/// Why an object does not become an item. It stays, and so does what points to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoItemError {
    /// It is none that the application would read.
    #[error("its content cannot be stored: {0}")]
    Unreadable(String),
    /// DynamoDB takes 400 KB.
    #[error(
        "it would be an item of {0} bytes, and DynamoDB takes 400 KB: it is read from the bucket as before"
    )]
    TooLarge(usize),
}

/// The item of an object's content, written at that time (seconds since 1970), under this key.
///
/// Texts in lists that are Python's way to write a map become maps, as the application makes of them.
///
/// # Errors
///
/// When it is no JSON object, has something in it that DynamoDB does not store, or is too large.
///
/// ```
/// use migration_tools::amplify::objects::item_of;
///
/// let body = br#"{"steps": ["{'tool': 'search', 'n': 'x'}"]}"#;
/// let item = item_of(("ada#amplify-workflows#workflow-templates", "9c1f"), body, 1_741_170_000);
/// assert!(item.is_ok_and(|item| item["data"].as_m().is_ok()));
/// assert!(item_of(("ada#x#y", "1"), b"[]", 0).is_err());
/// ```
pub fn item_of((pk, sk): (&str, &str), body: &[u8], modified: i64) -> Result<Item, NoItemError> {
    let parsed = parse(body).map_err(|error| NoItemError::Unreadable(error.to_string()))?;
    let mut value = parsed.value;
    if !matches!(value, Json::Map(_)) {
        return Err(NoItemError::Unreadable("it is no JSON object".to_owned()));
    }
    repair(&mut value);
    let data = attribute(&value).map_err(|error| NoItemError::Unreadable(error.why.to_string()))?;
    let AttributeValue::M(data) = data else {
        return Err(NoItemError::Unreadable("it is no JSON object".to_owned()));
    };
    let item = storage_item(pk, sk, data, modified);
    match item_bytes(&item) {
        bytes if bytes > MAX_ITEM_BYTES => Err(NoItemError::TooLarge(bytes)),
        _ => Ok(item),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue::{L, M, N, S};

    use super::*;

    #[test]
    fn an_artifact_is_stored_as_the_application_reads_it() {
        let body =
            br#"{"artifactId":"Game:v3-20250305","version":3,"contents":[60,104,256],"tags":[]}"#;
        let pk = "lovelaa1#amplify-artifacts#artifact-content";
        let item = item_of((pk, "20250305/Game:v3"), body, 1_762_770_000).unwrap();
        for (name, text) in [
            ("PK", pk),
            ("SK", "20250305/Game:v3"),
            ("itemId", "20250305/Game:v3"),
            ("appId", "lovelaa1#amplify-artifacts"),
            ("entityType", "artifact-content"),
        ] {
            assert_eq!(item[name], S(text.to_owned()), "{name}");
        }
        assert_eq!(item["createdAt"], N("1762770000".to_owned()));
        let data = item["data"].as_m().unwrap();
        let codes = ["60", "104", "256"].map(|code| N(code.to_owned())).to_vec();
        assert_eq!(data["contents"], L(codes));
        let again = item_of((pk, "20250305/Game:v3"), body, 1_762_770_000).unwrap();
        assert_eq!(item, again, "its UUID follows from its key");
    }

    #[test]
    fn what_was_written_in_python_becomes_a_map() {
        let body = br#"{"steps":["{'tool': 'search', 'args': 'news'}",{"wait":1.5}]}"#;
        let item = item_of(("a#b#c", "1"), body, 0).unwrap();
        let steps = item["data"].as_m().unwrap()["steps"].as_l().unwrap();
        assert!(matches!(&steps[0], M(step) if step["tool"] == S("search".to_owned())));
        assert_eq!(steps[1].as_m().unwrap()["wait"], N("1.5".to_owned()));
    }

    #[test]
    fn what_cannot_be_stored_is_said_without_its_content() {
        let large = format!(r#"{{"canary":"{}"}}"#, "x".repeat(420_000));
        for (body, part) in [
            (&b"{\"canary\": NaN}"[..], "not a finite number"),
            (b"{\"canary\": 1", "line 1"),
            (b"\xff", "UTF-8"),
            (b"", "line 1"),
            (b"[\"canary\"]", "no JSON object"),
            (large.as_bytes(), "400 KB"),
        ] {
            let error = item_of(("a#b#c", "1"), body, 0).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
