//! What calls need of IAM, and whether policies allow it.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;

use iam_policies::generate::{Format, Per, groups, policies, written};
use iam_policies::model::Inventory;
use iam_policies::needs::{Options, needed};
use iam_policies::policy::context::Context;
use iam_policies::policy::evaluate::{Decision, evaluate};
use iam_policies::policy::pattern::Pattern;
use iam_policies::policy::{Statement, Values, read};
use iam_policies::resource::Deployment;
use local_aws::{ACCOUNT_ID, Call, LocalAws, REGION};
use serde_json::{Value, json};

/// An action on a resource.
pub type Need = (String, String);

#[allow(dead_code, reason = "each test binary uses a part of it")]
pub fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT_ID}:{resource}")
}

/// What AWS asks IAM for when this call comes.
fn needs(call: &Call) -> Vec<Need> {
    let body: Value = serde_json::from_slice(&call.request).unwrap_or_default();
    let table = |name: &Value| arn("dynamodb", &format!("table/{}", name.as_str().unwrap()));
    let one = |action: &str, resource| vec![(action.to_owned(), resource)];
    match (call.service, call.operation.as_str()) {
        ("dynamodb", "BatchGetItem") => {
            let tables = body["RequestItems"].as_object().unwrap().keys();
            tables.map(|name| ("dynamodb:BatchGetItem".to_owned(), table(&json!(name)))).collect()
        }
        ("dynamodb", "TransactWriteItems") => {
            let items = body["TransactItems"].as_array().unwrap().iter();
            let each = items.flat_map(|item| item.as_object().unwrap());
            each.map(|(kind, item)| {
                let action = match kind.as_str() {
                    "ConditionCheck" => "ConditionCheckItem".to_owned(),
                    kind => format!("{kind}Item"),
                };
                (format!("dynamodb:{action}"), table(&item["TableName"]))
            })
            .collect()
        }
        ("dynamodb", operation) => {
            let index = body["IndexName"].as_str().map(|index| format!("/index/{index}"));
            let resource = table(&body["TableName"]) + &index.unwrap_or_default();
            one(&format!("dynamodb:{operation}"), resource)
        }
        ("cognito-idp", operation) => {
            let pool = body["UserPoolId"].as_str().unwrap();
            one(
                &format!("cognito-idp:{operation}"),
                arn("cognito-idp", &format!("userpool/{pool}")),
            )
        }
        ("ssm", "GetParameters") => {
            let all = body["Names"].as_array().unwrap().iter();
            let path = |name: &Value| arn("ssm", &format!("parameter{}", name.as_str().unwrap()));
            all.map(|name| ("ssm:GetParameters".to_owned(), path(name))).collect()
        }
        other => panic!("{other:?} is in no declaration"),
    }
}

pub fn needed_by(aws: &LocalAws) -> BTreeSet<Need> {
    aws.calls().iter().flat_map(needs).collect()
}

pub fn is_allowed(statements: &[Statement], (action, resource): &Need) -> bool {
    let resource = Pattern::literal(resource);
    let decision = evaluate(statements, action, &resource, &Context::new());
    matches!(decision, Decision::Allowed { assumed, .. } if assumed.is_empty())
}

pub fn options() -> Options {
    let (account, region) = (Some(ACCOUNT_ID.to_owned()), Some(REGION.to_owned()));
    Options { deployment: Deployment { account, region, partition: None }, ..Options::default() }
}

/// The statements of the policies that are made of declarations.
pub fn statements(inventory: &Inventory, per: Per, options: &Options) -> Vec<Statement> {
    let needed = needed(&groups(inventory, per)[0].usages, options);
    assert!(needed.gaps.is_empty(), "{:?}", needed.gaps);
    let text = written(&policies("policy", &needed.grants), Format::Json);
    let read = read("policy.json", text.as_bytes(), &Values::new()).unwrap();
    read.into_iter().flat_map(|policy| policy.statements).collect()
}

/// The policy document that is made of declarations, as a template has it.
pub fn template(inventory: &Inventory, options: &Options) -> String {
    let needed = needed(&groups(inventory, Per::All)[0].usages, options);
    assert!(needed.gaps.is_empty(), "{:?}", needed.gaps);
    let made = written(&policies("all", &needed.grants), Format::CloudFormation);
    made[made.find("      PolicyDocument:").unwrap()..made.find("Outputs:").unwrap()].to_owned()
}
