//! Receiving messages, and what is done with what was received.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::attributes::visibility_timeout;
use super::message::{Attribute, Message, md5_hex, md5_of_attributes, receipt};
use super::queue::{Queue, after};
use super::{bounded, invalid, only, required};
use crate::ACCOUNT_ID;
use crate::clock::milliseconds;
use crate::json::{AwsError, Members};

/// `ReceiveMessage`: hides what it hands out.
pub(super) fn receive(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    const KNOWN: [&str; 7] = [
        "QueueUrl",
        "AttributeNames",
        "MessageSystemAttributeNames",
        "MessageAttributeNames",
        "MaxNumberOfMessages",
        "VisibilityTimeout",
        "WaitTimeSeconds",
    ];
    only(members, "ReceiveMessage", &KNOWN)?;
    let most = bounded(members, "MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
    let timeout = visibility_timeout(members)?.unwrap_or(queue.settings.visibility_timeout);
    let system =
        [members.strings("AttributeNames")?, members.strings("MessageSystemAttributeNames")?]
            .concat();
    let own = members.strings("MessageAttributeNames")?;

    let now = Instant::now();
    let visible = queue.messages.iter_mut().filter(|message| message.visible <= now);
    let taken: Vec<Value> = visible
        .take(usize::try_from(most).unwrap_or_default())
        .map(|message| {
            message.received += 1;
            message.visible = after(timeout);
            message.first_received.get_or_insert_with(milliseconds);
            shown(message, &system, &own)
        })
        .collect();
    Ok(if taken.is_empty() { json!({}) } else { json!({ "Messages": taken }) })
}

/// How long a receive waits for a message, in seconds.
pub(super) fn wait_seconds(queue: &Queue, members: Members<'_>) -> Result<u64, AwsError> {
    let wanted = bounded(members, "WaitTimeSeconds", 0, 20)?;
    Ok(wanted.unwrap_or(queue.settings.receive_wait))
}

fn shown(message: &Message, system: &[&str], own: &[&str]) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle(),
        "Body": message.body,
        "MD5OfBody": md5_hex(message.body.as_bytes()),
    });
    let known = [
        ("SenderId", ACCOUNT_ID.to_owned()),
        ("SentTimestamp", message.sent.to_string()),
        ("ApproximateReceiveCount", message.received.to_string()),
        (
            "ApproximateFirstReceiveTimestamp",
            message.first_received.unwrap_or_default().to_string(),
        ),
    ];
    let chosen: Map<String, Value> = known
        .into_iter()
        .filter(|(name, _)| system.contains(name) || system.contains(&"All"))
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect();
    if !chosen.is_empty() {
        shown["Attributes"] = Value::Object(chosen);
    }
    let chosen: Vec<Attribute> = message
        .attributes
        .iter()
        .filter(|attribute| wanted(&attribute.name, own))
        .cloned()
        .collect();
    if let Some(digest) = md5_of_attributes(&chosen) {
        shown["MD5OfMessageAttributes"] = json!(digest);
        shown["MessageAttributes"] = chosen
            .iter()
            .map(|attribute| (attribute.name.clone(), attribute.shown()))
            .collect::<Map<_, _>>()
            .into();
    }
    shown
}

/// Whether an attribute is asked for: by name, by a prefix that ends in `.*`, or with all others.
fn wanted(name: &str, names: &[&str]) -> bool {
    names.iter().any(|wanted| match wanted.strip_suffix(".*") {
        Some(prefix) => name.starts_with(prefix),
        None => *wanted == "All" || *wanted == name,
    })
}

/// `DeleteMessage`.
pub(super) fn delete(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    let (id, received) = receipt(required(members, "ReceiptHandle")?)?;
    // A handle from an earlier receipt is accepted and deletes nothing.
    queue.messages.retain(|message| message.id != id || message.received != received);
    Ok(json!({}))
}

/// `ChangeMessageVisibility`.
pub(super) fn change_visibility(
    queue: &mut Queue,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let (id, received) = receipt(required(members, "ReceiptHandle")?)?;
    let Some(seconds) = visibility_timeout(members)? else {
        return Err(AwsError::new(
            "MissingParameter",
            "The request must contain the parameter VisibilityTimeout.",
        ));
    };
    let Some(message) = queue.messages.iter_mut().find(|message| message.id == id) else {
        return Err(invalid(
            "Value for parameter ReceiptHandle is invalid. Reason: Message does not exist or is \
             not available for visibility timeout change.",
        ));
    };
    if message.received != received || message.visible <= Instant::now() {
        return Err(AwsError::new(
            "AWS.SimpleQueueService.MessageNotInflight",
            "The specified message isn't in flight.",
        ));
    }
    message.visible = after(seconds);
    Ok(json!({}))
}
