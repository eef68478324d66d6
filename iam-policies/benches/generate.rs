//! Everything `iam-policies generate` does with the records of a large deployment, from text to
//! text: 10,000 records of 300 services.
//!
//! `cargo bench -p iam-policies`. The allocation figures are the bytes alive at most.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use divan::AllocProfiler;
use iam_policies::generate::{Format, Per, groups, policies, written};
use iam_policies::needs::{Options, needed};
use iam_policies::resource::Deployment;
use iam_policies::source::records;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const RECORDS: usize = 10_000;
const SERVICES: usize = 300;

fn main() {
    divan::main();
}

/// What a variable is about, by its number: operations and a value.
const USES: &[(&[&str], &str)] = &[
    (&["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], "table"),
    (&["s3:GetObject", "s3:PutObject", "s3:ListObjectsV2"], "bucket"),
    (
        &["sqs:SendMessage", "sqs:ReceiveMessage"],
        "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
    ),
    (&["secretsmanager:GetSecretValue"], "secret"),
    (&["lambda:Invoke"], "function"),
    (&[], "plain"),
];

fn record(number: usize) -> Value {
    let (service, variable) = (number % SERVICES, number / SERVICES);
    let (operations, value) = USES[number % USES.len()];
    let value = format!("{value}-{service}-{variable}");
    let day = json!({"S": "2026-11-21"});
    let days = |texts: &[&str]| -> Value {
        texts.iter().map(|text| ((*text).to_owned(), day.clone())).collect()
    };
    let mut record = json!({
        "service_var_key": {"S": format!("service-{service}#VARIABLE_{variable}")},
        "service_name": {"S": format!("service-{service}")},
        "var_name": {"S": format!("VARIABLE_{variable}")},
        "resolved_value": {"S": value},
        "parameter_path": {"S": format!("/amplify/prod/service-{service}/VARIABLE_{variable}")},
        "first_accessed": {"S": "2026-01-01T00:00:00Z"},
        "version": {"S": "7"},
    });
    if !operations.is_empty() {
        record["operations"] = json!({ "SS": operations });
    }
    for function in 0..2 {
        let name =
            format!("function:service_{service}::handler_{function}@service-{service}-{function}");
        record[name] = json!({"M": {
            "path": {"S": format!("service_{service}::handler_{function}")},
            "lambda": {"S": format!("service-{service}-{function}")},
            "last_seen": day,
            "declared": {"M": days(operations)},
            "observed": {"M": days(&operations[..operations.len().min(1)])},
            "values": {"M": days(&[&value])},
            "value_sources": {"M": days(&["service-parameter"])},
            "declared_at": {"M": days(&["src/main.rs:42"])},
            "versions": {"M": days(&["7"])},
            "regions": {"M": days(&["eu-west-1"])},
        }});
    }
    record
}

#[divan::bench(args = [Per::Service, Per::Lambda, Per::All], sample_count = 5)]
fn from_records_to_policies(bencher: divan::Bencher<'_, '_>, per: Per) {
    let items: Vec<Value> = (0..RECORDS).map(record).collect();
    let text = json!({ "Items": items }).to_string();
    drop(items);
    let options = Options {
        deployment: Deployment {
            account: Some("111122223333".to_owned()),
            region: Some("eu-west-1".to_owned()),
            partition: None,
        },
        tracking_table: Some("env-vars".to_owned()),
        ..Options::default()
    };
    bencher.bench(|| {
        let inventory = records(&text).unwrap();
        let all: Vec<_> = groups(&inventory, per)
            .iter()
            .flat_map(|group| policies(&group.name, &needed(&group.usages, &options).grants))
            .collect();
        written(&all, Format::Json).len()
    });
}
