//! AWS's evaluation rules, one vector each.

use iam_policies::policy::context::Context;
use iam_policies::policy::evaluate::{Decision, evaluate, evaluate_within};
use iam_policies::policy::pattern::{Pattern, Piece};
use iam_policies::policy::{Statement, Values, read};

const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/files";

fn statements(json: &str) -> Vec<Statement> {
    let policy = format!(r#"{{"Version": "2012-10-17", "Statement": [{json}]}}"#);
    read("policy.json", policy.as_bytes(), &Values::new()).unwrap().remove(0).statements
}

fn on(resource: &str) -> Pattern {
    if resource == "*" {
        return Pattern::literal("*");
    }
    Pattern::resource(&[Piece::Text(resource.into())], false)
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Allowed { assumed, .. } if assumed.is_empty() => "allowed",
        Decision::Allowed { .. } => "assumed",
        Decision::Denied { .. } => "denied",
        Decision::PartlyDenied { .. } => "partly denied",
        Decision::NotAllowed { partly: None } => "no",
        Decision::NotAllowed { .. } => "partly allowed",
        Decision::Unknown { .. } => "unknown",
        Decision::OutsideBoundary { .. } => "outside",
    }
}

fn check(vectors: &[(&str, &str, &str, &str)]) {
    for (json, action, resource, expected) in vectors {
        let decision = evaluate(&statements(json), action, &on(resource), &Context::new());
        assert_eq!(word(&decision), *expected, "{action} on {resource}: {json}\n{decision:?}");
    }
}

