//! Mistakes in policies are found where they stand, and what is right is left alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use iam_policies::audit::{Finding, Level};
use iam_policies::lint::lint;
use iam_policies::policy::{Values, read};
use ops_enums::iam;

fn findings(text: &str) -> Vec<Finding> {
    lint(&read("p.json", text.as_bytes(), &Values::new()).unwrap())
}

fn of_statement(statement: &str) -> Vec<Finding> {
    findings(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#))
}

/// Findings of an Allow with these actions and resources, as `rule: message`.
fn of_pair(actions: &str, resources: &str) -> Vec<String> {
    let statement =
        format!(r#"{{"Effect": "Allow", "Action": {actions}, "Resource": {resources}}}"#);
    of_statement(&statement)
        .iter()
        .map(|one| format!("{}: {}", one.rule.id(), one.message))
        .collect()
}

fn only(found: &[String], rule: &str, parts: &[&str]) {
    let [one] = found else { panic!("one finding expected: {found:#?}") };
    assert!(one.starts_with(&format!("{rule}: ")), "{one}");
    for part in parts {
        assert!(one.contains(part), "{one}\nshould contain {part}");
    }
}

#[test]
fn what_is_right_has_no_findings() {
    for (actions, resources) in [
        (r#""s3:GetObject""#, r#""arn:aws:s3:::files/*""#),
        (
            r#"["s3:ListBucket", "s3:GetObject"]"#,
            r#"["arn:aws:s3:::files", "arn:aws:s3:::files/*"]"#,
        ),
        (r#""s3:List*""#, r#""arn:aws:s3:::files""#),
        (
            r#"["dynamodb:Query", "dynamodb:GetItem"]"#,
            r#"["arn:aws:dynamodb:eu-west-1:123456789012:table/files", "arn:aws:dynamodb:*:123456789012:table/files/index/*"]"#,
        ),
        (r#""sqs:SendMessage""#, r#""arn:aws:sqs:eu-west-1:123456789012:mail""#),
        (
            r#""lambda:InvokeFunction""#,
            r#""arn:aws:lambda:eu-west-1:123456789012:function:send:live""#,
        ),
        (r#""ssm:GetParameter""#, r#""arn:aws:ssm:eu-west-1:123456789012:parameter/a/b/c""#),
        (r#""iam:PassRole""#, r#""arn:aws:iam::123456789012:role/path/name""#),
        (r#""xray:PutTraceSegments""#, r#""*""#),
        (r#""s3:ListAllMyBuckets""#, r#""*""#),
    ] {
        assert!(of_pair(actions, resources).is_empty(), "{:#?}", of_pair(actions, resources));
    }
}

#[test]
fn actions_that_do_not_exist() {
    const OBJECT: &str = r#""arn:aws:s3:::files/*""#;
    only(&of_pair(r#""s3:GetObjct""#, OBJECT), "invalid-action", &["did you mean s3:GetObject?"]);
    only(
        &of_pair(r#""s3:HeadObject""#, OBJECT),
        "invalid-action",
        &["an operation but no action", "it needs s3:GetObject"],
    );
    only(&of_pair(r#""s3:Gett*""#, OBJECT), "invalid-action", &["matches no action of s3"]);
    only(
        &of_pair(r#""dynamdb:GetItem""#, r#""arn:aws:dynamodb:*:*:table/x""#),
        "invalid-action",
        &["did you mean dynamodb?"],
    );
    only(&of_pair(r#""GetObject""#, OBJECT), "invalid-action", &["write service:Action"]);
    only(&of_pair(r#""s*:GetObject""#, OBJECT), "invalid-action", &["wildcard before the colon"]);
    only(&of_pair(r#""S3:getobject""#, OBJECT), "action-case", &["written s3:GetObject by AWS"]);
    only(
        &of_pair(r#""glue:GetTable""#, r#""arn:aws:glue:eu-west-1:123456789012:catalog""#),
        "not-checked",
        &["glue"],
    );
}

#[test]
fn places_and_levels() {
    let found = of_statement(
        "{\"Effect\": \"Allow\", \"Resource\": \"arn:aws:s3:::x/*\",\n \"Action\": [\"s3:GetObject\", \"s3:Nothing\"]}",
    );
    let [one] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(
        (one.level, one.place.unwrap().line, one.place.unwrap().column),
        (Level::Error, 2, 29)
    );
    assert_eq!(one.subject, "s3:Nothing");
    assert_eq!(one.statement.as_ref().unwrap().number, 1);
}

#[test]
fn pairs_that_allow_nothing() {
    only(
        &of_pair(r#"["s3:ListBucket", "s3:GetObject"]"#, r#""arn:aws:s3:::files/*""#),
        "useless-action",
        &["s3:ListBucket allows nothing", "arn:${Partition}:s3:::${BucketName}"],
    );
    only(
        &of_pair(r#"["s3:ListAllMyBuckets", "s3:ListBucket"]"#, r#""arn:aws:s3:::files""#),
        "useless-action",
        &["it knows no resources"],
    );
    only(
        &of_pair(
            r#""s3:GetObject""#,
            r#"["arn:aws:s3:::files/*", "arn:aws:sqs:eu-west-1:123456789012:q"]"#,
        ),
        "useless-resource",
        &["no action is on resources like arn:aws:sqs"],
    );
    let both =
        of_pair(r#""dynamodb:GetItem""#, r#""arn:aws:dynamodb:*:*:table/files/index/by-day""#);
    assert_eq!(both.len(), 2, "{both:#?}");
    assert!(
        of_pair(
            r#"["s3:GetObject", "glue:GetTable"]"#,
            r#"["arn:aws:s3:::f/*", "arn:aws:sqs:eu-west-1:123456789012:q"]"#
        )
        .iter()
        .all(|one| one.starts_with("not-checked")),
        "an action outside the catalogue may be on anything"
    );
}

#[test]
fn stars_where_resources_can_be_named() {
    only(
        &of_pair(r#"["s3:GetObject", "s3:ListAllMyBuckets"]"#, r#""*""#),
        "wildcard-resource",
        &["limited for s3:GetObject; name"],
    );
    assert!(of_statement(r#"{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}"#).is_empty());
}

#[test]
fn resources_that_are_no_arns() {
    for (resource, expected) in [
        ("files", "neither `*` nor an ARN"),
        ("arn:amazon:s3:::files/*", "partition `amazon`"),
        ("arn:aws:s3:eu-west-1:files:x/*", "account `files`"),
        ("arn:aws:s3:::", ""),
        ("arn:aws:s3", "has 3 of the 6 parts"),
    ] {
        let found = of_pair(r#""s3:GetObject""#, &format!("\"{resource}\""));
        let is_invalid =
            found.iter().any(|one| one.starts_with("invalid-arn") && one.contains(expected));
        assert_eq!(is_invalid, !expected.is_empty(), "{resource}: {found:#?}");
    }
}

#[test]
fn condition_keys_that_the_action_does_not_have() {
    let with = |action: &str, key: &str| -> Vec<String> {
        of_statement(&format!(
            r#"{{"Effect": "Allow", "Action": {action}, "Resource": "arn:aws:s3:::files/*",
                "Condition": {{"StringEquals": {{"{key}": "x"}}}}}}"#
        ))
        .iter()
        .map(|one| format!("{}: {}", one.rule.id(), one.message))
        .collect()
    };
    only(
        &with(r#""s3:GetObject""#, "s3:prefix"),
        "unknown-condition-key",
        &["s3:GetObject never have the key s3:prefix"],
    );
    assert!(with(r#""s3:GetObject""#, "s3:ExistingObjectTag/team").is_empty());
    assert!(with(r#""s3:GetObject""#, "S3:existingobjecttag/Team").is_empty(), "keys have no case");
    assert!(with(r#""s3:GetObject""#, "aws:PrincipalTag/team").is_empty());
    assert!(with(r#""s3:Get*""#, "s3:ExistingObjectTag/team").is_empty());
    only(
        &with(r#"["s3:GetObject", "s3:PutObject"]"#, "dynamodb:LeadingKeys"),
        "unknown-condition-key",
        &["s3:GetObject, s3:PutObject"],
    );
}

#[test]
fn the_form_of_the_policy() {
    let rules =
        |text: &str| -> Vec<&str> { findings(text).iter().map(|one| one.rule.id()).collect() };
    assert_eq!(rules(r#"{"Statement": []}"#), ["missing-version"]);
    let sid = |sid: &str| {
        format!(
            r#"{{"Sid": "{sid}", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::f/*"}}"#
        )
    };
    let policy = |first: &str, second: &str| {
        format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}]}}"#, sid(first), sid(second))
    };
    assert_eq!(rules(&policy("A", "A")), ["invalid-sid"]);
    assert_eq!(rules(&policy("A", "b-c")), ["invalid-sid"]);
    assert!(rules(&policy("A", "B2")).is_empty());
    let long = |bytes: usize| {
        let name = "x".repeat(bytes);
        format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{name}/*"}}]}}"#
        )
    };
    assert_eq!(rules(&long(6_144)), ["policy-too-long"]);
    assert!(rules(&long(6_000)).is_empty());
    assert_eq!(
        rules(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::a"}}"#
        ),
        ["allow-all-but", "allow-all-but"]
    );
}

#[test]
fn the_policies_of_a_role_count_together() {
    let policy = |name: &str| {
        let resource = "x".repeat(6_000);
        format!(
            "        - PolicyName: {name}\n          PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::{resource}/*'}}]}}\n"
        )
    };
    let template = |policies: &str| {
        let text = format!(
            "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n{policies}"
        );
        lint(&read("t.yaml", text.as_bytes(), &Values::new()).unwrap())
    };
    assert!(template(&policy("one")).is_empty());
    let both = template(&(policy("one") + &policy("two")));
    assert_eq!(both.len(), 1);
    assert!(both[0].message.contains("Role has 12"), "{}", both[0].message);
}

#[test]
fn unknown_parts_are_noted_and_nothing_is_claimed_about_them() {
    let found = of_pair(r#""s3:GetObject""#, r#""arn:aws:s3:::${aws:username}/*""#);
    only(&found, "not-checked", &["depends on aws:username"]);
}

#[test]
fn every_action_of_the_catalogue_is_valid_in_its_own_spelling() {
    let names: Vec<String> =
        iam::actions().map(|action| format!("\"{}\"", action.full())).collect();
    let found = of_pair(&format!("[{}]", names.join(",")), r#""*""#);
    let wrong: Vec<&String> = found
        .iter()
        .filter(|one| one.starts_with("invalid") || one.starts_with("action"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
