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
            Some(list) => requests.get_mut(list),
            None => Some(requests),
        };
        let Some(entries) = entries.and_then(Value::as_array_mut) else {
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
        let entries = list.map_or(Some(requests), |list| requests.get(list));
        entries.and_then(Value::as_array).is_some_and(Vec::is_empty)
    };
    tables.retain(|_, requests| !empty(requests));
    let kept = (!tables.is_empty()).then(|| body.to_string().into());
    Ok(Cut { kept, rest: Rest::Tables(member, rest) })
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
    Ok(Cut { kept: kept.then(|| body.to_string().into()), rest })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entries(value: &Value, list: Option<&str>) -> Vec<Value> {
        let tables = value.as_object().unwrap().values();
        let lists = tables.map(|table| list.map_or(table, |list| &table[list]));
        lists.flat_map(|list| list.as_array().unwrap().clone()).collect()
    }

    proptest! {
        #[test]
        fn what_is_kept_and_what_is_left_are_the_whole(
            sizes in proptest::collection::vec(1..9_usize, 1..5),
            n in 0..40_usize,
            keys in any::<bool>(),
        ) {
            let list = keys.then_some("Keys");
            let mut tables = Map::new();
            for (table, size) in sizes.iter().enumerate() {
                let all: Vec<Value> = (0..*size).map(|entry| json!([table, entry])).collect();
                let requests = if keys { json!({ "Keys": all, "ConsistentRead": true }) } else { all.into() };
                tables.insert(format!("table-{table}"), requests);
            }
            let whole = Value::Object(tables);
            let cut = cut_tables(json!({ "RequestItems": whole }), n, "Rest", list).unwrap();
            let kept = cut.kept.clone().map_or(json!({}), |kept| {
                json::parse(&kept).unwrap()["RequestItems"].take()
            });
            let rest = cut.report(json!({}))["Rest"].take();
            let total: usize = sizes.iter().sum();
            prop_assert_eq!(entries(&kept, list).len(), n.min(total));
            let mut together = entries(&kept, list);
            together.extend(entries(&rest, list));
            prop_assert_eq!(together, entries(&whole, list));
            for table in rest.as_object().unwrap().values().filter(|_| keys) {
                prop_assert_eq!(&table["ConsistentRead"], &json!(true));
            }
        }
    }

    #[test]
    fn malformed_batches_go_on_whole() {
        let body = json!({ "RequestItems": { "orders": 5 } });
        let cut = cut_tables(body.clone(), 1, "UnprocessedKeys", Some("Keys")).unwrap();
        assert_eq!(json::parse(&cut.kept.unwrap()), Ok(body));
    }

    #[test]
    fn leftovers_join_those_of_the_service() {
        let body = json!({ "RequestItems": { "orders": [1, 2, 3] } });
        let cut = cut_tables(body, 2, "UnprocessedItems", None).unwrap();
        let answer = cut.report(json!({ "UnprocessedItems": { "orders": [2] } }));
        assert_eq!(answer["UnprocessedItems"]["orders"], json!([2, 3]));
    }
}