#[test]
fn what_is_not_allowed_is_denied_and_an_explicit_deny_wins() {
    const GET: &str = r#"{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:*:*:table/files"}"#;
    let both = format!(r#"{GET}, {{"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}}"#);
    let other = format!(r#"{GET}, {{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}"#);
    let elsewhere = format!(
        r#"{GET}, {{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:dynamodb:*:*:table/other"}}"#
    );
    check(&[
        ("", "dynamodb:GetItem", TABLE, "no"),
        (GET, "dynamodb:GetItem", TABLE, "allowed"),
        (GET, "DynamoDB:getitem", TABLE, "allowed"),
        (GET, "dynamodb:PutItem", TABLE, "no"),
        (GET, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:123456789012:table/Files", "no"),
        (&both, "dynamodb:GetItem", TABLE, "denied"),
        (&other, "dynamodb:GetItem", TABLE, "allowed"),
        (&elsewhere, "dynamodb:GetItem", TABLE, "allowed"),
    ]);
}

#[test]
fn a_requested_pattern_needs_one_statement_that_covers_it() {
    const INDEXES: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/files/index/*";
    const ALLOW: &str = r#"{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "#;
    let all = format!(r#"{ALLOW} "arn:aws:dynamodb:*:*:table/files/index/*"}}"#);
    let one = format!(r#"{ALLOW} "arn:aws:dynamodb:*:*:table/files/index/by-day"}}"#);
    let table = format!(r#"{ALLOW} "arn:aws:dynamodb:*:*:table/files"}}"#);
    let less = format!(
        r#"{all}, {{"Effect": "Deny", "Action": "*", "Resource": "arn:aws:dynamodb:*:*:table/files/index/by-day"}}"#
    );
    check(&[
        (&all, "dynamodb:Query", INDEXES, "allowed"),
        (&one, "dynamodb:Query", INDEXES, "partly allowed"),
        (&table, "dynamodb:Query", INDEXES, "no"),
        (&less, "dynamodb:Query", INDEXES, "partly denied"),
    ]);
}

#[test]
fn not_action_and_not_resource_mean_everything_else() {
    const NOT_ACTION: &str =
        r#"{"Effect": "Allow", "NotAction": ["iam:*", "s3:Delete*"], "Resource": "*"}"#;
    const NOT_RESOURCE: &str = r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::secret", "arn:aws:s3:::secret/*"]}"#;
    const DENY_REST: &str = r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::files/*"}"#;
    check(&[
        (NOT_ACTION, "s3:GetObject", "arn:aws:s3:::files/*", "allowed"),
        (NOT_ACTION, "s3:DeleteObject", "arn:aws:s3:::files/*", "no"),
        (NOT_ACTION, "iam:PassRole", "arn:aws:iam::123456789012:role/x", "no"),
        (NOT_RESOURCE, "s3:GetObject", "arn:aws:s3:::files/*", "allowed"),
        (NOT_RESOURCE, "s3:GetObject", "arn:aws:s3:::secret/*", "no"),
        (NOT_RESOURCE, "s3:GetObject", "arn:aws:s3:::*", "partly allowed"),
        (NOT_RESOURCE, "s3:ListAllMyBuckets", "*", "allowed"),
        (DENY_REST, "s3:GetObject", "arn:aws:s3:::files/a", "allowed"),
        (DENY_REST, "s3:GetObject", "arn:aws:s3:::other/a", "denied"),
        (DENY_REST, "s3:GetObject", "arn:aws:s3:::*/a", "partly denied"),
        (DENY_REST, "s3:ListAllMyBuckets", "*", "denied"),
    ]);
}

#[test]
fn actions_without_resources_need_a_star() {
    check(&[
        (
            r#"{"Effect": "Allow", "Action": "xray:*", "Resource": "*"}"#,
            "xray:PutTraceSegments",
            "*",
            "allowed",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::*"}"#,
            "s3:ListAllMyBuckets",
            "*",
            "no",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": ["arn:aws:s3:::*", "*"]}"#,
            "s3:ListAllMyBuckets",
            "*",
            "allowed",
        ),
    ]);
}

#[test]
fn unknown_values_are_never_claimed() {
    const OWN: &str = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::files/${aws:username}/*"}"#;
    const OWN_DENIED: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::files/${aws:username}/*"}"#;
    const NOT_OWN: &str = r#"{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::files/${aws:username}/*"}"#;
    for json in [OWN, OWN_DENIED, NOT_OWN] {
        check(&[(json, "s3:GetObject", "arn:aws:s3:::files/ada/x", "unknown")]);
    }
    check(&[
        (OWN, "s3:GetObject", "arn:aws:s3:::other/ada/x", "no"),
        (OWN_DENIED, "s3:GetObject", "arn:aws:s3:::other/ada/x", "allowed"),
        (NOT_OWN, "s3:GetObject", "arn:aws:s3:::other/ada/x", "allowed"),
    ]);
    let open = Pattern::resource(
        &[Piece::Text("arn:aws:s3:::".into()), Piece::Unknown("Bucket".into())],
        false,
    );
    let of = |json: &str| evaluate(&statements(json), "s3:ListBucket", &open, &Context::new());
    let any = of(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::*"}"#);
    assert_eq!(word(&any), "allowed", "whatever the bucket is");
    let some = of(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::files"}"#);
    let Decision::Unknown { values, .. } = some else { panic!("{some:?}") };
    assert_eq!(values, ["Bucket"]);
}

#[test]
fn unknown_conditions_are_assumed_and_named() {
    const ALLOW: &str = r#"{"Sid": "Mine", "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "blue"}}}"#;
    const DENY: &str = r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#;
    let decide = |json: &str, context: Context| {
        evaluate(&statements(json), "s3:GetObject", &on("arn:aws:s3:::a/b"), &context)
    };
    let Decision::Allowed { assumed, .. } = decide(ALLOW, Context::new()) else { panic!() };
    assert_eq!(assumed[0].condition, "StringEquals aws:PrincipalTag/team [blue]");
    assert_eq!(
        assumed[0].statement.to_string(),
        "statement 1 (Mine) of policy.json at policy.json:1:41"
    );
    let team = |name: &str| Context::new().with("aws:principaltag/team", name);
    assert_eq!(word(&decide(ALLOW, team("blue"))), "allowed");
    assert_eq!(word(&decide(ALLOW, team("red"))), "no");
    let Decision::Allowed { assumed, .. } = decide(DENY, Context::new()) else { panic!() };
    assert_eq!(assumed[0].condition, "Bool aws:SecureTransport [false]");
    let secure = |value: &str| Context::new().with("aws:SecureTransport", value);
    assert_eq!(word(&decide(DENY, secure("true"))), "allowed");
    assert_eq!(word(&decide(DENY, secure("false"))), "denied");
    let both = format!(r#"{ALLOW}, {{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#);
    assert_eq!(word(&decide(&both, Context::new())), "allowed", "the other needs no assumption");
}

#[test]
fn a_boundary_limits_and_grants_nothing() {
    let own = statements(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}"#);
    let only_get = statements(
        r#"{"Effect": "Allow", "Action": ["s3:GetObject", "dynamodb:*"], "Resource": "*"}"#,
    );
    let deny = statements(
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#,
    );
    let decide = |boundary: Option<&[Statement]>, action: &str| {
        let resource = on("arn:aws:s3:::a/b");
        word(&evaluate_within(&own, boundary, action, &resource, &Context::new())).to_owned()
    };
    assert_eq!(decide(None, "s3:PutObject"), "allowed");
    assert_eq!(decide(Some(&only_get), "s3:GetObject"), "allowed");
    assert_eq!(decide(Some(&only_get), "s3:PutObject"), "outside");
    assert_eq!(decide(Some(&only_get), "dynamodb:GetItem"), "no", "a boundary grants nothing");
    assert_eq!(decide(Some(&deny), "s3:GetObject"), "outside");
}
