//! The operations on queues as such.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::queue::Queue;
use super::{bounded, invalid, no_such_queue, only, queue_name, required};
use crate::ACCOUNT_ID;
use crate::json::{AwsError, Members};

/// The largest page of `ListQueues`, and the default.
const PAGE: i64 = 1000;

/// The URL of a queue.
pub(super) fn url(endpoint: &str, name: &str) -> String {
    format!("{endpoint}/{ACCOUNT_ID}/{name}")
}

/// `CreateQueue`, which may be repeated with the same attributes.
pub(super) fn create(
    queues: &mut BTreeMap<String, Queue>,
    members: Members<'_>,
    endpoint: &str,
    region: &str,
) -> Result<Value, AwsError> {
    only(members, "CreateQueue", &["QueueName", "Attributes"])?;
    let name = required(members, "QueueName")?;
    if name.ends_with(".fifo") {
        return Err(AwsError::unknown_operation("sqs", "FIFO queues"));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.len() > 80 || !name.chars().all(allowed) {
        return Err(invalid(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        ));
    }
    let mut queue = Queue::new(name, region);
    queue.settings = queue.settings.with(members)?;
    match queues.get(name) {
        Some(existing) if existing.settings.with(members)? != existing.settings => {
            return Err(AwsError::new(
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for an attribute.",
            ));
        }
        Some(_) => {}
        None => {
            queues.insert(name.to_owned(), queue);
        }
    }
    Ok(json!({ "QueueUrl": url(endpoint, name) }))
}

/// `GetQueueUrl`.
pub(super) fn url_of(
    queues: &mut BTreeMap<String, Queue>,
    members: Members<'_>,
    endpoint: &str,
) -> Result<Value, AwsError> {
    let name = required(members, "QueueName")?;
    let owner = members.str("QueueOwnerAWSAccountId")?;
    if !queues.contains_key(name) || owner.is_some_and(|owner| owner != ACCOUNT_ID) {
        return Err(no_such_queue());
    }
    Ok(json!({ "QueueUrl": url(endpoint, name) }))
}

/// `ListQueues`. As on AWS, there is a token only where a page size was asked for.
pub(super) fn list(
    queues: &mut BTreeMap<String, Queue>,
    members: Members<'_>,
    endpoint: &str,
) -> Result<Value, AwsError> {
    let prefix = members.str("QueueNamePrefix")?.unwrap_or_default();
    let wanted = bounded(members, "MaxResults", 1, PAGE)?;
    let size = usize::try_from(wanted.unwrap_or(PAGE.unsigned_abs())).unwrap_or_default();
    let after = members.str("NextToken")?;
    let mut rest = queues
        .keys()
        .filter(|name| name.starts_with(prefix))
        .filter(|name| after.is_none_or(|after| name.as_str() > after));
    let names: Vec<&String> = rest.by_ref().take(size).collect();
    let mut answer = json!({});
    if !names.is_empty() {
        answer["QueueUrls"] = names.iter().map(|name| url(endpoint, name)).collect();
    }
    if let (Some(_), Some(_), Some(last)) = (wanted, rest.next(), names.last()) {
        answer["NextToken"] = json!(last);
    }
    Ok(answer)
}

/// `DeleteQueue`, with all its messages.
pub(super) fn delete(
    queues: &mut BTreeMap<String, Queue>,
    members: Members<'_>,
) -> Result<Value, AwsError> {
    match queues.remove(queue_name(members)?) {
        Some(_) => Ok(json!({})),
        None => Err(no_such_queue()),
    }
}
