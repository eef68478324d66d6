//! The policy made of each example's own declarations allows everything it declares, and nothing
//! else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod terraform;

use std::collections::BTreeSet;
use std::process::Command;

use iam_policies::audit::{Level, Needs, audit};
use iam_policies::generate::{Format, policies, written};
use iam_policies::grant::On;
use iam_policies::model::Inventory;
use iam_policies::needs::{Needed, Options, needed};
use iam_policies::policy::evaluate::{Decision, evaluate};
use iam_policies::policy::pattern::Pattern;
use iam_policies::policy::{ReadPolicy, Values, context::Context, read};
use iam_policies::resource::Deployment;
use iam_policies::source::manifest;
use ops_enums::iam;

const EXAMPLES: [(&str, &str); 3] = [
    ("files-api", env!("CARGO_BIN_EXE_files-api")),
    ("order-queue", env!("CARGO_BIN_EXE_order-queue")),
    ("nightly-report", env!("CARGO_BIN_EXE_nightly-report")),
];

/// What the binary prints without any AWS, region or variable.
fn declared(program: &str) -> Inventory {
    let run =
        Command::new(program).arg("--required-env-vars-manifest").env_clear().output().unwrap();
    assert!(run.status.success() && run.stderr.is_empty());
    let mut inventory = manifest(&String::from_utf8(run.stdout).unwrap(), Some("example")).unwrap();
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    for usage in &mut inventory.usages {
        let value = format!("{}-value", usage.variable.to_ascii_lowercase().replace('_', "-"));
        usage.values.insert(value, None);
    }
    inventory
}

fn required(inventory: &Inventory) -> Needed {
    let options = Options {
        deployment: Deployment {
            account: Some("111122223333".to_owned()),
            region: Some("eu-west-1".to_owned()),
            partition: None,
        },
        stage: Some("dev".to_owned()),
        tracking_table: Some("env-vars-tracking".to_owned()),
        ..Options::default()
    };
    needed(&inventory.usages.iter().collect::<Vec<_>>(), &options)
}

fn policy(needed: &Needed, format: Format) -> Vec<ReadPolicy> {
    let text = written(&policies("example", &needed.grants), format);
    match format {
        Format::Terraform => terraform::policies(&text),
        Format::Json => read("policy.json", text.as_bytes(), &Values::new()).unwrap(),
        _ => read("serverless.yml", text.as_bytes(), &Values::new()).unwrap(),
    }
}

#[test]
fn everything_declared_is_allowed_and_nothing_is_too_much() {
    for (name, program) in EXAMPLES {
        let inventory = declared(program);
        let needed = required(&inventory);
        assert!(needed.gaps.is_empty() && !needed.grants.is_empty(), "{name}: {:?}", needed.gaps);
        for format in [Format::Json, Format::CloudFormation, Format::Terraform, Format::Serverless]
        {
            let needs = Needs {
                needed: &needed.grants,
                optional: &needed.optional,
                inventory: Some(&inventory),
            };
            let report = audit(&needs, &policy(&needed, format), None, &Context::new());
            assert_eq!(report.allowed, report.needed, "{name} {format:?}");
            let wrong: Vec<_> = report.findings.iter().filter(|f| f.level != Level::Note).collect();
            assert!(wrong.is_empty(), "{name} {format:?}: {wrong:#?}");
        }
    }
}

#[test]
fn what_is_open_is_filled_in_by_terraform() {
    let (name, program) = EXAMPLES[0];
    let mut inventory = declared(program);
    for usage in &mut inventory.usages {
        usage.service = None;
        usage.values.clear();
    }
    let uses: Vec<_> = inventory.usages.iter().collect();
    let options =
        Options { tracking_table: Some("env-vars-tracking".to_owned()), ..Options::default() };
    let needed = needed(&uses, &options);
    let text = written(&policies("example", &needed.grants), Format::Terraform);
    let open = terraform::variables(&text);
    assert!(open.contains("stage") && open.contains("service_name") && open.len() > 2, "{open:?}");
    for policy in terraform::policies(&text) {
        for statement in &policy.statements {
            for entry in statement.resources.written() {
                let arn = entry.pattern.text();
                assert!(arn.starts_with("arn:aws:") && !arn.contains(['$', '{']), "{name}: {arn}");
            }
        }
    }
}

#[test]
fn nothing_that_is_not_declared_is_allowed() {
    for (name, program) in EXAMPLES {
        let needed = required(&declared(program));
        let granted: BTreeSet<(&str, String)> = needed
            .grants
            .keys()
            .map(|permission| match &permission.on {
                On::Everything { .. } => (permission.action, "*".to_owned()),
                On::Arn(arn) => (permission.action, arn.text().unwrap()),
            })
            .collect();
        let resources: BTreeSet<&String> = granted.iter().map(|(_, resource)| resource).collect();
        let policies = policy(&needed, Format::Json);
        let mut asked = 0;
        for action in iam::actions() {
            for resource in &resources {
                // Conditions are taken to hold: what they hold back must not be there either.
                let resource_of = Pattern::literal(resource);
                let statements = policies.iter().flat_map(|policy| &policy.statements);
                let decision = evaluate(statements, action.full(), &resource_of, &Context::new());
                let allowed = matches!(decision, Decision::Allowed { .. });
                let expected = granted.contains(&(action.full(), (*resource).clone()));
                assert_eq!(allowed, expected, "{name}: {} on {resource}", action.full());
                asked += 1;
            }
            let elsewhere =
                Pattern::literal("arn:aws:dynamodb:eu-west-1:111122223333:table/another");
            let statements = policies.iter().flat_map(|policy| &policy.statements);
            let decision = evaluate(statements, action.full(), &elsewhere, &Context::new());
            assert!(!matches!(decision, Decision::Allowed { .. }), "{name}: {}", action.full());
        }
        assert!(asked > 1000);
    }
}
