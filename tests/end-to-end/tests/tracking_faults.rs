//! Tracking never fails, slows or outlives the handler, and forgets nothing that it did not write.

use std::time::{Duration, Instant};

use end_to_end::{Container, World, texts};
use local_aws::{Effect, Fault, InvokeError};
use serde_json::{Value, json};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const GIVEN: [(&str, &str); 3] =
    [("PROBE_TABLE", "files"), ("PROBE_SECRET", "shop"), ("PROBE_SETTING", "x")];

fn nothing() -> Value {
    json!({"sleep": 0})
}

fn warnings(container: &Container) -> Vec<String> {
    let output = container.process.output();
    output.lines().filter(|line| line.contains("WARN")).map(str::to_owned).collect()
}

#[tokio::test]
async fn without_the_table_the_handler_answers_and_one_warning_says_why() {
    let world = World::without_tracking_table().await;
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(nothing()).await.unwrap();
    let warnings = warnings(&probe);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("ResourceNotFoundException"), "{warnings:?}");
    assert!(warnings[0].contains("env-vars-tracking"), "{warnings:?}");
}

#[tokio::test]
async fn a_write_that_did_not_happen_is_tried_again_and_then_not_any_more() {
    let world = World::new().await;
    let denied = Effect::Error {
        status: 400,
        code: "AccessDeniedException".to_owned(),
        message: "not authorized to perform: dynamodb:UpdateItem".to_owned(),
    };
    world.aws.faults().add(Fault::on("dynamodb", "UpdateItem").times(3).with(denied));
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(nothing()).await.unwrap();
    assert!(world.records().await.is_empty());
    assert_eq!(warnings(&probe).len(), 1, "{:?}", warnings(&probe));

    probe.invoke(nothing()).await.unwrap();
    assert_eq!(world.records().await.len(), 3);
    world.aws.clear_calls();
    probe.invoke(nothing()).await.unwrap();
    assert_eq!(world.aws.total(), 0);
}

#[tokio::test]
async fn throttled_writes_and_unprocessed_keys_are_waited_out() {
    let world = World::new().await;
    let faults = world.aws.faults();
    faults.add(Fault::on("dynamodb", "UpdateItem").times(2).with(Effect::Throttle));
    faults.add(Fault::on("dynamodb", "BatchGetItem").times(2).with(Effect::Partial(1)));
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(nothing()).await.unwrap();
    assert_eq!(world.records().await.len(), 3);
    assert_eq!(warnings(&probe), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_answer_writes_nothing_twice() {
    let world = World::new().await;
    world
        .aws
        .faults()
        .add(Fault::on("dynamodb", "UpdateItem").every().times(3).with(Effect::DropAfter));
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(nothing()).await.unwrap();
    probe.invoke(nothing()).await.unwrap();
    assert_eq!(world.records().await.len(), 3);
    let record = world.record("PROBE_TABLE").await;
    assert_eq!(texts(&record["operations"]), ["dynamodb:GetItem", "dynamodb:PutItem"]);
}

#[tokio::test]
async fn a_silent_table_costs_the_handler_a_second_and_then_ever_less() {
    let world = World::new().await;
    world.aws.faults().add(Fault::on_service("dynamodb").every().with(Effect::Timeout));
    let mut given = GIVEN.to_vec();
    given.push(("ENV_VARS_TRACKING_TIMEOUT_MS", ""));
    let probe = world.container(PROBE, &given).await;
    let begin = Instant::now();
    probe.invoke(nothing()).await.unwrap();
    let first = begin.elapsed();
    assert!(first < Duration::from_secs(3), "{first:?}");
    assert!(warnings(&probe)[0].contains("not done within 1000 ms"), "{:?}", warnings(&probe));

    probe.invoke(nothing()).await.unwrap();
    let begin = Instant::now();
    probe.invoke(nothing()).await.unwrap();
    assert!(begin.elapsed() < Duration::from_millis(500), "the third is not held up");
    assert_eq!(warnings(&probe).len(), 2);
}

#[tokio::test]
async fn tracking_runs_beside_a_slow_body_and_not_after_it() {
    let world = World::new().await;
    let slow = Effect::Delay(Duration::from_millis(1500));
    world.aws.faults().add(Fault::on_service("dynamodb").every().with(slow));
    let probe = world.container(PROBE, &GIVEN).await;
    let begin = Instant::now();
    probe.invoke(json!({"sleep": 3500})).await.unwrap();
    let took = begin.elapsed();
    assert_eq!(world.records().await.len(), 3, "recorded before the answer");
    assert!(took < Duration::from_millis(5500), "body and tracking do not add up: {took:?}");
}

#[tokio::test]
async fn a_handler_that_returns_first_is_still_recorded_before_its_answer() {
    let world = World::new().await;
    let slow = Effect::Delay(Duration::from_millis(200));
    world.aws.faults().add(Fault::on_service("dynamodb").every().with(slow));
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(nothing()).await.unwrap();
    assert_eq!(world.records().await.len(), 3, "nothing is left for after the answer");
    world.aws.clear_calls();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(world.aws.total(), 0, "nothing outlives the handler");
}

#[tokio::test]
async fn a_handler_that_panics_is_recorded_and_its_panic_reported() {
    let world = World::new().await;
    let probe = world.container(PROBE, &GIVEN).await;
    let error = probe.invoke(json!({"do": "panic"})).await.unwrap_err();
    assert!(
        matches!(&error, InvokeError::Function { message, .. } if message.contains("as asked"))
    );
    assert_eq!(world.records().await.len(), 3);
    probe.invoke(nothing()).await.unwrap();
}
