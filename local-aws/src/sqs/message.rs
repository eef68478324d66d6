//! Messages, their attributes, and the digests that SDKs verify.

use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::crypto::{Checksum, Md5};
use serde_json::{Map, Value};

use super::invalid;
use crate::json::{AwsError, Members};

/// The most attributes of one message:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>.
const MOST_ATTRIBUTES: usize = 10;

/// One message of a queue.
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: Vec<Attribute>,
    /// Milliseconds since 1970.
    pub(super) sent: u64,
    /// Milliseconds since 1970; `None` until it is received.
    pub(super) first_received: Option<u64>,
    /// How often it was received.
    pub(super) received: u64,
    /// When it can be received again.
    pub(super) visible: Instant,
}

/// One message attribute.
#[derive(Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    data_type: String,
    value: AttributeValue,
}

#[derive(Clone)]
enum AttributeValue {
    Text(String),
    Binary(Vec<u8>),
}

impl Message {
    /// What identifies the latest receipt of the message.
    pub(super) fn receipt_handle(&self) -> String {
        BASE64.encode(format!("{} {}", self.id, self.received))
    }
}

/// The message id and the number of the receipt in a handle.
pub(super) fn receipt(handle: &str) -> Result<(String, u64), AwsError> {
    let decoded = BASE64.decode(handle).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let parts = decoded.as_deref().and_then(|text| text.split_once(' '));
    match parts.and_then(|(id, received)| Some((id.to_owned(), received.parse().ok()?))) {
        Some(receipt) => Ok(receipt),
        None => {
            Err(AwsError::new("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
                .with_status(404))
        }
    }
}

/// MD5 in lower-case hexadecimal digits.
pub(super) fn md5_hex(data: &[u8]) -> String {
    Md5::checksum(data).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of message attributes: by name, each part behind its length.
pub(super) fn md5_of_attributes(attributes: &[Attribute]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sorted: Vec<&Attribute> = attributes.iter().collect();
    sorted.sort_by(|one, other| one.name.cmp(&other.name));
    let mut buffer = Vec::new();
    for attribute in sorted {
        append(&mut buffer, attribute.name.as_bytes());
        append(&mut buffer, attribute.data_type.as_bytes());
        let (kind, value) = match &attribute.value {
            AttributeValue::Text(text) => (1, text.as_bytes()),
            AttributeValue::Binary(bytes) => (2, bytes.as_slice()),
        };
        buffer.push(kind);
        append(&mut buffer, value);
    }
    Some(md5_hex(&buffer))
}

fn append(buffer: &mut Vec<u8>, part: &[u8]) {
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    buffer.extend(length.to_be_bytes());
    buffer.extend(part);
}

impl Attribute {
    /// Reads the `MessageAttributes` of a request.
    pub(super) fn read_all(members: Members<'_>) -> Result<Vec<Attribute>, AwsError> {
        let given = match members.0.get("MessageAttributes") {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(AwsError::serialization("MessageAttributes is not a map")),
        };
        if given.len() > MOST_ATTRIBUTES {
            return Err(invalid(
                "Number of message attributes [more than 10] exceeds the allowed maximum [10].",
            ));
        }
        given.iter().map(|(name, value)| Attribute::read(name, Members(value))).collect()
    }

    fn read(name: &str, members: Members<'_>) -> Result<Attribute, AwsError> {
        let data_type = members.str("DataType")?.unwrap_or_default();
        let empty = || {
            invalid(format!(
                "The message attribute '{name}' must contain a non-empty message attribute value."
            ))
        };
        let value = match data_type.split('.').next() {
            Some("String" | "Number") => AttributeValue::Text(
                members
                    .str("StringValue")?
                    .filter(|text| !text.is_empty())
                    .ok_or_else(empty)?
                    .to_owned(),
            ),
            Some("Binary") => {
                let text = members
                    .str("BinaryValue")?
                    .filter(|text| !text.is_empty())
                    .ok_or_else(empty)?;
                let bytes = BASE64.decode(text);
                AttributeValue::Binary(
                    bytes.map_err(|_| AwsError::serialization("BinaryValue is not base64"))?,
                )
            }
            _ => {
                return Err(invalid(format!(
                    "The type of message attribute '{name}' is invalid. You must use only the \
                     following supported type prefixes: Binary, Number, String."
                )));
            }
        };
        Ok(Attribute { name: name.to_owned(), data_type: data_type.to_owned(), value })
    }

    /// The bytes that count towards the size of a message.
    pub(super) fn size(&self) -> usize {
        let value = match &self.value {
            AttributeValue::Text(text) => text.len(),
            AttributeValue::Binary(bytes) => bytes.len(),
        };
        self.name.len() + self.data_type.len() + value
    }

    /// The attribute as an answer shows it.
    pub(super) fn shown(&self) -> Value {
        let (member, value) = match &self.value {
            AttributeValue::Text(text) => ("StringValue", text.clone()),
            AttributeValue::Binary(bytes) => ("BinaryValue", BASE64.encode(bytes)),
        };
        let mut shown = Map::new();
        shown.insert("DataType".to_owned(), Value::String(self.data_type.clone()));
        shown.insert(member.to_owned(), Value::String(value));
        Value::Object(shown)
    }
}
