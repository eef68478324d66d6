//! What becomes of two records under one key, for every rule.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::testing::{item, table};
use super::{Clash, merge, merge_apart};
use crate::engine::item::{Item, same};
use crate::engine::rewrite::Merge;

/// What stands there in the end, and whether that has to be written; nothing for a conflict.
fn merged(key: &str, existing: &Value, incoming: &Value) -> Option<(Item, bool)> {
    match merge(table(key), &item(existing.clone()), &item(incoming.clone())) {
        Merge::Same | Merge::KeepExisting { .. } => Some((item(existing.clone()), false)),
        Merge::Merged { item, .. } => Some((item, true)),
        Merge::Conflict(_) => None,
    }
}

fn check(key: &str, existing: Value, incoming: Value, expected: Option<Value>) {
    let written = expected.as_ref().is_some_and(|expected| *expected != existing);
    let expected = expected.map(|expected| (item(expected), written));
    assert_eq!(merged(key, &existing, &incoming), expected, "{key}: {existing} {incoming}");
    let same = merge(table(key), &item(incoming.clone()), &item(incoming.clone()));
    if !matches!(table(key).clash, Clash::Sum(..)) {
        assert_eq!(same, Merge::Same, "{key}");
    }
}

#[test]
fn the_greater_stays() {
    for (key, existing, incoming, newer) in [
        (
            "ASSISTANTS_ALIASES_DYNAMODB_TABLE",
            json!({"currentVersion": 4}),
            json!({"currentVersion": 10}),
            true,
        ),
        (
            "ASSISTANTS_ALIASES_DYNAMODB_TABLE",
            json!({"currentVersion": 10}),
            json!({"currentVersion": 9}),
            false,
        ),
        ("ASSISTANTS_ALIASES_DYNAMODB_TABLE", json!({"a": 1}), json!({"currentVersion": 1}), true),
        (
            "CONVERSATION_METADATA_TABLE",
            json!({"last_modified": 2, "n": 1}),
            json!({"last_modified": 2}),
            false,
        ),
        (
            "DATA_DISCLOSURE_ACCEPTANCE_TABLE",
            json!({"documentVersion": 4, "acceptedTimestamp": "2024-01-01T00:00:00"}),
            json!({"documentVersion": 3, "acceptedTimestamp": "2025-01-01T00:00:00"}),
            false,
        ),
        (
            "DATA_DISCLOSURE_ACCEPTANCE_TABLE",
            json!({"documentVersion": 3, "acceptedTimestamp": "2025-01-05T12:00:00"}),
            json!({"documentVersion": 3, "acceptedTimestamp": "2025-01-05T12:00:01"}),
            true,
        ),
    ] {
        let stays = if newer { &incoming } else { &existing }.clone();
        check(key, existing, incoming, Some(stays));
    }
}

#[test]
fn the_stronger_permission_stays() {
    let row = |level: &str, policy: &str| json!({"permission_level": level, "policy": policy});
    for (existing, incoming, stays) in
        [("read", "owner", Some("owner")), ("write", "none", Some("write")), ("read", "odd", None)]
    {
        let expected = stays.map(|level| row(level, "public"));
        check("OBJECT_ACCESS_DYNAMODB_TABLE", row(existing, "public"), row(incoming, ""), expected);
    }
}

