//! Clients of the real SDK for a local AWS.

// Each test file is a crate of its own and uses a part of this.
#![allow(dead_code, unreachable_pub)]

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use local_aws::LocalAws;

/// A configuration without retries, so that a test sees each answer.
pub async fn config(aws: &LocalAws) -> SdkConfig {
    let keys = Credentials::from_keys(local_aws::ACCESS_KEY_ID, local_aws::SECRET_ACCESS_KEY, None);
    let timeouts = TimeoutConfig::builder().operation_timeout(Duration::from_secs(30)).build();
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(aws.endpoint_url())
        .region(Region::new(local_aws::REGION))
        .credentials_provider(keys)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await
}
