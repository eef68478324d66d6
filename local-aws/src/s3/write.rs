//! What a write says about its object, and the plain put.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use http::HeaderMap;
use s3s::dto::{PutObjectInput, PutObjectOutput, ServerSideEncryption};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders};

use super::bucket::{Object, Placement};
use super::checksums::{self, Algorithm, Stored};
use super::content::Content;
use super::notifications::{Created, notify};
use super::world::{World, now};
use super::{conditions, refusals, tags};

/// The largest object of one put:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html>.
pub(super) const LARGEST_PUT: usize = 5 * 1024 * 1024 * 1024;

/// Keys and values together:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html>.
const MOST_METADATA: usize = 2 * 1024;

const DEFAULT_CONTENT_TYPE: &str = "binary/octet-stream";
const DEFAULT_ENCRYPTION: &str = "AES256";

pub(super) const STANDARD: &str = "STANDARD";
const STORAGE_CLASSES: [&str; 8] = [
    STANDARD,
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "REDUCED_REDUNDANCY",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];

/// The [`Headers`](super::bucket::Headers) in a put, a copy or the start of a multipart upload.
macro_rules! headers_of {
    ($input:expr) => {
        $crate::s3::bucket::Headers {
            content_type: Some($crate::s3::write::content_type($input.content_type.as_deref())),
            cache_control: $input.cache_control.clone(),
            content_disposition: $input.content_disposition.clone(),
            content_encoding: $crate::s3::write::stored_encoding(
                $input.content_encoding.as_deref(),
            ),
            content_language: $input.content_language.clone(),
            expires: $input.expires.clone(),
            metadata: $crate::s3::write::metadata($input.metadata.as_ref())?,
        }
    };
}
pub(super) use headers_of;

/// The [`Placement`] in a put, a copy or the start of a multipart upload.
macro_rules! placement_of {
    ($input:expr) => {
        $crate::s3::write::placement(
            $input.storage_class.as_ref().map(|class| class.as_str()),
            $input.website_redirect_location.as_deref(),
            $input.server_side_encryption.as_ref().map(|algorithm| algorithm.as_str()),
            $input.ssekms_key_id.as_deref(),
        )?
    };
}
pub(super) use placement_of;

/// Refuses what would change who may read the object, or for how long it stays.
macro_rules! refuse_what_is_not_emulated {
    ($input:expr) => {{
        $crate::s3::write::check_acl($input.acl.as_ref().map(|acl| acl.as_str()))?;
        let grants = [
            &$input.grant_full_control,
            &$input.grant_read,
            &$input.grant_read_acp,
            &$input.grant_write_acp,
        ];
        if grants.iter().any(|grant| grant.is_some()) {
            return Err($crate::s3::write::acl_refused());
        }
        if $input.sse_customer_algorithm.is_some() {
            return Err($crate::s3::refusals::not_emulated(
                "encryption with customer-provided keys",
            ));
        }
        if $input.object_lock_mode.is_some() || $input.object_lock_legal_hold_status.is_some() {
            return Err($crate::s3::refusals::not_emulated("object lock"));
        }
    }};
}
pub(super) use refuse_what_is_not_emulated;

pub(super) fn content_type(given: Option<&str>) -> String {
    given.unwrap_or(DEFAULT_CONTENT_TYPE).to_owned()
}

/// `aws-chunked` describes the transfer, not the object.
pub(super) fn stored_encoding(given: Option<&str>) -> Option<String> {
    let kept: Vec<&str> =
        given?.split(',').map(str::trim).filter(|part| *part != "aws-chunked").collect();
    let kept = kept.join(",");
    (!kept.is_empty()).then_some(kept)
}

pub(super) fn metadata(
    given: Option<&HashMap<String, String>>,
) -> S3Result<BTreeMap<String, String>> {
    let metadata: BTreeMap<String, String> =
        given.cloned().unwrap_or_default().into_iter().collect();
    let size: usize = metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > MOST_METADATA {
        return Err(S3Error::with_message(
            S3ErrorCode::MetadataTooLarge,
            "Your metadata headers exceed the maximum allowed metadata size",
        ));
    }
    Ok(metadata)
}

