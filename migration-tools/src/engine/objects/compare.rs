//! Whether two objects are the same.
//!
//! Objects of another size differ. Equal ETags of objects of one size are taken for equal content, also
//! where they are those of several parts. Different ETags prove nothing, since they also depend on the
//! parts that an object was uploaded in and on its encryption: then both are read and compared.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use required_env_vars::Failure;
use sha2::{Digest, Sha256};

use super::list::Listed;
use crate::engine::patience::{PATIENCE, Patience, passes};

/// An object as S3 says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its ETag, in quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// When it was written, seconds since 1970.
    pub modified: i64,
}

/// The object with this name; nothing where there is none.
///
/// # Errors
///
/// When it cannot be asked for.
pub async fn image(client: &Client, bucket: &str, key: &str) -> Result<Option<Image>, Failure> {
    let mut patience = Patience::of(PATIENCE);
    loop {
        let failure = match client.head_object().bucket(bucket).key(key).send().await {
            Ok(head) => {
                return Ok(Some(Image {
                    etag: head.e_tag().unwrap_or_default().to_owned(),
                    size: u64::try_from(head.content_length().unwrap_or_default()).unwrap_or(0),
                    modified: head.last_modified().map_or(0, aws_smithy_types::DateTime::secs),
                }));
            }
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => {
                return Ok(None);
            }
            Err(error) => Failure::of(&error),
        };
        if !passes(failure.reason()) || !patience.wait().await {
            return Err(failure);
        }
    }
}

/// Whether an object has the content of the one that was listed. Both are read where their ETags do not
/// tell.
///
/// # Errors
///
/// When one of them cannot be read.
pub async fn same(
    client: &Client,
    (bucket, listed): (&str, &Listed),
    (other_bucket, other_key, other): (&str, &str, &Image),
) -> Result<bool, Failure> {
    if listed.size != other.size {
        return Ok(false);
    }
    if listed.etag == other.etag {
        return Ok(true);
    }
    // Each under its ETag: neither may change while it is read.
    let one = digest(client, bucket, &listed.key, &listed.etag).await?;
    let other = digest(client, other_bucket, other_key, &other.etag).await?;
    Ok(one.is_some() && one == other)
}

/// What is in an object, in short; nothing where it is not the same object any more.
async fn digest(
    client: &Client,
    bucket: &str,
    key: &str,
    etag: &str,
) -> Result<Option<[u8; 32]>, Failure> {
    let answer = client.get_object().bucket(bucket).key(key).if_match(etag).send().await;
    let body = match answer {
        Ok(answer) => answer.body,
        Err(error) => {
            let failure = Failure::of(&error);
            return match is_changed(&failure) || failure.detail().starts_with("NoSuchKey") {
                true => Ok(None),
                false => Err(failure),
            };
        }
    };
    Ok(read(body).await)
}

/// Nothing where the connection broke: then nothing is known.
async fn read(mut body: ByteStream) -> Option<[u8; 32]> {
    let mut hash = Sha256::new();
    while let Some(bytes) = body.next().await {
        hash.update(bytes.ok()?);
    }
    Some(hash.finalize().into())
}

/// Whether a call failed because of its condition.
pub(super) fn is_changed(failure: &Failure) -> bool {
    failure.detail().starts_with("PreconditionFailed")
}
