//! Policies that IAM would refuse are refused with a place and a remedy.

use iam_policies::policy::{Values, read};
use proptest::prelude::*;

fn refused(statement: &str) -> String {
    let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [\n{statement}]}}");
    read("p.json", text.as_bytes(), &Values::new()).expect_err(statement).to_string()
}

#[test]
fn statements_that_iam_refuses() {
    for (statement, expected) in [
        (
            r#"{"Action": "*", "Resource": "*"}"#,
            "p.json:2:1: a statement has no Effect; write Effect: Allow",
        ),
        (
            r#"{"Effect": "allow", "Action": "*", "Resource": "*"}"#,
            "p.json:2:12: the Effect `allow` does not exist",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}"#,
            "p.json:2:49: a statement has both Action and NotAction; make two",
        ),
        (r#"{"Effect": "Allow", "Resource": "*"}"#, "neither Action nor NotAction; add Action"),
        (r#"{"Effect": "Allow", "Action": "*"}"#, "neither Resource nor NotResource; add Resource"),
        (
            r#"{"Effect": "Allow", "Action": {"a": 1}, "Resource": "*"}"#,
            "p.json:2:31: this is a map, but a text belongs here",
        ),
        (
            r#"{"Effect": "Allow", "Action": [["a"]], "Resource": "*"}"#,
            "p.json:2:32: this is a list",
        ),
        (r#"{"Effect": "Allow", "Action": null, "Resource": "*"}"#, "this is nothing, but a text"),
        (
            r#"{"Effect": "Allow", "Actions": "*", "Resource": "*"}"#,
            "p.json:2:21: a statement has no key `Actions`; did you mean Action?",
        ),
        (
            r#"{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}"#,
            "has a Principal, so this is no policy of an identity",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEqual": {"a": "b"}}}"#,
            "no condition operator `StringEqual`; did you mean StringEquals?",
        ),
        (
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": "x"}}"#,
            "Bool is a text, but must be a map",
        ),
        (r#""text""#, "p.json:2:1: a statement is a text, but must be a map"),
    ] {
        let error = refused(statement);
        assert!(error.contains(expected), "{error}\nshould contain {expected}");
    }
}

#[test]
fn files_without_a_policy() {
    for (file, text, expected) in [
        ("p.json", "[]", "the file is a list, not a policy; give a policy document"),
        ("p.json", "{\"a\": 1}", "holds neither a policy nor a template"),
        (
            "p.json",
            r#"{"Statement": [], "Version": "2020-01-01"}"#,
            "p.json:1:30: this version of the policy language",
        ),
        (
            "p.json",
            r#"{"Statement": [], "Resource": "*"}"#,
            "p.json:1:19: a policy document has no such key",
        ),
        (
            "p.json",
            r#"{"PolicyDocument": "%7B%22a"}"#,
            "p.json:1:20: the policy in this text cannot be read",
        ),
        (
            "p.json",
            r#"{"PolicyDocument": [1]}"#,
            "the policy document is a list, but must be a map",
        ),
    ] {
        let error = read(file, text.as_bytes(), &Values::new()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\nshould contain {expected}");
    }
}

proptest! {
    #[test]
    fn any_shape_is_read_or_refused(
        keys in prop::collection::vec(prop::sample::select(vec![
            "Version", "Statement", "Effect", "Action", "NotResource", "Resource", "Condition",
            "Resources", "R", "Type", "Properties", "Policies", "PolicyDocument", "provider", "iam",
            "role", "statements", "functions", "iamRoleStatements", "Ref", "Fn::Sub", "StringLike",
        ]), 1..12),
        leaf in prop::sample::select(vec![
            "null", "1", "\"*\"", "\"Allow\"", "\"AWS::IAM::Role\"", "\"${self:provider}\"", "[]",
            "{}", "[[]]", "\"2012-10-17\"", "\"${\"",
        ]),
        lists in any::<u16>(),
    ) {
        let mut text = leaf.to_owned();
        for (index, key) in keys.iter().enumerate() {
            text = format!("{{\"{key}\": {text}}}");
            if lists >> (index % 16) & 1 == 1 {
                text = format!("[{text}]");
            }
        }
        let _: Result<_, _> = read("p.json", format!("{{\"Resources\": {text}}}").as_bytes(), &Values::new());
        let _: Result<_, _> = read("p.json", format!("{{\"provider\": {text}}}").as_bytes(), &Values::new());
        let _: Result<_, _> = read("p.json", text.as_bytes(), &Values::new());
    }
}
