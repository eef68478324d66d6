//! Copies: the source and its conditions, and `CopyObject`.

use http::{HeaderMap, header};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, MetadataDirective,
    TaggingDirective,
};
use s3s::{S3ErrorCode, S3Result};

use super::bucket::{Object, Version};
use super::checksums::{self, Algorithm, Stored};
use super::conditions::{self, Read};
use super::notifications::{Created, notify};
use super::read::check_retrievable;
use super::world::{World, now};
use super::write::{LARGEST_PUT, headers_of, placement_of, refuse_what_is_not_emulated};
use super::{refusals, tags};

/// The object that a copy reads.
pub(super) struct Source<'w> {
    pub(super) bucket: &'w str,
    pub(super) key: &'w str,
    pub(super) object: &'w Object,
    pub(super) version: &'w Version,
    /// The version id to report, where the bucket keeps versions.
    pub(super) reported_version: Option<String>,
    /// The copy named a version that is not the newest one.
    pub(super) superseded: bool,
}

/// Finds the source of a copy.
pub(super) fn source<'w>(
    world: &'w World,
    from: &'w CopySource,
    owner: Option<&str>,
) -> S3Result<Source<'w>> {
    let CopySource::Bucket { bucket: name, key, version_id } = from else {
        return Err(refusals::not_emulated("access points"));
    };
    let bucket = world.bucket(name, owner)?;
    let (version, object) = bucket.find(key, version_id.as_deref()).map_err(|error| {
        if *error.code() == S3ErrorCode::MethodNotAllowed {
            return refusals::invalid_request(
                "The source of a copy request may not specifically refer to a delete marker by \
                 version id.",
            );
        }
        error
    })?;
    check_retrievable(object)?;
    Ok(Source {
        bucket: name,
        key,
        object,
        version,
        reported_version: bucket.reported(&version.id),
        superseded: bucket.newest(key).is_some_and(|newest| newest.id != version.id),
    })
}

/// What is copied at once is not larger than what is put at once.
pub(super) fn check_size(size: usize) -> S3Result<()> {
    if size <= LARGEST_PUT {
        return Ok(());
    }
    Err(refusals::invalid_request(format!(
        "The specified copy source is larger than the maximum allowable size for a copy source: \
         {LARGEST_PUT}"
    )))
}

/// The conditions that a copy sets on its source.
macro_rules! source_conditions {
    ($input:expr) => {
        $crate::s3::conditions::Read {
            if_match: $input.copy_source_if_match.as_ref(),
            if_none_match: $input.copy_source_if_none_match.as_ref(),
            if_modified_since: $input.copy_source_if_modified_since.as_ref(),
            if_unmodified_since: $input.copy_source_if_unmodified_since.as_ref(),
        }
    };
}
pub(super) use source_conditions;

/// `CopyObject`.
pub(super) fn copy_object(
    world: &mut World,
    input: &CopyObjectInput,
    headers: &HeaderMap,
) -> S3Result<CopyObjectOutput> {
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    refuse_what_is_not_emulated!(input);
    let source = source(world, &input.copy_source, input.expected_source_bucket_owner.as_deref())?;
    let conditions: Read<'_> = source_conditions!(input);
    conditions.check_source(source.version, source.object)?;
    check_size(source.object.body.len())?;
    let replace = input
        .metadata_directive
        .as_ref()
        .is_some_and(|with| with.as_str() == MetadataDirective::REPLACE);
    if changes_nothing(&source, input, replace) {
        return Err(refusals::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without \
             changing the object's metadata, storage class, website redirect location or \
             encryption attributes.",
        ));
    }

    let object = Object {
        body: source.object.body.clone(),
        etag: copied_etag(source.object),
        headers: if replace { headers_of!(input) } else { source.object.headers.clone() },
        placement: placement_of!(input),
        tags: copied_tags(input, source.object)?,
        checksum: copied_checksum(input, source.object)?,
        part_sizes: Vec::new(),
    };
    let copy_source_version_id = source.reported_version;

    let if_match = conditions::from_header(headers, header::IF_MATCH)?;
    let if_none_match = conditions::from_header(headers, header::IF_NONE_MATCH)?;
    let version_id = world.version_id();
    let bucket = world.bucket_mut(&input.bucket, None)?;
    conditions::check_write(if_match.as_ref(), if_none_match.as_ref(), bucket.newest(&input.key))?;

    let modified = now();
    let mut result = CopyObjectResult {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(modified.clone()),
        checksum_type: Some(object.checksum.kind()),
        ..CopyObjectResult::default()
    };
    checksums::show!(object.checksum, result);
    let server_side_encryption = object.placement.shown_encryption();
    let ssekms_key_id = object.placement.kms_key.clone();
    let version_id = bucket.insert(&input.key, object, modified, version_id);
    notify(world, &input.bucket, &input.key, Created::Copy);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id,
        server_side_encryption,
        ssekms_key_id,
        version_id,
        ..CopyObjectOutput::default()
    })
}

/// S3 refuses to copy a newest version onto itself as it is; an older one is brought back that way.
fn changes_nothing(source: &Source<'_>, input: &CopyObjectInput, replaces_metadata: bool) -> bool {
    source.bucket == input.bucket
        && source.key == input.key
        && !source.superseded
        && !replaces_metadata
        && input.storage_class.is_none()
        && input.website_redirect_location.is_none()
        && input.server_side_encryption.is_none()
}

fn copied_tags(input: &CopyObjectInput, source: &Object) -> S3Result<tags::Tags> {
    match &input.tagging_directive {
        Some(with) if with.as_str() == TaggingDirective::REPLACE => {
            tags::from_header(input.tagging.as_deref())
        }
        _ => Ok(source.tags.clone()),
    }
}

/// A copy is written in one piece, also where its source came in parts.
fn copied_etag(source: &Object) -> String {
    if source.part_sizes.is_empty() { source.etag.clone() } else { checksums::etag(&source.body) }
}

fn copied_checksum(input: &CopyObjectInput, source: &Object) -> S3Result<Stored> {
    let algorithm = match &input.checksum_algorithm {
        Some(algorithm) => Algorithm::named(algorithm.as_str())?,
        None => source.checksum.algorithm,
    };
    if algorithm == source.checksum.algorithm && !source.checksum.composite {
        return Ok(source.checksum.clone());
    }
    Ok(Stored::of(algorithm, &source.body))
}
