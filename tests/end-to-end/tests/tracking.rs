//! Promises of the tracking table, kept by Lambdas that run.

use std::time::Duration;

use end_to_end::{World, texts};
use local_aws::{Effect, Fault};
use serde_json::{Value, json};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const TWO_FUNCTIONS: &str = env!("CARGO_BIN_EXE_two-functions");

const GIVEN: [(&str, &str); 4] = [
    ("PROBE_TABLE", "files"),
    ("PROBE_SECRET", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop-a1b2c3"),
    ("PROBE_SETTING", "a plain value"),
    ("VERSION", "42"),
];

fn s(text: &str) -> Value {
    json!({"S": text})
}

#[tokio::test]
async fn a_record_says_which_function_uses_the_variable_for_what() {
    let world = World::new().await;
    let function = world.aws.lambda().await.unwrap().named("files-dev-probe");
    let probe = world.container_of(function, PROBE, &GIVEN);
    probe.invoke(json!({"do": "get"})).await.unwrap();

    let record = world.record("PROBE_TABLE").await;
    assert_eq!(record["service_var_key"], s("files#PROBE_TABLE"));
    assert_eq!(record["service_name"], s("files"));
    assert_eq!(record["var_name"], s("PROBE_TABLE"));
    assert_eq!(record["resolved_value"], s("files"));
    assert_eq!(record["parameter_path"], s("/amplify/dev/files/PROBE_TABLE"));
    assert_eq!(record["version"], s("42"));
    assert_eq!(texts(&record["operations"]), ["dynamodb:GetItem", "dynamodb:PutItem"]);
    assert!(record["operations"]["SS"].is_array());
    let first = record["first_accessed"]["S"].as_str().unwrap();
    assert!(first.ends_with('Z') && first.contains('T'), "{first}");

    let function = &record["function:probe::probe@files-dev-probe"]["M"];
    let day = s(&first[..10]);
    let both = json!({"dynamodb:GetItem": day, "dynamodb:PutItem": day});
    assert_eq!(function["declared"]["M"], both);
    assert_eq!(function["observed"]["M"], json!({"dynamodb:GetItem": day}));
    assert_eq!(function["values"]["M"], json!({"files": day}));
    assert_eq!(function["value_sources"]["M"], json!({"environment": day}));
    assert_eq!(function["versions"]["M"], json!({"42": day}));
    assert_eq!(function["path"], s("probe::probe"));
    assert_eq!(function["lambda"], s("files-dev-probe"));
    assert_eq!(function["last_seen"], day);
    let places: Vec<&String> = function["declared_at"]["M"].as_object().unwrap().keys().collect();
    let (file, line) = places[0].rsplit_once(':').unwrap();
    assert!(file.ends_with("src/bin/probe.rs") && line.parse::<u32>().unwrap() > 10, "{places:?}");

    let plain = world.record("PROBE_SETTING").await;
    assert_eq!(plain.get("resolved_value"), None, "a plain value may be anything");
    assert_eq!(plain.get("operations"), None);
    let function = &plain["function:probe::probe@files-dev-probe"]["M"];
    assert_eq!(function["last_seen"], day);
    assert_eq!(function.get("values"), None);
}

#[tokio::test]
async fn two_functions_of_one_variable_are_told_apart() {
    let world = World::new().await;
    let given = [("SHARED_TABLE", "files"), ("WRITER_NOTE", "x")];
    let both = world.container(TWO_FUNCTIONS, &given).await;
    assert_eq!(both.invoke(json!({"id": "7"})).await.unwrap(), json!({"known": false}));
    let record = world.record("SHARED_TABLE").await;
    let operations = |function: &str, kind: &str| {
        let map =
            &record[format!("function:two_functions::{function}@local-function")]["M"][kind]["M"];
        map.as_object().map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(operations("reader", "declared"), ["dynamodb:GetItem"]);
    assert_eq!(operations("reader", "observed"), ["dynamodb:GetItem"]);
    assert_eq!(operations("writer", "declared"), ["dynamodb:DeleteItem", "dynamodb:PutItem"]);
    assert_eq!(operations("writer", "observed"), ["dynamodb:PutItem"], "declared is not observed");
    let all = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"];
    assert_eq!(texts(&record["operations"]), all);
    assert_eq!(world.aws.count("dynamodb", "BatchGetItem"), 1, "one read for both functions");
}

#[tokio::test]
async fn an_abandoned_call_does_not_lose_what_it_performed() {
    let world = World::new().await;
    let given = [("SHARED_TABLE", "files"), ("WRITER_NOTE", "x")];
    let slow = Fault::on("dynamodb", "UpdateItem")
        .matching(|body| String::from_utf8_lossy(body).contains("\"observed\""))
        .times(1)
        .with(Effect::Delay(Duration::from_millis(1500)));
    let slow = world.aws.faults().add(slow);
    let both = world.container(TWO_FUNCTIONS, &given).await;
    let answer = both.invoke(json!({"abandon": 1000})).await.unwrap();
    assert_eq!(answer, json!({"abandoned": true}));
    assert_eq!(slow.triggered(), 1, "it was given up while its operation was being recorded");
    both.invoke(json!({})).await.unwrap();
    let record = world.record("SHARED_TABLE").await;
    let entry = &record["function:two_functions::reader@local-function"]["M"];
    assert!(entry["observed"]["M"]["dynamodb:GetItem"].is_object(), "{record:#}");
}

#[tokio::test]
async fn two_calls_at_once_are_both_recorded_when_they_answer() {
    let world = World::new().await;
    let slow = Effect::Delay(Duration::from_millis(200));
    world.aws.faults().add(Fault::on("dynamodb", "BatchGetItem").every().with(slow));
    let given = [("SHARED_TABLE", "files"), ("WRITER_NOTE", "x")];
    let both = world.container(TWO_FUNCTIONS, &given).await;
    both.invoke(json!({"twice": true})).await.unwrap();
    let record = world.record("SHARED_TABLE").await;
    let entry = &record["function:two_functions::reader@local-function"]["M"];
    assert!(entry["observed"]["M"]["dynamodb:GetItem"].is_object(), "{record:#}");
    assert_eq!(world.aws.count("dynamodb", "BatchGetItem"), 1);
}

#[tokio::test]
async fn what_another_writer_erases_between_read_and_write_comes_back() {
    let world = World::new().await;
    let given = [("SHARED_TABLE", "files"), ("WRITER_NOTE", "x")];
    world.container(TWO_FUNCTIONS, &given).await.invoke(json!({})).await.unwrap();
    let before = world.record("SHARED_TABLE").await;

    // A new version has something to write; while it is about to, `operations` is overwritten.
    let slow = Effect::Delay(Duration::from_millis(800));
    let slow = world.aws.faults().add(Fault::on("dynamodb", "UpdateItem").every().with(slow));
    let mut given = given.to_vec();
    given.push(("VERSION", "2"));
    let next = world.container(TWO_FUNCTIONS, &given).await;
    let overwrite = async {
        while slow.triggered() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut overwritten = before.clone();
        overwritten["operations"] = json!({"L": [s("dynamodb:Query")]});
        world.put_record(overwritten).await;
    };
    let (answer, ()) = futures::join!(next.invoke(json!({})), overwrite);
    answer.unwrap();
    let all = ["DeleteItem", "GetItem", "PutItem", "Query"].map(|name| format!("dynamodb:{name}"));
    assert_eq!(texts(&world.record("SHARED_TABLE").await["operations"]), all);
}

#[tokio::test]
async fn an_operation_that_runs_for_the_first_time_is_written_once() {
    let world = World::new().await;
    let probe = world.container(PROBE, &GIVEN).await;
    probe.invoke(json!({"do": "values"})).await.unwrap();
    world.aws.clear_calls();
    for _ in 0..3 {
        probe.invoke(json!({"do": "get"})).await.unwrap();
    }
    assert_eq!(world.counts("dynamodb", &["GetItem", "UpdateItem", "BatchGetItem"]), [3, 1, 0]);
    let other = world.container(PROBE, &GIVEN).await;
    world.aws.clear_calls();
    other.invoke(json!({"do": "get"})).await.unwrap();
    assert_eq!(world.counts("dynamodb", &["GetItem", "UpdateItem", "BatchGetItem"]), [1, 0, 1]);
}

#[tokio::test]
async fn records_of_the_python_and_javascript_writers_are_merged_without_loss() {
    let world = World::new().await;
    let theirs = |variable: &str, operations: Value| {
        json!({
            "service_var_key": s(&format!("files#{variable}")),
            "service_name": s("files"),
            "var_name": s(variable),
            "resolved_value": s("files"),
            "parameter_path": s(&format!("/amplify/dev/files/{variable}")),
            "operations": {"L": operations},
            "first_accessed": s("2024-05-01T08:00:00.000000"),
            "owner": s("another team's attribute"),
        })
    };
    let python = theirs("PROBE_TABLE", json!([s("dynamodb:Query"), s("dynamodb:GetItem")]));
    world.put_record(python).await;
    let javascript = theirs("PROBE_SECRET", json!([s("GET_SECRET_VALUE"), s("LIST_SECRETS")]));
    world.put_record(javascript).await;
    world.container(PROBE, &GIVEN).await.invoke(json!({"do": "values"})).await.unwrap();

    let record = world.record("PROBE_TABLE").await;
    let all = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"];
    assert_eq!(texts(&record["operations"]), all);
    assert_eq!(record["first_accessed"], s("2024-05-01T08:00:00.000000"));
    assert_eq!(record["owner"], s("another team's attribute"));

    let record = world.record("PROBE_SECRET").await;
    let all = ["secretsmanager:GetSecretValue", "secretsmanager:ListSecrets"];
    assert_eq!(texts(&record["operations"]), all);

    // The other writers come again, and change the type back. That alone is no reason to write.
    let mut again = world.record("PROBE_TABLE").await;
    again["operations"] = json!({"L": [s("QUERY"), s("PUT_ITEM"), s("dynamodb:GetItem")]});
    world.put_record(again.clone()).await;
    world.aws.clear_calls();
    world.container(PROBE, &GIVEN).await.invoke(json!({"do": "values"})).await.unwrap();
    assert_eq!(world.aws.count("dynamodb", "UpdateItem"), 0);
    assert_eq!(world.record("PROBE_TABLE").await, again);
}

#[tokio::test]
async fn a_record_of_unknown_shape_is_left_alone_and_said_once() {
    let world = World::new().await;
    let odd = json!({"service_var_key": s("files#PROBE_TABLE"), "operations": {"N": "7"}});
    world.put_record(odd.clone()).await;
    let probe = world.container(PROBE, &GIVEN).await;
    for _ in 0..3 {
        probe.invoke(json!({"do": "get"})).await.unwrap();
    }
    assert_eq!(world.record("PROBE_TABLE").await, odd);
    assert!(world.record("PROBE_SETTING").await.is_object(), "its neighbours are recorded");
    let output = probe.process.output();
    let warnings: Vec<&str> = output.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{output}");
    assert!(warnings[0].contains("files#PROBE_TABLE") && warnings[0].contains("operations"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_containers_at_once_lose_nothing() {
    let world = World::new().await;
    // A list of another writer's stands there first, so that the change of type is contended too.
    let list = json!({
        "service_var_key": s("files#PROBE_TABLE"),
        "operations": {"L": [s("QUERY")]},
    });
    world.put_record(list).await;
    let mut containers = Vec::new();
    for number in 0..50 {
        let name = format!("probe-{:02}", number / 2);
        let function = world.aws.lambda().await.unwrap().named(&name);
        containers.push(world.container_of(function, PROBE, &GIVEN));
    }
    let event = json!({"do": "get"});
    let answers = containers.iter().map(|container| container.invoke(event.clone()));
    for answer in futures::future::join_all(answers).await {
        answer.unwrap();
    }
    let record = world.record("PROBE_TABLE").await;
    let all = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"];
    assert_eq!(texts(&record["operations"]), all);
    let entries: Vec<&Value> = record
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.starts_with("function:probe::probe@"))
        .map(|(_, entry)| &entry["M"])
        .collect();
    assert_eq!(entries.len(), 25, "two containers of each of 25 Lambdas");
    for entry in entries {
        assert_eq!(entry["observed"]["M"].as_object().unwrap().len(), 1);
        assert_eq!(entry["declared"]["M"].as_object().unwrap().len(), 2);
    }
    assert_eq!(world.records().await.len(), 3);
}
