//! Functions under the real `lambda_runtime`, each handler a process of its own.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use local_aws::{InvokeError, LambdaFunction, LocalAws, Process, StartError};
use serde_json::{Value, json};

/// `examples/handler.rs`, built here where cargo has not done it yet: it does so for a whole test run
/// and not for this file alone.
fn handler() -> &'static Path {
    static HANDLER: LazyLock<PathBuf> = LazyLock::new(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().and_then(Path::parent).unwrap();
        let handler = profile.join("examples").join("handler");
        let changed = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/handler.rs");
        // Cargo would wait for any build that runs elsewhere just to find that it has nothing to do.
        if changed(&handler) < changed(Path::new(source)) {
            let name = profile.file_name().and_then(|name| name.to_str()).unwrap();
            let built = std::process::Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--package", "local-aws", "--example", "handler"])
                .args(["--profile", if name == "debug" { "dev" } else { name }])
                .env("CARGO_TARGET_DIR", profile.parent().unwrap())
                .status();
            assert!(built.unwrap().success(), "{} cannot be built", handler.display());
        }
        handler
    });
    &HANDLER
}

fn spawn(function: &LambdaFunction, variables: &[(&str, &str)]) -> Process {
    function.spawn(handler(), variables.iter().copied()).unwrap()
}

async fn served() -> (LocalAws, LambdaFunction, Process) {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap().named("orders");
    let process = spawn(&function, &[]);
    (aws, function, process)
}

#[tokio::test]
async fn an_event_goes_in_and_the_answer_comes_out() {
    let (_aws, function, _process) = served().await;
    let event = json!({ "text": "grüße", "list": [1, 2] });
    assert_eq!(function.invoke(event.clone()).await, Ok(event));

    let before = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let context = function.invoke(json!({ "do": "context" })).await.unwrap();
    assert_eq!(context["function"], "orders");
    assert_eq!(context["arn"], "arn:aws:lambda:eu-west-1:111122223333:function:orders");
    let left = context["deadline"].as_u64().unwrap() - before.as_millis() as u64;
    assert!((29_000..=60_000).contains(&left), "{left}");
}

#[tokio::test]
async fn errors_and_panics_are_reported_and_survived() {
    let (_aws, function, _process) = served().await;
    for way in ["fail", "panic"] {
        let failed = function.invoke(json!({ "do": way, "text": "out of paper" })).await;
        let Err(InvokeError::Function { message, error_type }) = failed else {
            panic!("{way}: {failed:?}");
        };
        assert!(message.contains("out of paper"), "{way}: {message}");
        assert!(!error_type.is_empty());
    }
    assert_eq!(function.invoke(json!({})).await, Ok(json!({})));
}

#[tokio::test]
async fn a_slow_handler_times_out() {
    let aws = LocalAws::start().await.unwrap();
    let limit = Duration::from_millis(300);
    let function = aws.lambda().await.unwrap().with_timeout(limit);
    let _process = spawn(&function, &[]);
    let slow = function.invoke(json!({ "do": "sleep", "ms": 1500 })).await;
    assert_eq!(slow, Err(InvokeError::Timeout(limit)));
    // The late answer is refused, and the runtime goes on.
    assert_eq!(function.invoke(json!({ "n": 1 })).await, Ok(json!({ "n": 1 })));
}

#[tokio::test]
async fn an_invocation_that_nobody_takes_ends() {
    let aws = LocalAws::start().await.unwrap();
    let limit = Duration::from_millis(100);
    let function = aws.lambda().await.unwrap().with_start_timeout(limit);
    assert_eq!(function.invoke(json!({})).await, Err(InvokeError::NotTaken(limit)));
}

#[tokio::test]
async fn the_end_of_the_process_fails_what_it_had_taken() {
    let (_aws, function, process) = served().await;
    let failed = function.invoke(json!({ "do": "exit", "text": "disk on fire" })).await;
    let Err(InvokeError::Exited { status, stderr }) = failed else { panic!("{failed:?}") };
    assert!(status.contains('7'), "{status}");
    assert!(stderr.contains("disk on fire"), "{stderr}");
    assert_eq!(process.wait().await.and_then(|status| status.code()), Some(7));
    // Nothing serves it any more, so the next one fails at once.
    let start = Instant::now();
    assert!(matches!(function.invoke(json!({})).await, Err(InvokeError::Exited { .. })));
    assert!(start.elapsed() < Duration::from_secs(5));
    // Another process serves it again.
    let _process = spawn(&function, &[]);
    assert_eq!(function.invoke(json!({})).await, Ok(json!({})));
}

#[tokio::test]
async fn a_process_that_ends_before_its_first_event_fails_the_invocation() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap();
    let _process = spawn(&function, &[("AT_START", "exit")]);
    let failed = function.invoke(json!({})).await;
    let Err(InvokeError::Exited { stderr, .. }) = failed else { panic!("{failed:?}") };
    assert_eq!(stderr, "cannot go on");
}

#[tokio::test]
async fn an_init_error_fails_the_invocation() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap();
    let process = spawn(&function, &[("AT_START", "init-error")]);
    let expected = InvokeError::Init {
        error_type: "Example.NoConfig".to_owned(),
        message: "TABLE is missing".to_owned(),
    };
    assert_eq!(function.invoke(json!({})).await, Err(expected.clone()));
    process.wait().await;
    assert_eq!(function.invoke(json!({})).await, Err(expected));
}

