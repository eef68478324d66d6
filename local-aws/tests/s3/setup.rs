//! One world and one client per test.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use local_aws::{ACCESS_KEY_ID, LocalAws, REGION, SECRET_ACCESS_KEY};

/// The bucket that every test finds.
pub(crate) const BUCKET: &str = "harbour-photos";

/// An AWS with an empty [`BUCKET`].
pub(crate) async fn world() -> (LocalAws, Client) {
    let aws = LocalAws::start().await.unwrap();
    aws.s3().create_bucket(BUCKET);
    let client = client(&aws, REGION, SECRET_ACCESS_KEY);
    (aws, client)
}

/// A client that never retries.
pub(crate) fn client(aws: &LocalAws, region: &'static str, secret: &str) -> Client {
    Client::from_conf(
        Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(aws.endpoint_url())
            .region(Region::new(region))
            .credentials_provider(Credentials::new(ACCESS_KEY_ID, secret, None, None, "test"))
            .force_path_style(true)
            .retry_config(RetryConfig::disabled())
            .build(),
    )
}

/// The status and code of a refusal.
pub(crate) fn refusal<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> (u16, String)
where
    E: ProvideErrorMetadata,
{
    let Err(error) = result else { panic!("the call went through") };
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    (status, error.code().unwrap_or_default().to_owned())
}

/// A status and code to compare a refusal with.
pub(crate) fn with(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
