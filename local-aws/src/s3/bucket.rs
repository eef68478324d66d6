//! One bucket: its keys, their versions, its uploads in progress.

use std::collections::BTreeMap;

use s3s::dto::{NotificationConfiguration, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::checksums::Stored;
use super::content::Content;
use super::refusals;
use super::uploads::Upload;

/// The version id of an object that was written while versioning was not enabled.
pub(super) const NULL_VERSION: &str = "null";

/// Whether a bucket keeps old versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Versioning {
    /// Never enabled: an object is replaced and deleted for good.
    #[default]
    Off,
    Enabled,
    /// Old versions stay; new ones replace the null version.
    Suspended,
}

/// What a client says about an object beside its bytes; copied together with the object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Headers {
    pub(super) content_type: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) content_language: Option<String>,
    pub(super) expires: Option<Timestamp>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// How an object is kept; chosen anew by every write and every copy.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Placement {
    pub(super) storage_class: String,
    pub(super) website_redirect: Option<String>,
    pub(super) encryption: String,
    pub(super) kms_key: Option<String>,
}

/// The bytes of an object and all that belongs to them.
#[derive(Clone)]
pub(super) struct Object {
    pub(super) body: Content,
    /// Without quotes.
    pub(super) etag: String,
    pub(super) headers: Headers,
    pub(super) placement: Placement,
    pub(super) tags: Vec<(String, String)>,
    pub(super) checksum: Stored,
    /// The sizes of the parts of a multipart upload, in order; empty for a plain put.
    pub(super) part_sizes: Vec<usize>,
}

/// The id for a version to be made.
#[derive(Clone, Debug)]
pub(super) struct FreshId {
    /// 32 letters and digits that sort in no particular order, as on S3.
    pub(super) text: String,
    /// Grows from version to version.
    pub(super) sequence: u64,
}

/// An object, or the marker that it was deleted.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) id: String,
    /// Its place among all versions ever made.
    pub(super) sequence: u64,
    pub(super) modified: Timestamp,
    /// `None` is a delete marker.
    pub(super) object: Option<Object>,
}

/// What a deletion did, as the answer reports it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Removal {
    /// The version that was removed, or the delete marker that was made.
    pub(super) version_id: Option<String>,
    /// Whether that version is a delete marker.
    pub(super) marker: bool,
}

/// One bucket.
pub(super) struct Bucket {
    pub(super) created: Timestamp,
    pub(super) region: String,
    pub(super) versioning: Versioning,
    /// The versions of each key, oldest first; never an empty list.
    pub(super) objects: BTreeMap<String, Vec<Version>>,
    /// Uploads in progress by key and upload id.
    pub(super) uploads: BTreeMap<String, BTreeMap<String, Upload>>,
    pub(super) notifications: NotificationConfiguration,
}

impl Bucket {
    pub(super) fn new(region: &str, created: Timestamp) -> Self {
        Bucket {
            created,
            region: region.to_owned(),
            versioning: Versioning::Off,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            notifications: NotificationConfiguration::default(),
        }
    }

    /// The newest version of a key, which may be a delete marker.
    pub(super) fn newest(&self, key: &str) -> Option<&Version> {
        self.objects.get(key).and_then(|versions| versions.last())
    }

    /// The object that a plain read of `key` finds.
    pub(super) fn current(&self, key: &str) -> Option<(&Version, &Object)> {
        let version = self.newest(key)?;
        Some((version, version.object.as_ref()?))
    }

    /// The version that a read names, or the newest one.
    pub(super) fn find(
        &self,
        key: &str,
        version_id: Option<&str>,
    ) -> S3Result<(&Version, &Object)> {
        let version = match version_id {
            None => self.newest(key).ok_or(S3ErrorCode::NoSuchKey)?,
            Some(id) => self.version(key, id)?,
        };
        match &version.object {
            Some(object) => Ok((version, object)),
            None if version_id.is_some() => Err(refusals::read_of_a_marker(version)),
            None => Err(refusals::deleted(self.reported(&version.id))),
        }
    }

    /// As [`find`](Self::find), to change what is not part of the object's identity.
    pub(super) fn find_mut(
        &mut self,
        key: &str,
        version_id: Option<&str>,
    ) -> S3Result<(String, &mut Object)> {
        let id = self.find(key, version_id)?.0.id.clone();
        let found =
            self.objects.get_mut(key).into_iter().flatten().find(|version| version.id == id);
        match found {
            Some(Version { object: Some(object), .. }) => Ok((id, object)),
            _ => Err(S3ErrorCode::NoSuchKey.into()),
        }
    }

    fn version(&self, key: &str, id: &str) -> S3Result<&Version> {
        check_version_id(id)?;
        self.objects.get(key).into_iter().flatten().find(|version| version.id == id).ok_or_else(
            || {
                S3Error::with_message(
                    S3ErrorCode::NoSuchVersion,
                    "The specified version does not exist.",
                )
            },
        )
    }

    /// The version id as an answer shows it: a bucket that never kept versions shows none.
    pub(super) fn reported(&self, id: &str) -> Option<String> {
        (self.versioning != Versioning::Off).then(|| id.to_owned())
    }

    /// Makes `object` the newest version of `key`; answers the version id to report.
    pub(super) fn insert(
        &mut self,
        key: &str,
        object: Object,
        modified: Timestamp,
        fresh: FreshId,
    ) -> Option<String> {
        self.push(key, Some(object), modified, fresh)
    }

    fn push(
        &mut self,
        key: &str,
        object: Option<Object>,
        modified: Timestamp,
        fresh: FreshId,
    ) -> Option<String> {
        let versions = self.objects.entry(key.to_owned()).or_default();
        let id = if self.versioning == Versioning::Enabled {
            fresh.text
        } else {
            versions.retain(|version| version.id != NULL_VERSION);
            NULL_VERSION.to_owned()
        };
        versions.push(Version { id: id.clone(), sequence: fresh.sequence, modified, object });
        self.reported(&id)
    }

    /// A delete that names no version: for good, or by a delete marker where versions are kept.
    pub(super) fn remove(&mut self, key: &str, now: Timestamp, fresh: FreshId) -> Removal {
        if self.versioning == Versioning::Off {
            self.objects.remove(key);
            return Removal::default();
        }
        let version_id = self.push(key, None, now, fresh);
        Removal { version_id, marker: true }
    }

    /// Removes one version for good; a version that is not there counts as removed.
    pub(super) fn remove_version(&mut self, key: &str, id: &str) -> S3Result<Removal> {
        check_version_id(id)?;
        let mut marker = false;
        if let Some(versions) = self.objects.get_mut(key) {
            if let Some(at) = versions.iter().position(|version| version.id == id) {
                marker = versions.remove(at).object.is_none();
            }
            if versions.is_empty() {
                self.objects.remove(key);
            }
        }
        Ok(Removal { version_id: Some(id.to_owned()), marker })
    }
}

/// S3 refuses an id that it cannot have made.
fn check_version_id(id: &str) -> S3Result<()> {
    if id == NULL_VERSION || (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        return Ok(());
    }
    Err(S3Error::with_message(S3ErrorCode::InvalidArgument, "Invalid version id specified"))
}