#[tokio::test]
async fn output_is_captured_and_the_environment_is_only_what_was_given() {
    let (aws, function, process) = served().await;
    function.invoke(json!({ "do": "print", "text": "hello" })).await.unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while !(process.stdout().contains("out: hello") && process.stderr().contains("err: hello")) {
        assert!(Instant::now() < deadline, "{}", process.output());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let other = aws.lambda().await.unwrap();
    let _process = spawn(&other, &[("TABLE", "orders"), ("AWS_REGION", "us-east-1")]);
    let variables = other.invoke(json!({ "do": "environment" })).await.unwrap();
    assert_eq!(variables["TABLE"], "orders");
    assert_eq!(variables["AWS_REGION"], "us-east-1");
    assert_eq!(variables["AWS_ENDPOINT_URL"], aws.endpoint_url());
    assert_eq!(variables["AWS_LAMBDA_INITIALIZATION_TYPE"], "on-demand");
    // Cargo sets it for tests; a function must not see it.
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    assert_eq!(variables.get("CARGO_MANIFEST_DIR"), None);
}

#[tokio::test]
async fn invocations_queue_and_several_processes_share_them() {
    let (_aws, function, _first) = served().await;
    let _second = spawn(&function, &[]);
    function.invoke(json!({})).await.unwrap();
    let calls: Vec<_> = (0..12)
        .map(|_| {
            let function = function.clone();
            tokio::spawn(async move { function.invoke(json!({ "do": "sleep", "ms": 100 })).await })
        })
        .collect();
    let mut pids: Vec<Value> = Vec::new();
    for call in calls {
        pids.push(call.await.unwrap().unwrap()["pid"].clone());
    }
    assert_eq!(pids.len(), 12);
    pids.sort_by_key(Value::as_u64);
    pids.dedup();
    assert_eq!(pids.len(), 2);
}

#[tokio::test]
async fn a_stream_is_collected() {
    let (_aws, function, _process) = served().await;
    let event = json!({ "do": "stream", "text": "one two three" });
    let answer = function.invoke_bytes(event.to_string().into()).await.unwrap();
    // Status and headers come first, then eight zero bytes, then the body.
    let body = answer.rsplit(|byte| *byte == 0).next().unwrap();
    assert_eq!(body, b"one two three");
    assert!(matches!(function.invoke(event).await, Err(InvokeError::NotJson { .. })));
}

#[tokio::test]
async fn snap_start_waits_for_the_restore() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap().with_snap_start();
    let process = spawn(&function, &[]);
    function.snapshot().await.unwrap();
    let invoked = {
        let function = function.clone();
        tokio::spawn(async move { function.invoke(json!({ "n": 1 })).await })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!invoked.is_finished());
    assert!(!process.stdout().contains("after restore"));
    function.restore();
    assert_eq!(invoked.await.unwrap(), Ok(json!({ "n": 1 })));
    assert_eq!(process.stdout(), "before snapshot\nafter restore\n");
}

#[tokio::test]
async fn a_failed_restore_is_reported() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap().with_snap_start();
    let _process = spawn(&function, &[("AT_RESTORE", "stale")]);
    function.snapshot().await.unwrap();
    function.restore();
    let failed = function.invoke(json!({})).await;
    assert!(
        matches!(&failed, Err(InvokeError::Restore { message, .. }) if message == "stale"),
        "{failed:?}"
    );
}

#[tokio::test]
async fn a_process_that_ends_before_its_snapshot_is_not_waited_for() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap().with_snap_start();
    let _process = spawn(&function, &[("AT_START", "exit")]);
    assert!(matches!(function.snapshot().await, Err(InvokeError::Exited { .. })));
}

#[tokio::test]
async fn a_dropped_process_is_killed() {
    let (_aws, function, process) = served().await;
    function.invoke(json!({})).await.unwrap();
    let id = process.id().unwrap();
    drop(process);
    let deadline = Instant::now() + Duration::from_secs(5);
    while PathBuf::from(format!("/proc/{id}")).exists() {
        assert!(Instant::now() < deadline, "process {id} is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_end_of_the_world_ends_its_processes_and_frees_its_ports() {
    let (aws, function, process) = served().await;
    function.invoke(json!({})).await.unwrap();
    let stat = format!("/proc/{}/stat", process.id().unwrap());
    let endpoint = aws.endpoint_url().strip_prefix("http://").unwrap().to_owned();
    let addresses = [function.runtime_api(), endpoint];
    drop((aws, function));
    let deadline = Instant::now() + Duration::from_secs(10);
    // A process that is dead may wait to be asked for its status.
    let runs = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
    while runs() || addresses.iter().any(|address| std::net::TcpListener::bind(address).is_err()) {
        assert!(Instant::now() < deadline, "something is left: {process:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(process.wait().await, None);
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap();
    let error = function.spawn("/no/such/handler", [("A", "b")]).unwrap_err();
    assert!(matches!(error, StartError::Spawn { .. }));
    assert!(error.to_string().contains("/no/such/handler"));
}
