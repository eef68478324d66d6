//! SQS: standard queues with visibility timeouts, delays and batches, over its JSON protocol.
//!
//! Emulated: CreateQueue, GetQueueUrl, ListQueues, DeleteQueue, PurgeQueue, GetQueueAttributes,
//! SetQueueAttributes, SendMessage, ReceiveMessage, DeleteMessage, ChangeMessageVisibility and the
//! three batches. A receive waits as long as it is told to; messages do not expire. FIFO queues,
//! dead-letter queues and permissions are refused. API:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>.

mod attributes;
mod batch;
mod errors;
mod message;
mod queue;
mod queues;
mod receive;
mod send;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub(crate) use self::errors::names as error_names;
use self::queue::{Queue, after};
use crate::ACCOUNT_ID;
use crate::json::{AwsError, Members};
use crate::shared::Shared;

/// The queues of one world. A clone is another handle on the same queues.
#[derive(Clone, Debug)]
pub struct Store {
    endpoint: String,
    queues: Shared<BTreeMap<String, Queue>>,
    /// Something has changed that a waiting receive may be about.
    changed: Arc<Notify>,
}

impl Store {
    /// No queues yet; queue URLs start with `endpoint` (no slash at its end).
    pub(crate) fn new(endpoint: &str) -> Self {
        Store { endpoint: endpoint.to_owned(), queues: Shared::default(), changed: Arc::default() }
    }

    /// Answers one call; `region` is the one the request was signed for. Only a receive can wait.
    pub(crate) async fn handle(
        &self,
        operation: &str,
        body: &Value,
        region: &str,
    ) -> Result<Value, AwsError> {
        if operation == "ReceiveMessage" {
            return self.receive(Members(body)).await;
        }
        let answer = self.answer(operation, Members(body), region);
        self.changed.notify_waiters();
        answer
    }

    /// `ReceiveMessage`: waits until a message is there, or as long as was asked for.
    async fn receive(&self, members: Members<'_>) -> Result<Value, AwsError> {
        let mut deadline = None;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Listen before looking, or a change in between is missed.
            changed.as_mut().enable();
            let (answer, next) = {
                let queues = &mut *self.queues.lock();
                let queue = queue(queues, members)?;
                let deadline = match deadline {
                    Some(deadline) => deadline,
                    None => *deadline.insert(after(receive::wait_seconds(queue, members)?)),
                };
                let answer = receive::receive(queue, members)?;
                (answer, queue.next_visible().map_or(deadline, |next| next.min(deadline)))
            };
            let over = deadline.is_none_or(|deadline| deadline <= std::time::Instant::now());
            if over || answer.get("Messages").is_some() {
                return Ok(answer);
            }
            tokio::select! {
                () = changed => {}
                () = sleep_until(Instant::from_std(next)) => {}
            }
        }
    }

    fn answer(
        &self,
        operation: &str,
        members: Members<'_>,
        region: &str,
    ) -> Result<Value, AwsError> {
        let queues = &mut *self.queues.lock();
        match operation {
            "CreateQueue" => queues::create(queues, members, &self.endpoint, region),
            "GetQueueUrl" => queues::url_of(queues, members, &self.endpoint),
            "ListQueues" => queues::list(queues, members, &self.endpoint),
            "DeleteQueue" => queues::delete(queues, members),
            "PurgeQueue" => queue(queues, members).map(Queue::purge),
            "GetQueueAttributes" => attributes::get(queue(queues, members)?, members),
            "SetQueueAttributes" => attributes::set(queue(queues, members)?, members),
            "SendMessage" => send::one(queue(queues, members)?, members),
            "SendMessageBatch" => batch::send(queue(queues, members)?, members),
            "DeleteMessage" => receive::delete(queue(queues, members)?, members),
            "DeleteMessageBatch" => batch::delete(queue(queues, members)?, members),
            "ChangeMessageVisibility" => {
                receive::change_visibility(queue(queues, members)?, members)
            }
            "ChangeMessageVisibilityBatch" => {
                batch::change_visibility(queue(queues, members)?, members)
            }
            _ => Err(AwsError::unknown_operation("sqs", operation)),
        }
    }

    /// Makes a queue with default attributes, unless it is there already; answers its URL.
    pub fn create_queue(&self, name: &str) -> String {
        self.queues
            .lock()
            .entry(name.to_owned())
            .or_insert_with(|| Queue::new(name, crate::REGION));
        queues::url(&self.endpoint, name)
    }

    /// The bodies of the messages that have not been deleted, oldest first, whether visible or not;
    /// none where there is no such queue.
    pub fn messages(&self, queue: &str) -> Vec<String> {
        let queues = self.queues.lock();
        let messages = queues.get(queue).into_iter().flat_map(|queue| &queue.messages);
        messages.map(|message| message.body.clone()).collect()
    }
}

/// The queue that a request's URL names. Any host will do: names inside and outside a container
/// differ.
fn queue<'q>(
    queues: &'q mut BTreeMap<String, Queue>,
    members: Members<'_>,
) -> Result<&'q mut Queue, AwsError> {
    let name = queue_name(members)?;
    queues.get_mut(name).ok_or_else(no_such_queue)
}

fn queue_name<'a>(members: Members<'a>) -> Result<&'a str, AwsError> {
    let url = required(members, "QueueUrl")?;
    let mut segments = url.trim_end_matches('/').rsplit('/');
    match (segments.next(), segments.next()) {
        (Some(name), Some(account)) if account == ACCOUNT_ID => Ok(name),
        _ => Err(AwsError::new(
            "InvalidAddress",
            format!("The address {url} is not valid for this endpoint."),
        )),
    }
}

fn no_such_queue() -> AwsError {
    AwsError::new("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
}

/// A member that has to be there.
fn required<'a>(members: Members<'a>, name: &str) -> Result<&'a str, AwsError> {
    match members.str(name)? {
        Some(text) if !text.is_empty() => Ok(text),
        _ => Err(AwsError::new(
            "MissingParameter",
            format!("The request must contain the parameter {name}."),
        )),
    }
}

/// A whole number within bounds, if it is there.
fn bounded(
    members: Members<'_>,
    name: &str,
    least: i64,
    most: i64,
) -> Result<Option<u64>, AwsError> {
    match members.integer(name)? {
        None => Ok(None),
        Some(number) if (least..=most).contains(&number) => Ok(Some(number.unsigned_abs())),
        Some(number) => Err(invalid(format!(
            "Value {number} for parameter {name} is invalid. Reason: Must be between {least} and \
             {most}, if provided."
        ))),
    }
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValue", message)
}

/// Refuses members that this emulator would have to ignore.
fn only(members: Members<'_>, operation: &str, known: &[&str]) -> Result<(), AwsError> {
    let given = members.0.as_object().into_iter().flatten();
    match given.map(|(name, _)| name.as_str()).find(|name| !known.contains(name)) {
        None => Ok(()),
        Some(name) => Err(AwsError::unknown_operation("sqs", &format!("{operation} with {name}"))),
    }
}
