//! A change of policies is described by what it allows and takes away, not by how it is written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use iam_policies::diff::{Changes, Why, manifests, policies};
use iam_policies::model::{Inventory, Usage, Use};
use iam_policies::policy::{Values, read};
use ops_enums::{Operation, iam};
use proptest::prelude::*;

fn diff(old: &str, new: &str) -> Changes {
    let of = |file: &str, statements: &str| {
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
        read(file, text.as_bytes(), &Values::new()).unwrap()
    };
    policies(&of("old.json", old), &of("new.json", new))
}

fn allow(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Allow", "Action": {action}, "Resource": {resource}}}"#)
}

fn deny(action: &str, resource: &str) -> String {
    format!(r#"{{"Effect": "Deny", "Action": {action}, "Resource": {resource}}}"#)
}

fn said(changes: &Changes) -> Vec<(String, Vec<String>, String)> {
    let of = |sign: &str,
              all: &[iam_policies::diff::Change]|
     -> Vec<(String, Vec<String>, String)> {
        all.iter().map(|one| (sign.to_owned(), one.actions.clone(), one.resource.clone())).collect()
    };
    let mut all = of("+", &changes.added);
    all.extend(of("-", &changes.removed));
    all
}

fn row(sign: &str, actions: &[&str], resource: &str) -> (String, Vec<String>, String) {
    (sign.into(), actions.iter().map(|one| (*one).to_owned()).collect(), resource.into())
}

const TABLES: &str = r#""arn:aws:dynamodb:*:*:table/*""#;
const FILES: &str = r#""arn:aws:dynamodb:*:*:table/files""#;
const GET_PUT: &str = r#"["dynamodb:GetItem", "dynamodb:PutItem"]"#;

#[test]
fn the_same_in_other_words_is_no_change() {
    let split = format!(
        "{}, {}",
        allow(r#""dynamodb:putitem""#, FILES),
        allow(r#""dynamodb:GetItem""#, FILES)
    );
    assert!(diff(&allow(GET_PUT, FILES), &split).is_empty());
    let spelled: Vec<String> =
        iam::actions_of("sqs").iter().map(|one| format!("\"{}\"", one.full())).collect();
    let all = allow(&format!("[{}]", spelled.join(",")), "\"*\"");
    assert!(diff(&all, &allow("\"sqs:*\"", "\"*\"")).is_empty(), "a pattern is what it matches");
    let redundant = format!("{}, {}", allow(GET_PUT, TABLES), allow(GET_PUT, FILES));
    assert!(diff(&allow(GET_PUT, TABLES), &redundant).is_empty());
}

#[test]
fn actions_and_resources_that_come_and_go() {
    let changes = diff(&allow(r#""dynamodb:GetItem""#, FILES), &allow(GET_PUT, FILES));
    assert_eq!(
        said(&changes),
        [row("+", &["dynamodb:PutItem"], "arn:aws:dynamodb:*:*:table/files")]
    );
    assert_eq!(changes.added[0].why, Why::Allowed);
    assert_eq!(changes.added[0].statement.file, "new.json");
    let wider = diff(&allow(GET_PUT, FILES), &allow(GET_PUT, TABLES));
    assert_eq!(
        said(&wider),
        [row("+", &["dynamodb:GetItem", "dynamodb:PutItem"], "arn:aws:dynamodb:*:*:table/*")]
    );
    let narrower = diff(&allow(GET_PUT, TABLES), &allow(GET_PUT, FILES));
    assert!(!narrower.widens());
    assert_eq!(
        said(&narrower),
        [row("-", &["dynamodb:GetItem", "dynamodb:PutItem"], "arn:aws:dynamodb:*:*:table/*")]
    );
    let star = diff(&allow(GET_PUT, FILES), &allow("\"*\"", "\"*\""));
    assert_eq!(said(&star), [row("+", &["*"], "*")]);
    let outside = diff(&allow(r#""glue:GetTable""#, "\"*\""), &allow(r#""glue:Get*""#, "\"*\""));
    assert_eq!(said(&outside), [row("+", &["glue:Get*"], "*")]);
}

#[test]
fn a_deny_that_goes_is_widening() {
    let all = allow("\"dynamodb:*\"", TABLES);
    let denied = format!("{all}, {}", deny(r#""dynamodb:DeleteTable""#, TABLES));
    let changes = diff(&denied, &all);
    assert_eq!(
        said(&changes),
        [row("+", &["dynamodb:DeleteTable"], "arn:aws:dynamodb:*:*:table/*")]
    );
    assert_eq!((changes.added[0].why.clone(), changes.added[0].statement.number), (Why::Deny, 2));
    assert!(!diff(&all, &denied).widens());
    let narrowed = format!("{all}, {}", deny(r#""dynamodb:DeleteTable""#, FILES));
    assert!(diff(&denied, &narrowed).widens());
    let conditional = format!(
        r#"{all}, {{"Effect": "Deny", "Action": "dynamodb:DeleteTable", "Resource": {TABLES}, "Condition": {{"Bool": {{"aws:ViaAWSService": "false"}}}}}}"#
    );
    assert!(diff(&denied, &conditional).widens());
    assert!(!diff(&conditional, &denied).widens());
    let unrelated = format!("{}, {}", allow(GET_PUT, FILES), deny("\"s3:*\"", "\"*\""));
    assert!(diff(&unrelated, &allow(GET_PUT, FILES)).is_empty(), "it denied what nothing allows");
    let both =
        format!("{all}, {}", deny(r#"["dynamodb:DeleteTable", "dynamodb:CreateTable"]"#, "\"*\""));
    assert!(!diff(&denied, &both).widens());
}

#[test]
fn conditions_that_change() {
    let with = |condition: &str| {
        format!(
            r#"{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": {FILES}, "Condition": {{{condition}}}}}"#
        )
    };
    let plain = allow(r#""dynamodb:GetItem""#, FILES);
    let one = with(r#""StringEquals": {"aws:PrincipalTag/team": "blue"}"#);
    let two = with(r#""StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}"#);
    let dropped = diff(&one, &plain);
    let Why::Condition { conditions } = &dropped.added[0].why else { panic!("{dropped:?}") };
    assert_eq!(conditions, &["StringEquals aws:PrincipalTag/team [blue]"]);
    assert!(dropped.removed.is_empty());
    assert!(diff(&one, &two).widens() && !diff(&two, &one).widens());
    assert!(diff(&one, &one).is_empty());
    let not_one = with(r#""StringNotEquals": {"aws:PrincipalTag/team": "blue"}"#);
    let not_two = with(r#""StringNotEquals": {"aws:PrincipalTag/team": ["red", "blue"]}"#);
    assert!(diff(&not_two, &not_one).widens() && !diff(&not_one, &not_two).widens());
}

#[test]
fn everything_but_is_compared_by_what_it_leaves_out() {
    let but = |resource: &str| {
        format!(r#"{{"Effect": "Allow", "NotAction": "iam:*", "NotResource": {resource}}}"#)
    };
    let less = but(r#"["arn:aws:s3:::secret/*", "arn:aws:s3:::other/*"]"#);
    let more = but(r#""arn:aws:s3:::secret/*""#);
    assert_eq!(
        said(&diff(&less, &more)),
        [row("+", &["everything but iam:*"], "everything but arn:aws:s3:::secret/*")]
    );
    assert!(!diff(&more, &less).widens());
    assert!(!diff(&more, &allow(GET_PUT, FILES)).widens());
    assert!(diff(&allow(GET_PUT, FILES), &more).widens());
}

#[test]
fn unknown_values_written_alike_are_the_same() {
    let own = allow(r#""s3:GetObject""#, r#""arn:aws:s3:::files/${aws:username}/*""#);
    let other = allow(r#""s3:GetObject""#, r#""arn:aws:s3:::files/${aws:userid}/*""#);
    assert!(diff(&own, &own).is_empty());
    assert!(diff(&own, &other).widens());
}

#[test]
fn declarations_that_come_and_go() {
    let usage = |function: &str, variable: &str, operations: &[&str]| Usage {
        function: Some(function.into()),
        variable: variable.into(),
        declared: operations
            .iter()
            .map(|one| (Use::Operation(Operation::from_iam(one).unwrap()), None))
            .collect(),
        ..Usage::default()
    };
    let of = |usages: Vec<Usage>| Inventory { usages, ..Inventory::default() };
    let old = of(vec![
        usage("a", "FILES", &["dynamodb:GetItem", "dynamodb:Scan"]),
        usage("a", "LIMIT", &[]),
    ]);
    let mut moved = usage("a", "FILES", &["dynamodb:GetItem", "dynamodb:PutItem"]);
    moved.declared_at.insert("src/a.rs:9".into(), None);
    let changes = manifests(&old, &of(vec![moved]));
    let show = |all: &[iam_policies::diff::Declaration]| -> Vec<String> {
        all.iter().map(|one| format!("{} {:?}", one.variable, one.operation)).collect()
    };
    assert_eq!(show(&changes.added), ["FILES Some(\"dynamodb:PutItem\")"]);
    assert_eq!(show(&changes.removed), ["FILES Some(\"dynamodb:Scan\")", "LIMIT None"]);
}

fn any_policy() -> impl Strategy<Value = String> {
    let of = |all: &'static [&'static str]| prop::sample::select(all);
    let statement = (
        of(&["Allow", "Allow", "Deny"]),
        of(&["sqs:SendMessage", "sqs:*", "s3:Get*", "glue:*", "*"]),
        of(&["*", "arn:aws:s3:::f*", "arn:aws:s3:::f/*", "arn:aws:sqs:*:*:q"]),
        of(&["", r#", "Condition": {"StringEquals": {"aws:userid": "a"}}"#]),
    )
        .prop_map(|(effect, action, resource, condition)| {
            format!(r#"{{"Effect": "{effect}", "Action": "{action}", "Resource": "{resource}"{condition}}}"#)
        });
    prop::collection::vec(statement, 0..4).prop_map(|all| all.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_policy_does_not_differ_from_itself(policy in any_policy()) {
        prop_assert!(diff(&policy, &policy).is_empty(), "{:?}", diff(&policy, &policy));
    }

    #[test]
    fn what_one_direction_adds_the_other_removes(left in any_policy(), right in any_policy()) {
        let (there, back) = (diff(&left, &right), diff(&right, &left));
        let texts = |all: &[iam_policies::diff::Change]| -> BTreeSet<(Vec<String>, String, Why)> {
            all.iter().map(|one| (one.actions.clone(), one.resource.clone(), one.why.clone())).collect()
        };
        prop_assert_eq!(texts(&there.added), texts(&back.removed));
        prop_assert_eq!(texts(&there.removed), texts(&back.added));
    }

    /// Without Deny statements, adding a statement never takes anything away.
    #[test]
    fn one_more_allow_removes_nothing(policy in any_policy(), action in prop::sample::select(vec!["sqs:*", "s3:PutObject", "*"])) {
        let policy = policy.replace("Deny", "Allow");
        let more = allow(&format!("\"{action}\""), "\"*\"");
        let with = if policy.is_empty() { more } else { format!("{policy}, {more}") };
        prop_assert!(diff(&policy, &with).removed.is_empty());
    }
}
