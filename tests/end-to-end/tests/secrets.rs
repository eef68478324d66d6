//! A secret is found in no log, error, `Debug` output, panic message or table.

use end_to_end::World;
use local_aws::InvokeError;
use serde_json::json;

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const CANARY: &str = "canary-6b1f0d";

#[tokio::test]
async fn a_canary_in_secure_strings_is_found_nowhere() {
    let world = World::new().await;
    for name in ["PROBE_TABLE", "PROBE_SECRET", "PROBE_SETTING"] {
        world.aws.ssm().put_secure(&format!("/amplify/dev/files/{name}"), CANARY);
    }
    let probe = world.container(PROBE, &[("RUST_LOG", "trace"), ("PROBE_INIT", "1")]).await;

    let debug = probe.invoke(json!({"do": "debug"})).await.unwrap();
    assert!(debug.as_str().unwrap().contains("<redacted>"), "{debug}");
    let mut seen = debug.to_string();
    probe.invoke(json!({"do": "log"})).await.unwrap();
    let panic = probe.invoke(json!({"do": "panic"})).await.unwrap_err();
    assert!(matches!(panic, InvokeError::Function { .. }));
    seen.push_str(&panic.to_string());
    let output = probe.process.output();
    assert!(output.contains("TRACE"), "logs are as verbose as they get");
    seen.push_str(&output);
    for record in world.records().await {
        seen.push_str(&record.to_string());
    }
    assert!(!seen.contains(CANARY), "{seen}");

    // The value itself arrived: the test would otherwise pass on nothing at all.
    let values = probe.invoke(json!({"do": "values"})).await.unwrap();
    assert_eq!(values["PROBE_SECRET"][0], CANARY);
}

#[tokio::test]
async fn what_a_less_careful_writer_left_is_taken_out() {
    let world = World::new().await;
    world.aws.ssm().put_secure("/amplify/dev/files/PROBE_SECRET", CANARY);
    let left = json!({
        "service_var_key": {"S": "files#PROBE_SECRET"},
        "resolved_value": {"S": CANARY},
    });
    world.put_record(left).await;
    let given = [("PROBE_TABLE", "files"), ("PROBE_SETTING", "x")];
    world.container(PROBE, &given).await.invoke(json!({"sleep": 0})).await.unwrap();
    let record = world.record("PROBE_SECRET").await;
    assert!(record["operations"].is_object() && !record.to_string().contains(CANARY), "{record}");
}

#[tokio::test]
async fn plain_values_are_not_recorded_and_a_failed_resolution_shows_no_neighbour() {
    let world = World::new().await;
    world.aws.ssm().put("/amplify/dev/files/PROBE_SETTING", CANARY);
    let probe = world.container(PROBE, &[("PROBE_TABLE", "files")]).await;
    let error = probe.failure(json!({"do": "values"})).await;
    assert!(error.starts_with("1 of 3"), "{error}");
    assert!(!error.contains(CANARY) && !probe.process.output().contains(CANARY));

    let whole = world.container(PROBE, &[("PROBE_TABLE", "files"), ("PROBE_SECRET", "shop")]).await;
    whole.invoke(json!({"do": "values"})).await.unwrap();
    let records = world.records().await;
    assert_eq!(records.len(), 3);
    assert!(records.iter().all(|record| !record.to_string().contains(CANARY)), "{records:?}");
}
