//! S3: own in-memory, versioned buckets behind the `s3s` protocol layer, which does signatures,
//! chunked uploads, trailers and XML.
//!
//! Emulated: buckets and their versioning; get, head, put, copy and delete with all conditions;
//! `DeleteObjects`; both object listings and the listing of versions; multipart uploads; tags;
//! metadata, storage classes and checksums; event notifications, which are noted and not delivered.
//! Everything else is refused as `NotImplemented`: access
//! control lists, policies, lifecycle rules, object lock, encryption with customer keys, restores,
//! select.
//!
//! Buckets answer requests that are signed for any region. Times are kept in whole seconds, as on
//! S3.

mod api;
mod bucket;
mod buckets;
mod checksums;
mod complete;
mod conditions;
mod content;
mod copy;
mod delete;
mod encoding;
mod list_objects;
mod list_uploads;
mod list_versions;
mod listing;
mod notifications;
mod read;
mod refusals;
mod tagging;
mod tags;
mod uploads;
mod wire;
mod world;
mod write;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use s3s::service::{S3Service, S3ServiceBuilder};

use self::api::{Api, lock};
use self::bucket::{Bucket, Headers, Object, Versioning};
use self::checksums::{Algorithm, Stored};
use self::content::Content;
use self::listing::{Group, Scope, walk};
use self::world::{World, now};
use crate::request::Response;

pub(crate) use self::delete::DeleteOnly;
pub use self::notifications::Notified;

/// The buckets of one world. A clone is another handle on the same buckets.
#[derive(Clone)]
pub struct Store {
    world: Arc<Mutex<World>>,
    service: S3Service,
}

impl Default for Store {
    fn default() -> Self {
        let world = Arc::new(Mutex::new(World::default()));
        let mut builder = S3ServiceBuilder::new(Api { world: Arc::clone(&world) });
        builder.set_auth(wire::AnyAccessKey);
        Store { world, service: builder.build() }
    }
}

/// Shows which buckets there are, nothing of what is in them.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("buckets", &self.buckets()).finish_non_exhaustive()
    }
}

impl Store {
    /// Answers one S3 request as it came over the wire: signature, chunking and all.
    pub(crate) async fn handle(&self, request: http::Request<Full<Bytes>>) -> Response {
        wire::answer(&self.service, request).await
    }

    /// Makes a bucket in [`REGION`](crate::REGION), without versioning, unless it is there already.
    /// The name is taken as it is: a name that S3 would refuse cannot be reached by a client.
    pub fn create_bucket(&self, name: &str) {
        let mut world = lock(&self.world);
        world.buckets.entry(name.to_owned()).or_insert_with(|| Bucket::new(crate::REGION, now()));
    }

    /// Lets a bucket keep versions from now on, and makes it if there is none.
    pub fn enable_versioning(&self, name: &str) {
        self.create_bucket(name);
        if let Some(bucket) = lock(&self.world).buckets.get_mut(name) {
            bucket.versioning = Versioning::Enabled;
        }
    }

    /// Puts an object as `binary/octet-stream` without metadata or tags, and makes the bucket if
    /// there is none. Where the bucket keeps versions, this is a new one.
    pub fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) {
        self.store(bucket, key, Content::from(body.into()));
    }

    /// Puts an object of so many zero bytes that takes no memory, otherwise as [`put`](Self::put). They
    /// are made up when they are read, in ranges; a copy takes no memory either. ETags and checksums
    /// are not those of the bytes: they depend on the size alone, so that objects of the same size,
    /// copied in the same parts, have the same ones.
    pub fn put_sparse(&self, bucket: &str, key: &str, size: usize) {
        self.store(bucket, key, Content::zeros(size));
    }

    fn store(&self, bucket: &str, key: &str, body: Content) {
        let mut world = lock(&self.world);
        let version_id = world.version_id();
        let bucket = world
            .buckets
            .entry(bucket.to_owned())
            .or_insert_with(|| Bucket::new(crate::REGION, now()));
        let object = Object {
            etag: checksums::etag(&body),
            headers: Headers {
                content_type: Some(write::content_type(None)),
                ..Headers::default()
            },
            placement: write::standard_placement(),
            tags: Vec::new(),
            checksum: Stored::of(Algorithm::Crc64Nvme, &body),
            part_sizes: Vec::new(),
            body,
        };
        bucket.insert(key, object, now(), version_id);
    }

    /// The bytes of the current version of an object; `None` where a client would be told that
    /// there is no such bucket or key.
    pub fn get(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let world = lock(&self.world);
        let (_, object) = world.buckets.get(bucket)?.current(key)?;
        Some(object.body.bytes())
    }

    /// The size of the current version of an object, in bytes, however large.
    pub fn size(&self, bucket: &str, key: &str) -> Option<usize> {
        let world = lock(&self.world);
        let (_, object) = world.buckets.get(bucket)?.current(key)?;
        Some(object.body.len())
    }

    /// The events that S3 would have delivered, oldest first: for objects that clients put, copied or
    /// completed, by the notifications that their bucket had at that moment.
    pub fn notified(&self) -> Vec<Notified> {
        lock(&self.world).notified.clone()
    }

    /// The metadata of the current version of an object, by lower-case name.
    pub fn metadata(&self, bucket: &str, key: &str) -> Option<BTreeMap<String, String>> {
        let world = lock(&self.world);
        let (_, object) = world.buckets.get(bucket)?.current(key)?;
        Some(object.headers.metadata.clone())
    }

    /// The keys that a listing shows, sorted by their UTF-8 bytes; none where there is no such
    /// bucket.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let world = lock(&self.world);
        let Some(bucket) = world.buckets.get(bucket) else {
            return Vec::new();
        };
        let keys = walk(&bucket.objects, Scope::new(None, None, None), |versions| {
            versions.last().is_some_and(|newest| newest.object.is_some())
        });
        keys.map(|group: Group<'_, _>| group.name().to_owned()).collect()
    }

    /// The names of all buckets, sorted.
    pub fn buckets(&self) -> Vec<String> {
        lock(&self.world).buckets.keys().cloned().collect()
    }
}
