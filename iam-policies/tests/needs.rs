//! What uses of variables need, and what is said about what they do not get.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use iam_policies::grant::{Grants, On};
use iam_policies::model::Problem;
use iam_policies::needs::{Basis, Needed, Options, needed};
use iam_policies::resource::Deployment;
use iam_policies::source::{manifest, records};
use serde_json::{Value, json};

fn options() -> Options {
    Options {
        deployment: Deployment {
            region: Some("eu-west-1".to_owned()),
            account: Some("111122223333".to_owned()),
            partition: None,
        },
        runtime: false,
        ..Options::default()
    }
}

fn record(variable: &str, value: &str, operations: &[&str]) -> Value {
    json!({
        "service_var_key": format!("files#{variable}"),
        "parameter_path": format!("/amplify/dev/files/{variable}"),
        "resolved_value": value,
        "operations": operations,
    })
}

/// The record of a Rust function, with the days given.
fn function(declared: Value, observed: Value) -> Value {
    json!({
        "service_var_key": "files#FILES_TABLE",
        "parameter_path": "/amplify/dev/files/FILES_TABLE",
        "function:files::get@files-api": {
            "path": "files::get",
            "lambda": "files-api",
            "last_seen": "2026-11-21",
            "declared": declared,
            "observed": observed,
            "values": {"files-dev": "2026-11-21", "files-old": "2026-01-01"},
            "regions": {"us-east-1": "2026-11-21"},
            "declared_at": {"src/main.rs:12": "2026-11-21"},
        },
    })
}

fn of(items: &[Value], options: &Options) -> Needed {
    let inventory = records(&json!({ "Items": items }).to_string()).unwrap();
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    needed(&inventory.usages.iter().collect::<Vec<_>>(), options)
}

fn lines(grants: &Grants) -> Vec<String> {
    let mut lines: Vec<String> = grants
        .keys()
        .map(|permission| {
            let on = match &permission.on {
                On::Everything { .. } => "*".to_owned(),
                On::Arn(arn) => arn.written(|part| format!("<{part:?}>")),
            };
            let conditions: Vec<String> = permission
                .conditions
                .iter()
                .map(|((operator, key), values)| {
                    let values: Vec<_> =
                        values.iter().map(|v| v.written(|part| format!("<{part:?}>"))).collect();
                    format!(" if {operator} {key} {}", values.join("|"))
                })
                .collect();
            format!("{} {on}{}", permission.action, conditions.concat())
        })
        .collect();
    lines.sort();
    lines
}

fn gaps(needed: &Needed) -> Vec<&str> {
    needed.gaps.iter().map(|gap| gap.what.as_str()).collect()
}

#[test]
fn what_the_plain_call_requires_is_granted_and_options_are_not() {
    let one = of(&[record("B", "media", &["s3:GetObject"])], &options());
    assert_eq!(lines(&one.grants), ["s3:GetObject arn:aws:s3:::media/*"]);
    assert!(lines(&one.optional).contains(&"s3:GetObjectVersion arn:aws:s3:::media/*".to_owned()));
    let all = of(
        &[record("B", "media", &["s3:GetObject"])],
        &Options { with_options: true, ..options() },
    );
    assert!(lines(&all.grants).contains(&"s3:GetObjectVersion arn:aws:s3:::media/*".to_owned()));
}

#[test]
fn an_operation_that_requires_nothing_else_gets_its_options() {
    let needed = of(&[record("T", "files", &["dynamodb:TransactWriteItems"])], &options());
    let table = "arn:aws:dynamodb:eu-west-1:111122223333:table/files";
    let expected = ["ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"];
    assert_eq!(lines(&needed.grants), expected.map(|action| format!("dynamodb:{action} {table}")));
}

