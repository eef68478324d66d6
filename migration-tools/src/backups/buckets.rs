//! Buckets: whether they keep what is overwritten and deleted.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use required_env_vars::Failure;

use super::report::{Answer, CallFailed, Cover, Lack};

/// The three states of a bucket:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Versioning {
    /// It was never enabled.
    Off,
    /// It was enabled once, and is not any more.
    Suspended,
    /// What is overwritten or deleted stays as a version.
    Enabled,
}

impl Versioning {
    /// One word: `off`, `suspended` or `enabled`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Suspended => "suspended",
            Self::Enabled => "enabled",
        }
    }

    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Enabled => Answer::Covered(vec![Cover::Versioning]),
            Self::Off | Self::Suspended => Answer::Missing(vec![Lack::Versioning(self)]),
        }
    }
}

/// The versioning of a bucket; nothing where it is certain that there is no such bucket.
pub(super) async fn versioning(
    client: &Client,
    bucket: &str,
) -> Result<Option<Versioning>, CallFailed> {
    match client.get_bucket_versioning().bucket(bucket).send().await {
        Ok(answer) => Ok(Some(match answer.status() {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            // A state that is not known protects nothing.
            _ => Versioning::Off,
        })),
        Err(error) if error.code() == Some("NoSuchBucket") => Ok(None),
        Err(error) => Err(CallFailed { call: "GetBucketVersioning", failure: Failure::of(&error) }),
    }
}

/// Enables the versioning of a bucket.
pub(super) async fn enable(client: &Client, bucket: &str) -> Result<(), CallFailed> {
    let enabled = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled);
    let call = client.put_bucket_versioning().bucket(bucket);
    match call.versioning_configuration(enabled.build()).send().await {
        Ok(_) => Ok(()),
        Err(error) => Err(CallFailed { call: "PutBucketVersioning", failure: Failure::of(&error) }),
    }
}
