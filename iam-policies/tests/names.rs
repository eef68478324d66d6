//! Policies of different groups never become one, whatever the groups are called.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;

use iam_policies::arn::{Arn, Parameter, Part};
use iam_policies::generate::{Format, Per, Policy, groups, policies, written};
use iam_policies::grant::{Conditions, Grants, On, Permission};
use iam_policies::policy::{Values, read};
use iam_policies::source::records;
use serde_json::{Value, json};

fn on(arn: Arn) -> Grants {
    let on = On::Arn(arn);
    let permission = Permission { action: "dynamodb:GetItem", on, conditions: Conditions::new() };
    [(permission, Default::default())].into()
}

fn table(name: &str) -> String {
    format!("arn:aws:dynamodb:eu-west-1:111122223333:table/{name}")
}

/// A policy for each group, on a table of its own.
fn of_groups(names: &[&str]) -> Vec<Policy> {
    names.iter().flat_map(|name| policies(name, &on(table(name).as_str().into()))).collect()
}

/// More than fits into one policy.
fn long(name: &str) -> Vec<Policy> {
    let grants: Grants =
        (0..150).flat_map(|n| on(table(&format!("{name}-{n:0>60}")).as_str().into())).collect();
    policies(name, &grants)
}

#[test]
fn services_with_numbers_keep_their_own_statements() {
    for names in [&["worker-1", "worker-2"][..], &["worker-1", "worker"], &["a", "a-1", "a-2"]] {
        let text = written(&of_groups(names), Format::Serverless);
        let read = read("serverless.yml", text.as_bytes(), &Values::new()).unwrap();
        let found: Vec<(&str, &str)> = read
            .iter()
            .map(|p| (p.name.as_str(), p.statements[0].resources.written()[0].pattern.text()))
            .collect();
        let tables: Vec<String> = names.iter().map(|name| table(name)).collect();
        let expected: Vec<(&str, &str)> =
            names.iter().copied().zip(tables.iter().map(String::as_str)).collect();
        assert_eq!(found, expected, "{text}");
        assert!(read.iter().all(|policy| policy.statements.len() == 1), "{text}");
    }
}

#[test]
fn a_policy_that_was_split_is_one_again_where_there_is_no_such_limit() {
    let split = long("files");
    assert!(split.len() > 1);
    let text = written(&[split, of_groups(&["orders"])].concat(), Format::Serverless);
    let names: Vec<String> = read("serverless.yml", text.as_bytes(), &Values::new())
        .unwrap()
        .into_iter()
        .map(|policy| policy.name)
        .collect();
    assert_eq!(names, ["files", "orders"]);
}

#[test]
fn no_policy_is_lost_where_a_number_makes_two_names_the_same() {
    let all = [long("files"), of_groups(&["files-1"])].concat();
    let json: Value = serde_json::from_str(&written(&all, Format::Json)).unwrap();
    assert_eq!(json.as_object().unwrap().len(), all.len());
    let terraform = written(&all, Format::Terraform);
    let names: BTreeSet<&str> =
        terraform.lines().filter(|line| line.starts_with("  name ")).collect();
    assert_eq!(names.len(), all.len(), "{terraform}");
}

#[test]
fn a_lambda_does_not_get_what_other_writers_recorded_for_a_service_of_its_name() {
    let records = records(
        &json!([
            {"service_var_key": "files#OLD", "resolved_value": "old", "operations": ["dynamodb:DeleteItem"]},
            {
                "service_var_key": "files#NEW",
                "function:files::get@files": {
                    "path": "files::get", "lambda": "files", "last_seen": "2026-11-21",
                    "declared": {"dynamodb:GetItem": "2026-11-21"}, "values": {"new": "2026-11-21"},
                },
            },
        ])
        .to_string(),
    )
    .unwrap();
    let groups = groups(&records, Per::Lambda);
    let found: Vec<(&str, usize, bool)> =
        groups.iter().map(|g| (g.name.as_str(), g.usages.len(), g.remark.is_some())).collect();
    assert_eq!(found, [("files", 1, false), ("files-service", 1, true)]);
}

#[test]
fn parameters_and_resources_of_a_template_have_names_of_their_own() {
    let open = |name: &str| {
        let what = "name of the table".to_owned();
        let parameter = Parameter { service: None, name: name.to_owned(), what };
        let place = Part::from("arn:aws:dynamodb:eu-west-1:111122223333:table/");
        on(Arn::new([place, Part::Parameter(parameter)]))
    };
    let all = [policies("files", &open("FILES_POLICY")), policies("_", &open("_"))].concat();
    let text = written(&all, Format::CloudFormation);
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .collect();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{text}");
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    assert!(names.iter().all(|name| !name.is_empty() && is_name(name)), "{text}");
}
