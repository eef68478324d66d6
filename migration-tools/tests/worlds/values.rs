//! Items from JSON, and values of every type that DynamoDB has.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue::{self, B, Bool, Bs, L, M, N, Ns, Null, S, Ss};
use fastrand::Rng;
use migration_tools::engine::item::Item;
use migration_tools::engine::size::{MAX_ITEM_BYTES, item_bytes};
use serde_json::{Value, json};

/// Tables that get one row of almost 400 KB: one whose rows move, and one where they stay.
pub const LARGE: [&str; 2] = ["AGENT_STATE_DYNAMODB_TABLE", "DB_CONNECTIONS_TABLE"];
/// Bytes that a large row leaves free. New ids take some of them.
const ROOM: usize = 300;

/// An item as JSON. Objects with one field named `$…` are what JSON lacks: `$n` a number as it is
/// spelled, `$ss`, `$ns` and `$bs` sets, `$b` bytes.
pub fn item(of: Value) -> Item {
    let Value::Object(fields) = of else { panic!("an item is an object") };
    fields.into_iter().map(|(name, field)| (name, value(field))).collect()
}

fn value(of: Value) -> AttributeValue {
    match of {
        Value::Null => Null(true),
        Value::Bool(is) => Bool(is),
        Value::Number(number) => N(number.to_string()),
        Value::String(text) => S(text),
        Value::Array(all) => L(all.into_iter().map(value).collect()),
        Value::Object(fields) => match fields.iter().next() {
            Some((name, inner)) if name.starts_with('$') => special(name, inner),
            _ => M(item(Value::Object(fields))),
        },
    }
}

fn special(name: &str, of: &Value) -> AttributeValue {
    let one = || of.as_str().unwrap().to_owned();
    let all = || of.as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned());
    match name {
        "$n" => N(one()),
        "$b" => B(Blob::new(one())),
        "$ss" => Ss(all().collect()),
        "$ns" => Ns(all().collect()),
        "$bs" => Bs(all().map(Blob::new).collect()),
        other => panic!("{other}"),
    }
}

/// The item with some attributes that nobody knows, of all types and at the edges of each.
pub fn with_more(mut item: Item, rng: &mut Rng) -> Item {
    for _ in 0..rng.usize(..4) {
        let at = rng.usize(..16);
        item.insert(format!("zz{at}"), value(edge(at)));
    }
    item
}

fn edge(at: usize) -> Value {
    match at {
        0 => json!({"$n": "12345678901234567890123456789012345678"}),
        1 => json!({"$n": "-0.00000000000000000000000000000000000000000000000000012345"}),
        2 => json!({"$n": "1.500E+3"}),
        3 => json!({"$n": "9.9E+125"}),
        4 => json!({"$n": "100.000"}),
        5 => json!(""),
        6 => json!([]),
        7 => json!({}),
        8 => (0..14).fold(json!("deep"), |inner, _| json!({"m": [inner]})),
        9 => json!({"$ss": ["b", "c", "ä 日"]}),
        10 => json!({"$ns": ["1", "2.50", "-3E2"]}),
        11 => json!({"$bs": ["x", "y"]}),
        12 => json!({"$b": "\u{0}\u{1}bytes"}),
        13 => json!(null),
        14 => json!({"a": true, "b": [false, null, {"$n": "0.10"}]}),
        _ => json!("quotes ' \" \\ and \u{1F980}, lines\nand\ttabs"),
    }
}

/// Makes the item almost as large as can be.
pub fn enlarge(item: &mut Item) {
    pad(item, MAX_ITEM_BYTES - ROOM);
}

/// Makes the item so many bytes large.
pub fn pad(item: &mut Item, bytes: usize) {
    let name = "zzText";
    item.insert(name.to_owned(), S(String::new()));
    item.insert(name.to_owned(), S("x".repeat(bytes - item_bytes(item))));
}
