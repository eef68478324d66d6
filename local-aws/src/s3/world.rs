//! All buckets of one account, and the ids that are given out.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use s3s::dto::Timestamp;
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::bucket::{Bucket, FreshId};
use super::checksums::md5_hex;
use super::notifications::Notified;
use crate::ACCOUNT_ID;

/// All buckets of one account.
#[derive(Default)]
pub(super) struct World {
    pub(super) buckets: BTreeMap<String, Bucket>,
    /// What would have been delivered, oldest first.
    pub(super) notified: Vec<Notified>,
    ids_given: u64,
}

impl World {
    /// A bucket that belongs to the account that the client expects.
    pub(super) fn bucket(&self, name: &str, expected_owner: Option<&str>) -> S3Result<&Bucket> {
        let bucket = self.buckets.get(name).ok_or_else(no_such_bucket)?;
        check_owner(expected_owner)?;
        Ok(bucket)
    }

    /// The same, to change it.
    pub(super) fn bucket_mut(
        &mut self,
        name: &str,
        expected_owner: Option<&str>,
    ) -> S3Result<&mut Bucket> {
        let bucket = self.buckets.get_mut(name).ok_or_else(no_such_bucket)?;
        check_owner(expected_owner)?;
        Ok(bucket)
    }

    /// A new version id.
    pub(super) fn version_id(&mut self) -> FreshId {
        let sequence = self.next();
        let mut text = md5_hex(&sequence.to_be_bytes());
        text.truncate(16);
        text.push_str(&format!("{sequence:016x}"));
        FreshId { text, sequence }
    }

    /// A new upload id; later ones sort behind earlier ones.
    pub(super) fn upload_id(&mut self) -> String {
        let number = self.next();
        format!("{number:012}.{}", md5_hex(format!("upload {number}").as_bytes()))
    }

    fn next(&mut self) -> u64 {
        self.ids_given += 1;
        self.ids_given
    }
}

/// When a version was made, by its id; nothing for the null version, which can be of any age.
pub(super) fn sequence_of(version_id: &str) -> Option<u64> {
    u64::from_str_radix(version_id.get(16..)?, 16).ok()
}

/// The time now in whole seconds: all that S3 keeps.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    (SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())).into()
}

fn no_such_bucket() -> S3Error {
    S3Error::with_message(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

fn check_owner(expected: Option<&str>) -> S3Result<()> {
    match expected {
        Some(account) if account != ACCOUNT_ID => {
            Err(S3Error::with_message(S3ErrorCode::AccessDenied, "Access Denied"))
        }
        _ => Ok(()),
    }
}
