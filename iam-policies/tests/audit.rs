//! Policies are held against needs: what is missing, what is too much, what cannot be known.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::Arc;

use iam_policies::arn::{Arn, Part};
use iam_policies::audit::{AuditReport, Level, Needs, audit, table};
use iam_policies::grant::{Asker, Conditions, Grants, On, Permission, Reason};
use iam_policies::policy::context::Context;
use iam_policies::policy::{Values, read};
use ops_enums::iam;
use proptest::prelude::*;

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/files";

fn reason(operation: &str) -> Arc<Reason> {
    let by = Asker {
        service: Some("notes".into()),
        function: Some("notes::files".into()),
        variable: "FILES_TABLE".into(),
        places: BTreeSet::from(["src/files.rs:12".to_owned()]),
        ..Asker::default()
    };
    Arc::new(Reason { by: Arc::new(by), operation: operation.into(), remark: None })
}

fn permission(action: &str, resource: &str) -> Permission {
    let on = match resource {
        "*" => On::Everything { why: "the action knows no resources".into() },
        arn => On::Arn(Arn(vec![Part::Text(arn.into())])),
    };
    let action = iam::action(action).unwrap().full();
    Permission { action, on, conditions: Conditions::new() }
}

fn grants(all: &[(&str, &str)]) -> Grants {
    all.iter()
        .map(|(action, on)| (permission(action, on), BTreeSet::from([reason(action)])))
        .collect()
}

fn policy(statements: &str) -> String {
    format!("{{\"Version\": \"2012-10-17\", \"Statement\": [\n{statements}\n]}}")
}

fn run(needed: &Grants, optional: &Grants, statements: &str) -> AuditReport {
    let policies = read("p.json", policy(statements).as_bytes(), &Values::new()).unwrap();
    let needs = Needs { needed, optional, inventory: None };
    audit(&needs, &policies, None, &Context::new())
}

fn against(needed: &[(&str, &str)], statements: &str) -> AuditReport {
    run(&grants(needed), &Grants::new(), statements)
}

fn rules(report: &AuditReport) -> Vec<&str> {
    report.findings.iter().map(|finding| finding.rule.id()).collect()
}

