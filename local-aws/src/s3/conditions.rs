//! The conditions a request can set, as pure decisions.
//!
//! Reads: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html>; writes:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>; deletes:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html>.

use s3s::dto::{CopySourceIfMatch, ETagCondition, Timestamp};
use s3s::{S3Error, S3ErrorCode, S3Result};

use super::bucket::{Object, Version};
use super::refusals;

/// The four conditions of a read, which a copy also sets on its source.
#[derive(Default)]
pub(super) struct Read<'a> {
    pub(super) if_match: Option<&'a ETagCondition>,
    pub(super) if_none_match: Option<&'a ETagCondition>,
    pub(super) if_modified_since: Option<&'a Timestamp>,
    pub(super) if_unmodified_since: Option<&'a Timestamp>,
}

enum Verdict {
    Holds,
    Failed,
    Unmodified,
}

impl Read<'_> {
    fn verdict(&self, version: &Version, object: &Object) -> Verdict {
        // An ETag condition that holds makes the date beside it irrelevant.
        match (self.if_match, self.if_unmodified_since) {
            (Some(wanted), _) if !matches(wanted, object) => return Verdict::Failed,
            (None, Some(date)) if version.modified > *date => return Verdict::Failed,
            _ => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(known), _) if matches(known, object) => Verdict::Unmodified,
            (None, Some(date)) if version.modified <= *date => Verdict::Unmodified,
            _ => Verdict::Holds,
        }
    }

    /// For a get or a head: 412 or 304.
    pub(super) fn check(&self, version: &Version, object: &Object) -> S3Result<()> {
        match self.verdict(version, object) {
            Verdict::Holds => Ok(()),
            Verdict::Failed => Err(refusals::precondition_failed()),
            Verdict::Unmodified => Err(refusals::not_modified(&object.etag, &version.modified)),
        }
    }

    /// For the source of a copy: 412 in every case.
    pub(super) fn check_source(&self, version: &Version, object: &Object) -> S3Result<()> {
        match self.verdict(version, object) {
            Verdict::Holds => Ok(()),
            Verdict::Failed | Verdict::Unmodified => Err(refusals::precondition_failed()),
        }
    }
}

fn matches(condition: &ETagCondition, object: &Object) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == object.etag,
    }
}

/// For a write: the key's newest version is what the client expects it to be.
pub(super) fn check_write(
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    newest: Option<&Version>,
) -> S3Result<()> {
    let current = newest.and_then(|version| version.object.as_ref());
    match (if_match, if_none_match) {
        (None, None) => Ok(()),
        (Some(_), Some(_)) => Err(unsupported_condition("both If-Match and If-None-Match")),
        (None, Some(ETagCondition::Any)) if current.is_none() => Ok(()),
        (None, Some(ETagCondition::Any)) => Err(refusals::precondition_failed()),
        (None, Some(ETagCondition::ETag(_))) => {
            Err(unsupported_condition("If-None-Match other than *"))
        }
        (Some(ETagCondition::Any), None) => Err(unsupported_condition("If-Match: * on a write")),
        (Some(wanted), None) => match current {
            None => Err(S3ErrorCode::NoSuchKey.into()),
            Some(object) if matches(wanted, object) => Ok(()),
            Some(_) => Err(refusals::precondition_failed()),
        },
    }
}

/// For a delete: always judged by the key's newest version, whichever one is deleted.
pub(super) fn check_delete(
    if_match: Option<&ETagCondition>,
    newest: Option<&Version>,
) -> S3Result<()> {
    let Some(wanted) = if_match else {
        return Ok(());
    };
    let Some(version) = newest else {
        return Err(S3Error::with_message(
            S3ErrorCode::NoSuchKey,
            "The specified key does not exist.",
        ));
    };
    match &version.object {
        Some(object) if matches(wanted, object) => Ok(()),
        _ => Err(refusals::precondition_failed()),
    }
}

/// A condition in a header that the protocol layer does not read.
pub(super) fn from_header(
    headers: &http::HeaderMap,
    name: http::HeaderName,
) -> S3Result<Option<CopySourceIfMatch>> {
    let Some(value) = headers.get(&name) else {
        return Ok(None);
    };
    ETagCondition::parse_http_header(value.as_bytes())
        .map(Some)
        .map_err(|_| refusals::invalid_argument(format!("{name} is not an ETag")))
}

fn unsupported_condition(what: &str) -> S3Error {
    S3Error::with_message(
        S3ErrorCode::NotImplemented,
        format!("A header you provided implies functionality that is not implemented: {what}"),
    )
}
