//! Condition operators, each with a request that fits and one that does not.

use iam_policies::policy::context::Context;
use iam_policies::policy::evaluate::{Decision, evaluate};
use iam_policies::policy::pattern::Pattern;
use iam_policies::policy::{Values, read};

/// Whether a statement with this condition allows; `None` where it would only be assumed.
fn holds(condition: &str, context: &Context) -> Option<bool> {
    let policy = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "*",
            "Resource": "*", "Condition": {{{condition}}}}}}}"#
    );
    let policy = read("p.json", policy.as_bytes(), &Values::new()).unwrap().remove(0);
    match evaluate(&policy.statements, "s3:GetObject", &Pattern::literal("*"), context) {
        Decision::Allowed { assumed, .. } => assumed.is_empty().then_some(true),
        Decision::NotAllowed { .. } => Some(false),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_operator_compares_as_documented() {
    for (operator, wanted, value, expected) in [
        ("StringEquals", "a", "a", true),
        ("StringEquals", "a", "A", false),
        ("StringEquals", "a*", "ab", false),
        ("StringEquals", "${*}", "*", true),
        ("StringNotEquals", "a", "b", true),
        ("StringNotEquals", "a", "a", false),
        ("StringEqualsIgnoreCase", "a", "A", true),
        ("StringNotEqualsIgnoreCase", "a", "A", false),
        ("StringLike", "a*", "abc", true),
        ("StringLike", "a?", "abc", false),
        ("StringLike", "arn:*:x", "arn:a:b:x", true),
        ("StringNotLike", "a*", "abc", false),
        ("stringequals", "a", "a", true),
        ("ArnLike", "arn:aws:sns:*:123456789012:*", "arn:aws:sns:eu-west-1:123456789012:t", true),
        ("ArnLike", "arn:aws:sns:*:t", "arn:aws:sns:eu-west-1:123456789012:t", false),
        ("ArnEquals", "arn:aws:sns:*:*:t", "arn:aws:sns:eu-west-1:123456789012:t", true),
        ("ArnNotLike", "arn:aws:sns:*:*:t", "arn:aws:sns:eu-west-1:123456789012:t", false),
        ("ArnLike", "*", "no arn", false),
        ("Bool", "true", "True", true),
        ("Bool", "true", "false", false),
        ("NumericEquals", "10", "10.0", true),
        ("NumericLessThan", "10", "9.99", true),
        ("NumericLessThan", "10", "-11", true),
        ("NumericLessThanEquals", "10", "11", false),
        ("NumericGreaterThan", "99999999999999999998", "99999999999999999999", true),
        ("NumericGreaterThanEquals", "-2", "-1.5", true),
        ("NumericNotEquals", "1", "1", false),
        ("DateLessThan", "2026-11-21T00:00:00Z", "2026-11-20T23:59:59Z", true),
        ("DateGreaterThan", "2026-11-21", "2026-11-20T23:59:59Z", false),
        ("DateEquals", "2026-11-21", "2026-11-21T00:00:00Z", true),
        ("IpAddress", "203.0.113.0/24", "203.0.113.77", true),
        ("IpAddress", "203.0.113.0/24", "203.0.114.1", false),
        ("IpAddress", "0.0.0.0/0", "8.8.8.8", true),
        ("IpAddress", "2001:db8::/32", "2001:db8:1::1", true),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.77", false),
        ("BinaryEquals", "QQ==", "QQ==", true),
    ] {
        let condition = format!(r#""{operator}": {{"aws:Key": "{wanted}"}}"#);
        let context = Context::new().with("aws:key", value);
        assert_eq!(holds(&condition, &context), Some(expected), "{value} {condition}");
    }
}

#[test]
fn several_values_are_alternatives_and_several_conditions_are_not() {
    let either = r#""StringEquals": {"k": ["a", "b"]}"#;
    let neither = r#""StringNotEquals": {"k": ["a", "b"]}"#;
    let both = r#""StringEquals": {"k": "a"}, "StringLike": {"l": "x*"}"#;
    let k = |value: &str| Context::new().with("k", value);
    assert_eq!(holds(either, &k("b")), Some(true));
    assert_eq!(holds(neither, &k("b")), Some(false));
    assert_eq!(holds(neither, &k("c")), Some(true));
    assert_eq!(holds(both, &k("a").with("l", "xy")), Some(true));
    assert_eq!(holds(both, &k("a").with("l", "y")), Some(false));
    assert_eq!(holds(both, &k("b")), Some(false), "one that fails decides");
    assert_eq!(holds(both, &k("a")), None, "the other is assumed");
}

#[test]
fn a_missing_key_is_not_an_unknown_key() {
    let missing = Context::new().without("k");
    for (condition, expected) in [
        (r#""StringEquals": {"k": "a"}"#, false),
        (r#""StringNotEquals": {"k": "a"}"#, true),
        (r#""StringEqualsIfExists": {"k": "a"}"#, true),
        (r#""Null": {"k": "true"}"#, true),
        (r#""Null": {"k": false}"#, false),
        (r#""ForAllValues:StringEquals": {"k": "a"}"#, true),
        (r#""ForAnyValue:StringEquals": {"k": "a"}"#, false),
        (r#""ForAnyValue:StringNotEquals": {"k": "a"}"#, false),
    ] {
        assert_eq!(holds(condition, &missing), Some(expected), "{condition}");
        assert_eq!(holds(condition, &Context::new()), None, "{condition}");
    }
    let there = Context::new().with("k", "a");
    assert_eq!(holds(r#""Null": {"k": "false"}"#, &there), Some(true));
    assert_eq!(holds(r#""Null": {"k": "true"}"#, &there), Some(false));
    assert_eq!(holds(r#""StringEqualsIfExists": {"k": "b"}"#, &there), Some(false));
}

#[test]
fn quantifiers_compare_each_value_of_the_request() {
    let two = Context::new().with("k", "a").with("k", "c");
    for (condition, expected) in [
        (r#""ForAllValues:StringEquals": {"k": ["a", "b"]}"#, false),
        (r#""ForAllValues:StringEquals": {"k": ["a", "b", "c"]}"#, true),
        (r#""ForAnyValue:StringEquals": {"k": ["a", "b"]}"#, true),
        (r#""ForAnyValue:StringLike": {"k": "x*"}"#, false),
        (r#""ForAllValues:StringNotEquals": {"k": "b"}"#, true),
        (r#""ForAllValues:StringNotEquals": {"k": "a"}"#, false),
        (r#""ForAnyValue:StringNotEquals": {"k": "a"}"#, true),
    ] {
        assert_eq!(holds(condition, &two), Some(expected), "{condition}");
    }
}

#[test]
fn a_variable_in_a_value_is_not_known() {
    let condition = r#""StringEquals": {"k": ["fixed", "${aws:username}"]}"#;
    assert_eq!(holds(condition, &Context::new().with("k", "fixed")), Some(true));
    assert_eq!(holds(condition, &Context::new().with("k", "ada")), None);
}
