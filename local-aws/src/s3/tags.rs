//! Object tags.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html>.

use http::StatusCode;
use s3s::dto::Tag;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::refusals;
use crate::form;

/// The tags of an object, in the order given.
pub(super) type Tags = Vec<(String, String)>;

const MOST_TAGS: usize = 10;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reads the `x-amz-tagging` header: `k=v&k2=v2`, form-encoded.
pub(super) fn from_header(header: Option<&str>) -> S3Result<Tags> {
    let Some(header) = header else {
        return Ok(Tags::new());
    };
    let mut tags = Tags::new();
    for pair in header.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        tags.push((decode(key)?, decode(value)?));
    }
    check(tags)
}

/// Reads the tags of a request body.
pub(super) fn from_set(set: Vec<Tag>) -> S3Result<Tags> {
    let tags = set
        .into_iter()
        .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
        .collect();
    check(tags)
}

/// The tags as an answer lists them.
pub(super) fn to_set(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag { key: Some(key.clone()), value: Some(value.clone()) })
        .collect()
}

fn check(tags: Tags) -> S3Result<Tags> {
    if tags.len() > MOST_TAGS {
        return Err(refusals::custom(
            "BadRequest",
            StatusCode::BAD_REQUEST,
            "Object tags cannot be greater than 10",
        ));
    }
    for (at, (key, value)) in tags.iter().enumerate() {
        let length = key.chars().count();
        if length == 0 || length > LONGEST_KEY || !allowed(key) {
            return Err(invalid("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > LONGEST_VALUE || !allowed(value) {
            return Err(invalid("The TagValue you have provided is invalid"));
        }
        if tags.iter().take(at).any(|(other, _)| other == key) {
            return Err(invalid("Cannot provide multiple Tags with the same key"));
        }
    }
    Ok(tags)
}

/// Letters, digits and spaces of any script, and a few signs.
fn allowed(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == ' ' || "+-=._:/@".contains(c))
}

fn invalid(message: &'static str) -> S3Error {
    S3Error::with_message(S3ErrorCode::InvalidTag, message)
}

/// Undoes form encoding.
pub(super) fn decode(text: &str) -> S3Result<String> {
    form::decode(text).ok_or_else(malformed)
}

fn malformed() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidArgument,
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters \
         without tag name duplicates.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_decoded_and_checked() {
        let tags = from_header(Some("kind=a+b&owner=Ana%20%C3%89&empty=")).unwrap();
        let expected = [("kind", "a b"), ("owner", "Ana É"), ("empty", "")];
        assert_eq!(tags, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        for bad in ["a=%G1", "a=1&a=2", "=1", "a=%ff", "a=<"] {
            assert!(from_header(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn ten_tags_are_the_most() {
        let tags =
            |count: usize| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&");
        assert!(from_header(Some(&tags(10))).is_ok());
        assert!(from_header(Some(&tags(11))).is_err());
    }
}
