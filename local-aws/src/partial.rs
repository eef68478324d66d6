//! Batches of which only a part is handled.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::json::{self, AwsError};
use crate::request::Request;

/// A batch cut in two: what goes on to the service, and what the answer says about the rest.
pub(crate) struct Cut {
    /// The body that the service sees; `None` if nothing is left of it.
    pub(crate) kept: Option<Bytes>,
    rest: Rest,
}

/// The part that is not handled, in the member of the answer that reports it.
enum Rest {
    /// By table, to be added to what the service itself left over.
    Tables(&'static str, Map<String, Value>),
    /// Failed entries of an SQS batch.
    Failed(Vec<Value>),
}

/// Cuts a JSON batch after its first `n` entries.
pub(crate) fn cut(request: &Request, n: usize) -> Result<Cut, AwsError> {
    let body = json::parse(&request.body)?;
    match (request.service, request.operation.as_str()) {
        ("dynamodb", "BatchWriteItem") => cut_tables(body, n, "UnprocessedItems", None),
        ("dynamodb", "BatchGetItem") => cut_tables(body, n, "UnprocessedKeys", Some("Keys")),
        ("sqs", "SendMessageBatch" | "DeleteMessageBatch" | "ChangeMessageVisibilityBatch") => {
            cut_entries(body, n)
        }
        (service, operation) => Err(AwsError::new(
            "InternalFailure",
            format!("local-aws: a partial effect does not apply to {service}:{operation}"),
        )
        .with_status(500)),
    }
}

impl Cut {
    /// The service's successful answer with the rest reported in it.
    pub(crate) fn report(self, mut answer: Value) -> Value {
        let Some(members) = answer.as_object_mut() else {
            return answer;
        };
        match self.rest {
            Rest::Tables(member, tables) => {
                let unprocessed = members.entry(member).or_insert_with(|| json!({}));
                for (table, requests) in tables {
                    append(&mut unprocessed[table.as_str()], requests);
                }
            }
            Rest::Failed(entries) => {
                append(members.entry("Failed").or_insert(json!([])), entries.into())
            }
        }
        answer
    }
}

/// Adds to what the service left over itself: lists grow, `Keys` lists inside objects too.
fn append(target: &mut Value, more: Value) {
    match (target, more) {
        (Value::Array(list), Value::Array(more)) => list.extend(more),
        (Value::Object(members), Value::Object(mut more)) if members.contains_key("Keys") => {
            append(&mut members["Keys"], more["Keys"].take());
        }
        (target, more) => *target = more,
    }
}

/// `RequestItems` maps tables to lists, or to objects that hold the list in `list`.
fn cut_tables(
    mut body: Value,
    mut n: usize,
    member: &'static str,
    list: Option<&str>,
) -> Result<Cut, AwsError> {
    let tables = body
        .get_mut("RequestItems")
        .and_then(Value::as_object_mut)
        .ok_or_else(|| AwsError::validation("RequestItems is missing"))?;
    let mut rest = Map::new();
    for (table, requests) in tables.iter_mut() {
        let mut left = requests.clone();
        let entries = match list {
            Some(list) => &mut requests[list],
            None => requests,
        };
        let Some(entries) = entries.as_array_mut() else {
            continue;
        };
        let tail = entries.split_off(n.min(entries.len()));
        n -= entries.len();
        if tail.is_empty() {
            continue;
        }
        match list {
            Some(list) => left[list] = tail.into(),
            None => left = tail.into(),
        }
        rest.insert(table.clone(), left);
    }
    let empty = |requests: &Value| {
        let entries = list.map_or(requests, |list| &requests[list]);
        entries.as_array().is_none_or(Vec::is_empty)
    };
    tables.retain(|_, requests| !empty(requests));
    let kept = (!tables.is_empty()).then(|| body.to_string().into());
    Ok(Cut {
        kept,
        rest: Rest::Tables(member, rest),
    })
}

fn cut_entries(mut body: Value, n: usize) -> Result<Cut, AwsError> {
    let entries = body
        .get_mut("Entries")
        .and_then(Value::as_array_mut)
        .ok_or_else(|| AwsError::validation("Entries is missing"))?;
    let tail = entries.split_off(n.min(entries.len()));
    let kept = !entries.is_empty();
    let failed = tail.iter().map(|entry| {
        json!({
            "Id": entry.get("Id"),
            "SenderFault": false,
            "Code": "InternalError",
            "Message": "not processed",
        })
    });
    let rest = Rest::Failed(failed.collect());
    Ok(Cut {
        kept: kept.then(|| body.to_string().into()),
        rest,
    })
}
