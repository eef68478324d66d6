//! The figures in the README, counted.

use end_to_end::{World, wait_for_midnight_to_pass};
use serde_json::{Value, json};

const TWENTY_FIVE: &str = env!("CARGO_BIN_EXE_twenty-five");
const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const PLAIN: &str = env!("CARGO_BIN_EXE_plain");

fn names() -> Vec<String> {
    (1..=25).map(|number| format!("V{number:02}")).collect()
}

const TABLE_CALLS: [&str; 4] = ["BatchGetItem", "GetItem", "UpdateItem", "PutItem"];

#[tokio::test]
async fn twenty_five_variables_cold_and_warm() {
    wait_for_midnight_to_pass().await;
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
    ];
    let probe = world.container(PROBE, &given).await;
    for _ in 0..3 {
        probe.invoke(json!({"do": "values"})).await.unwrap();
    }
    assert_eq!(world.aws.total(), 0);
    probe.invoke(json!({"do": "get"})).await.unwrap();
    assert_eq!(world.aws.total(), 1, "the handler's own call is seen");
}

#[tokio::test]
async fn plain_values_of_the_environment_build_no_client() {
    let world = World::new().await;
    let given = [("PLAIN_DOMAIN", "d"), ("PLAIN_DAYS", "7"), ("ENV_VARS_TRACKING_TABLE", "")];
    let plain = world.container(PLAIN, &given).await;
    assert_eq!(plain.invoke(Value::Null).await.unwrap(), json!(["d", "7"]));
    // At this level the SDK speaks of every client it makes, and of the configuration for it.
    let output = plain.process.output();
    assert!(output.contains("TRACE") && !output.contains("aws_"), "{output}");

    let missing = [("PLAIN_DOMAIN", "d"), ("ENV_VARS_TRACKING_TABLE", "")];
    let with_client = world.container(PLAIN, &missing).await;
    with_client.process.wait().await;
    assert!(with_client.process.output().contains("aws_"), "else the test could not fail");
}
