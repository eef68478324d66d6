//! Faults on demand: which calls go wrong, and how.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::request::Request;
use crate::s3_names::Place;

/// What happens to a call that a fault hits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// The service's own throttling error, such as `ProvisionedThroughputExceededException` (400)
    /// of DynamoDB or `SlowDown` (503) of S3. Nothing happened.
    Throttle,
    /// An error of choice. Nothing happened.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code, such as `AccessDeniedException`.
        code: String,
        /// The message.
        message: String,
    },
    /// The call is handled after this long. Adds up, and goes with any other effect. A client that
    /// gives up before has achieved nothing.
    Delay(Duration),
    /// No answer ever comes, and nothing happened.
    Timeout,
    /// The connection is closed, and nothing happened.
    DropBefore,
    /// The call happened, and the connection is closed in place of the answer.
    DropAfter,
    /// Only the first so many entries of a batch are handled, in the order of the request (tables by
    /// name). DynamoDB returns the rest as `UnprocessedItems` or `UnprocessedKeys`, S3's
    /// `DeleteObjects` and the SQS batches as errors per entry. With 0, DynamoDB throttles the whole
    /// call, as AWS does. On a call that is not a batch: HTTP 500 that says so.
    Partial(usize),
    /// DynamoDB: another transaction is in the way. `TransactWriteItems` and `TransactGetItems` are
    /// cancelled with the reason `TransactionConflict` for their first item; other calls get a
    /// `TransactionConflictException`. Nothing happened.
    TransactionConflict,
}

type Matcher = Arc<dyn Fn(&[u8]) -> bool + Send + Sync>;

/// Which calls a fault is about. Without further conditions: every one of them.
#[derive(Clone)]
#[must_use = "a trigger does nothing until it is given an effect and added"]
pub struct Trigger {
    service: Option<String>,
    operation: Option<String>,
    body: Option<Matcher>,
    object: Option<Place>,
    source: Option<Place>,
    skip: usize,
    times: Option<usize>,
}

impl Trigger {
    /// Only the `n`-th matching call since the fault was added, counted from 1 in the order of
    /// arrival: exactly one, however many arrive at once. It is passed if another fault decides
    /// that call.
    pub fn nth(self, n: usize) -> Self {
        self.after(n.saturating_sub(1)).times(1)
    }

    /// Every matching call: the default, said aloud.
    pub fn every(self) -> Self {
        Trigger { skip: 0, times: None, ..self }
    }

    /// At most `n` matching calls, then never again.
    pub fn times(self, n: usize) -> Self {
        Trigger { times: Some(n), ..self }
    }

    /// Lets the first `n` matching calls pass.
    pub fn after(self, n: usize) -> Self {
        Trigger { skip: n, ..self }
    }

    /// Only calls whose request body, as it came over the wire, satisfies `matches`. Others are not
    /// counted either.
    pub fn matching(self, matches: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Self {
        Trigger { body: Some(Arc::new(matches)), ..self }
    }

    /// S3: only calls about objects of that bucket whose key starts with `prefix`. With an empty prefix
    /// also those about the bucket itself, such as listings. The keys in the body of a `DeleteObjects`
    /// are not looked at.
    pub fn object(self, bucket: &str, prefix: &str) -> Self {
        Trigger { object: Some(place(bucket, prefix)), ..self }
    }

    /// S3: only copies whose source is in that bucket and has a key that starts with `prefix`.
    pub fn source(self, bucket: &str, prefix: &str) -> Self {
        Trigger { source: Some(place(bucket, prefix)), ..self }
    }

    /// What happens to those calls.
    pub fn with(self, effect: Effect) -> Fault {
        Fault { trigger: self, effect }
    }

    fn is_about(&self, request: &Request) -> bool {
        self.service.as_deref().is_none_or(|service| service == request.service)
            && self.operation.as_deref().is_none_or(|name| name == request.operation)
            && self.object.as_ref().is_none_or(|place| place.has_target(&request.uri))
            && self.source.as_ref().is_none_or(|place| place.has_source(&request.headers))
            && self.body.as_ref().is_none_or(|matches| matches(&request.body))
    }
}

fn place(bucket: &str, prefix: &str) -> Place {
    Place { bucket: bucket.to_owned(), prefix: prefix.to_owned() }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("service", &self.service)
            .field("operation", &self.operation)
            .field("body", &self.body.as_ref().map(|_| "…"))
            .field("object", &self.object)
            .field("source", &self.source)
            .field("skip", &self.skip)
            .field("times", &self.times)
            .finish()
    }
}

