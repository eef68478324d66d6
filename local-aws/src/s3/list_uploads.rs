//! Uploads in progress and their parts, in pages.

use std::ops::Bound;

use s3s::S3Result;
use s3s::dto::{
    CommonPrefix, ETag, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Part as ListedPart, StorageClass,
};

use super::buckets::owner;
use super::encoding::Encoder;
use super::list_objects::page_size;
use super::listing::{Group, Scope, walk};
use super::uploads::{self, Announced, Part, Upload};
use super::world::World;
use super::{checksums, refusals};

/// `ListParts`.
pub(super) fn list_parts(world: &World, input: &ListPartsInput) -> S3Result<ListPartsOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = uploads::find(bucket, &input.key, &input.upload_id)?;
    let max_parts = page_size(input.max_parts, "max-parts")?;
    let after = input.part_number_marker.unwrap_or_default();
    if after < 0 {
        return Err(refusals::invalid_argument(
            "Argument part-number-marker must be an integer between 0 and 2147483647",
        ));
    }
    let mut rest = upload.parts.iter().filter(|(number, _)| **number > after);
    let parts: Vec<ListedPart> = rest
        .by_ref()
        .take(usize::try_from(max_parts).unwrap_or_default())
        .map(|(number, part)| listed(*number, part))
        .collect();
    let more = rest.next().is_some();
    Ok(ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        max_parts: Some(max_parts),
        part_number_marker: Some(after),
        next_part_number_marker: parts.last().and_then(|part| part.part_number),
        is_truncated: Some(more && !parts.is_empty()),
        parts: Some(parts),
        owner: Some(owner()),
        initiator: Some(initiator()),
        storage_class: Some(StorageClass::from(upload.placement.storage_class.clone())),
        checksum_algorithm: upload
            .checksum
            .map(|announced| announced.algorithm.name().to_owned().into()),
        checksum_type: upload.checksum.map(Announced::kind),
        ..ListPartsOutput::default()
    })
}

fn listed(number: i32, part: &Part) -> ListedPart {
    let mut line = ListedPart {
        part_number: Some(number),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        size: i64::try_from(part.body.len()).ok(),
        last_modified: Some(part.modified.clone()),
        ..ListedPart::default()
    };
    if let Some(stored) = &part.checksum {
        checksums::show!(stored, line);
    }
    line
}

/// One line of a listing of uploads.
enum Line<'w> {
    Upload { key: &'w str, id: &'w str, upload: &'w Upload },
    CommonPrefix(&'w str),
}

/// `ListMultipartUploads`.
pub(super) fn list_multipart_uploads(
    world: &World,
    input: &ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let encoder = Encoder::wanted(input.encoding_type.as_ref())?;
    let max_uploads = page_size(input.max_uploads, "max-uploads")?;
    let key_marker = input.key_marker.as_deref().filter(|text| !text.is_empty());
    // Without a key, S3 ignores the marker of the upload.
    let id_marker =
        input.upload_id_marker.as_deref().filter(|text| !text.is_empty() && key_marker.is_some());
    let mut scope = Scope::new(input.prefix.as_deref(), input.delimiter.as_deref(), key_marker);
    if id_marker.is_some() {
        scope = scope.with_the_last_key_again();
    }
    let mut lines = walk(&bucket.uploads, scope, |_| true).flat_map(|group| match group {
        Group::CommonPrefix(prefix) => vec![Line::CommonPrefix(prefix)],
        Group::Key(key, uploads) => {
            let after = id_marker.filter(|_| key_marker == Some(key)).unwrap_or_default();
            let rest = uploads.range::<str, _>((Bound::Excluded(after), Bound::Unbounded));
            rest.map(|(id, upload)| Line::Upload { key, id, upload }).collect()
        }
    });

    let mut uploads = Vec::new();
    let mut prefixes = Vec::new();
    let mut last = None;
    for line in lines.by_ref().take(usize::try_from(max_uploads).unwrap_or_default()) {
        match &line {
            Line::CommonPrefix(prefix) => {
                prefixes.push(CommonPrefix { prefix: Some(encoder.show(prefix)) })
            }
            Line::Upload { key, id, upload } => uploads.push(shown(encoder.show(key), id, upload)),
        }
        last = Some(line);
    }
    let next = lines.next().and(last);
    let is_truncated = next.is_some();
    let (next_key_marker, next_upload_id_marker) = match next {
        Some(Line::Upload { key, id, .. }) => (Some(encoder.show(key)), Some(id.to_owned())),
        Some(Line::CommonPrefix(prefix)) => (Some(encoder.show(prefix)), None),
        None => (None, None),
    };
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        prefix: Some(encoder.show(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| encoder.show(text)),
        key_marker: Some(encoder.show(input.key_marker.as_deref().unwrap_or_default())),
        upload_id_marker: Some(input.upload_id_marker.clone().unwrap_or_default()),
        max_uploads: Some(max_uploads),
        is_truncated: Some(is_truncated),
        next_key_marker,
        next_upload_id_marker,
        uploads: Some(uploads),
        common_prefixes: Some(prefixes),
        encoding_type: input.encoding_type.clone(),
        ..ListMultipartUploadsOutput::default()
    })
}

fn shown(key: String, id: &str, upload: &Upload) -> MultipartUpload {
    MultipartUpload {
        key: Some(key),
        upload_id: Some(id.to_owned()),
        initiated: Some(upload.initiated.clone()),
        initiator: Some(initiator()),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from(upload.placement.storage_class.clone())),
        checksum_algorithm: upload
            .checksum
            .map(|announced| announced.algorithm.name().to_owned().into()),
        checksum_type: upload.checksum.map(Announced::kind),
    }
}

fn initiator() -> Initiator {
    Initiator { id: owner().id, display_name: None }
}
