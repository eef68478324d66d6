//! Promises of the tracking record, over records of every shape the three writers leave.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use ops_enums::{DynamoDBOperation, Operation, S3Operation};
use proptest::prelude::*;

use super::entry::Entry;
use super::record::{Change, Condition, Item, Plan, Usage, plan};
use super::update::Expressions;

const OPERATIONS: &[Operation] = &[
    Operation::DynamoDB(DynamoDBOperation::GetItem),
    Operation::DynamoDB(DynamoDBOperation::TagResource),
];

fn usage<'u>(operations: &'u [Operation], function: &'u str, day: &str) -> Usage<'u> {
    let declared: Vec<&str> = operations.iter().map(|operation| operation.iam()).collect();
    Usage {
        service: "files",
        variable: "FILES_DYNAMO_TABLE",
        operations,
        secure: false,
        parameter_path: "/amplify/dev/files/FILES_DYNAMO_TABLE".to_owned(),
        now: format!("{day}T10:00:00Z"),
        entry: Entry {
            function,
            value: Some("files-dev"),
            declared_at: "src/files.rs:12".to_owned(),
            value_source: "environment",
            observed: declared.iter().take(1).copied().collect(),
            declared,
            lambda: Some("files-dev-get"),
            version: Some("7"),
            region: Some("eu-west-1"),
            day: day.to_owned(),
        },
    }
}

/// What `UpdateItem` does.
fn apply(row: &Item, change: &Change) -> Item {
    let mut new = row.clone();
    for condition in &change.conditions {
        match condition {
            Condition::Equals(name, value) => assert_eq!(new.get(name), Some(value)),
            Condition::Missing(name) => assert!(!new.contains_key(name)),
            Condition::MissingOrStringSet(name) => {
                assert!(matches!(new.get(name), None | Some(AttributeValue::Ss(_))));
            }
        }
    }
    for (name, value) in &change.set {
        new.insert(name.clone(), value.clone());
    }
    for (name, value) in &change.set_once {
        new.entry(name.clone()).or_insert_with(|| value.clone());
    }
    for (name, value) in &change.add {
        let mut set: BTreeSet<String> = value.as_ss().unwrap().iter().cloned().collect();
        if let Some(old) = new.get(name) {
            set.extend(old.as_ss().unwrap().iter().cloned());
        }
        new.insert(name.clone(), AttributeValue::Ss(set.into_iter().collect()));
    }
    for name in &change.remove {
        new.remove(name);
    }
    new
}

fn planned(row: &Item, usage: &Usage<'_>) -> Item {
    match plan(Some(row), usage) {
        Plan::UpToDate => row.clone(),
        Plan::Update(change) => apply(row, &change),
        Plan::UnknownShape(why) => panic!("{why}"),
    }
}

fn texts(row: &Item) -> Vec<String> {
    match row.get("operations") {
        None => Vec::new(),
        Some(AttributeValue::Ss(set)) => set.clone(),
        Some(AttributeValue::L(list)) => list.iter().map(|e| e.as_s().unwrap().clone()).collect(),
        other => panic!("{other:?}"),
    }
}

fn list(elements: &[&str]) -> AttributeValue {
    AttributeValue::L(elements.iter().map(|e| AttributeValue::S((*e).to_owned())).collect())
}

/// Spellings of the three writers, of operations declared here and of others, and strangers.
fn spelling() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("dynamodb:GetItem".to_owned()),
        Just("GET_ITEM".to_owned()),
        Just("dynamodb:Query".to_owned()),
        Just("QUERY".to_owned()),
        Just("TAG_RESOURCE".to_owned()),
        Just("s3:GetObject".to_owned()),
        "[ -~]{1,12}",
    ]
}

fn row() -> impl Strategy<Value = Item> {
    let set = prop::collection::btree_set(spelling(), 1..5)
        .prop_map(|set| AttributeValue::Ss(set.into_iter().collect()));
    let list = prop::collection::vec(spelling(), 0..5)
        .prop_map(|list| AttributeValue::L(list.into_iter().map(AttributeValue::S).collect()));
    let operations = prop::option::of(prop_oneof![set, list]);
    let text = |name: &'static str, value: &'static str| {
        prop::option::of(Just((name.to_owned(), AttributeValue::S(value.to_owned()))))
    };
    let texts = (
        text("service_name", "files"),
        text("resolved_value", "files-old"),
        text("first_accessed", "2024-01-01T00:00:00"),
        text("version", "6"),
        text("owner", "somebody else's attribute"),
    );
    (operations, texts).prop_map(|(operations, (a, b, c, d, e))| {
        let mut row: Item = [a, b, c, d, e].into_iter().flatten().collect();
        row.extend(operations.map(|operations| ("operations".to_owned(), operations)));
        row
    })
}

