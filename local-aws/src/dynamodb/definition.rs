//! From a table's description to the request that makes the same table again.
//!
//! What a restored table has of the old one, and what it has not (streams, time to live, tags,
//! deletion protection):
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_HowItWorks.html>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::json::{AwsError, Members};

/// What only a description of an index has.
const OBSERVED: [&str; 5] =
    ["IndexArn", "IndexStatus", "ItemCount", "IndexSizeBytes", "Backfilling"];

/// The lists of indexes of a table; those that a restore can override first.
const INDEXES: [&str; 3] = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes", "VectorIndexes"];

/// The `CreateTable` request for `name` with the definition in `table`, a `TableDescription`.
pub(super) fn create_request(name: &str, table: &Value) -> Value {
    let mut request = json!({ "TableName": name });
    for member in ["KeySchema", "AttributeDefinitions", "OnDemandThroughput"] {
        copy(&mut request, member, table.get(member));
    }
    request["BillingMode"] = billing_mode(table).into();
    if billing_mode(table) == "PROVISIONED" {
        copy(&mut request, "ProvisionedThroughput", capacity(table).as_ref());
    }
    copy(&mut request, "TableClass", table.pointer("/TableClassSummary/TableClass"));
    if let Some(encryption) = table.get("SSEDescription") {
        let mut specification = json!({ "Enabled": true });
        copy(&mut specification, "SSEType", encryption.get("SSEType"));
        copy(&mut specification, "KMSMasterKeyId", encryption.get("KMSMasterKeyArn"));
        request["SSESpecification"] = specification;
    }
    for member in INDEXES {
        let Some(indexes) = table.get(member).and_then(Value::as_array) else { continue };
        let indexes = indexes.iter().map(|index| index_definition(index, billing_mode(table)));
        request[member] = indexes.collect();
    }
    request
}

/// The same request with what a restore wants otherwise.
pub(super) fn with_overrides(mut request: Value, members: Members<'_>) -> Result<Value, AwsError> {
    if let Some(mode) = members.str("BillingModeOverride")? {
        request["BillingMode"] = mode.into();
        if mode == "PAY_PER_REQUEST" {
            without_capacity(&mut request);
        }
    }
    for (member, over) in [
        ("ProvisionedThroughput", "ProvisionedThroughputOverride"),
        ("OnDemandThroughput", "OnDemandThroughputOverride"),
        ("SSESpecification", "SSESpecificationOverride"),
    ] {
        copy(&mut request, member, members.0.get(over));
    }
    for (member, over) in [
        ("GlobalSecondaryIndexes", "GlobalSecondaryIndexOverride"),
        ("LocalSecondaryIndexes", "LocalSecondaryIndexOverride"),
    ] {
        if members.0.get(over).is_some_and(|indexes| !indexes.is_null()) {
            let wanted = members.list(over)?;
            let known = request[member].as_array().map_or(&[][..], Vec::as_slice);
            if let Some(strange) = wanted.iter().find(|index| !is_one_of(index, known)) {
                return Err(AwsError::validation(format!(
                    "{over} names an index that the source does not have: {}",
                    strange.get("IndexName").and_then(Value::as_str).unwrap_or_default()
                )));
            }
            request[member] = wanted.into();
        }
    }
    Ok(without_unused(request))
}

/// How the capacity of a described table is paid for.
pub(super) fn billing_mode(table: &Value) -> &str {
    let mode = table.pointer("/BillingModeSummary/BillingMode").and_then(Value::as_str);
    mode.unwrap_or("PROVISIONED")
}

/// The read and write units of a described table or index, without their history.
pub(super) fn capacity(described: &Value) -> Option<Value> {
    let throughput = described.get("ProvisionedThroughput")?;
    Some(json!({
        "ReadCapacityUnits": throughput.get("ReadCapacityUnits"),
        "WriteCapacityUnits": throughput.get("WriteCapacityUnits"),
    }))
}

fn copy(target: &mut Value, member: &str, value: Option<&Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        target[member] = value.clone();
    }
}

fn index_definition(index: &Value, billing_mode: &str) -> Value {
    let mut definition = index.clone();
    if let Some(members) = definition.as_object_mut() {
        OBSERVED.iter().for_each(|member| drop(members.remove(*member)));
        members.remove("ProvisionedThroughput");
    }
    if billing_mode == "PROVISIONED" {
        copy(&mut definition, "ProvisionedThroughput", capacity(index).as_ref());
    }
    definition
}

fn without_capacity(request: &mut Value) {
    let remove = |members: &mut Map<String, Value>| drop(members.remove("ProvisionedThroughput"));
    request.as_object_mut().map(remove);
    let indexes = request.get_mut("GlobalSecondaryIndexes").and_then(Value::as_array_mut);
    indexes.into_iter().flatten().filter_map(Value::as_object_mut).for_each(remove);
}

/// An override can leave indexes out and give them another capacity, and nothing else.
fn is_one_of(index: &Value, known: &[Value]) -> bool {
    let same = |other: &Value, member: &str| other.get(member) == index.get(member);
    known.iter().any(|other| same(other, "IndexName") && same(other, "KeySchema"))
}

/// Without the attribute definitions of indexes that are not restored, which `CreateTable` refuses,
/// and without empty lists of indexes.
fn without_unused(mut request: Value) -> Value {
    let mut used = BTreeSet::new();
    let Some(members) = request.as_object_mut() else { return request };
    for member in INDEXES {
        if members.get(member).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            members.remove(member);
        }
    }
    for (member, value) in members.iter() {
        if member != "AttributeDefinitions" {
            attribute_names(value, &mut used);
        }
    }
    if let Some(definitions) = members.get_mut("AttributeDefinitions").and_then(Value::as_array_mut)
    {
        let name =
            |definition: &Value| definition.get("AttributeName")?.as_str().map(str::to_owned);
        definitions.retain(|definition| name(definition).is_none_or(|name| used.contains(&name)));
    }
    request
}

fn attribute_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| attribute_names(item, names)),
        Value::Object(members) => {
            let name = members.get("AttributeName").and_then(Value::as_str);
            names.extend(name.map(str::to_owned));
            members.values().for_each(|value| attribute_names(value, names));
        }
        _ => {}
    }
}
