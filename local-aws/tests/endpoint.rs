//! The endpoint itself: identity, isolation, life and death, and requests that no SDK sends.

// Helpers outside of test functions fail the test the same way.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod support;

use std::io::Read;
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use local_aws::{LocalAws, StartError};

fn raw(aws: &LocalAws, head: &str, headers: &str, body: &str) -> String {
    support::raw(aws.endpoint_url().strip_prefix("http://").unwrap(), head, headers, body)
}

fn signed(service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=KEY/20300101/eu-west-1/{service}/aws4_request, \
         SignedHeaders=host, Signature=00\r\n"
    )
}

#[tokio::test]
async fn everyone_is_the_same_role() {
    let aws = LocalAws::start().await.unwrap();
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let answer = raw(&aws, "POST /", &signed("sts"), body);
    assert!(answer.contains("<Account>111122223333</Account>"), "{answer}");
    assert_eq!(aws.count("sts", "GetCallerIdentity"), 1);
    let answer = raw(&aws, "POST /", &signed("sts"), "Action=GetSessionToken");
    assert!(
        answer.starts_with("HTTP/1.1 400") && answer.contains("sts:GetSessionToken"),
        "{answer}"
    );
}

#[tokio::test]
async fn unsigned_requests_are_refused() {
    let aws = LocalAws::start().await.unwrap();
    let target = "X-Amz-Target: AmazonSSM.GetParameter\r\n";
    let answer = raw(&aws, "POST /", target, r#"{"Name":"/a"}"#);
    assert!(answer.contains("MissingAuthenticationTokenException"), "{answer}");
    let answer = raw(&aws, "GET /bucket/key", "", "");
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn other_services_are_refused_and_counted() {
    let aws = LocalAws::start().await.unwrap();
    let answer = raw(&aws, "GET /2015-03-31/functions", &signed("lambda"), "");
    assert!(answer.contains("UnknownOperationException"), "{answer}");
    assert_eq!(aws.count("lambda", "GET /2015-03-31/functions"), 1);
    raw(&aws, "POST /", &signed("braket"), "");
    assert_eq!(aws.calls()[1].service, "other");
    // The target has to be of the service that the request is signed for.
    let target = format!("{}X-Amz-Target: AmazonSQS.ListQueues\r\n", signed("ssm"));
    assert!(raw(&aws, "POST /", &target, "{}").contains("UnknownOperationException"));
    let broken = format!("{}X-Amz-Target: AmazonSSM.GetParameter\r\n", signed("ssm"));
    assert!(raw(&aws, "POST /", &broken, "{").contains("SerializationException"));
    let typed = raw(&aws, "POST /", &broken, r#"{"Name":7}"#);
    assert!(typed.contains("SerializationException") && typed.contains("Name"), "{typed}");
}

#[tokio::test]
async fn worlds_are_isolated_and_end_with_their_last_clone() {
    let (one, two) = (LocalAws::start().await.unwrap(), LocalAws::start().await.unwrap());
    one.ssm().put("/a", "v");
    assert_eq!(two.ssm().value("/a"), None);
    let address = one.endpoint_url().strip_prefix("http://").unwrap().to_owned();
    let clone = one.clone();
    drop(one);
    assert!(TcpStream::connect(&address).is_ok());
    drop(clone);
    let deadline = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(&address).is_ok() {
        assert!(Instant::now() < deadline, "{address} still answers");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_world_outlives_the_runtime_that_started_it() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let aws = runtime().block_on(LocalAws::start()).unwrap();
    aws.ssm().put("/a", "v");
    let value = runtime().block_on(async {
        let client = aws_sdk_ssm::Client::new(&support::config(&aws).await);
        client.get_parameter().name("/a").send().await.unwrap().parameter().unwrap().value.clone()
    });
    assert_eq!(value.as_deref(), Some("v"));
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let aws = LocalAws::start().await.unwrap();
    let address = aws.endpoint_url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = LocalAws::start_on(address).await.unwrap_err();
    assert!(matches!(error, StartError::Bind { addr, .. } if addr == address));
}

#[tokio::test]
async fn calls_are_kept_in_order_and_forgotten_on_demand() {
    let aws = LocalAws::start().await.unwrap();
    raw(
        &aws,
        "POST /",
        &format!("{}X-Amz-Target: AmazonSSM.GetParameter\r\n", signed("ssm")),
        r#"{"Name":"/a"}"#,
    );
    let calls = aws.calls();
    assert_eq!(
        (calls[0].operation.as_str(), calls[0].region.as_str()),
        ("GetParameter", "eu-west-1")
    );
    assert_eq!((&calls[0].request[..], calls[0].status), (&br#"{"Name":"/a"}"#[..], Some(400)));
    aws.clear_calls();
    assert_eq!((aws.calls().len(), aws.count("ssm", "GetParameter"), aws.total()), (0, 0, 0));
}

#[test]
fn the_binary_prints_where_it_is_and_serves() {
    let mut server =
        Command::new(env!("CARGO_BIN_EXE_local-aws")).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = String::new();
    let mut stdout = server.stdout.take().unwrap();
    while !printed.contains("AWS_EC2_METADATA_DISABLED=true\n") {
        let mut buffer = [0; 512];
        let read = stdout.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "it ended: {printed}");
        printed.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    let url = printed.lines().find_map(|line| line.strip_prefix("export AWS_ENDPOINT_URL=http://"));
    assert!(TcpStream::connect(url.unwrap()).is_ok());
    server.kill().unwrap();
    server.wait().unwrap();

    let wrong = Command::new(env!("CARGO_BIN_EXE_local-aws")).arg("many").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("usage:"));
}
