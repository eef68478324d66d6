//! Deletions, one by one and by the thousand.

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error, ObjectIdentifier,
};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::bucket::Removal;
use super::world::{World, now};
use super::{conditions, refusals};

/// The most keys of one `DeleteObjects`:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>.
const MOST_KEYS: usize = 1000;

/// In the extensions of a request: a `DeleteObjects` deletes only so many keys and reports an
/// internal error for each of the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeleteOnly(pub(crate) usize);

/// `DeleteObject`.
pub(super) fn delete_object(
    world: &mut World,
    input: &DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    if input.if_match_last_modified_time.is_some() || input.if_match_size.is_some() {
        return Err(refusals::not_emulated("the delete conditions of directory buckets"));
    }
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let removal = remove(
        world,
        &input.bucket,
        &input.key,
        input.version_id.as_deref(),
        input.if_match.as_ref(),
    )?;
    Ok(DeleteObjectOutput {
        delete_marker: removal.marker.then_some(true),
        version_id: removal.version_id,
        ..DeleteObjectOutput::default()
    })
}

/// `DeleteObjects`; `only` is the number of keys after which the rest fails.
pub(super) fn delete_objects(
    world: &mut World,
    input: &DeleteObjectsInput,
    only: Option<DeleteOnly>,
) -> S3Result<DeleteObjectsOutput> {
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let keys = &input.delete.objects;
    if keys.is_empty() || keys.len() > MOST_KEYS {
        return Err(refusals::malformed_xml());
    }
    let mut deleted = Vec::new();
    let mut errors = Vec::new();
    for (at, entry) in keys.iter().enumerate() {
        let outcome = if only.is_some_and(|DeleteOnly(most)| at >= most) {
            Err(S3Error::with_message(
                S3ErrorCode::InternalError,
                "We encountered an internal error. Please try again.",
            ))
        } else {
            remove_listed(world, &input.bucket, entry)
        };
        match outcome {
            Ok(removal) => deleted.push(succeeded(entry, removal)),
            Err(error) => errors.push(failed(entry, &error)),
        }
    }
    let quiet = input.delete.quiet.unwrap_or_default();
    Ok(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: Some(errors),
        ..DeleteObjectsOutput::default()
    })
}

fn remove_listed(world: &mut World, bucket: &str, entry: &ObjectIdentifier) -> S3Result<Removal> {
    if entry.last_modified_time.is_some() || entry.size.is_some() {
        return Err(refusals::not_emulated("the delete conditions of directory buckets"));
    }
    let condition = entry.e_tag.clone().map(|etag| match etag.value() {
        "*" => ETagCondition::Any,
        _ => ETagCondition::ETag(etag),
    });
    remove(world, bucket, &entry.key, entry.version_id.as_deref(), condition.as_ref())
}

fn remove(
    world: &mut World,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
    if_match: Option<&ETagCondition>,
) -> S3Result<Removal> {
    let fresh = world.version_id();
    let bucket = world.bucket_mut(bucket, None)?;
    conditions::check_delete(if_match, bucket.newest(key))?;
    match version_id {
        Some(id) => bucket.remove_version(key, id),
        None => Ok(bucket.remove(key, now(), fresh)),
    }
}

/// A marker is reported as one that was made, or as the version that was removed.
fn succeeded(entry: &ObjectIdentifier, removal: Removal) -> DeletedObject {
    DeletedObject {
        key: Some(entry.key.clone()),
        version_id: entry.version_id.clone(),
        delete_marker: removal.marker.then_some(true),
        delete_marker_version_id: removal.version_id.filter(|_| removal.marker),
    }
}

fn failed(entry: &ObjectIdentifier, error: &S3Error) -> Error {
    Error {
        code: Some(error.code().as_str().to_owned()),
        key: Some(entry.key.clone()),
        message: error.message().map(str::to_owned),
        version_id: entry.version_id.clone(),
    }
}