#[test]
fn lists_sets_and_maps_are_united() {
    let account = |id: &str, name: &str| json!({"id": id, "name": name});
    check(
        "ACCOUNTS_DYNAMO_TABLE",
        json!({"accounts": [account("1", "new")]}),
        json!({"accounts": [account("1", "old"), account("2", "old")]}),
        Some(json!({"accounts": [account("1", "new"), account("2", "old")]})),
    );
    check("OPS_DYNAMODB_TABLE", json!({"ops": "text"}), json!({"ops": []}), None);
    let artifact = |key: &str, name: &str| json!({"key": key, "name": name});
    check(
        "ARTIFACTS_DYNAMODB_TABLE",
        json!({"artifacts": [artifact("20250305/G:v1", "a")], "lastAccessed": "2"}),
        json!({"artifacts": [artifact("ada/20250305/G:v1", "a")], "lastAccessed": "1", "createdAt": "0"}),
        Some(
            json!({"artifacts": [artifact("20250305/G:v1", "a"), artifact("ada/20250305/G:v1", "a")],
            "lastAccessed": "2", "createdAt": "0"}),
        ),
    );
    check(
        "ARTIFACTS_DYNAMODB_TABLE",
        json!({"artifacts": [artifact("20250305/G:v1", "a")]}),
        json!({"artifacts": [artifact("20250305/G:v1", "b")]}),
        None,
    );
    check(
        "EMAIL_SETTINGS_DYNAMO_TABLE",
        json!({"allowedSenders": ["b@x", "a@x"]}),
        json!({"allowedSenders": ["a@x", "c@x"]}),
        Some(json!({"allowedSenders": ["b@x", "a@x", "c@x"]})),
    );
    let tags = |tags: &[&str]| -> Item {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        [("tags".to_owned(), AttributeValue::Ss(tags))].into()
    };
    let of_tags =
        |a: &[&str], b: &[&str]| merge(table("USER_TAGS_DYNAMO_TABLE"), &tags(a), &tags(b));
    assert!(
        matches!(of_tags(&["a"], &["b"]), Merge::Merged { item, .. } if same(&item, &tags(&["b", "a"])))
    );
    assert!(matches!(of_tags(&["a", "b"], &["b"]), Merge::KeepExisting { .. }));
    assert_eq!(of_tags(&["a", "b"], &["b", "a"]), Merge::Same);
}

#[test]
fn tokens_come_from_the_later_record() {
    let row = |time: &str, tokens: Value| json!({"integrations": tokens, "last_updated": time});
    let (early, late) = ("2025-02-02T10:00:00+00:00", "2025-02-02T10:00:00.500000+00:00");
    let (one, two) = (json!({"drive": "1", "mail": "1"}), json!({"drive": "2", "cal": "2"}));
    for (existing, incoming, drive) in [
        (row(early, one.clone()), row(late, two.clone()), "2"),
        (row(late, one), row(early, two), "1"),
    ] {
        let all = json!({"drive": drive, "mail": "1", "cal": "2"});
        check("OAUTH_USER_TABLE", existing, incoming, Some(row(late, all)));
    }
}

#[test]
fn amounts_are_added_exactly_or_not_at_all() {
    let cost = |daily: Value, hourly: Value| json!({"dailyCost": daily, "hourlyCost": hourly, "record_type": "cost"});
    let table = "COST_CALCULATIONS_DYNAMO_TABLE";
    check(
        table,
        cost(json!(0.1), json!([0, 0.1])),
        cost(json!(0.2), json!([1, 0.2])),
        Some(cost(json!(0.3), json!([1, 0.3]))),
    );
    check(table, cost(json!(1), json!([1])), cost(json!(1), json!([1, 2])), None);
    check(table, cost(json!("1"), json!([])), cost(json!(1), json!([])), None);
    check(
        table,
        json!({"dailyCost": 1}),
        json!({"monthlyCost": 2}),
        Some(json!({"dailyCost": 1, "monthlyCost": 2})),
    );
    let history = |cost: Value, time: &str| json!({"monthlyCost": cost, "timestamp": time});
    check(
        "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE",
        history(json!(1.5), "2025-03-01T00:00:04.000Z"),
        history(json!(0.25), "2025-03-01T00:00:05.000Z"),
        Some(history(json!(1.75), "2025-03-01T00:00:05.000Z")),
    );
    assert!(!Clash::Sum(&[], &[]).repeats_safely());
}

