//! Objects in S3 are moved: copied where they are, proven, and removed from where they came from only
//! once nothing points there any more.
//!
//! Nothing passes through this machine's memory but names. A copy is made under two conditions, that the
//! source is still the object that was listed and that nothing stands at the target, so that neither an
//! application's write nor a repetition is ever overwritten. Where a source was changed after it was
//! copied, and its copy was not, the copy is made anew, on the condition that it is still that copy. What
//! was copied is proven by what a listing of the target shows afterwards, which S3 answers from what is
//! stored: the size, and the ETag as the copy answered it. A source is removed under the condition that it
//! is still what was copied.
//!
//! A page of a listing is in the journal before its first object is copied, and with what became of it
//! after its last.
//!
//! # What a copy keeps
//!
//! Metadata, content type and tags are those of the source. The storage class is that of the source, and
//! encryption is what the target's bucket encrypts with: its default. ACLs are not copied; buckets of
//! this application have none.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
//!
//! # What is assumed of S3
//!
//! That conditional copies (`If-None-Match` and `If-Match` on CopyObject and CompleteMultipartUpload) and conditional
//! deletions (ETags in DeleteObjects) work in general purpose buckets, as is documented since 2025:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>.

mod compare;
mod copy;
mod encode;
mod list;
mod look;
mod multipart;
pub mod notifications;
mod page;
mod record;
mod removal;
mod settle;
mod sweep;
mod transfer;
mod undo;
mod uploads;

use std::collections::BTreeMap;

use aws_sdk_s3::Client;
use required_env_vars::{Failure, Reason};

use super::entry::Short;
use super::stop::Stop;
pub use compare::{Image, image, same};
pub use copy::{Copied, Copier, MAX_SINGLE_COPY};
pub use encode::copy_source;
pub use list::{Listed, pages};
pub use record::{Body, Destination, Move, MoveError};
pub use removal::{Refused, Removal};
pub use settle::settle;
pub use sweep::{Sweep, Swept};
pub use transfer::{Placement, Source, Transfer};
pub use undo::{Restore, Restored};

/// Names of buckets by their keys in the plan.
pub type Buckets = BTreeMap<&'static str, String>;

/// A client and the buckets that it is to work on.
#[derive(Clone, Debug)]
pub struct Storage {
    /// What calls.
    pub client: Client,
    /// The buckets that exist.
    pub buckets: Buckets,
}

impl Storage {
    /// The name of a bucket, where it exists.
    #[must_use]
    pub fn name(&self, bucket: &str) -> Option<&str> {
        self.buckets.get(bucket).map(String::as_str)
    }

    /// The key in the plan of a bucket that a journal names.
    #[must_use]
    pub fn key(&self, bucket: &str) -> Option<&'static str> {
        self.buckets.get_key_value(bucket).map(|(key, _)| *key)
    }
}

/// The short form of a text: of an object's name, or of an ETag.
#[must_use]
pub fn short_text(text: &str) -> Short {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(16).fold(0, |short, byte| short << 8 | Short::from(*byte))
}

/// What a failed call means for the whole work on a source, where it means more than that one object
/// failed.
fn stop_of(label: &'static str, failure: &Failure) -> Option<Stop> {
    match failure.reason() {
        Reason::BadCredentials => Some(Stop::Credentials(failure.clone())),
        _ if failure.detail().starts_with("NoSuchBucket") => {
            Some(Stop::Table { table: label, why: failure.to_string() })
        }
        _ => None,
    }
}
