//! `ListObjectVersions`: every version and delete marker, newest first within a key.

use s3s::S3Result;
use s3s::dto::{
    CommonPrefix, DeleteMarkerEntry, ETag, ListObjectVersionsInput, ListObjectVersionsOutput,
    ObjectVersion, ObjectVersionStorageClass,
};

use super::bucket::Version;
use super::buckets::owner;
use super::encoding::Encoder;
use super::list_objects::page_size;
use super::listing::{Group, Scope, walk};
use super::refusals;
use super::world::{World, sequence_of};

/// One line of the listing.
enum Line<'w> {
    Version { key: &'w str, version: &'w Version, latest: bool },
    CommonPrefix(&'w str),
}

/// `ListObjectVersions`.
pub(super) fn list_object_versions(
    world: &World,
    input: &ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let encoder = Encoder::wanted(input.encoding_type.as_ref())?;
    let max_keys = page_size(input.max_keys, "max-keys")?;
    let key_marker = input.key_marker.as_deref().filter(|text| !text.is_empty());
    let version_marker = input.version_id_marker.as_deref().filter(|text| !text.is_empty());
    if version_marker.is_some() && key_marker.is_none() {
        return Err(refusals::invalid_argument(
            "A version-id marker cannot be specified without a key marker.",
        ));
    }

    let mut scope = Scope::new(input.prefix.as_deref(), input.delimiter.as_deref(), key_marker);
    if version_marker.is_some() {
        scope = scope.with_the_last_key_again();
    }
    let mut lines = walk(&bucket.objects, scope, |_| true).flat_map(|group| {
        let (prefix, key) = match group {
            Group::CommonPrefix(prefix) => (Some(prefix), None),
            Group::Key(key, versions) => (None, Some((key, versions.as_slice()))),
        };
        let versions = key.into_iter().flat_map(|(key, versions)| {
            newest_first(key, versions, version_marker.filter(|_| key_marker == Some(key)))
        });
        prefix.map(Line::CommonPrefix).into_iter().chain(versions)
    });

    let mut output = ListObjectVersionsOutput {
        name: Some(input.bucket.clone()),
        prefix: Some(encoder.show(input.prefix.as_deref().unwrap_or_default())),
        key_marker: Some(encoder.show(input.key_marker.as_deref().unwrap_or_default())),
        version_id_marker: Some(input.version_id_marker.clone().unwrap_or_default()),
        delimiter: input.delimiter.as_deref().map(|text| encoder.show(text)),
        max_keys: Some(max_keys),
        encoding_type: input.encoding_type.clone(),
        ..ListObjectVersionsOutput::default()
    };
    let mut versions = Vec::new();
    let mut markers = Vec::new();
    let mut prefixes = Vec::new();
    let mut last = None;
    for line in lines.by_ref().take(usize::try_from(max_keys).unwrap_or_default()) {
        match &line {
            Line::CommonPrefix(prefix) => {
                prefixes.push(CommonPrefix { prefix: Some(encoder.show(prefix)) })
            }
            Line::Version { key, version, latest } if version.object.is_none() => {
                markers.push(marker(encoder.show(key), version, *latest));
            }
            Line::Version { key, version, latest } => {
                versions.push(entry(encoder.show(key), version, *latest))
            }
        }
        last = Some(line);
    }
    let next = lines.next().and(last);
    output.is_truncated = Some(next.is_some());
    match next {
        Some(Line::Version { key, version, .. }) => {
            output.next_key_marker = Some(encoder.show(key));
            output.next_version_id_marker = Some(version.id.clone());
        }
        Some(Line::CommonPrefix(prefix)) => output.next_key_marker = Some(encoder.show(prefix)),
        None => {}
    }
    output.versions = Some(versions);
    output.delete_markers = Some(markers);
    output.common_prefixes = Some(prefixes);
    Ok(output)
}

/// The versions of a key that are older than the one named; all, if none is named.
///
/// The one named may have been deleted since the last page.
fn newest_first<'w>(
    key: &'w str,
    versions: &'w [Version],
    older_than: Option<&str>,
) -> impl Iterator<Item = Line<'w>> + use<'w> {
    let before = older_than.and_then(|id| {
        let still_there = || versions.iter().find(|version| version.id == id);
        sequence_of(id).or_else(|| still_there().map(|version| version.sequence))
    });
    let end = match before {
        None => versions.len(),
        Some(before) => versions.partition_point(|version| version.sequence < before),
    };
    let newest = versions.last().map(|version| version.sequence);
    versions.iter().take(end).rev().map(move |version| Line::Version {
        key,
        version,
        latest: Some(version.sequence) == newest,
    })
}

fn marker(key: String, version: &Version, latest: bool) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        key: Some(key),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(version.modified.clone()),
        owner: Some(owner()),
    }
}

fn entry(key: String, version: &Version, latest: bool) -> ObjectVersion {
    let object = version.object.as_ref();
    ObjectVersion {
        key: Some(key),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(version.modified.clone()),
        owner: Some(owner()),
        e_tag: object.map(|object| ETag::Strong(object.etag.clone())),
        size: object.and_then(|object| i64::try_from(object.body.len()).ok()),
        storage_class: object
            .map(|object| ObjectVersionStorageClass::from(object.placement.storage_class.clone())),
        ..ObjectVersion::default()
    }
}
