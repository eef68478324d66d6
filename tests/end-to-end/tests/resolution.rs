//! Promises of resolution, seen from a Lambda that runs.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

use end_to_end::World;
use local_aws::{Effect, Fault};
use serde_json::{Value, json};

const PROBE: &str = env!("CARGO_BIN_EXE_probe");
const VALUES: fn() -> Value = || json!({"do": "values"});

#[tokio::test]
async fn the_environment_comes_first_and_the_rest_from_parameter_store() {
    let world = World::new().await;
    world.aws.ssm().put("/amplify/dev/files/PROBE_TABLE", "not asked for");
    world.aws.ssm().put("/amplify/dev/files/PROBE_SECRET", "own");
    world.aws.ssm().put("/amplify/dev/PROBE_SETTING", "shared");
    let probe = world.container(PROBE, &[("PROBE_TABLE", " files "), ("PROBE_SECRET", " ")]).await;
    assert_eq!(
        probe.invoke(VALUES()).await.unwrap(),
        json!({
            "PROBE_TABLE": ["files", "environment"],
            "PROBE_SECRET": ["own", "service parameter"],
            "PROBE_SETTING": ["shared", "shared parameter"],
        })
    );
    assert_eq!(world.counts("ssm", &["GetParameters"]), [2]);
    probe.invoke(VALUES()).await.unwrap();
    assert_eq!(world.counts("ssm", &["GetParameters"]), [2], "once per container");
}

#[tokio::test]
async fn stage_service_and_prefix_make_the_paths() {
    let world = World::new().await;
    for name in ["PROBE_TABLE", "PROBE_SECRET", "PROBE_SETTING"] {
        world.aws.ssm().put(&format!("/acme/prod/orders/{name}"), "x");
    }
    let settings =
        [("STAGE", "prod"), ("SERVICE_NAME", "orders"), ("PARAMETER_STORE_PREFIX", "/acme/")];
    let probe = world.container(PROBE, &settings).await;
    let values = probe.invoke(VALUES()).await.unwrap();
    assert_eq!(values["PROBE_TABLE"], json!(["x", "service parameter"]));
}

#[tokio::test]
async fn one_error_names_everything_that_is_missing_and_the_commands_that_help() {
    let world = World::new().await;
    world.aws.ssm().put_secure("/amplify/dev/files/PROBE_SECRET", "x");
    world.aws.ssm().make_undecryptable("/amplify/dev/files/PROBE_SECRET");
    world.aws.ssm().deny("/amplify/dev/files/PROBE_SETTING");
    let probe = world.container(PROBE, &[]).await;
    let error = probe.failure(VALUES()).await;
    let expected = [
        "3 of 3 variables of `probe::probe` could not be resolved (stage dev, service files, region",
        "  PROBE_SECRET: cannot be decrypted\n    environment: not set\n    /amplify/dev/files/PROBE_SECRET: AccessDeniedException",
        "  PROBE_SETTING: access denied\n    environment: not set\n    /amplify/dev/files/PROBE_SETTING: AccessDeniedException",
        "  PROBE_TABLE: absent\n    environment: not set\n    /amplify/dev/files/PROBE_TABLE: no such parameter\n    /amplify/dev/PROBE_TABLE: no such parameter\n",
        "To fix:\n",
        "  aws ssm put-parameter --name '/amplify/dev/files/PROBE_TABLE' --type String --value '<value of PROBE_TABLE>' --region ",
    ];
    for part in expected {
        assert!(error.contains(part), "`{part}` is not in:\n{error}");
    }
    assert!(world.records().await.is_empty(), "nothing ran, so nothing is recorded");
}

#[tokio::test]
async fn a_variable_that_is_repaired_is_found_without_a_new_container() {
    let world = World::new().await;
    let given = [("PROBE_TABLE", "files"), ("PROBE_SECRET", "x")];
    let probe = world.container(PROBE, &given).await;
    let error = probe.failure(VALUES()).await;
    assert!(error.starts_with("1 of 3 variables"), "{error}");
    world.aws.ssm().put("/amplify/dev/PROBE_SETTING", "here now");
    let values = probe.invoke(VALUES()).await.unwrap();
    assert_eq!(values["PROBE_SETTING"][0], "here now");
}