#[test]
fn the_index_belongs_to_the_table() {
    let needed = of(&[record("T", "files", &["dynamodb:Query", "dynamodb:GetItem"])], &options());
    assert_eq!(
        lines(&needed.grants),
        [
            "dynamodb:GetItem arn:aws:dynamodb:eu-west-1:111122223333:table/files",
            "dynamodb:Query arn:aws:dynamodb:eu-west-1:111122223333:table/files",
            "dynamodb:Query arn:aws:dynamodb:eu-west-1:111122223333:table/files/index/*",
        ]
    );
}

#[test]
fn a_copy_reads_what_another_variable_names() {
    let alone = of(&[record("TO", "target", &["s3:CopyObject"])], &options());
    assert_eq!(lines(&alone.grants), ["s3:PutObject arn:aws:s3:::target/*"]);
    assert!(
        gaps(&alone)[0].contains("s3:CopyObject also needs s3:GetObject on the source object"),
        "{:?}",
        gaps(&alone)
    );
    let both =
        [record("FROM", "source", &["s3:GetObject"]), record("TO", "target", &["s3:CopyObject"])];
    assert!(of(&both, &options()).gaps.is_empty());
}

#[test]
fn keys_are_granted_where_they_are_known_and_only_through_the_service() {
    let items = [record("B", "media", &["s3:GetObject"])];
    let unknown = of(&items, &options());
    assert!(
        lines(&unknown.optional)
            .contains(&"kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/*".to_owned())
    );
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let known =
        Options { kms_keys: BTreeMap::from([("B".to_owned(), key.to_owned())]), ..options() };
    assert!(lines(&of(&items, &known).grants).contains(&format!(
        "kms:Decrypt {key} if StringEquals kms:ViaService s3.eu-west-1.amazonaws.com"
    )));
}

#[test]
fn a_role_that_is_passed_is_open_or_given() {
    let items = [record("F", "resize", &["lambda:CreateFunction"])];
    let open = of(&items, &options());
    let line =
        lines(&open.grants).into_iter().find(|line| line.starts_with("iam:PassRole")).unwrap();
    assert!(
        line.contains("F_ROLE")
            && line.ends_with("if StringEquals iam:PassedToService lambda.amazonaws.com"),
        "{line}"
    );
    let roles = BTreeMap::from([("F".to_owned(), "resizer".to_owned())]);
    let given = of(&items, &Options { roles, ..options() });
    assert!(
        lines(&given.grants)
            .iter()
            .any(|line| line.starts_with("iam:PassRole arn:aws:iam::111122223333:role/resizer if"))
    );
}

#[test]
fn nothing_is_granted_in_place_of_a_value_that_is_no_name() {
    for value in ["*", "files\",\"arn:aws:s3:::*", "files-${aws:username}", "arn:aws:s3:::media"] {
        let needed = of(&[record("T", value, &["dynamodb:GetItem"])], &options());
        assert_eq!(needed.grants, Grants::new(), "{value}");
        let [gap] = gaps(&needed)[..] else { panic!("{value}: {:?}", needed.gaps) };
        assert!(gap.contains("nothing was granted for it") && !gap.contains(value), "{gap}");
    }
}

#[test]
fn logs_are_granted_to_each_lambda_and_who_gets_none_is_said() {
    let python = record("T", "files", &["dynamodb:GetItem"]);
    let mut strange = function(json!({}), json!({}));
    strange["service_var_key"] = json!("other#T");
    strange["function:files::get@files-api"]["lambda"] = json!("a*");
    let items = [function(json!({}), json!({})), python, strange];
    let needed = of(&items, &Options { logs: true, ..options() });
    let logs: Vec<String> =
        lines(&needed.grants).into_iter().filter(|line| line.starts_with("logs:")).collect();
    assert!(logs.iter().all(|line| line.contains(":log-group:/aws/lambda/files-api")), "{logs:?}");
    assert_eq!(logs.len(), 5, "{logs:?}");
    let about_logs = |note: &&Problem| note.what.contains("name no Lambda");
    let without: Vec<&str> =
        needed.notes.iter().filter(about_logs).map(|note| note.key.as_str()).collect();
    assert_eq!(without, ["files"]);
    let [no_name] = gaps(&needed)[..] else { panic!("{:?}", needed.gaps) };
    assert!(no_name.contains("name of the Lambda"), "{no_name}");
}

