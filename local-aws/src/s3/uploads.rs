//! Multipart uploads up to their completion.
//!
//! Limits: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.

use std::collections::BTreeMap;

use bytes::Bytes;
use s3s::dto::{
    AbortMultipartUploadInput, ChecksumAlgorithm, ChecksumType, CopyPartResult,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, Timestamp, UploadPartCopyInput,
    UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Error, S3ErrorCode, S3Result, TrailingHeaders};

use super::bucket::{Bucket, Headers, Placement};
use super::checksums::{self, Algorithm, Stored};
use super::conditions::Read;
use super::content::Content;
use super::copy::{check_size, source, source_conditions};
use super::refusals;
use super::tags::{self, Tags};
use super::world::{World, now};
use super::write::{headers_of, placement_of, refuse_what_is_not_emulated};

pub(super) const MOST_PARTS: i32 = 10_000;

/// Every part but the last has at least this many bytes; ranges are only copied from larger
/// objects.
pub(super) const SMALLEST_PART: usize = 5 * 1024 * 1024;

/// An upload in progress.
pub(super) struct Upload {
    pub(super) initiated: Timestamp,
    pub(super) headers: Headers,
    pub(super) placement: Placement,
    pub(super) tags: Tags,
    /// The checksum that the client announced.
    pub(super) checksum: Option<Announced>,
    pub(super) parts: BTreeMap<i32, Part>,
}

/// The checksum that a multipart upload will have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Announced {
    pub(super) algorithm: Algorithm,
    pub(super) composite: bool,
}

/// One uploaded part.
pub(super) struct Part {
    pub(super) body: Content,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    /// As the client declared it, or as the upload wants it.
    pub(super) checksum: Option<Stored>,
}

impl Announced {
    pub(super) fn kind(self) -> ChecksumType {
        ChecksumType::from_static(if self.composite {
            ChecksumType::COMPOSITE
        } else {
            ChecksumType::FULL_OBJECT
        })
    }

    fn from(
        algorithm: Option<&ChecksumAlgorithm>,
        kind: Option<&ChecksumType>,
    ) -> S3Result<Option<Self>> {
        let Some(algorithm) = algorithm else {
            return match kind {
                None => Ok(None),
                Some(_) => Err(refusals::invalid_request(
                    "The x-amz-checksum-type header can only be used with the \
                     x-amz-checksum-algorithm header.",
                )),
            };
        };
        let algorithm = Algorithm::named(algorithm.as_str())?;
        let composite = match kind.map(ChecksumType::as_str) {
            None => algorithm != Algorithm::Crc64Nvme,
            Some(ChecksumType::COMPOSITE) => true,
            Some(ChecksumType::FULL_OBJECT) => false,
            Some(_) => {
                return Err(refusals::invalid_request(
                    "Value for x-amz-checksum-type header is invalid.",
                ));
            }
        };
        let possible = match algorithm {
            Algorithm::Crc64Nvme => !composite,
            Algorithm::Sha1 | Algorithm::Sha256 => composite,
            Algorithm::Crc32 | Algorithm::Crc32c => true,
        };
        if !possible {
            return Err(refusals::invalid_request(format!(
                "The {} checksum type cannot be used with the {} checksum algorithm.",
                if composite { "COMPOSITE" } else { "FULL_OBJECT" },
                algorithm.name().to_lowercase(),
            )));
        }
        Ok(Some(Announced { algorithm, composite }))
    }
}

/// `CreateMultipartUpload`.
pub(super) fn create(
    world: &mut World,
    input: &CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    refuse_what_is_not_emulated!(input);
    let upload = Upload {
        initiated: now(),
        headers: headers_of!(input),
        placement: placement_of!(input),
        tags: tags::from_header(input.tagging.as_deref())?,
        checksum: Announced::from(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?,
        parts: BTreeMap::new(),
    };
    let output = CreateMultipartUploadOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(world.upload_id()),
        checksum_algorithm: upload
            .checksum
            .map(|announced| announced.algorithm.name().to_owned().into()),
        checksum_type: upload.checksum.map(Announced::kind),
        server_side_encryption: upload.placement.shown_encryption(),
        ssekms_key_id: upload.placement.kms_key.clone(),
        ..CreateMultipartUploadOutput::default()
    };
    let uploads =
        world.bucket_mut(&input.bucket, None)?.uploads.entry(input.key.clone()).or_default();
    uploads.insert(output.upload_id.clone().unwrap_or_default(), upload);
    Ok(output)
}