#[test]
fn the_same_amounts_are_two_or_a_copy_and_a_person_says_which() {
    for (key, row, sum) in [
        (
            "COST_CALCULATIONS_DYNAMO_TABLE",
            json!({"dailyCost": 1, "hourlyCost": [0, 1]}),
            json!({"dailyCost": 2, "hourlyCost": [0, 2]}),
        ),
        (
            "HISTORY_COST_CALCULATIONS_DYNAMO_TABLE",
            json!({"monthlyCost": 0.5, "timestamp": "2025-03-01T00:00:04.000Z"}),
            json!({"monthlyCost": 1, "timestamp": "2025-03-01T00:00:04.000Z"}),
        ),
    ] {
        check(key, row.clone(), row.clone(), None);
        let row = item(row);
        let apart = merge_apart(table(key), &row, &row);
        assert!(matches!(apart, Merge::Merged { item: both, .. } if same(&both, &item(sum))));
    }
    // Either way, nothing is nothing, and an amount that is none is for people.
    let table = table("COST_CALCULATIONS_DYNAMO_TABLE");
    let row = item(json!({"dailyCost": 0.0, "hourlyCost": [0, 0], "record_type": "cost"}));
    assert_eq!(merge(table, &row, &row), Merge::Same);
    assert!(matches!(merge_apart(table, &row, &row), Merge::KeepExisting { .. }));
    let row = item(json!({"dailyCost": "much"}));
    assert!(matches!(merge(table, &row, &row), Merge::Conflict(_)));
    assert!(matches!(merge_apart(table, &row, &row), Merge::Conflict(_)));
}

#[test]
fn a_login_row_gets_only_what_it_lacks() {
    check(
        "COGNITO_USERS_DYNAMODB_TABLE",
        json!({"given_name": "A", "updated_at": "2"}),
        json!({"given_name": "Ada", "email": "ada@x", "updated_at": "1"}),
        Some(json!({"given_name": "A", "email": "ada@x", "updated_at": "2"})),
    );
    check(
        "COGNITO_USERS_DYNAMODB_TABLE",
        json!({"a": 1, "b": 2}),
        json!({"a": 2}),
        Some(json!({"a": 1, "b": 2})),
    );
}

#[test]
fn user_storage_keeps_what_was_written_later() {
    let row =
        |time: Value, text: &str| json!({"createdAt": time, "data": {"t": text}, "UUID": text});
    let table = "USER_DATA_STORAGE_TABLE";
    check(table, row(json!(2), "live"), row(json!(1), "old"), Some(row(json!(2), "live")));
    check(table, row(json!(1), "old"), row(json!(2), "new"), Some(row(json!(2), "new")));
    check(table, row(json!(1), "one"), row(json!(1), "other"), None);
    check(table, json!({"data": 1}), json!({"data": 2}), None);
    let copy = json!({"createdAt": 1, "data": {"t": "x"}, "UUID": "1"});
    let live = json!({"createdAt": 5, "data": {"t": "x"}, "UUID": "2", "itemId": "s"});
    check(table, live.clone(), copy.clone(), Some(live));
    check(
        table,
        copy,
        json!({"createdAt": 0, "data": {"t": "x"}, "UUID": "1", "itemId": "s"}),
        Some(json!({"createdAt": 1, "data": {"t": "x"}, "UUID": "1", "itemId": "s"})),
    );
}

#[test]
fn where_no_rule_can_tell_a_person_decides_and_is_told_what_differs() {
    let one = item(json!({"user": "a", "tag": "t", "prompt": "x", "secret": "p1"}));
    let two = item(json!({"user": "a", "tag": "t", "prompt": "y", "secret": "p2"}));
    let Merge::Conflict(refusal) = merge(table("AGENT_EVENT_TEMPLATES_DYNAMODB_TABLE"), &one, &two)
    else {
        panic!("merged")
    };
    assert!(refusal.reason.ends_with("`prompt`, `secret`"), "{refusal}");
}

#[test]
fn what_would_be_too_large_together_is_left_apart() {
    let row = |id: &str, bytes: usize| {
        item(json!({"user": "a", "accounts": [{"id": id, "name": "x".repeat(bytes)}]}))
    };
    let table = table("ACCOUNTS_DYNAMO_TABLE");
    let of = |bytes| merge(table, &row("1", bytes), &row("2", bytes));
    assert!(matches!(of(200_000), Merge::Merged { .. }));
    assert!(matches!(of(205_000), Merge::Conflict(_)));
}
