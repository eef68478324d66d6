//! The figures in the README, counted.

use end_to_end::{TRACKING, World};
use serde_json::{Value, json};

const TWENTY_FIVE: &str = env!("CARGO_BIN_EXE_twenty-five");
const PROBE: &str = env!("CARGO_BIN_EXE_probe");

fn names() -> Vec<String> {
    (1..=25).map(|number| format!("V{number:02}")).collect()
}

const TABLE_CALLS: [&str; 4] = ["BatchGetItem", "GetItem", "UpdateItem", "PutItem"];

#[tokio::test]
async fn twenty_five_variables_cold_and_warm() {
    let world = World::new().await;
    for name in names() {
        world.aws.ssm().put(&format!("/amplify/dev/files/{name}"), &format!("value-{name}"));
    }
    let first = world.container(TWENTY_FIVE, &[]).await;
    let answer = first.invoke(Value::Null).await.unwrap();
    assert_eq!(answer, json!(["value-V01", "value-V25"]));
    assert_eq!(world.records().await.len(), 25);
    assert_eq!(world.counts("dynamodb", &TABLE_CALLS), [1, 0, 25, 0], "one write per record, once");
    let written = world.records().await;

    world.aws.clear_calls();
    let second = world.container(TWENTY_FIVE, &[]).await;
    second.invoke(Value::Null).await.unwrap();
    assert_eq!(world.counts("ssm", &["GetParameters"]), [3]);
    assert_eq!(world.counts("dynamodb", &TABLE_CALLS), [1, 0, 0, 0]);
    assert_eq!(world.aws.total(), 4, "{:?}", world.aws.calls());
    assert_eq!(world.records().await, written);

    world.aws.clear_calls();
    for _ in 0..5 {
        second.invoke(Value::Null).await.unwrap();
    }
    assert_eq!(world.aws.total(), 0, "warm: {:?}", world.aws.calls());

    for name in names() {
        world.aws.ssm().remove(&format!("/amplify/dev/files/{name}"));
        world.aws.ssm().put(&format!("/amplify/dev/{name}"), &format!("value-{name}"));
    }
    world.aws.clear_calls();
    world
        .container(TWENTY_FIVE, &[("ENV_VARS_TRACKING_TABLE", "")])
        .await
        .invoke(Value::Null)
        .await
        .unwrap();
    assert_eq!(world.counts("ssm", &["GetParameters"]), [6], "three more where all are shared");
    assert_eq!(world.aws.total(), 6, "tracking is off");
    assert!(world.aws.violations().is_empty(), "{:?}", world.aws.violations());
}

#[tokio::test]
async fn with_everything_in_the_environment_and_no_tracking_nothing_is_called() {
    let world = World::new().await;
    let given = [
        ("PROBE_TABLE", "files"),
        ("PROBE_SECRET", "x"),
        ("PROBE_SETTING", "y"),
        ("PROBE_INIT", "1"),
        ("ENV_VARS_TRACKING_TABLE", " "),
        // A client that is built would complain about these, one that calls would fail.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", ""),
        ("AWS_SECRET_ACCESS_KEY", ""),
    ];
    let probe = world.container(PROBE, &given).await;
    for _ in 0..3 {
        probe.invoke(json!({"do": "values"})).await.unwrap();
    }
    assert_eq!(world.aws.total(), 0);
    assert_eq!(world.records().await.len(), 0, "{TRACKING}");
}
