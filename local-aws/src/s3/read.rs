//! Reading objects: get and head.

use std::ops;

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::dto::{
    ChecksumMode, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    StreamingBlob,
};
use s3s::{Body, S3Error, S3ErrorCode, S3Response, S3Result};

use super::bucket::{Object, Version};
use super::conditions::Read;
use super::world::World;
use super::{checksums, refusals};

/// The most bytes of one answer: it is put together in memory.
const LARGEST_ANSWER: usize = 512 * 1024 * 1024;

/// What a read found, and which of its bytes it asked for.
struct Selected<'w> {
    version: &'w Version,
    object: &'w Object,
    reported_version: Option<String>,
    span: ops::Range<usize>,
    partial: bool,
    parts_count: Option<i32>,
}

/// The selection that a get or a head input describes.
macro_rules! select {
    ($world:expr, $input:expr) => {{
        let input = $input;
        if input.sse_customer_algorithm.is_some() {
            return Err(refusals::not_emulated("encryption with customer-provided keys"));
        }
        let bucket = $world.bucket(&input.bucket, input.expected_bucket_owner.as_deref())?;
        let (version, object) = bucket.find(&input.key, input.version_id.as_deref())?;
        let conditions = Read {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since.as_ref(),
            if_unmodified_since: input.if_unmodified_since.as_ref(),
        };
        conditions.check(version, object)?;
        let (span, partial) = span(object, input.range.as_ref(), input.part_number)?;
        Selected {
            version,
            object,
            reported_version: bucket.reported(&version.id),
            span,
            partial,
            parts_count: input.part_number.and(parts_count(object)),
        }
    }};
}

/// The members that the answers to a get and a head have in common.
macro_rules! shown {
    ($output:ident, $selected:expr, $checksum_mode:expr) => {{
        let Selected { version, object, reported_version, span, partial, parts_count } = &$selected;
        let mut output = $output {
            accept_ranges: Some("bytes".to_owned()),
            cache_control: object.headers.cache_control.clone(),
            content_disposition: object.headers.content_disposition.clone(),
            content_encoding: object.headers.content_encoding.clone(),
            content_language: object.headers.content_language.clone(),
            content_length: i64::try_from(span.len()).ok(),
            content_range: partial.then(|| content_range(span, object.body.len())),
            content_type: object.headers.content_type.clone(),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            expires: object.headers.expires.clone(),
            last_modified: Some(version.modified.clone()),
            metadata: Some(object.headers.metadata.clone().into_iter().collect()),
            parts_count: *parts_count,
            server_side_encryption: object.placement.shown_encryption(),
            ssekms_key_id: object.placement.kms_key.clone(),
            storage_class: object.placement.shown_class(),
            version_id: reported_version.clone(),
            website_redirect_location: object.placement.website_redirect.clone(),
            ..$output::default()
        };
        let wanted =
            $checksum_mode.as_ref().is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
        // A checksum of the whole would not fit a part of it.
        if wanted && span.len() == object.body.len() {
            output.checksum_type = Some(object.checksum.kind());
            checksums::show!(object.checksum, output);
        }
        output
    }};
}

/// `GetObject`.
pub(super) fn get_object(
    world: &World,
    input: &GetObjectInput,
) -> S3Result<S3Response<GetObjectOutput>> {
    let selected = select!(world, input);
    check_retrievable(selected.object)?;
    let mut output = shown!(GetObjectOutput, selected, input.checksum_mode);
    output.tag_count = i32::try_from(selected.object.tags.len()).ok().filter(|count| *count > 0);
    let content = selected.object.body.slice(selected.span);
    if content.len() > LARGEST_ANSWER {
        return Err(refusals::not_emulated("answers of more than 512 MiB: read a range"));
    }
    output.body = Some(StreamingBlob::from(Body::from(content.bytes())));
    Ok(S3Response::with_headers(output, HeaderMap::new()))
}

/// `HeadObject`.
pub(super) fn head_object(
    world: &World,
    input: &HeadObjectInput,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let selected = select!(world, input);
    let output = shown!(HeadObjectOutput, selected, input.checksum_mode);
    let mut headers = HeaderMap::new();
    let tags = selected.object.tags.len();
    if tags > 0 {
        headers.insert("x-amz-tagging-count", HeaderValue::from(tags));
    }
    Ok(S3Response::with_headers(output, headers))
}

/// Archived objects have to be restored first, which is not emulated.
pub(super) fn check_retrievable(object: &Object) -> S3Result<()> {
    match object.placement.storage_class.as_str() {
        "GLACIER" | "DEEP_ARCHIVE" => Err(S3Error::with_message(
            S3ErrorCode::InvalidObjectState,
            "The operation is not valid for the object's storage class",
        )),
        _ => Ok(()),
    }
}

fn parts_count(object: &Object) -> Option<i32> {
    i32::try_from(object.part_sizes.len()).ok().filter(|count| *count > 0)
}

fn span(
    object: &Object,
    range: Option<&Range>,
    part: Option<i32>,
) -> S3Result<(ops::Range<usize>, bool)> {
    let size = object.body.len();
    match (range, part) {
        (None, None) => Ok((0..size, false)),
        (Some(_), Some(_)) => Err(refusals::invalid_request(
            "Cannot specify both Range header and partNumber query parameter",
        )),
        (Some(range), None) => bytes(range, size).map(|span| (span, true)),
        (None, Some(part)) => part_span(object, part).map(|span| (span, true)),
    }
}

fn bytes(range: &Range, size: usize) -> S3Result<ops::Range<usize>> {
    let unsatisfiable = || {
        S3Error::with_message(S3ErrorCode::InvalidRange, "The requested range is not satisfiable")
    };
    if size == 0 {
        return Err(unsatisfiable());
    }
    let span = range.check(size as u64).map_err(|_| unsatisfiable())?;
    match (usize::try_from(span.start), usize::try_from(span.end)) {
        (Ok(start), Ok(end)) => Ok(start..end),
        _ => Err(unsatisfiable()),
    }
}

fn part_span(object: &Object, part: i32) -> S3Result<ops::Range<usize>> {
    let no_such_part = || {
        refusals::custom(
            "InvalidPartNumber",
            StatusCode::RANGE_NOT_SATISFIABLE,
            "The requested partnumber is not satisfiable",
        )
    };
    if part < 1 {
        return Err(refusals::invalid_argument(
            "Part number must be an integer between 1 and 10000, inclusive",
        ));
    }
    let index = usize::try_from(part - 1).map_err(|_| no_such_part())?;
    if object.part_sizes.is_empty() && index == 0 {
        return Ok(0..object.body.len());
    }
    let length = *object.part_sizes.get(index).ok_or_else(no_such_part)?;
    let start: usize = object.part_sizes.iter().take(index).sum();
    Ok(start..start + length)
}

fn content_range(span: &ops::Range<usize>, size: usize) -> String {
    format!("bytes {}-{}/{size}", span.start, span.end.saturating_sub(1))
}
