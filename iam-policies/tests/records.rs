//! Tracking records of all writers, and what is no tracking record.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use iam_policies::model::{Inventory, Usage};
use iam_policies::source::{RecordsError, records};
use proptest::prelude::*;
use serde_json::{Value, json};

fn read(items: Value) -> Inventory {
    records(&json!({ "Items": items }).to_string()).unwrap()
}

fn declared(usage: &Usage) -> Vec<&str> {
    usage.declared.keys().map(|used| used.iam()).collect()
}

fn rust_record() -> Value {
    json!({
        "service_var_key": {"S": "files#FILES_TABLE"},
        "service_name": {"S": "files"},
        "var_name": {"S": "FILES_TABLE"},
        "resolved_value": {"S": "files-dev"},
        "parameter_path": {"S": "/amplify/dev/files/FILES_TABLE"},
        "operations": {"SS": ["dynamodb:GetItem", "dynamodb:UpdateItem"]},
        "first_accessed": {"S": "2026-11-01T10:00:00Z"},
        "version": {"S": "7"},
        "function:files::get@files-api": {"M": {
            "path": {"S": "files::get"},
            "lambda": {"S": "files-api"},
            "last_seen": {"S": "2026-11-21"},
            "declared": {"M": {"dynamodb:GetItem": {"S": "2026-11-21"}, "dynamodb:UpdateItem": {"S": "2026-10-01"}}},
            "observed": {"M": {"dynamodb:GetItem": {"S": "2026-11-20"}}},
            "values": {"M": {"files-dev": {"S": "2026-11-21"}}},
            "value_sources": {"M": {"service-parameter": {"S": "2026-11-21"}}},
            "declared_at": {"M": {"src/main.rs:12": {"S": "2026-11-21"}}},
            "versions": {"M": {"7": {"S": "2026-11-21"}}},
            "regions": {"M": {"eu-west-1": {"S": "2026-11-21"}}},
        }},
    })
}

#[test]
fn a_record_of_the_rust_runtime_is_read_per_function() {
    let inventory = read(json!([rust_record()]));
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    let [usage] = inventory.usages.as_slice() else { panic!("{:?}", inventory.usages) };
    assert_eq!(usage.service.as_deref(), Some("files"));
    assert_eq!(usage.function.as_deref(), Some("files::get"));
    assert_eq!(usage.lambda.as_deref(), Some("files-api"));
    assert_eq!(declared(usage), ["dynamodb:GetItem", "dynamodb:UpdateItem"]);
    let days: Vec<_> = usage.declared.values().flatten().map(String::as_str).collect();
    assert_eq!(days, ["2026-11-21", "2026-10-01"]);
    assert!(usage.values.contains_key("files-dev") && usage.regions.contains_key("eu-west-1"));
}

#[test]
fn records_of_the_other_writers_stand_for_their_service() {
    let inventory = read(json!([
        {
            "service_var_key": {"S": "chat#CHATS_TABLE"},
            "resolved_value": {"S": "chats-dev"},
            "operations": {"L": [{"S": "dynamodb:GetItem"}, {"S": "dynamodb:Query"}]},
        },
        {
            "service_var_key": {"S": "web#UPLOADS"},
            "resolved_value": {"S": "uploads-dev"},
            "operations": {"L": [{"S": "GET_OBJECT"}, {"S": "LIST_OBJECTS_V2"}, {"S": "s3:ListBucket"}]},
        },
    ]));
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    let [chat, web] = inventory.usages.as_slice() else { panic!("{:?}", inventory.usages) };
    assert_eq!(
        (chat.function.as_deref(), declared(chat)),
        (None, vec!["dynamodb:GetItem", "dynamodb:Query"])
    );
    assert_eq!(declared(web), ["s3:GetObject", "s3:ListObjectsV2", "s3:ListBucket"]);
}

#[test]
fn what_other_writers_added_to_a_record_is_the_services_not_the_functions() {
    let mut record = rust_record();
    record["operations"] = json!({"L": [{"S": "dynamodb:GetItem"}, {"S": "DELETE_ITEM"}]});
    let inventory = read(json!([record]));
    let [service, function] = inventory.usages.as_slice() else { panic!("{:?}", inventory.usages) };
    assert_eq!(
        (service.function.as_deref(), declared(service)),
        (None, vec!["dynamodb:DeleteItem"])
    );
    assert!(!declared(function).contains(&"dynamodb:DeleteItem"));
}

#[test]
fn a_plain_value_that_another_writer_recorded_is_not_even_kept() {
    let inventory = read(json!([{
        "service_var_key": {"S": "chat#API_TOKEN"},
        "resolved_value": {"S": "canary-7f3a"},
        "operations": {"L": []},
    }]));
    assert!(!format!("{inventory:?}").contains("canary"));
    assert_eq!(inventory.usages.len(), 1, "its parameter is still read");
}

