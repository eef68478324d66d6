//! Objects that are too large for one call are copied in parts, by S3 itself.
//!
//! Every part is bound to the ETag that was listed, so that all are of one object. The new object's ETag
//! is made of its parts and is another one than the source's.
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/CopyingObjectsMPUapi.html>

use aws_sdk_s3::config::{Config, retry::RetryConfig};
use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, StorageClass};
use futures::{StreamExt, TryStreamExt, stream};
use required_env_vars::Failure;

use super::copy::{Copier, time_for};
use super::encode::{copy_source, encoded};
use super::list::Listed;
use crate::engine::patience::{Patience, passes};
use crate::engine::stop::Stop;

/// The smallest part: S3 takes 5 MB to 5 GB, and 10,000 of them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>
const PART: u64 = 256 * 1024 * 1024;
const MAX_PARTS: u64 = 10_000;
/// Parts of one object that are copied at once.
const AT_ONCE: usize = 8;

/// One copy in parts.
pub(super) struct Upload<'a, 'c> {
    pub(super) copier: &'a Copier<'c>,
    pub(super) bucket: &'a str,
    pub(super) source: &'a Listed,
    pub(super) to: (&'a str, &'a str),
    /// The ETag of what it takes the place of.
    pub(super) over: Option<&'a str>,
}

/// Copies; answers the new object's ETag.
pub(super) async fn copy(upload: &Upload<'_, '_>) -> Result<Result<String, Failure>, Stop> {
    let client = upload.copier.client;
    let create = match upload.created().await {
        Ok(create) => create,
        Err(failure) => return Ok(Err(failure)),
    };
    let id = match create.send().await {
        Ok(created) => created.upload_id.unwrap_or_default(),
        Err(error) => return Ok(Err(Failure::of(&error))),
    };
    let noted = upload.copier.uploads.begun(upload.to.0, upload.to.1, &id);
    let copied = match &noted {
        Ok(_) => upload.parts(&id).await,
        Err(stop) => Err(stop.clone()),
    };
    if !matches!(copied, Ok(Ok(_))) {
        // One that cannot be given up now is when the next run begins.
        let (bucket, key) = upload.to;
        let abort = client.abort_multipart_upload().bucket(bucket).key(key).upload_id(&id);
        if abort.send().await.is_err() {
            return copied;
        }
    }
    upload.copier.uploads.over(noted?)?;
    copied
}

impl Upload<'_, '_> {
    /// What the new object has of the source beside its content.
    async fn created(&self) -> Result<CreateMultipartUploadFluentBuilder, Failure> {
        let client = self.copier.client;
        let (bucket, key) = (self.bucket, &self.source.key);
        let head = client.head_object().bucket(bucket).key(key).if_match(&self.source.etag).send();
        let head = head.await.map_err(|error| Failure::of(&error))?;
        let tags = client.get_object_tagging().bucket(bucket).key(key).send();
        let tags = tags.await.map_err(|error| Failure::of(&error))?;
        let tag = |text: &str| encoded(text, "");
        let tags: Vec<String> = tags
            .tag_set()
            .iter()
            .map(|one| format!("{}={}", tag(one.key()), tag(one.value())))
            .collect();
        let class = self.source.class.as_deref().map(StorageClass::from);
        Ok(client
            .create_multipart_upload()
            .bucket(self.to.0)
            .key(self.to.1)
            .set_content_type(head.content_type)
            .set_content_encoding(head.content_encoding)
            .set_content_disposition(head.content_disposition)
            .set_content_language(head.content_language)
            .set_cache_control(head.cache_control)
            .set_website_redirect_location(head.website_redirect_location)
            .set_metadata(head.metadata)
            .set_tagging((!tags.is_empty()).then(|| tags.join("&")))
            .set_storage_class(class))
    }

    async fn parts(&self, id: &str) -> Result<Result<String, Failure>, Stop> {
        let ranges = ranges(self.source.size);
        let parts = (1..).zip(ranges).map(|(number, range)| self.part(id, number, range));
        let parts = stream::iter(parts).buffered(AT_ONCE).try_collect::<Vec<_>>().await;
        let parts = match parts {
            Ok(parts) => parts,
            Err(Ended::Failed(failure)) => return Ok(Err(failure)),
            Err(Ended::Stop(stop)) => return Err(stop),
        };
        (self.copier.may_write)()?;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.copier.client.complete_multipart_upload().bucket(self.to.0).key(self.to.1);
        let call = call.upload_id(id).multipart_upload(parts);
        let call = match self.over {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        let once = Config::builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(time_for(self.source.size));
        match call.customize().config_override(once).send().await {
            Ok(done) => Ok(Ok(done.e_tag.unwrap_or_default())),
            Err(error) => Ok(Err(Failure::of(&error))),
        }
    }

    async fn part(
        &self,
        id: &str,
        number: i32,
        (first, last): (u64, u64),
    ) -> Result<CompletedPart, Ended> {
        let mut patience = Patience::of(self.copier.patience);
        loop {
            (self.copier.may_write)().map_err(Ended::Stop)?;
            let call = self.copier.client.upload_part_copy().bucket(self.to.0).key(self.to.1);
            let call = call.upload_id(id).part_number(number);
            let call = call.copy_source(copy_source(self.bucket, &self.source.key));
            let call = call.copy_source_if_match(&self.source.etag);
            let call = call.copy_source_range(format!("bytes={first}-{last}"));
            let time = Config::builder().timeout_config(time_for(last - first));
            let failure = match call.customize().config_override(time).send().await {
                Ok(part) => {
                    let etag = part.copy_part_result.and_then(|result| result.e_tag);
                    return Ok(CompletedPart::builder()
                        .part_number(number)
                        .set_e_tag(etag)
                        .build());
                }
                Err(error) => Failure::of(&error),
            };
            if !passes(failure.reason()) || !patience.wait().await {
                return Err(Ended::Failed(failure));
            }
        }
    }
}

enum Ended {
    Failed(Failure),
    Stop(Stop),
}

/// The first and last byte of each part.
fn ranges(size: u64) -> impl Iterator<Item = (u64, u64)> {
    let part = PART.max(size.div_ceil(MAX_PARTS));
    (0..size.div_ceil(part)).map(move |at| (at * part, ((at + 1) * part).min(size) - 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_are_the_whole_object_and_no_more_than_s3_takes(size in 1..50_000_000_000_000_u64) {
            let mut next = 0;
            let mut count = 0;
            for (first, last) in ranges(size) {
                prop_assert_eq!(first, next);
                prop_assert!(last >= first && last - first < 5 * 1024 * 1024 * 1024);
                next = last + 1;
                count += 1;
            }
            prop_assert_eq!(next, size);
            prop_assert!(count <= MAX_PARTS);
        }
    }
}
