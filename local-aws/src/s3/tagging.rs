//! The tags of a stored object.

use s3s::S3Result;
use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput,
    GetObjectTaggingOutput, PutObjectTaggingInput, PutObjectTaggingOutput,
};

use super::tags::{self, Tags};
use super::world::World;

/// `GetObjectTagging`.
pub(super) fn get_object_tagging(
    world: &World,
    input: &GetObjectTaggingInput,
) -> S3Result<GetObjectTaggingOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let (version, object) = bucket.find(&input.key, input.version_id.as_deref())?;
    Ok(GetObjectTaggingOutput {
        tag_set: tags::to_set(&object.tags),
        version_id: bucket.reported(&version.id),
    })
}

/// `PutObjectTagging`: all tags at once.
pub(super) fn put_object_tagging(
    world: &mut World,
    input: &PutObjectTaggingInput,
) -> S3Result<PutObjectTaggingOutput> {
    let tags = tags::from_set(input.tagging.tag_set.clone())?;
    let owner = input.expected_bucket_owner.as_deref();
    let version_id =
        replace(world, &input.bucket, owner, &input.key, input.version_id.as_deref(), tags)?;
    Ok(PutObjectTaggingOutput { version_id })
}

/// `DeleteObjectTagging`.
pub(super) fn delete_object_tagging(
    world: &mut World,
    input: &DeleteObjectTaggingInput,
) -> S3Result<DeleteObjectTaggingOutput> {
    let owner = input.expected_bucket_owner.as_deref();
    let version_id =
        replace(world, &input.bucket, owner, &input.key, input.version_id.as_deref(), Tags::new())?;
    Ok(DeleteObjectTaggingOutput { version_id })
}

fn replace(
    world: &mut World,
    bucket: &str,
    owner: Option<&str>,
    key: &str,
    version_id: Option<&str>,
    tags: Tags,
) -> S3Result<Option<String>> {
    let bucket = world.bucket_mut(bucket, owner)?;
    let (id, object) = bucket.find_mut(key, version_id)?;
    object.tags = tags;
    Ok(bucket.reported(&id))
}