/// A trigger and its effect, to be added to [`Faults`].
#[derive(Clone, Debug)]
pub struct Fault {
    trigger: Trigger,
    effect: Effect,
}

impl Fault {
    /// About one operation: the service's signing name (`dynamodb`, `cognito-idp`) and the API name
    /// (`PutItem`).
    pub fn on(service: &str, operation: &str) -> Trigger {
        Trigger { operation: Some(operation.to_owned()), ..Self::on_service(service) }
    }

    /// About every operation of one service.
    pub fn on_service(service: &str) -> Trigger {
        Trigger { service: Some(service.to_owned()), ..Self::on_any() }
    }

    /// About every call of all.
    pub fn on_any() -> Trigger {
        Trigger {
            service: None,
            operation: None,
            body: None,
            object: None,
            source: None,
            skip: 0,
            times: None,
        }
    }
}

/// A fault in force: how often it has struck.
#[derive(Clone, Debug)]
pub struct Armed(Arc<State>);

#[derive(Debug)]
struct State {
    fault: Fault,
    seen: AtomicUsize,
    triggered: AtomicUsize,
}

impl Armed {
    /// How many matching calls there have been since it was added.
    #[must_use]
    pub fn seen(&self) -> usize {
        self.0.seen.load(Ordering::SeqCst)
    }

    /// How often it has struck. A call that another fault had decided already does not count.
    #[must_use]
    pub fn triggered(&self) -> usize {
        self.0.triggered.load(Ordering::SeqCst)
    }

    /// How many calls it can still hit; `None` for a fault without end.
    #[must_use]
    pub fn remaining(&self) -> Option<usize> {
        let trigger = &self.0.fault.trigger;
        trigger.times.map(|times| times.saturating_sub(self.seen().saturating_sub(trigger.skip)))
    }

    /// Counts the call if it matches; whether it is hit.
    fn hits(&self, request: &Request) -> bool {
        let trigger = &self.0.fault.trigger;
        if !trigger.is_about(request) {
            return false;
        }
        let seen = self.0.seen.fetch_add(1, Ordering::SeqCst);
        let past = seen.checked_sub(trigger.skip);
        past.is_some_and(|past| trigger.times.is_none_or(|times| past < times))
    }

    /// Takes effect on a call.
    fn strike(&self) -> Effect {
        self.0.triggered.fetch_add(1, Ordering::SeqCst);
        self.0.fault.effect.clone()
    }
}

/// The faults of one world. Calls made in process never meet them.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Vec<Armed>>);

impl Faults {
    /// Puts a fault into force. Where several hit one call, delays add up and the first added of the
    /// others decides.
    pub fn add(&self, fault: Fault) -> Armed {
        let state = State { fault, seen: AtomicUsize::new(0), triggered: AtomicUsize::new(0) };
        let armed = Armed(Arc::new(state));
        self.armed().push(armed.clone());
        armed
    }

    /// Lifts all faults.
    pub fn clear(&self) {
        self.armed().clear();
    }

    /// How often the faults in force have struck.
    #[must_use]
    pub fn triggered(&self) -> usize {
        self.armed().iter().map(Armed::triggered).sum()
    }

    /// How many calls the faults in force can still hit; `None` if one is without end.
    #[must_use]
    pub fn remaining(&self) -> Option<usize> {
        self.armed().iter().map(Armed::remaining).sum()
    }

    /// What is to happen to a call that has just arrived.
    pub(crate) fn consult(&self, request: &Request) -> Plan {
        // Matchers are the user's code: they run without the lock.
        let armed = self.armed().clone();
        let mut plan = Plan::default();
        for armed in armed.iter().filter(|armed| armed.hits(request)) {
            if let Effect::Delay(delay) = armed.0.fault.effect {
                armed.strike();
                plan.delay = plan.delay.saturating_add(delay);
            } else if plan.effect.is_none() {
                plan.effect = Some(armed.strike());
            }
        }
        plan
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the faults do to one call.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) delay: Duration,
    pub(crate) effect: Option<Effect>,
}