pub(super) fn placement(
    class: Option<&str>,
    website_redirect: Option<&str>,
    encryption: Option<&str>,
    kms_key: Option<&str>,
) -> S3Result<Placement> {
    let class = class.unwrap_or(STANDARD);
    if !STORAGE_CLASSES.contains(&class) {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidStorageClass,
            "The storage class you specified is not valid",
        ));
    }
    Ok(Placement {
        storage_class: class.to_owned(),
        website_redirect: website_redirect.map(str::to_owned),
        encryption: encryption.unwrap_or(DEFAULT_ENCRYPTION).to_owned(),
        kms_key: kms_key.map(str::to_owned),
    })
}

/// The placement of an object whose writer says nothing about it.
pub(super) fn standard_placement() -> Placement {
    Placement {
        storage_class: STANDARD.to_owned(),
        website_redirect: None,
        encryption: DEFAULT_ENCRYPTION.to_owned(),
        kms_key: None,
    }
}

/// New buckets have access control lists disabled:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>.
pub(super) fn check_acl(acl: Option<&str>) -> S3Result<()> {
    match acl {
        None | Some("private" | "bucket-owner-full-control") => Ok(()),
        Some(_) => Err(acl_refused()),
    }
}

pub(super) fn acl_refused() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::AccessControlListNotSupported,
        "The bucket does not allow ACLs",
    )
}

impl Placement {
    pub(super) fn shown_encryption(&self) -> Option<ServerSideEncryption> {
        Some(ServerSideEncryption::from(self.encryption.clone()))
    }

    /// The standard class is not shown by a read.
    pub(super) fn shown_class<T: From<String>>(&self) -> Option<T> {
        (self.storage_class != STANDARD).then(|| self.storage_class.clone().into())
    }
}

/// `PutObject` of a body that has been received in full.
pub(super) fn put_object(
    world: &mut World,
    input: &PutObjectInput,
    headers: &HeaderMap,
    trailers: Option<&TrailingHeaders>,
    body: Bytes,
) -> S3Result<PutObjectOutput> {
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    refuse_what_is_not_emulated!(input);
    if headers.contains_key("x-amz-write-offset-bytes") {
        return Err(refusals::not_emulated("appending to objects"));
    }
    if body.len() > LARGEST_PUT {
        return Err(S3Error::with_message(
            S3ErrorCode::EntityTooLarge,
            "Your proposed upload exceeds the maximum allowed size",
        ));
    }
    checksums::verify_md5(input.content_md5.as_deref(), &body)?;
    let declared = checksums::one_of(checksums::declared!(input), trailers)?;
    checksums::verify(declared.as_ref(), &body)?;
    let algorithm = declared.map_or(Algorithm::Crc64Nvme, |(algorithm, _)| algorithm);

    let body = Content::from(body);
    let object = Object {
        etag: checksums::etag(&body),
        headers: headers_of!(input),
        placement: placement_of!(input),
        tags: tags::from_header(input.tagging.as_deref())?,
        checksum: Stored::of(algorithm, &body),
        part_sizes: Vec::new(),
        body,
    };
    let version_id = world.version_id();
    let bucket = world.bucket_mut(&input.bucket, None)?;
    conditions::check_write(
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
        bucket.newest(&input.key),
    )?;

    let mut output = PutObjectOutput {
        e_tag: Some(s3s::dto::ETag::Strong(object.etag.clone())),
        checksum_type: Some(object.checksum.kind()),
        server_side_encryption: object.placement.shown_encryption(),
        ssekms_key_id: object.placement.kms_key.clone(),
        ..PutObjectOutput::default()
    };
    checksums::show!(object.checksum, output);
    output.version_id = bucket.insert(&input.key, object, now(), version_id);
    notify(world, &input.bucket, &input.key, Created::Put);
    Ok(output)
}
