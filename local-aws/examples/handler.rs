//! A handler under the real Lambda runtime that does what its event says: `echo`, `fail`, `panic`,
//! `sleep`, `exit`, `print`, `environment`, `context`, `stream`. The tests run it as a process.

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{
    BoxFuture, Error, FunctionResponse, LambdaEvent, Runtime, SnapStartResource, StreamResponse,
    service_fn, streaming::Body,
};
use serde_json::{Value, json};

type Answer = FunctionResponse<Value, Body>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    match std::env::var("AT_START").as_deref() {
        Ok("init-error") => return report_init_error(),
        Ok("exit") => {
            eprintln!("cannot go on");
            std::process::exit(3);
        }
        _ => {}
    }
    let mut runtime = Runtime::new(service_fn(handle));
    runtime = runtime.register_snapstart_resource(Arc::new(Hooks));
    runtime.run().await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Answer, Error> {
    let (event, context) = event.into_parts();
    let text = event["text"].as_str().unwrap_or_default().to_owned();
    let answer = match event["do"].as_str() {
        Some("fail") => return Err(text.into()),
        #[expect(clippy::panic, reason = "asked for")]
        Some("panic") => panic!("{text}"),
        Some("sleep") => {
            tokio::time::sleep(Duration::from_millis(event["ms"].as_u64().unwrap_or_default()))
                .await;
            json!({ "pid": std::process::id() })
        }
        Some("exit") => {
            eprintln!("{text}");
            std::process::exit(7);
        }
        Some("print") => {
            println!("out: {text}");
            eprintln!("err: {text}");
            Value::Null
        }
        Some("environment") => std::env::vars()
            .map(|(name, value)| (name, value.into()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Some("context") => json!({
            "request": context.request_id,
            "arn": context.invoked_function_arn,
            "deadline": context.deadline,
            "function": context.env_config.function_name,
        }),
        Some("stream") => return Ok(stream(text)),
        _ => event,
    };
    Ok(FunctionResponse::BufferedResponse(answer))
}

fn stream(text: String) -> Answer {
    let (mut sender, body) = lambda_runtime::streaming::channel();
    tokio::spawn(async move {
        for part in text.split_inclusive(' ') {
            if sender.send_data(part.to_owned().into()).await.is_err() {
                return;
            }
        }
    });
    FunctionResponse::StreamingResponse(StreamResponse::from(body))
}

/// What a runtime does that finds out before its first event that it cannot work.
fn report_init_error() -> Result<(), Error> {
    let address = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
    let body = r#"{"errorType":"Example.NoConfig","errorMessage":"TABLE is missing"}"#;
    let mut stream = std::net::TcpStream::connect(&address)?;
    write!(
        stream,
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    std::process::exit(1)
}

struct Hooks;

impl SnapStartResource for Hooks {
    fn before_snapshot(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            println!("before snapshot");
            Ok(())
        })
    }

    fn after_restore(&self) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async {
            println!("after restore");
            match std::env::var("AT_RESTORE") {
                Ok(message) => Err(message.into()),
                Err(_) => Ok(()),
            }
        })
    }
}
