//! Flags that say how AWS is reached.

use aws_clients::Choice;
use aws_config::SdkConfig;
use clap::Args;

pub(super) use aws_clients::Calls;

/// How AWS is reached.
#[derive(Args, Clone, Debug)]
pub(super) struct Aws {
    /// Region of all calls, and of resources whose region nothing else tells
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// Profile of the shared configuration files
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Send every call there instead of to AWS
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
}

impl Aws {
    pub(super) async fn config(&self) -> SdkConfig {
        let Self { region, profile, endpoint_url } = self.clone();
        Choice { region, profile, endpoint_url }.load().await
    }
}