proptest! {
    #[test]
    fn one_write_is_enough_and_loses_nothing(row in row()) {
        let usage = usage(OPERATIONS, "app::get_file", "2026-11-21");
        let new = planned(&row, &usage);
        prop_assert_eq!(plan(Some(&new), &usage), Plan::UpToDate);

        let after: Vec<String> = texts(&new);
        for old in texts(&row) {
            // Every old operation is still there, in its own spelling or in IAM's.
            let mut same = Operation::spelled(&old);
            let kept = after.contains(&old) || same.any(|op| after.contains(&op.iam().to_owned()));
            prop_assert!(kept, "{old} is gone from {after:?}");
        }
        for name in ["owner", "first_accessed"] {
            if let Some(old) = row.get(name) {
                prop_assert_eq!(Some(old), new.get(name));
            }
        }
    }

    #[test]
    fn writers_in_any_order_end_with_everything(row in row(), first in any::<bool>()) {
        let queries = &[Operation::DynamoDB(DynamoDBOperation::Query)];
        let a = usage(OPERATIONS, "app::get_file", "2026-11-20");
        let b = usage(queries, "app::find_file", "2026-11-21");
        let (one, other) = if first { (&a, &b) } else { (&b, &a) };
        let end = planned(&planned(&row, one), other);
        prop_assert_eq!(plan(Some(&end), &a), Plan::UpToDate);
        prop_assert_eq!(plan(Some(&end), &b), Plan::UpToDate);
    }
}

#[test]
fn lists_of_the_other_writers_become_one_set_without_duplicates() {
    for (old, expected) in [
        (
            list(&["dynamodb:Query"]),
            ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:TagResource"].as_slice(),
        ),
        (
            list(&["QUERY", "GET_ITEM"]),
            &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:TagResource"],
        ),
        (
            list(&["GET_ITEM", "dynamodb:GetItem", "GET_ITEM"]),
            &["dynamodb:GetItem", "dynamodb:TagResource"],
        ),
        (list(&[]), &["dynamodb:GetItem", "dynamodb:TagResource"]),
        (list(&["frobnicate"]), &["dynamodb:GetItem", "dynamodb:TagResource", "frobnicate"]),
    ] {
        let row = Item::from([("operations".to_owned(), old)]);
        let new = planned(&row, &usage(OPERATIONS, "app::get_file", "2026-11-21"));
        let mut operations = texts(&new);
        operations.sort();
        assert_eq!(operations, expected);
    }
}

#[test]
fn a_list_that_holds_everything_is_no_reason_to_write() {
    let usage = usage(OPERATIONS, "app::get_file", "2026-11-21");
    for theirs in
        [list(&["GET_ITEM", "TAG_RESOURCE"]), list(&["dynamodb:TagResource", "dynamodb:GetItem"])]
    {
        let mut row = planned(&Item::new(), &usage);
        row.insert("operations".to_owned(), theirs);
        assert_eq!(plan(Some(&row), &usage), Plan::UpToDate);
    }
}

#[test]
fn two_live_versions_do_not_take_turns_at_a_record() {
    let old = usage(OPERATIONS, "app::get_file", "2026-11-21");
    let mut new = old.clone();
    new.entry.version = Some("8");
    new.entry.value = Some("files-next");
    new.entry.declared_at = "src/files.rs:20".to_owned();
    new.entry.value_source = "shared-parameter";
    let row = planned(&planned(&Item::new(), &old), &new);
    assert_eq!(row["version"], AttributeValue::S("8".to_owned()));
    assert_eq!(row["resolved_value"], AttributeValue::S("files-next".to_owned()));
    assert_eq!(plan(Some(&row), &old), Plan::UpToDate);
    assert_eq!(plan(Some(&row), &new), Plan::UpToDate);
}

#[test]
fn every_write_brings_back_what_another_writer_erased_meanwhile() {
    let first = usage(OPERATIONS, "app::get_file", "2026-11-21");
    let read = planned(&Item::new(), &first);
    let second = usage(&OPERATIONS[..1], "app::find_file", "2026-11-21");
    let Plan::Update(change) = plan(Some(&read), &second) else { panic!("nothing planned") };
    let guard = Condition::MissingOrStringSet("operations".to_owned());
    assert!(change.conditions.contains(&guard), "a list written meanwhile refuses the change");
    let mut erased = read.clone();
    erased.remove("operations");
    assert_eq!(texts(&apply(&erased, &change)), ["dynamodb:GetItem"]);
}