#[tokio::test]
async fn init_fails_before_the_first_invocation() {
    let world = World::new().await;
    let probe = world.container(PROBE, &[("PROBE_INIT", "1"), ("PROBE_TABLE", "files")]).await;
    let status = probe.process.wait().await.unwrap();
    assert!(!status.success());
    let output = probe.process.output();
    assert!(output.contains("2 of 3 variables of this binary could not be resolved"), "{output}");
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let world = World::new().await;
    world.aws.ssm().put("/amplify/dev/files/PROBE_SETTING", "here");
    world.aws.faults().add(Fault::on("ssm", "GetParameters").times(2).with(Effect::Throttle));
    let given = [("PROBE_TABLE", "files"), ("PROBE_SECRET", "x")];
    let values = world.container(PROBE, &given).await.invoke(VALUES()).await.unwrap();
    assert_eq!(values["PROBE_SETTING"], json!(["here", "service parameter"]));
}

#[tokio::test]
async fn throttling_for_ever_is_said_to_be_that() {
    let world = World::new().await;
    world.aws.faults().add(Fault::on("ssm", "GetParameters").every().with(Effect::Throttle));
    let given = [("PROBE_TABLE", "files"), ("PROBE_SECRET", "x")];
    let error = world.container(PROBE, &given).await.failure(VALUES()).await;
    assert!(error.contains("  PROBE_SETTING: throttled\n"), "{error}");
    assert!(error.contains("high-throughput-enabled"), "{error}");
}

#[tokio::test]
async fn an_unreachable_parameter_store_is_said_to_be_that() {
    let world = World::new().await;
    let given = [
        ("PROBE_TABLE", "x"),
        ("PROBE_SECRET", "x"),
        ("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:1"),
    ];
    let error = world.container(PROBE, &given).await.failure(VALUES()).await;
    assert!(error.contains("  PROBE_SETTING: unreachable\n"), "{error}");
    assert!(error.contains("check the function's route to Parameter Store"), "{error}");
}

#[tokio::test]
async fn a_value_that_is_not_utf8_is_an_error_of_its_own() {
    let world = World::new().await;
    let function = world.aws.lambda().await.unwrap();
    let text = |text| OsStr::from_bytes(text);
    let variables: [(&str, &OsStr); 3] = [
        ("PROBE_TABLE", text(b"files")),
        ("PROBE_SECRET", text(b"x")),
        ("PROBE_SETTING", text(b"caf\xe9")),
    ];
    let _process = function.spawn(PROBE, variables).unwrap();
    let error = function.invoke(VALUES()).await.unwrap_err().to_string();
    assert!(error.contains("PROBE_SETTING: not UTF-8"), "{error}");
    assert_eq!(world.aws.total(), 0, "a value set on purpose is not looked for elsewhere");
}

#[tokio::test]
async fn a_restored_container_resolves_again() {
    let world = World::new().await;
    world.aws.ssm().put("/amplify/dev/files/PROBE_SETTING", "before the snapshot");
    let function = world.aws.lambda().await.unwrap().with_snap_start();
    let given = [("PROBE_INIT", "1"), ("PROBE_TABLE", "files"), ("PROBE_SECRET", "x")];
    let probe = world.container_of(function, PROBE, &given);
    probe.function.snapshot().await.unwrap();
    assert_eq!(world.counts("ssm", &["GetParameters"]), [1], "init resolved");
    world.aws.ssm().put("/amplify/dev/files/PROBE_SETTING", "after the restore");
    probe.function.restore();
    let values = probe.invoke(VALUES()).await.unwrap();
    assert_eq!(values["PROBE_SETTING"][0], "after the restore");
    tokio::time::sleep(Duration::from_millis(10)).await;
    probe.invoke(VALUES()).await.unwrap();
    assert_eq!(world.counts("ssm", &["GetParameters"]), [2], "and once more, not each time");
}
