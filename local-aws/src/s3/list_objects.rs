//! `ListObjects` in both versions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use s3s::S3Result;
use s3s::dto::{
    CommonPrefix, ETag, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, ObjectStorageClass,
};

use super::bucket::{Bucket, Object, Version};
use super::buckets::owner;
use super::encoding::Encoder;
use super::listing::{Group, Scope, walk};
use super::refusals;
use super::world::World;

/// The most lines of one page:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>.
const PAGE: i32 = 1000;

/// Keys and common prefixes of one page.
struct Page {
    contents: Vec<s3s::dto::Object>,
    common_prefixes: Vec<CommonPrefix>,
    /// Where the next page starts, if there is one; not encoded.
    next: Option<String>,
}

/// The page size that a request means, however large a number it names.
pub(super) fn page_size(wanted: Option<i32>, argument: &str) -> S3Result<i32> {
    match wanted {
        None => Ok(PAGE),
        Some(wanted) if wanted >= 0 => Ok(wanted.min(PAGE)),
        Some(_) => Err(refusals::invalid_argument(format!(
            "Argument {argument} must be an integer between 0 and 2147483647"
        ))),
    }
}

/// `ListObjects`.
pub(super) fn list_objects(world: &World, input: &ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let encoder = Encoder::wanted(input.encoding_type.as_ref())?;
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let scope =
        Scope::new(input.prefix.as_deref(), input.delimiter.as_deref(), input.marker.as_deref());
    let page = page(bucket, scope, max_keys, encoder, true);
    let delimited = input.delimiter.as_ref().is_some_and(|delimiter| !delimiter.is_empty());
    Ok(ListObjectsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(encoder.show(input.prefix.as_deref().unwrap_or_default())),
        marker: Some(encoder.show(input.marker.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| encoder.show(text)),
        max_keys: Some(max_keys),
        is_truncated: Some(page.next.is_some()),
        // Without a delimiter, the last key says where to go on.
        next_marker: page.next.as_deref().filter(|_| delimited).map(|text| encoder.show(text)),
        contents: Some(page.contents),
        common_prefixes: Some(page.common_prefixes),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectsOutput::default()
    })
}

/// `ListObjectsV2`.
pub(super) fn list_objects_v2(
    world: &World,
    input: &ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let encoder = Encoder::wanted(input.encoding_type.as_ref())?;
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let resumed = input.continuation_token.as_deref().map(position).transpose()?;
    let after = resumed.as_deref().or(input.start_after.as_deref());
    let scope = Scope::new(input.prefix.as_deref(), input.delimiter.as_deref(), after);
    let page = page(bucket, scope, max_keys, encoder, input.fetch_owner.unwrap_or_default());
    Ok(ListObjectsV2Output {
        name: Some(input.bucket.clone()),
        prefix: Some(encoder.show(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| encoder.show(text)),
        start_after: input.start_after.as_deref().map(|text| encoder.show(text)),
        max_keys: Some(max_keys),
        key_count: i32::try_from(page.contents.len() + page.common_prefixes.len()).ok(),
        continuation_token: input.continuation_token.clone(),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_deref().map(token),
        contents: Some(page.contents),
        common_prefixes: Some(page.common_prefixes),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectsV2Output::default()
    })
}

fn page(
    bucket: &Bucket,
    scope: Scope<'_>,
    max_keys: i32,
    encoder: Encoder,
    with_owner: bool,
) -> Page {
    let most = usize::try_from(max_keys).unwrap_or_default();
    let mut groups = walk(&bucket.objects, scope, |versions| current(versions).is_some());
    let mut page = Page { contents: Vec::new(), common_prefixes: Vec::new(), next: None };
    let mut last = None;
    for group in groups.by_ref().take(most) {
        last = Some(group.name().to_owned());
        match group {
            Group::CommonPrefix(prefix) => {
                page.common_prefixes.push(CommonPrefix { prefix: Some(encoder.show(prefix)) });
            }
            Group::Key(key, versions) => {
                if let Some((version, object)) = current(versions) {
                    page.contents.push(line(encoder.show(key), version, object, with_owner));
                }
            }
        }
    }
    page.next = groups.next().and(last);
    page
}

fn current(versions: &[Version]) -> Option<(&Version, &Object)> {
    let newest = versions.last()?;
    Some((newest, newest.object.as_ref()?))
}

fn line(key: String, version: &Version, object: &Object, with_owner: bool) -> s3s::dto::Object {
    s3s::dto::Object {
        key: Some(key),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(version.modified.clone()),
        size: i64::try_from(object.body.len()).ok(),
        storage_class: Some(ObjectStorageClass::from(object.placement.storage_class.clone())),
        checksum_algorithm: Some(vec![object.checksum.algorithm.name().to_owned().into()]),
        checksum_type: Some(object.checksum.kind()),
        owner: with_owner.then(owner),
        ..s3s::dto::Object::default()
    }
}

fn token(name: &str) -> String {
    BASE64.encode(name)
}

fn position(token: &str) -> S3Result<String> {
    BASE64
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| refusals::invalid_argument("The continuation token provided is incorrect"))
}