#[test]
fn an_exact_policy_has_no_findings() {
    let needed = grants(&[("dynamodb:GetItem", TABLE), ("xray:PutTraceSegments", "*")]);
    let optional =
        grants(&[("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/lambda/x:log-stream:*")]);
    let exact = format!(
        r#"{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "{TABLE}"}},
        {{"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}}"#
    );
    let report = run(&needed, &optional, &exact);
    assert!(report.findings.is_empty(), "{}", table(&report));
    assert_eq!((report.needed, report.allowed), (2, 2));
    let with_optional = format!(
        r#"{exact}, {{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:*:*:log-group:/aws/lambda/x:log-stream:*"}}"#
    );
    assert!(run(&needed, &optional, &with_optional).findings.is_empty(), "optional is no excess");
    assert_eq!(rules(&run(&needed, &Grants::new(), &with_optional)), ["excess-action"]);
}

#[test]
fn missing_permissions_say_who_needs_them() {
    let report = against(
        &[("dynamodb:GetItem", TABLE), ("dynamodb:PutItem", TABLE)],
        &format!(r#"{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "{TABLE}"}}"#),
    );
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((finding.rule.id(), finding.level), ("missing", Level::Error));
    assert_eq!(
        finding.message,
        format!(
            "dynamodb:PutItem on {TABLE} is allowed by no statement; add it. Needed by notes::files in \
             FILES_TABLE for dynamodb:PutItem (src/files.rs:12)."
        )
    );
    assert_eq!(finding.reasons, BTreeSet::from([reason("dynamodb:PutItem")]));
    assert_eq!((report.needed, report.allowed), (2, 1));
}

#[test]
fn denied_and_partly_allowed_permissions_are_missing() {
    let allow = format!(
        r#"{{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "{TABLE}/index/*"}}"#
    );
    let needed: &[(&str, &str)] = &[("dynamodb:Query", &format!("{TABLE}/index/*"))];
    for (statements, part) in [
        (
            format!(
                r#"{allow}, {{"Sid": "No", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}}"#
            ),
            "is denied by statement 2 (No)",
        ),
        (
            format!(
                r#"{allow}, {{"Effect": "Deny", "Action": "dynamodb:*", "Resource": "{TABLE}/index/x"}}"#
            ),
            "is denied for a part of the resources by statement 2",
        ),
        (
            format!(
                r#"{{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "{TABLE}/index/x"}}"#
            ),
            "is allowed by statement 1 of p.json for a part",
        ),
    ] {
        let report = against(needed, &statements);
        let missing: Vec<_> =
            report.findings.iter().filter(|one| one.rule.id() == "missing").collect();
        assert_eq!(missing.len(), 1, "{}", table(&report));
        assert!(missing[0].message.contains(part), "{}", missing[0].message);
    }
}

#[test]
fn excess_is_named_once_for_each_statement() {
    let report = against(
        &[("dynamodb:GetItem", TABLE)],
        &format!(
            r#"{{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Delete*"], "Resource": "{TABLE}"}}"#
        ),
    );
    let [finding] = report.findings.as_slice() else { panic!("{}", table(&report)) };
    assert_eq!(finding.rule.id(), "excess-action");
    assert_eq!((finding.place.unwrap().line, finding.place.unwrap().column), (2, 52));
    assert!(
        finding.message.contains("what nothing needs: dynamodb:DeleteResourcePolicy, "),
        "{}",
        finding.message
    );
    assert!(finding.message.ends_with("needed are only dynamodb:GetItem"), "{}", finding.message);
    let star = against(
        &[("dynamodb:GetItem", TABLE)],
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}"#,
    );
    assert_eq!(rules(&star), ["excess-action", "excess-resource", "wildcard-resource"]);
    assert!(star.findings.iter().all(|finding| finding.message.len() < 400), "short");
    assert_eq!(star.allowed, 1);
}

#[test]
fn what_a_deny_takes_away_is_no_excess() {
    let report = against(
        &[("dynamodb:GetItem", TABLE)],
        &format!(
            r#"{{"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:DeleteItem"], "Resource": "{TABLE}"}},
            {{"Effect": "Deny", "Action": "dynamodb:Delete*", "Resource": "*"}}"#
        ),
    );
    assert!(report.findings.is_empty(), "{}", table(&report));
}

#[test]
fn resources_wider_than_needed() {
    let needed: &[(&str, &str)] =
        &[("s3:GetObject", "arn:aws:s3:::files/*"), ("s3:ListBucket", "arn:aws:s3:::files")];
    let with = |resources: &str| {
        let statement = format!(
            r#"{{"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": {resources}}}"#
        );
        against(needed, &statement)
    };
    assert!(with(r#"["arn:aws:s3:::files", "arn:aws:s3:::files/*"]"#).findings.is_empty());
    let wide = with(r#"["arn:aws:s3:::files", "arn:aws:s3:::*/*"]"#);
    assert_eq!(rules(&wide), ["excess-resource"]);
    let message = &wide.findings[0].message;
    assert!(message.contains("allows s3:GetObject on arn:aws:s3:::*/*, but that is needed only on arn:aws:s3:::files/*"), "{message}");
    let narrow =
        with(r#"["arn:aws:s3:::files", "arn:aws:s3:::files/a/*", "arn:aws:s3:::files/*"]"#);
    assert!(narrow.findings.is_empty(), "a part of what is needed is no excess");
}

#[test]
fn unknown_values_are_never_claimed_to_be_allowed_or_missing() {
    let own = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/${aws:username}/*"}"#;
    let report = against(&[("s3:GetObject", "arn:aws:s3:::files/ada/*")], own);
    assert!(rules(&report).iter().all(|rule| *rule == "not-checked"), "{}", table(&report));
    assert_eq!(report.allowed, 0);

    let mut open = permission("s3:GetObject", "x");
    open.on = On::Arn(Arn(vec![
        Part::Text("arn:aws:s3:::".into()),
        Part::Region,
        Part::Text("/*".into()),
    ]));
    let open: Grants = [(open, BTreeSet::from([reason("s3:GetObject")]))].into();
    let one = run(
        &open,
        &Grants::new(),
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/*"}"#,
    );
    assert_eq!(rules(&one), ["not-checked"], "{}", table(&one));
    assert!(one.findings[0].message.contains("AWS::Region"));
    let all = run(
        &open,
        &Grants::new(),
        r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*/*"}"#,
    );
    assert_eq!(all.allowed, 1, "allowed whatever the region is");
}

#[test]
fn what_was_not_read_may_allow_what_nothing_else_does() {
    let template = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Policies: [{S3ReadPolicy: {BucketName: files}}]\n";
    let policies = read("t.yaml", template.as_bytes(), &Values::new()).unwrap();
    let needed = grants(&[("s3:GetObject", "arn:aws:s3:::files/*")]);
    let needs = Needs { needed: &needed, optional: &Grants::new(), inventory: None };
    let report = audit(&needs, &policies, None, &Context::new());
    assert_eq!(rules(&report), ["not-checked", "not-checked"]);
    assert!(report.findings[0].message.contains("S3ReadPolicy"), "{}", table(&report));
    assert_eq!(report.allowed, 0);
}

#[test]
fn conditions_of_needs_are_known_and_others_are_assumed() {
    let mut decrypt = permission("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/1");
    let via = Arn(vec![Part::Text("s3.eu-west-1.amazonaws.com".into())]);
    decrypt
        .conditions
        .insert(("StringEquals".into(), "kms:ViaService".into()), BTreeSet::from([via]));
    let needed: Grants = [(decrypt, BTreeSet::from([reason("s3:GetObject")]))].into();
    let with = |condition: &str| {
        run(
            &needed,
            &Grants::new(),
            &format!(
                r#"{{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-west-1:123456789012:key/1", "Condition": {{{condition}}}}}"#
            ),
        )
    };
    assert!(
        with(r#""StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}"#)
            .findings
            .is_empty()
    );
    assert_eq!(
        rules(&with(r#""StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}"#)),
        ["missing"]
    );
    let assumed = with(r#""StringEquals": {"aws:PrincipalTag/team": "blue"}"#);
    assert_eq!(rules(&assumed), ["assumed"]);
    assert_eq!(assumed.allowed, 1);
    assert!(assumed.findings[0].message.contains("StringEquals aws:PrincipalTag/team [blue]"));
}

#[test]
fn a_boundary_must_allow_too() {
    let needed = grants(&[("dynamodb:GetItem", TABLE)]);
    let exact = policy(&format!(
        r#"{{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "{TABLE}"}}"#
    ));
    let policies = read("p.json", exact.as_bytes(), &Values::new()).unwrap();
    let boundary = policy(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let boundary =
        read("b.json", boundary.as_bytes(), &Values::new()).unwrap().remove(0).statements;
    let needs = Needs { needed: &needed, optional: &Grants::new(), inventory: None };
    let report = audit(&needs, &policies, Some(&boundary), &Context::new());
    assert_eq!(rules(&report), ["missing"]);
    assert!(report.findings[0].message.contains("permissions boundary"));
}

#[test]
fn the_table_fits_and_the_json_has_everything() {
    let report = against(
        &[("dynamodb:PutItem", TABLE)],
        &format!(
            r#"{{"Sid": "Read", "Effect": "Allow", "Action": "dynamodb:*", "Resource": "{TABLE}*"}}"#
        ),
    );
    let text = table(&report);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.starts_with("p.json\n"), "{text}");
    assert!(
        text.ends_with("1 of 1 needed permissions allowed; 0 errors, 2 warnings, 0 notes\n"),
        "{text}"
    );
    let json = serde_json::to_value(&report).unwrap();
    let first = &json["findings"][0];
    assert_eq!(first["rule"], "excess-action");
    assert_eq!(first["level"], "warning");
    assert_eq!(first["place"], "2:46");
    assert_eq!(first["statement"]["sid"], "Read");
    assert_eq!(json["findings"][1]["reasons"][0]["places"][0], "src/files.rs:12");
}

fn any_statement() -> impl Strategy<Value = String> {
    const ACTIONS: &[&str] =
        &["dynamodb:GetItem", "dynamodb:*", "s3:Get*", "*", "s3:ListBucket", "sqs:Nothing"];
    const RESOURCES: &[&str] =
        &["*", TABLE, "arn:aws:s3:::files/*", "arn:aws:s3:::f*", "arn:aws:dynamodb:*"];
    let of = |all: &'static [&'static str]| prop::sample::select(all);
    (
        of(&["Allow", "Allow", "Deny"]),
        of(&["Action", "Action", "NotAction"]),
        of(ACTIONS),
        of(&["Resource", "Resource", "NotResource"]),
        of(RESOURCES),
    )
        .prop_map(|(effect, action_key, action, resource_key, resource)| {
            format!(r#"{{"Effect": "{effect}", "{action_key}": "{action}", "{resource_key}": "{resource}"}}"#)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Adding an Allow never makes a permission missing, adding a Deny never makes one allowed.
    #[test]
    fn allows_only_add_and_denies_only_take(
        statements in prop::collection::vec(any_statement(), 0..4),
        more in any_statement(),
    ) {
        let needed: &[(&str, &str)] = &[
            ("dynamodb:GetItem", TABLE), ("s3:GetObject", "arn:aws:s3:::files/*"), ("s3:ListBucket", "arn:aws:s3:::files"),
        ];
        let before = against(needed, &statements.join(","));
        let mut with = statements.clone();
        with.push(more.clone());
        let after = against(needed, &with.join(","));
        if more.contains("Allow") {
            prop_assert!(after.allowed >= before.allowed);
        } else {
            prop_assert!(after.allowed <= before.allowed);
        }
    }

    /// Whatever the policy is, the report has a finding for each permission that is not allowed.
    #[test]
    fn what_is_not_allowed_is_reported(statements in prop::collection::vec(any_statement(), 0..4)) {
        let needed: &[(&str, &str)] = &[("dynamodb:GetItem", TABLE), ("s3:GetObject", "arn:aws:s3:::files/*")];
        let report = against(needed, &statements.join(","));
        let missing = rules(&report).iter().filter(|rule| **rule == "missing").count();
        prop_assert_eq!(report.needed - report.allowed, missing);
        prop_assert!(table(&report).lines().all(|line| line.chars().count() <= 130));
    }
}