#[test]
fn what_is_not_understood_is_named_and_grants_nothing() {
    let cases = [
        (json!({"other": {"S": "x"}}), "item 2"),
        (json!({"service_var_key": {"S": "no-separator"}}), "no-separator"),
        (json!({"service_var_key": {"S": "a#9 LIVES"}}), "a#9 LIVES"),
        (json!({"service_var_key": {"S": "a#B"}, "service_name": {"S": "c"}}), "a#B"),
        (json!({"service_var_key": {"S": "a#B"}, "operations": {"S": "dynamodb:GetItem"}}), "a#B"),
        (json!({"service_var_key": {"S": "a#B"}, "operations": {"L": [{"N": "7"}]}}), "a#B"),
        (json!({"service_var_key": {"S": "a#B"}, "operations": {"SS": ["dynamodb:*"]}}), "a#B"),
        (
            json!({"service_var_key": {"S": "a#B"}, "operations": {"SS": ["bedrock:InvokeGuardrail"]}}),
            "a#B",
        ),
        (json!({"service_var_key": {"S": "a#B"}, "function:x": {"S": "no map"}}), "a#B"),
        (
            json!({"service_var_key": {"S": "a#B"}, "function:x": {"M": {"lambda": {"S": "no path"}}}}),
            "a#B",
        ),
        (
            json!({"service_var_key": {"S": "a#B"}, "function:x": {"M": {"path": {"S": "x"}, "declared": {"M": {"dynamodb:GetItem": {"S": "yesterday"}}}}}}),
            "a#B",
        ),
    ];
    for (record, key) in cases {
        let good =
            json!({"service_var_key": {"S": "z#GOOD"}, "operations": {"SS": ["dynamodb:GetItem"]}});
        let inventory = read(json!([good, record.clone()]));
        let keys: Vec<&str> =
            inventory.problems.iter().map(|problem| problem.key.as_str()).collect();
        assert_eq!(keys, [key], "{record}");
        let granted: Vec<_> =
            inventory.usages.iter().filter(|usage| !usage.declared.is_empty()).collect();
        assert_eq!(granted.len(), 1, "only the good one: {record}");
    }
}

#[test]
fn a_region_that_is_none_is_named_and_the_rest_of_the_record_counts() {
    let function = json!({"M": {
        "path": {"S": "files::get"},
        "declared": {"M": {"dynamodb:GetItem": {"S": "2026-11-21"}}},
        "regions": {"M": {"eu-west-1": {"S": "2026-11-21"}, "eu-*": {"S": "2026-11-21"}}},
    }});
    let inventory =
        read(json!([{"service_var_key": {"S": "a#B"}, "function:files::get": function}]));
    assert_eq!(inventory.usages[0].regions.keys().collect::<Vec<_>>(), ["eu-west-1"]);
    let problems: Vec<_> = inventory.problems.iter().collect();
    assert_eq!((problems.len(), problems[0].key.as_str()), (1, "a#B"));
    assert!(problems[0].what.contains("\"eu-*\" is no region"), "{problems:?}");
}

#[test]
fn every_form_of_export_reads_alike() {
    let (one, two) = (
        rust_record(),
        json!({"service_var_key": {"S": "a#B"}, "operations": {"SS": ["dynamodb:Scan"]}}),
    );
    let expected = read(json!([one, two]));
    let plain = json!({"service_var_key": "a#B", "operations": ["dynamodb:Scan"]});
    let texts = [
        json!([one, two]).to_string(),
        format!("{one}\n{two}\n"),
        format!("{}\n{}\n", json!({"Item": one}), json!({"Item": two})),
        format!("\u{feff}{}", json!({"Items": [one, two], "Count": 2})),
        format!("{one}\n{plain}"),
        serde_json::to_string_pretty(&json!({"Items": [two, one]})).unwrap(),
    ];
    for text in texts {
        assert_eq!(records(&text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_file_that_is_something_else_is_refused_with_a_remedy() {
    let error = |text: &str| records(text).unwrap_err();
    assert!(matches!(error(""), RecordsError::Empty));
    assert!(matches!(error(" \n"), RecordsError::Empty));
    assert!(matches!(error("{\"Items\": [{"), RecordsError::Json { line: 1, .. }));
    assert!(matches!(error("{}\n{}\n]"), RecordsError::Json { line: 3, .. }));
    assert!(matches!(error("Items: []"), RecordsError::Json { .. }));
    assert!(matches!(error("7"), RecordsError::Shape { line: 1 }));
    assert!(matches!(error("{\"Items\": 7}"), RecordsError::Shape { .. }));
    assert!(matches!(error("[7]"), RecordsError::Shape { .. }));
    assert!(matches!(
        error("{\"Items\": [{\"id\": {\"S\": \"x\"}}]}"),
        RecordsError::OtherTable(1)
    ));
    let page = "{\"Items\": [], \"LastEvaluatedKey\": {\"service_var_key\": {\"S\": \"a#B\"}}}";
    assert!(matches!(error(page), RecordsError::OnePage("LastEvaluatedKey")));
}

proptest! {
    /// Whatever is in a file, it is read or refused.
    #[test]
    fn no_file_makes_it_fail(text in "\\PC*|[\\[\\]{}\",:a-z#]*") {
        let _ = records(&text);
    }

    /// The order of items is the export's, not ours.
    #[test]
    fn order_does_not_matter(mut keys in prop::collection::vec("[a-c]#[A-C]", 1..8), seed in any::<usize>()) {
        let item = |key: &String| json!({"service_var_key": {"S": key}, "operations": {"SS": ["dynamodb:Scan"]}});
        keys.sort();
        keys.dedup();
        let one = read(keys.iter().map(item).collect());
        let at = seed % keys.len();
        keys.rotate_left(at);
        prop_assert_eq!(read(keys.iter().map(item).collect()), one);
    }
}
