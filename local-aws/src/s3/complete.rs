//! The completion of a multipart upload.

use s3s::dto::{CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CompletedPart, ETag};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::bucket::Object;
use super::checksums::{self, Algorithm, Stored};
use super::content::Content;
use super::notifications::{Created, notify};
use super::uploads::{self, Announced, Part, SMALLEST_PART, Upload};
use super::world::{World, now};
use super::{conditions, refusals};

/// `CompleteMultipartUpload`.
pub(super) fn complete(
    world: &mut World,
    input: &CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let bucket = world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = uploads::find(bucket, &input.key, &input.upload_id)?;
    let listed =
        input.multipart_upload.as_ref().and_then(|list| list.parts.as_deref()).unwrap_or_default();
    let parts = chosen(upload, listed)?;
    conditions::check_write(
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
        bucket.newest(&input.key),
    )?;

    let body = Content::joined(parts.iter().map(|part| &part.body));
    check_size(input.mpu_object_size, body.len())?;
    let checksum = checksum(upload.checksum, &parts, &body);
    check_checksum(input, &checksum)?;
    let object = Object {
        etag: checksums::multipart_etag(parts.iter().map(|part| &part.body)),
        headers: upload.headers.clone(),
        placement: upload.placement.clone(),
        tags: upload.tags.clone(),
        part_sizes: parts.iter().map(|part| part.body.len()).collect(),
        checksum,
        body,
    };

    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        checksum_type: Some(object.checksum.kind()),
        server_side_encryption: object.placement.shown_encryption(),
        ssekms_key_id: object.placement.kms_key.clone(),
        ..CompleteMultipartUploadOutput::default()
    };
    checksums::show!(object.checksum, output);
    let version_id = world.version_id();
    let bucket = world.bucket_mut(&input.bucket, None)?;
    uploads::forget(bucket, &input.key, &input.upload_id);
    output.version_id = bucket.insert(&input.key, object, now(), version_id);
    notify(world, &input.bucket, &input.key, Created::Completed);
    Ok(output)
}

/// The uploaded parts that the request lists, all of them as the client knows them.
fn chosen<'u>(upload: &'u Upload, listed: &[CompletedPart]) -> S3Result<Vec<&'u Part>> {
    if listed.is_empty() {
        return Err(refusals::malformed_xml());
    }
    let numbers: Vec<i32> =
        listed.iter().map(|part| part.part_number.unwrap_or_default()).collect();
    if !numbers.is_sorted_by(|before, after| before < after) {
        return Err(S3Error::with_message(
            S3ErrorCode::InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number.",
        ));
    }
    let mut parts = Vec::with_capacity(listed.len());
    for (number, wanted) in numbers.iter().zip(listed) {
        let part = upload.parts.get(number).ok_or_else(invalid_part)?;
        if wanted.e_tag.as_ref().is_none_or(|etag| etag.value() != part.etag) {
            return Err(invalid_part());
        }
        check_part_checksum(upload.checksum, *number, wanted, part)?;
        parts.push(part);
    }
    let (_, all_but_last) = parts.split_last().unzip();
    if all_but_last.into_iter().flatten().any(|part: &&Part| part.body.len() < SMALLEST_PART) {
        return Err(S3Error::with_message(
            S3ErrorCode::EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size",
        ));
    }
    Ok(parts)
}

fn check_part_checksum(
    announced: Option<Announced>,
    number: i32,
    wanted: &CompletedPart,
    part: &Part,
) -> S3Result<()> {
    match (checksums::one_of(checksums::declared!(wanted), None)?, announced) {
        (Some((algorithm, value)), _) => match &part.checksum {
            Some(stored) if stored.algorithm == algorithm && stored.value != value => {
                Err(invalid_part())
            }
            _ => Ok(()),
        },
        (None, Some(Announced { algorithm, composite: true })) => {
            Err(refusals::invalid_request(format!(
                "The upload was created using a {} checksum. The complete request must include the \
                 checksum for each part. It was missing for part {number} in the request.",
                algorithm.name().to_lowercase(),
            )))
        }
        (None, _) => Ok(()),
    }
}

fn invalid_part() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag.",
    )
}

fn check_size(expected: Option<i64>, size: usize) -> S3Result<()> {
    match expected {
        Some(expected) if usize::try_from(expected) != Ok(size) => {
            Err(refusals::invalid_request(format!(
                "The provided 'x-amz-mp-object-size' header value {expected} does not match what \
                 was computed: {size}"
            )))
        }
        _ => Ok(()),
    }
}

fn checksum(announced: Option<Announced>, parts: &[&Part], body: &Content) -> Stored {
    match announced {
        None => Stored::of(Algorithm::Crc64Nvme, body),
        Some(Announced { algorithm, composite: false }) => Stored::of(algorithm, body),
        Some(Announced { algorithm, composite: true }) => {
            Stored::composite(algorithm, parts.iter().map(|part| &part.body))
        }
    }
}

fn check_checksum(input: &CompleteMultipartUploadInput, checksum: &Stored) -> S3Result<()> {
    if input.checksum_type.as_ref().is_some_and(|kind| *kind != checksum.kind()) {
        return Err(refusals::invalid_request(
            "The checksum type of the complete request differs from that of the upload.",
        ));
    }
    match checksums::one_of(checksums::declared!(input), None)? {
        Some((algorithm, value)) if algorithm != checksum.algorithm || value != checksum.value => {
            Err(S3Error::with_message(
                S3ErrorCode::BadDigest,
                format!(
                    "The {} you specified did not match the calculated checksum.",
                    algorithm.name().to_lowercase()
                ),
            ))
        }
        _ => Ok(()),
    }
}
