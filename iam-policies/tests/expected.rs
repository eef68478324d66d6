//! Every output as a file that people can read: a change of it is seen in review.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use iam_policies::audit::{AuditReport, Needs, audit, table};
use iam_policies::generate::{
    Format, Per, explanation, groups, policies, without_open_parts, written,
};
use iam_policies::model::{Inventory, Usage};
use iam_policies::needs::{Needed, Options, needed};
use iam_policies::policy::context::Context;
use iam_policies::policy::{Values, read};
use iam_policies::resource::Deployment;
use iam_policies::sarif::sarif;
use iam_policies::source::records;

const RECORDS: &str = include_str!("expected/records.json");
const SLOPPY: &str = include_str!("expected/sloppy.json");

fn inventory() -> Inventory {
    let inventory = records(RECORDS).unwrap();
    assert!(inventory.problems.is_empty(), "{:?}", inventory.problems);
    inventory
}

fn here() -> Deployment {
    Deployment {
        region: Some("eu-west-1".to_owned()),
        account: Some("111122223333".to_owned()),
        partition: None,
    }
}

fn options(deployment: Deployment) -> Options {
    Options {
        deployment,
        tracking_table: Some("env-vars-tracking".to_owned()),
        xray: true,
        ..Options::default()
    }
}

fn generated(format: Format) -> String {
    let inventory = inventory();
    let all: Vec<_> = groups(&inventory, Per::Service)
        .iter()
        .flat_map(|group| {
            let of = |place| needed(&group.usages, &options(place)).grants;
            let grants = match format.has_parameters() {
                true => of(Deployment::default()),
                false => without_open_parts(of(here())).0,
            };
            policies(&group.name, &grants)
        })
        .collect();
    written(&all, format)
}

fn needs(inventory: &Inventory) -> Needed {
    needed(&inventory.usages.iter().collect::<Vec<&Usage>>(), &options(here()))
}

fn audited() -> AuditReport {
    let inventory = inventory();
    let needed = needs(&inventory);
    let needs =
        Needs { needed: &needed.grants, optional: &needed.optional, inventory: Some(&inventory) };
    let policies = read("sloppy.json", SLOPPY.as_bytes(), &Values::new()).unwrap();
    audit(&needs, &policies, None, &Context::new())
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap() + "\n"
}

/// Byte for byte.
fn is_expected(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("RENEW_EXPECTED").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read(&path).unwrap_or_default();
    let same = text.bytes().zip(&expected).take_while(|(left, right)| left == *right).count();
    assert!(
        expected == text.as_bytes(),
        "iam-policies/tests/expected/{name} differs from line {}. If the change is meant, renew the \
         files with `RENEW_EXPECTED=1 cargo test -p iam-policies --test expected` and read their \
         diff. Now it is:\n{text}",
        text.as_bytes()[..same].iter().filter(|byte| **byte == b'\n').count() + 1,
    );
}

#[test]
fn policy_documents() {
    is_expected("policies.json", &generated(Format::Json));
}

#[test]
fn cloudformation() {
    is_expected("template.yml", &generated(Format::CloudFormation));
}

#[test]
fn terraform() {
    is_expected("policies.tf", &generated(Format::Terraform));
}

#[test]
fn serverless() {
    is_expected("serverless.yml", &generated(Format::Serverless));
}

#[test]
fn explained() {
    is_expected("explanation.txt", &explanation("all", &needs(&inventory()).grants));
}

#[test]
fn audit_for_people() {
    is_expected("audit.txt", &table(&audited()));
}

#[test]
fn audit_as_json() {
    is_expected("audit.json", &pretty(&audited()));
}

#[test]
fn audit_as_sarif() {
    // The tool's own version is no part of what is promised.
    let mut log = sarif(&audited());
    log["runs"][0]["tool"]["driver"]["version"] = "0".into();
    is_expected("audit.sarif", &pretty(&log));
}