#[test]
fn a_record_does_not_grow_with_every_deployment() {
    let mut row = Item::new();
    for number in 0..200 {
        let version = number.to_string();
        let mut usage = usage(OPERATIONS, "f", &format!("2026-{:02}-01", 1 + number % 12));
        usage.entry.version = Some(&version);
        row = planned(&row, &usage);
        assert_eq!(plan(Some(&row), &usage), Plan::UpToDate);
    }
    let entry = row["function:f@files-dev-get"].as_m().unwrap();
    assert_eq!(entry["versions"].as_m().unwrap().len(), 50);
    assert_eq!(entry["declared"].as_m().unwrap().len(), 2);
}

#[test]
fn records_of_unknown_shape_are_not_touched() {
    let number = AttributeValue::N("1".to_owned());
    for (name, value) in [
        ("operations", number.clone()),
        ("operations", AttributeValue::S("dynamodb:GetItem".to_owned())),
        ("operations", AttributeValue::L(vec![number.clone()])),
        ("service_name", number.clone()),
        ("first_accessed", number.clone()),
        ("function:app::get_file@files-dev-get", number),
    ] {
        let row = Item::from([(name.to_owned(), value)]);
        let plan = plan(Some(&row), &usage(OPERATIONS, "app::get_file", "2026-11-21"));
        let Plan::UnknownShape(why) = plan else { panic!("{plan:?}") };
        assert!(why.contains(name), "{why}");
    }
}

#[test]
fn what_must_not_be_recorded_is_not_and_a_secret_found_there_is_taken_out() {
    let secret = AttributeValue::S("canary".to_owned());
    let row = Item::from([("resolved_value".to_owned(), secret.clone())]);
    let mut usage = usage(&[], "app::get_file", "2026-11-21");
    usage.entry.value = None;
    assert_eq!(planned(&row, &usage).get("resolved_value"), Some(&secret), "not ours to judge");
    usage.secure = true;
    assert_eq!(planned(&row, &usage).get("resolved_value"), None);
    assert!(!planned(&Item::new(), &usage).contains_key("resolved_value"));
    assert!(!planned(&Item::new(), &usage).contains_key("operations"), "a set cannot be empty");
}

#[test]
fn days_move_forward_only_and_dropped_operations_keep_theirs() {
    let old = usage(OPERATIONS, "app::get_file", "2026-11-20");
    let new = usage(&OPERATIONS[..1], "app::get_file", "2026-11-21");
    let row = planned(&planned(&Item::new(), &old), &new);
    let entry = row["function:app::get_file@files-dev-get"].as_m().unwrap();
    let day = |map: &str, key: &str| entry[map].as_m().unwrap()[key].as_s().unwrap().clone();
    assert_eq!(day("declared", "dynamodb:GetItem"), "2026-11-21");
    assert_eq!(day("declared", "dynamodb:TagResource"), "2026-11-20");
    assert_eq!(day("observed", "dynamodb:GetItem"), "2026-11-21");
    assert_eq!(day("versions", "7"), "2026-11-21");
    assert_eq!(
        plan(Some(&row), &usage(&OPERATIONS[..1], "app::get_file", "2026-11-19")),
        Plan::UpToDate
    );
}

#[test]
fn an_ambiguous_bare_name_is_decided_by_the_declared_service_or_kept() {
    let tag = [Operation::S3(S3Operation::GetObject)];
    let row = Item::from([("operations".to_owned(), list(&["TAG_RESOURCE"]))]);
    let with_table = planned(&row, &usage(&OPERATIONS[..1], "f", "2026-11-21"));
    assert!(texts(&with_table).contains(&"dynamodb:TagResource".to_owned()));
    let with_two = usage(&[], "f", "2026-11-21");
    assert_eq!(texts(&planned(&row, &with_two)), ["TAG_RESOURCE"]);
    let with_bucket = planned(&row, &usage(&tag, "f", "2026-11-21"));
    assert_eq!(texts(&with_bucket).len(), 2, "nothing is lost: {with_bucket:?}");
}

#[test]
fn expressions_name_every_attribute_once_and_guard_what_was_read() {
    let old = list(&["QUERY"]);
    let row = Item::from([("operations".to_owned(), old)]);
    let Plan::Update(change) = plan(Some(&row), &usage(OPERATIONS, "f", "2026-11-21")) else {
        panic!("nothing planned")
    };
    let expressions = Expressions::of(&change);
    let names: BTreeSet<&String> = expressions.names.values().collect();
    assert_eq!(names.len(), expressions.names.len());
    let condition = expressions.condition.unwrap();
    assert!(condition.starts_with("attribute_not_exists(") && condition.contains(" AND #"));
    assert!(expressions.update.starts_with("SET ") && !expressions.update.contains("ADD"));
}
