//! What has been called so far.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use std::fmt;

use bytes::Bytes;

use crate::limits::Violation;
use crate::request::Request;

/// How many calls are kept with their bodies; counting goes on beyond it.
const KEPT_CALLS: usize = 100_000;

/// How many bytes of request bodies are kept.
const KEPT_BYTES: usize = 256 * 1024 * 1024;

/// One request that arrived at the endpoint.
#[derive(Clone)]
#[non_exhaustive]
pub struct Call {
    /// The service's signing name: `dynamodb`, `s3`, `ssm`, `cognito-idp`, `sts`, `secretsmanager`,
    /// `sqs`, `iam`, `cloudformation`, or that of a service that is not emulated; `other` if it was not
    /// recognised.
    pub service: &'static str,
    /// The API operation, such as `GetItem`.
    pub operation: String,
    /// The region the request was signed for.
    pub region: String,
    /// The HTTP status of the answer; `None` where the connection was dropped or is still open.
    pub status: Option<u16>,
    /// The path and query of the request.
    pub path: String,
    /// The body of the request; left out for S3's `PutObject` and `UploadPart`.
    pub request: Bytes,
}

/// Without the body: it may hold secrets.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("service", &self.service)
            .field("operation", &self.operation)
            .field("region", &self.region)
            .field("status", &self.status)
            .field("path", &self.path)
            .field("bytes", &self.request.len())
            .finish()
    }
}

/// The record of one world.
#[derive(Debug, Default)]
pub(crate) struct Calls(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    /// The number the first kept call has.
    first: u64,
    kept: VecDeque<Call>,
    kept_bytes: usize,
    counts: BTreeMap<(&'static str, String), usize>,
    violations: Vec<Violation>,
}

impl Calls {
    /// Notes a call that has arrived; the number goes to [`Calls::answered`].
    pub(crate) fn arrived(&self, request: &Request, violations: Vec<Violation>) -> u64 {
        let upload = request.service == "s3"
            && matches!(request.operation.as_str(), "PutObject" | "UploadPart" | "PostObject");
        let body = if upload { Bytes::new() } else { request.body.clone() };
        let mut record = self.record();
        record.violations.extend(violations);
        *record.counts.entry((request.service, request.operation.clone())).or_default() += 1;
        record.kept_bytes += body.len();
        record.kept.push_back(Call {
            service: request.service,
            operation: request.operation.clone(),
            region: request.region.clone(),
            status: None,
            path: request.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            request: body,
        });
        let number = record.first + record.kept.len() as u64 - 1;
        while record.kept.len() > KEPT_CALLS || record.kept_bytes > KEPT_BYTES {
            let Some(oldest) = record.kept.pop_front() else {
                break;
            };
            record.kept_bytes -= oldest.request.len();
            record.first += 1;
        }
        number
    }

    /// Notes the status that a call was answered with.
    pub(crate) fn answered(&self, number: u64, status: u16) {
        let mut record = self.record();
        let index = number.checked_sub(record.first).and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| record.kept.get_mut(index)) {
            call.status = Some(status);
        }
    }

    /// The kept calls, oldest first.
    pub(crate) fn all(&self) -> Vec<Call> {
        self.record().kept.iter().cloned().collect()
    }

    /// How often an operation has been called.
    pub(crate) fn count(&self, service: &str, operation: &str) -> usize {
        let record = self.record();
        let matching = record.counts.iter().filter(|((s, o), _)| *s == service && o == operation);
        matching.map(|(_, count)| count).sum()
    }

    /// How often anything has been called.
    pub(crate) fn total(&self) -> usize {
        self.record().counts.values().sum()
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.record().violations.clone()
    }

    /// Forgets all calls and violations.
    pub(crate) fn clear(&self) {
        let mut record = self.record();
        // Numbers go on, so that a call still under way does not answer for a later one.
        let first = record.first + record.kept.len() as u64;
        *record = Record { first, ..Record::default() };
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        // Nothing panics while holding it, and a record is consistent after every statement.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