#[test]
fn an_arn_is_of_one_service_though_an_operation_needs_several() {
    // `GetObject` may also need an action of directory buckets, whose ARNs are of another service.
    let arn = record("B", "arn:aws:s3:::media", &["s3:GetObject"]);
    for with_options in [false, true] {
        let needed = of(std::slice::from_ref(&arn), &Options { with_options, ..options() });
        assert_eq!(gaps(&needed), [""; 0]);
        assert!(lines(&needed.grants).contains(&"s3:GetObject arn:aws:s3:::media/*".to_owned()));
    }
    let wrong = of(&[record("B", "m*", &["s3:GetObject"])], &options());
    assert_eq!(wrong.gaps.len(), 1, "one value, said once: {:?}", wrong.gaps);
}

#[test]
fn values_and_operations_that_are_out_of_date_are_left_out_and_mentioned() {
    let items = [function(
        json!({"dynamodb:GetItem": "2026-11-21", "dynamodb:Scan": "2026-09-01"}),
        json!({}),
    )];
    let needed_now = of(&items, &options());
    assert_eq!(
        lines(&needed_now.grants),
        ["dynamodb:GetItem arn:aws:dynamodb:us-east-1:111122223333:table/files-dev"]
    );
    let notes: Vec<&str> = needed_now.notes.iter().map(|note| note.what.as_str()).collect();
    assert!(
        notes.iter().any(|note| note.contains("dynamodb:Scan was last declared on 2026-09-01")),
        "{notes:?}"
    );
    assert!(notes.iter().any(|note| note.contains("1 older value")), "{notes:?}");
    let all = of(&items, &Options { max_age: 1000, ..options() });
    assert_eq!(all.grants.len(), 4 + 2, "two tables, and the indexes of each for Scan");
}

#[test]
fn observed_calls_can_be_the_basis() {
    let items = [function(
        json!({"dynamodb:GetItem": "2026-11-21", "dynamodb:PutItem": "2026-11-21"}),
        json!({"dynamodb:GetItem": "2026-11-20"}),
    )];
    let observed = of(&items, &Options { basis: Basis::Observed, ..options() });
    assert_eq!(
        lines(&observed.grants),
        ["dynamodb:GetItem arn:aws:dynamodb:us-east-1:111122223333:table/files-dev"]
    );
    assert!(
        observed
            .notes
            .iter()
            .any(|note| note.what.contains("dynamodb:PutItem is declared and was never observed"))
    );
    // Other writers observe nothing, so what they declare counts.
    let other = of(
        &[record("T", "files", &["dynamodb:PutItem"])],
        &Options { basis: Basis::Observed, ..options() },
    );
    assert_eq!(other.grants.len(), 1);
}

#[test]
fn the_runtimes_own_needs_are_on_exactly_its_parameters_and_records() {
    let options =
        Options { runtime: true, tracking_table: Some("env-vars".to_owned()), ..options() };
    let needed = of(&[function(json!({}), json!({}))], &options);
    let parameter = "arn:aws:ssm:us-east-1:111122223333:parameter/amplify/dev";
    let keys = "if ForAllValues:StringLike dynamodb:LeadingKeys files#*";
    let table = "arn:aws:dynamodb:us-east-1:111122223333:table/env-vars";
    assert_eq!(
        lines(&needed.grants),
        [
            format!("dynamodb:BatchGetItem {table} {keys}"),
            format!("dynamodb:UpdateItem {table} {keys}"),
            format!(
                "kms:Decrypt arn:aws:kms:us-east-1:111122223333:key/* if StringEquals \
                kms:EncryptionContext:PARAMETER_ARN {parameter}/FILES_TABLE|{parameter}/files/FILES_TABLE if \
                StringEquals kms:ViaService ssm.us-east-1.amazonaws.com"
            ),
            format!("ssm:GetParameters {parameter}/FILES_TABLE"),
            format!("ssm:GetParameters {parameter}/files/FILES_TABLE"),
        ]
    );
}

