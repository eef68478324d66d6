//! The three batches: up to ten entries, each with its own outcome.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::queue::Queue;
use super::{invalid, receive, required, send};
use crate::json::{AwsError, Members};

/// The most entries:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>.
const MOST: usize = 10;

/// The most bytes of all messages of a batch.
const MOST_BYTES: usize = 1_048_576;

/// `SendMessageBatch`.
pub(super) fn send(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    let entries = entries(members)?;
    let mut drafts = Vec::with_capacity(entries.len());
    for (_, entry) in &entries {
        for member in ["MessageSystemAttributes", "MessageDeduplicationId", "MessageGroupId"] {
            if !entry.0.get(member).unwrap_or(&Value::Null).is_null() {
                return Err(AwsError::unknown_operation(
                    "sqs",
                    &format!("SendMessageBatch with {member}"),
                ));
            }
        }
        drafts.push(send::draft(queue, *entry));
    }
    if drafts.iter().flatten().map(send::Draft::size).sum::<usize>() > MOST_BYTES {
        return Err(batch_error(
            "AWS.SimpleQueueService.BatchRequestTooLong",
            "Batch requests cannot be longer than 1048576 bytes.",
        ));
    }
    let outcomes = drafts.into_iter().map(|draft| draft.map(|draft| send::enqueue(queue, draft)));
    Ok(answer(&entries, outcomes.collect()))
}

/// `DeleteMessageBatch`.
pub(super) fn delete(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    let entries = entries(members)?;
    let outcomes = entries.iter().map(|(_, entry)| receive::delete(queue, *entry)).collect();
    Ok(answer(&entries, outcomes))
}

/// `ChangeMessageVisibilityBatch`.
pub(super) fn change_visibility(
    queue: &mut Queue,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    let entries = entries(members)?;
    let outcomes =
        entries.iter().map(|(_, entry)| receive::change_visibility(queue, *entry)).collect();
    Ok(answer(&entries, outcomes))
}

/// The entries of a batch that is well-formed as a whole.
fn entries<'a>(members: Members<'a>) -> Result<Vec<(&'a str, Members<'a>)>, AwsError> {
    let list = members.list("Entries")?;
    if list.is_empty() {
        return Err(batch_error(
            "AWS.SimpleQueueService.EmptyBatchRequest",
            "There should be at least one entry in the request.",
        ));
    }
    if list.len() > MOST {
        return Err(batch_error(
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            format!("Maximum number of entries per request are 10. You have sent {}.", list.len()),
        ));
    }
    let mut seen = BTreeSet::new();
    let mut entries = Vec::with_capacity(list.len());
    for entry in list {
        let id = required(Members(entry), "Id")?;
        if id.len() > 80 || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            return Err(batch_error(
                "AWS.SimpleQueueService.InvalidBatchEntryId",
                "A batch entry id can only contain alphanumeric characters, hyphens and \
                 underscores. It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(batch_error(
                "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
        entries.push((id, Members(entry)));
    }
    Ok(entries)
}

fn answer(entries: &[(&str, Members<'_>)], outcomes: Vec<Result<Value, AwsError>>) -> Value {
    let mut successful = Vec::new();
    let mut failed = Vec::new();
    for ((id, _), outcome) in entries.iter().zip(outcomes) {
        match outcome {
            Ok(mut done) => {
                done["Id"] = json!(id);
                successful.push(done);
            }
            Err(error) => {
                failed.push(json!({
                    "Id": id,
                    "Code": error.code,
                    "Message": error.message,
                    "SenderFault": true,
                }));
            }
        }
    }
    json!({ "Successful": successful, "Failed": failed })
}

fn batch_error(code: &str, message: impl Into<String>) -> AwsError {
    AwsError { code: code.to_owned(), ..invalid(message) }
}
