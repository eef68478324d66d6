//! A container that is killed at any of its AWS calls leaves nothing that the next one does not
//! put right.

use std::time::Duration;

use end_to_end::{World, wait_for_midnight_to_pass};
use local_aws::{Effect, Fault};
use serde_json::{Value, json};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const GIVEN: [(&str, &str); 3] =
    [("PROBE_SECRET", "shop"), ("PROBE_SETTING", "x"), ("VERSION", "3")];

async fn world() -> World {
    let world = World::new().await;
    world.aws.ssm().put("/amplify/dev/files/PROBE_TABLE", "files");
    let list = json!({
        "service_var_key": {"S": "files#PROBE_TABLE"},
        "operations": {"L": [{"S": "QUERY"}]},
        "first_accessed": {"S": "2024-05-01T08:00:00"},
    });
    world.put_record(list).await;
    world
}

/// All records without the one thing that differs from run to run.
async fn state(world: &World) -> Vec<Value> {
    let mut records = world.records().await;
    for record in &mut records {
        if record["service_var_key"]["S"] != "files#PROBE_TABLE" {
            assert!(record["first_accessed"]["S"].is_string());
            record["first_accessed"] = Value::Null;
        }
        if let Some(operations) = record["operations"]["SS"].as_array_mut() {
            operations.sort_by_key(ToString::to_string);
        }
    }
    records.sort_by_key(|record| record["service_var_key"].to_string());
    records
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_container_ends_with_the_same_records() {
    wait_for_midnight_to_pass().await;
    let event = json!({"do": "get"});
    let whole = world().await;
    whole.container(PROBE, &GIVEN).await.invoke(event.clone()).await.unwrap();
    let expected = state(&whole).await;
    let calls = whole.aws.total();
    assert!(calls >= 6, "{:?}", whole.aws.calls());

    for effect in [Effect::Timeout, Effect::DropAfter] {
        for call in 1..=calls {
            let world = world().await;
            let fault = world.aws.faults().add(Fault::on_any().nth(call).with(effect.clone()));
            let killed = world.container(PROBE, &GIVEN).await;
            let invocation = killed.invoke(event.clone());
            let kill = async {
                while fault.triggered() == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                killed.process.kill();
            };
            let (_, ()) = futures::join!(invocation, kill);
            world.aws.faults().clear();

            let next = world.container(PROBE, &GIVEN).await;
            next.invoke(event.clone()).await.unwrap();
            assert_eq!(state(&world).await, expected, "killed at call {call}, {effect:?}");
            world.aws.clear_calls();
            let third = world.container(PROBE, &GIVEN).await;
            third.invoke(event.clone()).await.unwrap();
            let writes = world.aws.count("dynamodb", "UpdateItem");
            assert_eq!(writes, 0, "after call {call}, {effect:?}");
        }
    }
}
