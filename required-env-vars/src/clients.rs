//! SDK clients: one configuration per container, one client per service and variable, each built
//! on first use.

#[allow(unused_imports, reason = "used by whichever services are enabled")]
use std::sync::OnceLock;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

#[allow(unused_imports, reason = "used by whichever services are enabled")]
use crate::binding::BoundVariable;
#[allow(unused_imports, reason = "used by whichever services are enabled")]
use crate::observe::Observer;

/// Loads region, credentials and endpoint the way `aws-config` does. Makes no call where the region
/// is in the environment, as it is in Lambda; elsewhere `aws-config` may ask the instance for it.
pub(crate) async fn load_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).http_client(http_client()).load().await
}

/// One HTTP client, and so one pool of connections, for everything in the container.
pub(crate) fn http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https()
}

macro_rules! clients {
    ($($feature:literal $service:ident: $sdk:ident,)+) => {
        /// The clients behind the handles of one variable. They share the container's
        /// connections; each has its own observer, which is how an operation that ran is
        /// attributed to the variable and function it ran for.
        #[derive(Default)]
        pub(crate) struct Clients {
            $(#[cfg(feature = $feature)] $service: OnceLock<$sdk::Client>,)+
        }

        $(
            #[cfg(feature = $feature)]
            pub(crate) fn $service(variable: &'static BoundVariable) -> &'static $sdk::Client {
                variable.clients.$service.get_or_init(|| {
                    let config = match variable.config {
                        Some(config) => $sdk::config::Builder::from(config),
                        None => $sdk::Config::builder()
                            .behavior_version($sdk::config::BehaviorVersion::latest()),
                    };
                    $sdk::Client::from_conf(config.interceptor(Observer(variable)).build())
                })
            }
        )+
    };
}

clients! {
    "dynamodb" dynamodb: aws_sdk_dynamodb,
    "s3" s3: aws_sdk_s3,
    "sqs" sqs: aws_sdk_sqs,
    "secretsmanager" secretsmanager: aws_sdk_secretsmanager,
    "ssm" ssm: aws_sdk_ssm,
    "lambda" lambda: aws_sdk_lambda,
    "bedrock" bedrock: aws_sdk_bedrockruntime,
    "cognito" cognito: aws_sdk_cognitoidentityprovider,
}
