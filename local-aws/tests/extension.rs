//! The Extensions API, spoken raw.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use local_aws::LocalAws;
use serde_json::{Value, json};

/// One request on a connection of its own; head and body of the answer.
fn call(address: &str, head: &str, headers: &str, body: &str) -> (String, String) {
    let answer = support::raw(address, head, headers, body);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_hears_of_invocations_and_of_the_end() {
    let aws = LocalAws::start().await.unwrap();
    let function = aws.lambda().await.unwrap();
    let api = function.runtime_api();
    let (head, body) = call(
        &api,
        "POST /2020-01-01/extension/register",
        "Lambda-Extension-Name: watcher\r\n",
        r#"{"events":["INVOKE","SHUTDOWN"]}"#,
    );
    let id = header(&head, "lambda-extension-identifier");
    assert!(body.contains("local-function"), "{body}");
    let identity = format!("Lambda-Extension-Identifier: {id}\r\n");

    let invoked = {
        let function = function.clone();
        tokio::spawn(async move { function.invoke(json!({ "n": 1 })).await })
    };
    let (head, event) = call(&api, "GET /2018-06-01/runtime/invocation/next", "", "");
    let request = header(&head, "lambda-runtime-aws-request-id");
    assert_eq!(event, r#"{"n":1}"#);
    let (_, event) = call(&api, "GET /2020-01-01/extension/event/next", &identity, "");
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!((&event["eventType"], &event["requestId"]), (&json!("INVOKE"), &json!(request)));

    let path = format!("POST /2018-06-01/runtime/invocation/{request}/response");
    let (head, _) = call(&api, &path, "", r#"{"ok":true}"#);
    assert!(head.starts_with("HTTP/1.1 202"), "{head}");
    assert_eq!(invoked.await.unwrap(), Ok(json!({ "ok": true })));
    let (head, _) = call(&api, &path, "", "{}");
    assert!(head.starts_with("HTTP/1.1 400"), "{head}");

    function.shut_down();
    let (_, event) = call(&api, "GET /2020-01-01/extension/event/next", &identity, "");
    assert!(event.contains(r#""eventType":"SHUTDOWN""#), "{event}");

    let (head, _) = call(&api, "GET /2020-01-01/extension/event/next", "", "");
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    let (head, _) = call(&api, "PUT /2022-07-01/telemetry", "", "{}");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
}