#[test]
fn the_other_runtimes_make_other_calls() {
    let options =
        Options { runtime: true, tracking_table: Some("env-vars".to_owned()), ..options() };
    let needed = of(&[record("T", "files", &[])], &options);
    let actions: Vec<&str> = needed.grants.keys().map(|permission| permission.action).collect();
    assert_eq!(
        actions,
        [
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "ssm:GetParameter",
            "ssm:GetParameter"
        ]
    );
}

#[test]
fn a_path_that_is_not_the_variables_own_is_a_gap() {
    let mut item = record("T", "files", &["dynamodb:GetItem"]);
    item["parameter_path"] = json!("/amplify/dev/*");
    let needed = of(&[item], &Options { runtime: true, ..options() });
    assert!(needed.grants.keys().all(|permission| !permission.action.starts_with("ssm")));
    assert!(gaps(&needed)[0].contains("parameter_path"), "{:?}", needed.gaps);
    let mut item = record("T", "files", &["dynamodb:GetItem"]);
    item["parameter_path"] = json!("/amplify/*/files/T");
    let needed = of(&[item], &Options { runtime: true, ..options() });
    assert!(
        lines(&needed.grants).iter().all(|line| !line.starts_with("ssm")),
        "{:?}",
        lines(&needed.grants)
    );
    assert!(!needed.gaps.is_empty());
}

#[test]
fn a_services_name_cannot_widen_the_tracking_table() {
    let item =
        json!({"service_var_key": "*#T", "parameter_path": "/amplify/dev/*/T", "operations": []});
    let options =
        Options { runtime: true, tracking_table: Some("env-vars".to_owned()), ..options() };
    let needed = of(&[item], &options);
    assert_eq!(needed.grants, Grants::new());
    assert_eq!(needed.gaps.len(), 2, "{:?}", needed.gaps);
}

#[test]
fn a_manifest_leaves_values_open() {
    let text = json!({"required_env_vars_manifest": 1, "declarations": [
        {"function": "api::get", "variable": "T", "operations": ["dynamodb:GetItem"], "declared_at": "src/main.rs:3"},
    ]});
    let inventory = manifest(&text.to_string(), None).unwrap();
    let usages: Vec<_> = inventory.usages.iter().collect();
    let needed =
        needed(&usages, &Options { runtime: true, deployment: Deployment::default(), ..options() });
    let open: Vec<_> = needed
        .grants
        .keys()
        .filter(|permission| matches!(&permission.on, On::Arn(arn) if arn.text().is_none()))
        .collect();
    assert_eq!(open.len(), needed.grants.len());
    let reasons: Vec<_> =
        needed.grants.values().flatten().flat_map(|reason| reason.by.places.iter()).collect();
    assert!(reasons.iter().all(|place| *place == "src/main.rs:3"));
}

#[test]
fn what_needs_no_permission_gets_none() {
    let needed = of(&[record("POOL", "eu-west-1_AbCdEfGhI", &["cognito-idp:SignUp"])], &options());
    assert_eq!((needed.grants.len(), needed.gaps.len()), (0, 0));
}

#[test]
fn an_operation_on_another_kind_of_resource_is_a_gap_not_a_guess() {
    let both = record("F", "resize", &["lambda:Invoke", "lambda:GetLayerVersion"]);
    let needed_both = of(&[both], &options());
    assert_eq!(
        lines(&needed_both.grants),
        ["lambda:InvokeFunction arn:aws:lambda:eu-west-1:111122223333:function:resize"]
    );
    assert!(gaps(&needed_both)[0].contains("lambda:GetLayerVersion"), "{:?}", needed_both.gaps);
    let alone = of(&[record("L", "fonts", &["lambda:GetLayerVersion"])], &options());
    assert_eq!(
        lines(&alone.grants),
        ["lambda:GetLayerVersion arn:aws:lambda:eu-west-1:111122223333:layer:fonts:*"]
    );
}
