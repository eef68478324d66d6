//! Sending messages.

use serde_json::{Value, json};

use super::message::{Attribute, Message, md5_hex, md5_of_attributes};
use super::queue::{Queue, after};
use super::{bounded, invalid, only, required};
use crate::clock::milliseconds;
use crate::ids;
use crate::json::{AwsError, Members};

/// A message that has been checked and waits to be queued.
pub(super) struct Draft {
    body: String,
    attributes: Vec<Attribute>,
    delay: u64,
}

/// `SendMessage`.
pub(super) fn one(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    only(
        members,
        "SendMessage",
        &["QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes"],
    )?;
    let draft = draft(queue, members)?;
    Ok(enqueue(queue, draft))
}

/// Reads and checks one message.
pub(super) fn draft(queue: &Queue, members: Members<'_>) -> Result<Draft, AwsError> {
    let body = required(members, "MessageBody")?;
    if !body.chars().all(allowed) {
        return Err(AwsError::new(
            "InvalidMessageContents",
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to \
             #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.",
        ));
    }
    let delay = bounded(members, "DelaySeconds", 0, 900)?.unwrap_or(queue.settings.delay);
    let draft = Draft { body: body.to_owned(), attributes: Attribute::read_all(members)?, delay };
    let largest = queue.settings.largest_message;
    if u64::try_from(draft.size()).is_ok_and(|size| size > largest) {
        return Err(invalid(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {largest} \
             bytes."
        )));
    }
    Ok(draft)
}

impl Draft {
    /// Bytes of the body and of the attributes.
    pub(super) fn size(&self) -> usize {
        self.body.len() + self.attributes.iter().map(Attribute::size).sum::<usize>()
    }
}

/// Queues a message; answers what identifies it.
pub(super) fn enqueue(queue: &mut Queue, draft: Draft) -> Value {
    let message = Message {
        id: ids::uuid(),
        body: draft.body,
        attributes: draft.attributes,
        sent: milliseconds(),
        first_received: None,
        received: 0,
        visible: after(draft.delay),
    };
    let mut answer =
        json!({ "MessageId": message.id, "MD5OfMessageBody": md5_hex(message.body.as_bytes()) });
    if let Some(digest) = md5_of_attributes(&message.attributes) {
        answer["MD5OfMessageAttributes"] = json!(digest);
    }
    queue.messages.push_back(message);
    answer
}

fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}
