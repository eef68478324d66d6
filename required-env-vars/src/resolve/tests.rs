//! Promises of resolution, with the real SDK against the embedded Parameter Store.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_ssm::Client;
use local_aws::{ACCESS_KEY_ID, Effect, Fault, LocalAws, SECRET_ACCESS_KEY};
use proptest::prelude::*;

use super::{Reason, Resolution, client, from_environment, from_parameter_store};
use crate::settings::Settings;
use crate::value::Source;

fn settings() -> Settings {
    Settings::read(|name| (name == "SERVICE_NAME").then(|| "files".into()))
}

fn config(endpoint: &str) -> SdkConfig {
    let keys = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(crate::clients::http_client())
        .build()
}

async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    let client = client(&config(aws.endpoint_url()));
    (aws, client)
}

async fn resolve(client: &Client, names: &[&'static str]) -> Resolution {
    from_parameter_store(client, names, |source, name| settings().path(source, name)).await
}

/// What became of a name: its value and source, or the reason.
fn outcome<'r>(resolution: &'r Resolution, name: &str) -> Result<(&'r str, Source), Reason> {
    match &resolution[name] {
        Ok(value) => Ok((&value.text, value.source)),
        Err(unresolved) => Err(unresolved.reason()),
    }
}

const LETTERS: [&str; 25] = [
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S",
    "T", "U", "V", "W", "X", "Y",
];

#[tokio::test]
async fn the_service_path_wins_over_the_shared_one() {
    let (aws, client) = world().await;
    aws.ssm().put("/amplify/dev/files/A", " own ");
    aws.ssm().put("/amplify/dev/A", "shared");
    aws.ssm().put("/amplify/dev/B", "shared");
    aws.ssm().put("/amplify/dev/files/C", "   ");
    aws.ssm().put("/amplify/dev/C", "shared, since the own one is blank");
    let resolution = resolve(&client, &["A", "B", "C", "D"]).await;
    assert_eq!(outcome(&resolution, "A"), Ok(("own", Source::ServiceParameter)));
    assert_eq!(outcome(&resolution, "B"), Ok(("shared", Source::SharedParameter)));
    let c = ("shared, since the own one is blank", Source::SharedParameter);
    assert_eq!(outcome(&resolution, "C"), Ok(c));
    assert_eq!(outcome(&resolution, "D"), Err(Reason::Absent));
}

#[tokio::test]
async fn names_are_asked_ten_a_call_and_only_absent_ones_again() {
    let (aws, client) = world().await;
    for name in LETTERS {
        aws.ssm().put(&format!("/amplify/dev/files/{name}"), name);
    }
    let resolution = resolve(&client, &LETTERS).await;
    assert!(resolution.values().all(Result::is_ok));
    assert_eq!(aws.count("ssm", "GetParameters"), 3);
    aws.clear_calls();

    for name in LETTERS {
        aws.ssm().remove(&format!("/amplify/dev/files/{name}"));
        aws.ssm().put(&format!("/amplify/dev/{name}"), name);
    }
    let resolution = resolve(&client, &LETTERS).await;
    assert!(resolution.values().all(Result::is_ok));
    assert_eq!(aws.count("ssm", "GetParameters"), 6);
    assert!(aws.violations().is_empty(), "{:?}", aws.violations());
}

#[tokio::test]
async fn one_denied_name_does_not_fail_its_neighbours() {
    let (aws, client) = world().await;
    for name in &LETTERS[..10] {
        aws.ssm().put(&format!("/amplify/dev/files/{name}"), name);
    }
    aws.ssm().put("/amplify/dev/D", "must not stand in for the one that may not be read");
    aws.ssm().deny("/amplify/dev/files/D");
    let resolution = resolve(&client, &LETTERS[..10]).await;
    for name in &LETTERS[..10] {
        let expected = match *name {
            "D" => Err(Reason::AccessDenied),
            name => Ok((name, Source::ServiceParameter)),
        };
        assert_eq!(outcome(&resolution, name), expected);
    }
}

#[tokio::test]
async fn one_undecryptable_name_does_not_fail_its_neighbours() {
    let (aws, client) = world().await;
    for name in &LETTERS[..10] {
        aws.ssm().put_secure(&format!("/amplify/dev/files/{name}"), name);
    }
    aws.ssm().make_undecryptable("/amplify/dev/files/H");
    let resolution = resolve(&client, &LETTERS[..10]).await;
    for name in &LETTERS[..10] {
        let expected = match *name {
            "H" => Err(Reason::Undecryptable),
            name => Ok((name, Source::ServiceParameter)),
        };
        assert_eq!(outcome(&resolution, name), expected);
    }
    assert!(matches!(&resolution["A"], Ok(value) if value.secure));
}

#[tokio::test]
async fn a_role_that_may_read_nothing_costs_a_call_a_name_at_most() {
    let (aws, client) = world().await;
    aws.ssm().deny("/amplify");
    let resolution = resolve(&client, &LETTERS).await;
    for name in LETTERS {
        assert_eq!(outcome(&resolution, name), Err(Reason::AccessDenied));
    }
    assert!(aws.count("ssm", "GetParameters") <= LETTERS.len(), "{}", aws.total());
}