/// `UploadPart` with a body that has been received in full.
pub(super) fn upload_part(
    world: &mut World,
    input: &UploadPartInput,
    trailers: Option<&TrailingHeaders>,
    body: Bytes,
) -> S3Result<UploadPartOutput> {
    check_part_number(input.part_number)?;
    let bucket = world.bucket_mut(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let upload = find_mut(bucket, &input.key, &input.upload_id)?;
    checksums::verify_md5(input.content_md5.as_deref(), &body)?;
    let declared = checksums::one_of(checksums::declared!(input), trailers)?;
    checksums::verify(declared.as_ref(), &body)?;
    let declared = declared.map(|(algorithm, value)| Stored { algorithm, value, composite: false });
    check_announced(upload.checksum, declared.as_ref())?;

    let mut output = UploadPartOutput {
        e_tag: Some(ETag::Strong(checksums::md5_hex(&body))),
        server_side_encryption: upload.placement.shown_encryption(),
        ..UploadPartOutput::default()
    };
    if let Some(stored) = &declared {
        checksums::show!(stored, output);
    }
    upload.parts.insert(input.part_number, Part::new(body.into(), declared, now()));
    Ok(output)
}

/// `UploadPartCopy`.
pub(super) fn upload_part_copy(
    world: &mut World,
    input: &UploadPartCopyInput,
) -> S3Result<UploadPartCopyOutput> {
    check_part_number(input.part_number)?;
    world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
    let source = source(world, &input.copy_source, input.expected_source_bucket_owner.as_deref())?;
    let conditions: Read<'_> = source_conditions!(input);
    conditions.check_source(source.version, source.object)?;
    let body = match input.copy_source_range.as_deref() {
        None => source.object.body.clone(),
        Some(range) => range_of(&source.object.body, range)?,
    };
    check_size(body.len())?;
    let copy_source_version_id = source.reported_version;

    let upload = find_mut(world.bucket_mut(&input.bucket, None)?, &input.key, &input.upload_id)?;
    let checksum = upload.checksum.map(|announced| Stored::of(announced.algorithm, &body));
    let modified = now();
    let mut result = CopyPartResult {
        e_tag: Some(ETag::Strong(checksums::etag(&body))),
        last_modified: Some(modified.clone()),
        ..CopyPartResult::default()
    };
    if let Some(stored) = &checksum {
        checksums::show!(stored, result);
    }
    let server_side_encryption = upload.placement.shown_encryption();
    upload.parts.insert(input.part_number, Part::new(body, checksum, modified));
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id,
        server_side_encryption,
        ..UploadPartCopyOutput::default()
    })
}

/// `AbortMultipartUpload`.
pub(super) fn abort(world: &mut World, input: &AbortMultipartUploadInput) -> S3Result<()> {
    if input.if_match_initiated_time.is_some() {
        return Err(refusals::not_emulated("the abort conditions of directory buckets"));
    }
    let bucket = world.bucket_mut(&input.bucket, input.expected_bucket_owner.as_deref())?;
    find(bucket, &input.key, &input.upload_id)?;
    forget(bucket, &input.key, &input.upload_id);
    Ok(())
}

/// The upload that a request names.
pub(super) fn find<'b>(bucket: &'b Bucket, key: &str, upload_id: &str) -> S3Result<&'b Upload> {
    bucket.uploads.get(key).and_then(|uploads| uploads.get(upload_id)).ok_or_else(no_such_upload)
}

fn find_mut<'b>(bucket: &'b mut Bucket, key: &str, upload_id: &str) -> S3Result<&'b mut Upload> {
    bucket
        .uploads
        .get_mut(key)
        .and_then(|uploads| uploads.get_mut(upload_id))
        .ok_or_else(no_such_upload)
}

/// Drops an upload and its parts.
pub(super) fn forget(bucket: &mut Bucket, key: &str, upload_id: &str) {
    if let Some(uploads) = bucket.uploads.get_mut(key) {
        uploads.remove(upload_id);
        if uploads.is_empty() {
            bucket.uploads.remove(key);
        }
    }
}

impl Part {
    fn new(body: Content, checksum: Option<Stored>, modified: Timestamp) -> Self {
        Part { etag: checksums::etag(&body), body, modified, checksum }
    }
}

fn no_such_upload() -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have \
         been aborted or completed.",
    )
}

fn check_part_number(number: i32) -> S3Result<()> {
    if (1..=MOST_PARTS).contains(&number) {
        return Ok(());
    }
    Err(refusals::invalid_argument("Part number must be an integer between 1 and 10000, inclusive"))
}

/// A part may not bring another checksum than the upload was announced with, nor none where the
/// parts' checksums make up the object's.
fn check_announced(announced: Option<Announced>, declared: Option<&Stored>) -> S3Result<()> {
    let Some(announced) = announced else {
        return Ok(());
    };
    let actual = match declared {
        Some(stored) if stored.algorithm == announced.algorithm => return Ok(()),
        None if !announced.composite => return Ok(()),
        Some(stored) => stored.algorithm.name().to_lowercase(),
        None => "null".to_owned(),
    };
    Err(refusals::invalid_request(format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: \
         {actual}",
        announced.algorithm.name().to_lowercase(),
    )))
}

fn range_of(body: &Content, range: &str) -> S3Result<Content> {
    if body.len() <= SMALLEST_PART {
        return Err(refusals::invalid_request(
            "The specified copy source is not supported as a byte-range copy source",
        ));
    }
    let invalid = || {
        refusals::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first \
             and last are the zero-based offsets of the first and last bytes to copy",
        )
    };
    let (first, last) =
        range.strip_prefix("bytes=").and_then(|span| span.split_once('-')).ok_or_else(invalid)?;
    let first: usize = first.parse().map_err(|_| invalid())?;
    let last: usize = last.parse().map_err(|_| invalid())?;
    if first > last {
        return Err(invalid());
    }
    if last >= body.len() {
        return Err(refusals::invalid_argument(format!(
            "Range specified is not valid for source object of size: {}",
            body.len()
        )));
    }
    Ok(body.slice(first..last + 1))
}
