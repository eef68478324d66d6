//! Which resources exist, told apart from those that nobody may see.

use std::fmt;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_sdk_s3::operation::head_bucket::HeadBucketError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use futures::StreamExt;
use futures::stream;
use required_env_vars::{Failure, Reason};

use super::{Kind, Named};
use crate::engine::read::{ReadError, describe};

/// What is known of a resource.
#[derive(Clone, Debug)]
pub enum Existence {
    /// It is there.
    Exists,
    /// It is certain that it is not there.
    Absent,
    /// It is a bucket in another region.
    Elsewhere(String),
    /// It cannot be known; why.
    Unknown(Failure),
}

impl Existence {
    /// One word: `exists`, `absent`, `elsewhere`, `denied`, or `unreachable`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Absent => "absent",
            Self::Elsewhere(_) => "elsewhere",
            Self::Unknown(failure) if failure.reason() == Reason::AccessDenied => "denied",
            Self::Unknown(_) => "unreachable",
        }
    }
}

impl fmt::Display for Existence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())?;
        match self {
            Self::Exists | Self::Absent => Ok(()),
            Self::Elsewhere(region) => write!(out, ": in {region}"),
            Self::Unknown(failure) => write!(out, ": {}", failure.detail()),
        }
    }
}

/// Asks for tables and buckets.
#[derive(Clone, Debug)]
pub struct Inspector {
    tables: aws_sdk_dynamodb::Client,
    buckets: aws_sdk_s3::Client,
}

impl Inspector {
    /// Asks where the configuration says.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        // Many are asked for, and one that does not answer is reported, not waited for.
        let retry = RetryConfig::standard().with_max_attempts(4);
        let config = config.to_builder().retry_config(retry).build();
        Self {
            tables: aws_sdk_dynamodb::Client::new(&config),
            buckets: aws_sdk_s3::Client::new(&config),
        }
    }

    /// Looks for every resource, one call each, so many at once. In the order of the names.
    pub async fn all(&self, names: &[Named], at_once: usize) -> Vec<Existence> {
        let one = |named: &Named| {
            let (inspector, named) = (self.clone(), named.clone());
            async move { inspector.one(named.resource.kind, &named.name).await }
        };
        stream::iter(names.iter().map(one)).buffered(at_once.max(1)).collect().await
    }

    /// Looks for one resource.
    pub async fn one(&self, kind: Kind, name: &str) -> Existence {
        match kind {
            Kind::Table => match describe(&self.tables, name).await {
                Ok(_) | Err(ReadError::NoKeys(_) | ReadError::Busy(_)) => Existence::Exists,
                Err(ReadError::Absent(_)) => Existence::Absent,
                Err(ReadError::Failed { failure, .. }) => Existence::Unknown(failure),
            },
            Kind::Bucket => match self.buckets.head_bucket().bucket(name).send().await {
                Ok(_) => Existence::Exists,
                Err(error) => {
                    bucket(&error, self.buckets.config().region().map_or("", |own| own.as_ref()))
                }
            },
        }
    }
}

/// HEAD has no body: what is wrong with a bucket stands in status and headers.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
fn bucket(error: &SdkError<HeadBucketError, HttpResponse>, own_region: &str) -> Existence {
    let response = error.raw_response();
    let status = response.map_or(0, |response| response.status().as_u16());
    let region = response.and_then(|response| response.headers().get("x-amz-bucket-region"));
    match (status, error.as_service_error(), region) {
        (_, Some(HeadBucketError::NotFound(_)), _) | (404, ..) => Existence::Absent,
        (301 | 307 | 400, _, Some(region)) if region != own_region => {
            Existence::Elsewhere(region.to_owned())
        }
        _ => Existence::Unknown(Failure::of(error)),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_s3::primitives::SdkBody;

    use super::*;

    fn answered(status: u16, region: &'static str) -> &'static str {
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
        response.headers_mut().insert("x-amz-bucket-region", region);
        let error = HeadBucketError::unhandled("no body");
        bucket(&SdkError::service_error(error, response), "eu-west-1").word()
    }

    #[test]
    fn a_bucket_of_this_region_is_not_elsewhere_whatever_else_is_wrong() {
        assert_eq!(answered(301, "us-east-1"), "elsewhere");
        assert_eq!(answered(400, "us-east-1"), "elsewhere");
        assert_eq!(answered(400, "eu-west-1"), "unreachable");
    }
}
