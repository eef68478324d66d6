//! The documented size limits of batch calls, watched on every request.
//!
//! An emulator that accepts too much must not hide a caller that asks for too much, so the watch does
//! not depend on how the call is answered.

use serde_json::Value;

/// A request that AWS would have refused for its size.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The service's signing name.
    pub service: &'static str,
    /// The API operation.
    pub operation: String,
    /// What was counted, such as `Names`.
    pub what: &'static str,
    /// How many there were.
    pub found: u64,
    /// How many AWS allows.
    pub limit: u64,
}

/// How the members of a request are counted.
#[derive(Clone, Copy)]
enum Count {
    /// The length of a list member.
    List(&'static str),
    /// The lengths of all lists in a member that maps table names to lists.
    ListsByTable(&'static str),
    /// The lengths of all `Keys` lists in a member that maps table names to requests.
    KeysByTable(&'static str),
    /// A number.
    Number(&'static str),
    /// The `<Object>` elements of an XML body.
    XmlObjects,
}

/// Service, operation, what to count, limit; each from the operation's API reference page.
const LIMITS: &[(&str, &str, Count, u64)] = &[
    ("dynamodb", "BatchExecuteStatement", Count::List("Statements"), 25),
    ("dynamodb", "BatchGetItem", Count::KeysByTable("RequestItems"), 100),
    ("dynamodb", "BatchWriteItem", Count::ListsByTable("RequestItems"), 25),
    ("dynamodb", "ExecuteTransaction", Count::List("TransactStatements"), 100),
    ("dynamodb", "ListBackups", Count::Number("Limit"), 100),
    ("dynamodb", "ListTables", Count::Number("Limit"), 100),
    ("dynamodb", "TransactGetItems", Count::List("TransactItems"), 100),
    ("dynamodb", "TransactWriteItems", Count::List("TransactItems"), 100),
    ("ssm", "GetParameters", Count::List("Names"), 10),
    ("ssm", "DeleteParameters", Count::List("Names"), 10),
    ("ssm", "GetParametersByPath", Count::Number("MaxResults"), 10),
    ("ssm", "DescribeParameters", Count::Number("MaxResults"), 50),
    ("ssm", "GetParameterHistory", Count::Number("MaxResults"), 50),
    ("s3", "DeleteObjects", Count::XmlObjects, 1000),
    ("cognito-idp", "ListUsers", Count::Number("Limit"), 60),
    ("cognito-idp", "ListUserPools", Count::Number("MaxResults"), 60),
    ("secretsmanager", "BatchGetSecretValue", Count::List("SecretIdList"), 20),
    ("secretsmanager", "ListSecrets", Count::Number("MaxResults"), 100),
    ("sqs", "SendMessageBatch", Count::List("Entries"), 10),
    ("sqs", "DeleteMessageBatch", Count::List("Entries"), 10),
    ("sqs", "ChangeMessageVisibilityBatch", Count::List("Entries"), 10),
    ("sqs", "ReceiveMessage", Count::Number("MaxNumberOfMessages"), 10),
    ("sqs", "ReceiveMessage", Count::Number("WaitTimeSeconds"), 20),
];

/// The limits this request breaks.
pub(crate) fn check(service: &'static str, operation: &str, body: &[u8]) -> Vec<Violation> {
    LIMITS
        .iter()
        .filter(|(s, o, _, _)| *s == service && *o == operation)
        .filter_map(|(_, _, count, limit)| {
            let (what, found) = measure(*count, body)?;
            (found > *limit).then(|| Violation {
                service,
                operation: operation.to_owned(),
                what,
                found,
                limit: *limit,
            })
        })
        .collect()
}

fn measure(count: Count, body: &[u8]) -> Option<(&'static str, u64)> {
    if let Count::XmlObjects = count {
        let text = std::str::from_utf8(body).ok()?;
        return Some(("Object", length(text.matches("<Object>").count())));
    }
    let body: Value = serde_json::from_slice(body).ok()?;
    match count {
        Count::List(name) => Some((name, length(body.get(name)?.as_array()?.len()))),
        Count::Number(name) => Some((name, body.get(name)?.as_u64()?)),
        Count::ListsByTable(name) => {
            let lists = body.get(name)?.as_object()?.values();
            Some((name, length(lists.filter_map(Value::as_array).map(Vec::len).sum())))
        }
        Count::KeysByTable(name) => {
            let tables = body.get(name)?.as_object()?.values();
            let keys = tables.filter_map(|table| table.get("Keys")?.as_array());
            Some((name, length(keys.map(Vec::len).sum())))
        }
        Count::XmlObjects => None,
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(service: &'static str, operation: &str, body: &Value) -> Option<u64> {
        let violations = check(service, operation, body.to_string().as_bytes());
        violations.first().map(|violation| violation.found)
    }

    #[test]
    fn a_limit_is_reached_but_not_broken_at_its_value() {
        let names = |n: usize| json!({ "Names": vec!["a"; n] });
        assert_eq!(found("ssm", "GetParameters", &names(10)), None);
        assert_eq!(found("ssm", "GetParameters", &names(11)), Some(11));
        assert_eq!(found("ssm", "GetParametersByPath", &json!({ "MaxResults": 11 })), Some(11));
        assert_eq!(found("cognito-idp", "ListUsers", &json!({ "Limit": 61 })), Some(61));
    }

    #[test]
    fn batches_are_counted_over_all_tables() {
        let writes =
            json!({ "RequestItems": { "a": vec![json!({}); 20], "b": vec![json!({}); 6] } });
        assert_eq!(found("dynamodb", "BatchWriteItem", &writes), Some(26));
        let keys = json!({ "RequestItems": {
            "a": { "Keys": vec![json!({}); 60] }, "b": { "Keys": vec![json!({}); 41] },
        } });
        assert_eq!(found("dynamodb", "BatchGetItem", &keys), Some(101));
    }

    #[test]
    fn xml_objects_are_counted() {
        let body = format!("<Delete>{}</Delete>", "<Object><Key>a</Key></Object>".repeat(1001));
        assert_eq!(check("s3", "DeleteObjects", body.as_bytes()).len(), 1);
    }
}