#[tokio::test]
async fn a_service_that_fails_is_unreachable_and_not_asked_name_by_name() {
    let (aws, client) = world().await;
    let failure = Effect::Error {
        status: 500,
        code: "InternalFailure".to_owned(),
        message: "try again".to_owned(),
    };
    aws.faults().add(Fault::on("ssm", "GetParameters").every().with(failure));
    let resolution = resolve(&client, &LETTERS[..10]).await;
    assert_eq!(outcome(&resolution, "A"), Err(Reason::Unreachable));
    assert!(aws.count("ssm", "GetParameters") <= 6, "{}", aws.total());
}

#[tokio::test]
async fn slow_rounds_end_within_the_time_of_init() {
    let (aws, client) = world().await;
    let slow = Effect::Delay(Duration::from_millis(1900));
    aws.faults().add(Fault::on("ssm", "GetParameters").every().with(slow));
    for name in LETTERS {
        aws.ssm().put_secure(&format!("/amplify/dev/files/{name}"), name);
    }
    aws.ssm().make_undecryptable("/amplify/dev/files/C");
    let begin = Instant::now();
    let resolution = resolve(&client, &LETTERS).await;
    assert!(begin.elapsed() < Duration::from_secs(9), "{:?}", begin.elapsed());
    assert_eq!(outcome(&resolution, "Y"), Ok(("Y", Source::ServiceParameter)));
    assert!(matches!(outcome(&resolution, "C"), Err(Reason::Undecryptable | Reason::Unreachable)));
}

#[tokio::test]
async fn throttling_for_a_while_is_waited_out() {
    let (aws, client) = world().await;
    aws.ssm().put("/amplify/dev/files/A", "here");
    aws.faults().add(Fault::on("ssm", "GetParameters").times(3).with(Effect::Throttle));
    let resolution = resolve(&client, &["A"]).await;
    assert_eq!(outcome(&resolution, "A"), Ok(("here", Source::ServiceParameter)));
    assert_eq!(aws.count("ssm", "GetParameters"), 4);
}

#[tokio::test]
async fn throttling_for_ever_is_told_as_throttling_within_the_time_of_init() {
    let (aws, client) = world().await;
    aws.ssm().put("/amplify/dev/files/A", "here");
    aws.faults().add(Fault::on("ssm", "GetParameters").every().with(Effect::Throttle));
    let begin = Instant::now();
    let resolution = resolve(&client, &["A", "B"]).await;
    assert_eq!(outcome(&resolution, "A"), Err(Reason::Throttled));
    assert_eq!(outcome(&resolution, "B"), Err(Reason::Throttled));
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
    assert_eq!(aws.count("ssm", "GetParameters"), 6, "a throttled batch is not halved");
}

#[tokio::test]
async fn an_endpoint_nobody_listens_on_is_unreachable() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = client(&config(&format!("http://{closed}")));
    let resolution = resolve(&client, &["A"]).await;
    assert_eq!(outcome(&resolution, "A"), Err(Reason::Unreachable));
}

#[tokio::test]
async fn silence_is_unreachable_within_the_time_of_init() {
    let (aws, client) = world().await;
    aws.faults().add(Fault::on_service("ssm").every().with(Effect::Timeout));
    let begin = Instant::now();
    let resolution = resolve(&client, &["A"]).await;
    assert_eq!(outcome(&resolution, "A"), Err(Reason::Unreachable));
    assert!(begin.elapsed() < Duration::from_secs(7), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn missing_credentials_are_told_as_such() {
    let aws = LocalAws::start().await.unwrap();
    let none = SharedCredentialsProvider::new(NoCredentials);
    let config = config(aws.endpoint_url()).into_builder().credentials_provider(none).build();
    let resolution = resolve(&client(&config), &["A"]).await;
    assert_eq!(outcome(&resolution, "A"), Err(Reason::BadCredentials));
}

#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("there are none")))
    }
}

#[tokio::test]
async fn a_value_of_four_kilobytes_arrives_whole() {
    let (aws, client) = world().await;
    let value = "ä".repeat(2048);
    aws.ssm().put("/amplify/dev/files/A", &value);
    let resolution = resolve(&client, &["A"]).await;
    assert_eq!(outcome(&resolution, "A"), Ok((value.as_str(), Source::ServiceParameter)));
}

#[test]
fn a_value_that_is_not_utf8_is_an_error_and_not_asked_elsewhere() {
    use std::os::unix::ffi::OsStringExt;
    let broken = OsString::from_vec(vec![0x66, 0xff]);
    let (resolution, missing) = from_environment(["A"], |_| Some(broken.clone()));
    assert_eq!(outcome(&resolution, "A"), Err(Reason::NotUnicode));
    assert!(missing.is_empty());
}

proptest! {
    #[test]
    fn the_environment_counts_when_it_is_not_blank(value in "\\PC{0,20}") {
        let (resolution, missing) = from_environment(["A"], |_| Some(value.clone().into()));
        if value.trim().is_empty() {
            prop_assert_eq!(missing, ["A"]);
        } else {
            prop_assert_eq!(outcome(&resolution, "A"), Ok((value.trim(), Source::Environment)));
        }
    }
}
