//! The attributes of queues: what can be set, and what is counted.
//!
//! Names and bounds:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::invalid;
use super::queue::Queue;
use crate::clock::seconds;
use crate::json::{AwsError, Members};

/// What a client can set.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Settings {
    /// Seconds.
    pub(super) visibility_timeout: u64,
    /// Seconds.
    pub(super) delay: u64,
    /// Bytes.
    pub(super) largest_message: u64,
    /// Seconds; nothing expires here.
    retention: u64,
    /// Seconds.
    pub(super) receive_wait: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            visibility_timeout: 30,
            delay: 0,
            largest_message: 1_048_576,
            retention: 345_600,
            receive_wait: 0,
        }
    }
}

impl Settings {
    /// Changes what `Attributes` names; all of it or nothing.
    pub(super) fn with(&self, members: Members<'_>) -> Result<Settings, AwsError> {
        let mut settings = self.clone();
        let given = match members.0.get("Attributes") {
            None | Some(Value::Null) => return Ok(settings),
            Some(Value::Object(given)) => given,
            Some(_) => return Err(AwsError::serialization("Attributes is not a map")),
        };
        for (name, value) in given {
            let (setting, least, most) = match name.as_str() {
                "VisibilityTimeout" => (&mut settings.visibility_timeout, 0, 43_200),
                "DelaySeconds" => (&mut settings.delay, 0, 900),
                "MaximumMessageSize" => (&mut settings.largest_message, 1024, 1_048_576),
                "MessageRetentionPeriod" => (&mut settings.retention, 60, 1_209_600),
                "ReceiveMessageWaitTimeSeconds" => (&mut settings.receive_wait, 0, 20),
                other => {
                    return Err(AwsError::unknown_operation(
                        "sqs",
                        &format!("the queue attribute {other}"),
                    ));
                }
            };
            *setting = value
                .as_str()
                .and_then(|text| text.parse().ok())
                .filter(|number| (least..=most).contains(number))
                .ok_or_else(|| {
                    AwsError::new(
                        "InvalidAttributeValue",
                        format!("Invalid value for the parameter {name}."),
                    )
                })?;
        }
        Ok(settings)
    }
}

/// `SetQueueAttributes`.
pub(super) fn set(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    queue.settings = queue.settings.with(members)?;
    queue.modified = seconds();
    Ok(json!({}))
}

/// `GetQueueAttributes`.
pub(super) fn get(queue: &mut Queue, members: Members<'_>) -> Result<Value, AwsError> {
    let all = shown(queue);
    let mut chosen = Map::new();
    for name in members.strings("AttributeNames")? {
        if name == "All" {
            chosen = all.clone();
        } else if let Some(value) = all.get(name) {
            chosen.insert(name.to_owned(), value.clone());
        } else {
            return Err(AwsError::new(
                "InvalidAttributeName",
                format!("Unknown Attribute {name}."),
            ));
        }
    }
    Ok(if chosen.is_empty() { json!({}) } else { json!({ "Attributes": chosen }) })
}

fn shown(queue: &Queue) -> Map<String, Value> {
    let now = Instant::now();
    let hidden = || queue.messages.iter().filter(|message| message.visible > now);
    let delayed = hidden().filter(|message| message.received == 0).count();
    let in_flight = hidden().count() - delayed;
    let settings = &queue.settings;
    let values = [
        ("QueueArn", queue.arn.clone()),
        ("ApproximateNumberOfMessages", (queue.messages.len() - delayed - in_flight).to_string()),
        ("ApproximateNumberOfMessagesNotVisible", in_flight.to_string()),
        ("ApproximateNumberOfMessagesDelayed", delayed.to_string()),
        ("CreatedTimestamp", queue.created.to_string()),
        ("LastModifiedTimestamp", queue.modified.to_string()),
        ("VisibilityTimeout", settings.visibility_timeout.to_string()),
        ("DelaySeconds", settings.delay.to_string()),
        ("MaximumMessageSize", settings.largest_message.to_string()),
        ("MessageRetentionPeriod", settings.retention.to_string()),
        ("ReceiveMessageWaitTimeSeconds", settings.receive_wait.to_string()),
        ("SqsManagedSseEnabled", "true".to_owned()),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}

/// The visibility timeout of a request, bounded as the API bounds it.
pub(super) fn visibility_timeout(members: Members<'_>) -> Result<Option<u64>, AwsError> {
    match members.integer("VisibilityTimeout")? {
        None => Ok(None),
        Some(seconds) if (0..=43_200).contains(&seconds) => Ok(Some(seconds.unsigned_abs())),
        Some(seconds) => Err(invalid(format!(
            "Value {seconds} for parameter VisibilityTimeout is invalid. Reason: Must be between 0 \
             and 43200, if provided."
        ))),
    }
}
