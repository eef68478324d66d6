//! What makes a change wider is never missed: other owners, parts that cannot be read, operations
//! that are not known.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use iam_policies::diff::{Changes, manifests, policies};
use iam_policies::policy::context::Context;
use iam_policies::policy::evaluate::{Decision, evaluate};
use iam_policies::policy::pattern::Pattern;
use iam_policies::policy::{ReadPolicy, Values, read};
use iam_policies::source::manifest;
use ops_enums::iam;
use proptest::prelude::*;

fn template(text: &str) -> Vec<ReadPolicy> {
    read("template.yml", text.as_bytes(), &Values::new()).unwrap()
}

fn of_templates(old: &str, new: &str) -> Changes {
    policies(&template(old), &template(new))
}

/// A role that may do this; `more` are further properties.
fn role(name: &str, action: &str, more: &str) -> String {
    format!(
        "  {name}:\n    Type: AWS::IAM::Role\n    Properties:\n{more}      Policies:\n        - \
        PolicyName: own\n          PolicyDocument: {{Version: \"2012-10-17\", Statement: [{{Effect: \
        Allow, Action: {action}, Resource: \"*\"}}]}}\n"
    )
}

fn roles(all: &[String]) -> String {
    format!("Resources:\n{}", all.concat())
}

#[test]
fn what_one_role_may_is_new_to_another() {
    let old = roles(&[role("Admin", "s3:PutObject", ""), role("Reader", "s3:GetObject", "")]);
    let new = roles(&[role("Admin", "s3:PutObject", ""), role("Reader", "s3:PutObject", "")]);
    let changes = of_templates(&old, &new);
    assert!(changes.widens());
    let [added] = changes.added.as_slice() else { panic!("{changes:#?}") };
    assert_eq!(
        (added.actions[0].as_str(), added.statement.policy.as_str()),
        ("s3:PutObject", "Reader/own")
    );
    let more = roles(&[
        role("Admin", "s3:PutObject", ""),
        role("Reader", "s3:GetObject", ""),
        role("Another", "s3:PutObject", ""),
    ]);
    assert!(of_templates(&old, &more).widens(), "a role that is new has had nothing");
    assert!(of_templates(&old, &old).is_empty());
}

#[test]
fn a_file_with_one_owner_is_compared_whatever_the_owner_is_called() {
    let old = roles(&[role("Reader", "s3:GetObject", "")]);
    let new = roles(&[role("FilesReader", "s3:GetObject", "")]);
    assert!(of_templates(&old, &new).is_empty());
    let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    let document = read("policy.json", document.as_bytes(), &Values::new()).unwrap();
    assert!(policies(&document, &template(&new)).is_empty());
}

#[test]
fn what_cannot_be_read_counts_as_wider_where_it_is_new() {
    let plain = roles(&[role("Reader", "s3:GetObject", "")]);
    let with = |more: &str| roles(&[role("Reader", "s3:GetObject", more)]);
    let attached =
        with("      ManagedPolicyArns: [\"arn:aws:iam::aws:policy/AdministratorAccess\"]\n");
    let changes = of_templates(&plain, &attached);
    assert!(changes.widens() && !changes.is_empty());
    assert!(changes.unread[0].what.contains("AdministratorAccess"), "{changes:#?}");
    assert!(!of_templates(&attached, &plain).widens(), "it is gone");
    assert!(!of_templates(&attached, &attached).widens(), "it was there");
    assert!(!of_templates(&attached, &attached).is_empty(), "and is not claimed to be the same");

    let bounded = with("      PermissionsBoundary: arn:aws:iam::111122223333:policy/narrow\n");
    let wider = with("      PermissionsBoundary: arn:aws:iam::111122223333:policy/wide\n");
    assert!(of_templates(&bounded, &plain).widens(), "the boundary is gone");
    assert!(of_templates(&bounded, &wider).widens(), "it is another one");
    assert!(!of_templates(&plain, &bounded).widens());
}

#[test]
fn an_operation_that_is_not_known_is_not_the_same_as_none() {
    let of = |operations: &str| {
        let text = format!(
            r#"{{"required_env_vars_manifest": 1, "declarations": [{{"function": "f", "variable": "T", "operations": [{operations}]}}]}}"#
        );
        manifest(&text, None).unwrap()
    };
    let (old, new) = (of(r#""dynamodb:GetItem""#), of(r#""dynamodb:GetItem", "dynamodb:Newest""#));
    let changes = manifests(&old, &new);
    assert!(changes.widens());
    assert_eq!(changes.not_understood.len(), 1);
    assert!(changes.not_understood[0].contains("dynamodb:Newest"), "{changes:?}");
    assert!(!manifests(&new, &new).widens() && !manifests(&new, &old).widens());
}

fn document(statements: &str) -> Vec<ReadPolicy> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    read("policy.json", text.as_bytes(), &Values::new()).unwrap()
}

fn any_policy() -> impl Strategy<Value = String> {
    let of = |all: &'static [&'static str]| prop::sample::select(all);
    let statement = (
        of(&["Allow", "Allow", "Allow", "Deny"]),
        of(&["Action", "Action", "Action", "NotAction"]),
        of(&["sqs:SendMessage", "sqs:*", "sqs:Send*", "s3:Get*", "s3:*", "*"]),
        of(&["Resource", "Resource", "NotResource"]),
        of(&["*", "arn:aws:s3:::f*", "arn:aws:s3:::f/*", "arn:aws:sqs:*:*:q", "arn:aws:sqs:*:*:*"]),
    )
        .prop_map(|(effect, act, action, on, resource)| {
            format!(r#"{{"Effect": "{effect}", "{act}": "{action}", "{on}": "{resource}"}}"#)
        });
    prop::collection::vec(statement, 0..4).prop_map(|all| all.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The comparison and the evaluator know nothing of each other.
    #[test]
    fn what_only_the_new_policy_allows_makes_it_wider(old in any_policy(), new in any_policy()) {
        let (old, new) = (document(&old), document(&new));
        let allows = |policies: &[ReadPolicy], action: &str, on: &Pattern| {
            let statements = policies.iter().flat_map(|policy| &policy.statements);
            matches!(evaluate(statements, action, on, &Context::new()), Decision::Allowed { .. })
        };
        let actions: Vec<_> =
            iam::actions_of("sqs").iter().chain(iam::actions_of("s3")).map(|one| one.full()).collect();
        let resources =
            ["arn:aws:s3:::f", "arn:aws:s3:::f/x", "arn:aws:s3:::g", "arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sqs:eu-west-1:111122223333:r"];
        let wider = resources.iter().map(|text| Pattern::literal(text)).any(|on| {
            actions.iter().any(|action| allows(&new, action, &on) && !allows(&old, action, &on))
        });
        let changes = policies(&old, &new);
        prop_assert!(changes.widens() || !wider, "{old:#?}\n{new:#?}");
    }
}
