//! One object: copied, by one call or in parts.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Config, retry::RetryConfig, timeout::TimeoutConfig};
use aws_sdk_s3::types::StorageClass;
use required_env_vars::Failure;

use super::compare::{Image, image, is_changed, same};
use super::encode::copy_source;
use super::list::Listed;
use super::look::Made;
use super::multipart::{self, Upload};
use super::stop_of;
use crate::engine::patience::{Patience, passes};
use crate::engine::stop::Stop;

/// The largest object that one call copies.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
pub const MAX_SINGLE_COPY: u64 = 5 * 1024 * 1024 * 1024;
/// Bytes that S3 is taken to copy in a second, at the least.
const SLOWEST: u64 = 8 * 1024 * 1024;
/// How long a call may take beside that.
const CALL: Duration = Duration::from_secs(20);

/// Copies objects.
pub struct Copier<'a> {
    /// What calls.
    pub client: &'a Client,
    /// How long a busy service is waited for.
    pub patience: Duration,
    /// Objects above this size are copied in parts; [`MAX_SINGLE_COPY`] but in tests.
    pub single: u64,
    /// Whether writing is still allowed, asked before every write.
    pub may_write: &'a (dyn Fn() -> Result<(), Stop> + Sync),
    /// Uploads in parts are noted before their first part, and when they are over.
    pub uploads: &'a dyn Uploads,
}

/// Who remembers uploads in parts that are under way, so that none stays open for ever.
pub trait Uploads: Sync {
    /// One was begun; answers what it is called.
    ///
    /// # Errors
    ///
    /// When it cannot be noted: then it is given up.
    fn begun(&self, bucket: &str, key: &str, id: &str) -> Result<u64, Stop>;

    /// It is over: completed or given up.
    ///
    /// # Errors
    ///
    /// When it cannot be noted.
    fn over(&self, upload: u64) -> Result<(), Stop>;
}

/// What became of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It was copied, and S3 says that the copy has this ETag.
    Made(String),
    /// The same stood there already, with this ETag.
    Same(String),
    /// This other one stands there, and stays.
    Other(Image),
    /// The source went away meanwhile.
    SourceGone,
    /// The source was changed meanwhile.
    SourceChanged,
    /// It could not be copied. Whether it was is unknown after a time-out: the next run sees.
    Failed(String),
}

impl Copier<'_> {
    /// Copies an object to where nothing stands yet, and looks at the copy.
    ///
    /// # Errors
    ///
    /// What ends the work on more than this object.
    pub async fn copy_and_look(
        &self,
        label: &'static str,
        source: (&str, &Listed),
        (to_bucket, to): (&str, &str),
    ) -> Result<Copied, Stop> {
        let copied = self.copy(label, source, (to_bucket, to), None).await?;
        let Copied::Made(etag) = copied else { return Ok(copied) };
        let made = Made { key: to.to_owned(), etag, size: source.1.size };
        Ok(match made.look(self.client, label, to_bucket).await? {
            Ok(()) => Copied::Made(made.etag),
            Err(why) => Copied::Failed(why),
        })
    }

    /// Copies an object to where nothing stands yet, or over the one with this ETag. The copy is not
    /// looked at.
    ///
    /// # Errors
    ///
    /// What ends the work on more than this object.
    pub async fn copy(
        &self,
        label: &'static str,
        (bucket, source): (&str, &Listed),
        (to_bucket, to): (&str, &str),
        over: Option<&str>,
    ) -> Result<Copied, Stop> {
        let mut patience = Patience::of(self.patience);
        // Once an answer got lost, what stands there may be ours.
        let mut lost = false;
        loop {
            (self.may_write)()?;
            let failure = match self.once((bucket, source), (to_bucket, to), over).await? {
                Ok(etag) => return Ok(Copied::Made(etag)),
                Err(failure) => failure,
            };
            let detail = failure.detail();
            if is_changed(&failure) {
                return self.refused(label, (bucket, source), (to_bucket, to), lost).await;
            }
            if detail.starts_with("NoSuchKey") {
                return Ok(Copied::SourceGone);
            }
            if let Some(stop) = stop_of(label, &failure) {
                return Err(stop);
            }
            let again =
                passes(failure.reason()) || detail.starts_with("ConditionalRequestConflict");
            lost |= !detail.starts_with("SlowDown");
            if !again || !patience.wait().await {
                return Ok(Copied::Failed(explained(&failure)));
            }
        }
    }

    async fn once(
        &self,
        (bucket, source): (&str, &Listed),
        to: (&str, &str),
        over: Option<&str>,
    ) -> Result<Result<String, Failure>, Stop> {
        if source.size > self.single {
            let upload = Upload { copier: self, bucket, source, to, over };
            return multipart::copy(&upload).await;
        }
        let class = source.class.as_deref().map(StorageClass::from);
        let call = self.client.copy_object().bucket(to.0).key(to.1);
        let call = match over {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        let call = call.copy_source(copy_source(bucket, &source.key));
        let call = call.copy_source_if_match(&source.etag).set_storage_class(class);
        // One attempt each time: of several, only the last one's answer would be known.
        let once = Config::builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(time_for(source.size));
        match call.customize().config_override(once).send().await {
            Ok(copied) => {
                let etag = copied.copy_object_result().and_then(|result| result.e_tag());
                Ok(Ok(etag.unwrap_or_default().to_owned()))
            }
            Err(error) => Ok(Err(Failure::of(&error))),
        }
    }

    /// A condition did not hold: the source changed, or something stands at the target.
    async fn refused(
        &self,
        label: &'static str,
        (bucket, source): (&str, &Listed),
        (to_bucket, to): (&str, &str),
        lost: bool,
    ) -> Result<Copied, Stop> {
        let looked = async {
            let Some(found) = image(self.client, to_bucket, to).await? else {
                return match image(self.client, bucket, &source.key).await? {
                    None => Ok(Copied::SourceGone),
                    Some(_) => Ok(Copied::SourceChanged),
                };
            };
            let own = (bucket, source);
            Ok(match same(self.client, own, (to_bucket, to, &found)).await? {
                true if lost => Copied::Made(found.etag),
                true => Copied::Same(found.etag),
                false => match image(self.client, bucket, &source.key).await? {
                    None => Copied::SourceGone,
                    Some(now) if now.etag != source.etag => Copied::SourceChanged,
                    Some(_) => Copied::Other(found),
                },
            })
        };
        match looked.await {
            Ok(copied) => Ok(copied),
            Err(failure) => match stop_of(label, &failure) {
                Some(stop) => Err(stop),
                None => Ok(Copied::Failed(explained(&failure))),
            },
        }
    }
}

/// How long a call may take that copies so many bytes.
pub(super) fn time_for(bytes: u64) -> TimeoutConfig {
    let time = CALL + Duration::from_secs(bytes / SLOWEST);
    TimeoutConfig::builder().operation_attempt_timeout(time).operation_timeout(time).build()
}

/// What an operator can do about an object that is not copied, where that is known.
fn explained(failure: &Failure) -> String {
    let detail = failure.detail();
    if detail.starts_with("InvalidObjectState") {
        return format!("it is archived ({detail}); restore it first, and run it again");
    }
    if detail.starts_with("AccessDenied") {
        return format!(
            "{failure}; a copy needs s3:GetObject and s3:GetObjectTagging on it, s3:PutObject and s3:PutObjectTagging on its target, and its key in KMS where it has one"
        );
    }
    failure.to_string()
}
