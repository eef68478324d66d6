//! The invocations of one function, from the caller to a runtime and back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use super::error::InvokeError;
use super::extensions::Extensions;
use crate::clock::since_1970;
use crate::{ACCOUNT_ID, REGION, ids};

/// What is configured about a function.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) timeout: Duration,
    pub(super) start_timeout: Duration,
    pub(super) snap_start: bool,
}

impl Settings {
    pub(super) fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{}", self.name)
    }
}

/// An event on its way to a handler.
struct Invocation {
    id: String,
    event: Bytes,
    trace: String,
    answer: oneshot::Sender<Outcome>,
    taken: oneshot::Sender<()>,
}

type Outcome = Result<Bytes, InvokeError>;

/// The Runtime API address through which an invocation was taken: one per process.
pub(super) type Door = u64;

pub(super) struct Function {
    state: Mutex<State>,
    /// Something has changed that a waiting request may be about.
    changed: Notify,
}

struct State {
    settings: Settings,
    waiting: VecDeque<Invocation>,
    taken: BTreeMap<String, (Door, oneshot::Sender<Outcome>)>,
    /// Why invocations fail at once: a failed start, or the end of the last process.
    broken: Option<InvokeError>,
    processes: BTreeSet<Door>,
    snapshots: usize,
    restored: bool,
    extensions: Extensions,
}

/// Without the events: they may hold secrets.
impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Function").field(&self.settings()).finish()
    }
}

impl Default for Function {
    fn default() -> Self {
        let settings = Settings {
            name: "local-function".to_owned(),
            timeout: Duration::from_secs(30),
            start_timeout: Duration::from_secs(60),
            snap_start: false,
        };
        let state = State {
            settings,
            waiting: VecDeque::new(),
            taken: BTreeMap::new(),
            broken: None,
            processes: BTreeSet::new(),
            snapshots: 0,
            restored: false,
            extensions: Extensions::default(),
        };
        Function { state: Mutex::new(state), changed: Notify::new() }
    }
}

impl Function {
    pub(super) fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.state().settings);
    }

    pub(super) fn settings(&self) -> Settings {
        self.state().settings.clone()
    }

    /// Queues an event and waits for the answer.
    pub(super) async fn invoke(&self, event: Bytes) -> Outcome {
        let (answer, answered) = oneshot::channel();
        let (taken, picked_up) = oneshot::channel();
        let id = ids::uuid();
        let trace = format!("Root=1-{:08x}-{:024x};Sampled=0", ids::number() >> 32, ids::number());
        let settings = {
            let mut state = self.state();
            if let Some(error) = &state.broken {
                return Err(error.clone());
            }
            let id = id.clone();
            state.waiting.push_back(Invocation { id, event, trace, answer, taken });
            state.settings.clone()
        };
        self.changed.notify_waiters();
        // A dropped `taken` is an invocation that failed while it waited; its answer says why.
        if timeout(settings.start_timeout, picked_up).await.is_err() {
            self.forget(&id);
            return Err(InvokeError::NotTaken(settings.start_timeout));
        }
        match timeout(settings.timeout, answered).await {
            Ok(outcome) => outcome.unwrap_or(Err(InvokeError::Stopped)),
            Err(_) => {
                self.forget(&id);
                Err(InvokeError::Timeout(settings.timeout))
            }
        }
    }

    /// Waits for an event and takes it.
    pub(super) async fn next(&self, door: Door) -> Taken {
        self.wait_for(|state| state.take(door)).await
    }

    /// Answers an invocation; false if it is not under way.
    pub(super) fn complete(&self, id: &str, outcome: Outcome) -> bool {
        let Some((_, answer)) = self.state().taken.remove(id) else { return false };
        // The caller may have given up.
        let _ = answer.send(outcome);
        true
    }

    /// The function cannot serve: everything that waits fails, and what comes too.
    pub(super) fn fail_start(&self, error: &InvokeError) {
        let mut state = self.state();
        state.broken = Some(error.clone());
        state.fail_waiting(error);
        self.changed.notify_waiters();
    }

    /// A process is about to serve the function.
    pub(super) fn process_started(&self, door: Door) {
        let mut state = self.state();
        state.processes.insert(door);
        state.broken = None;
    }

    /// A process has ended: what it had taken fails, and what waits if it was the last.
    pub(super) fn process_ended(&self, door: Door, error: &InvokeError) {
        let mut state = self.state();
        state.processes.remove(&door);
        let lost: Vec<String> = state
            .taken
            .iter()
            .filter(|(_, (taken_by, _))| *taken_by == door)
            .map(|(id, _)| id.clone())
            .collect();
        for id in lost {
            if let Some((_, answer)) = state.taken.remove(&id) {
                let _ = answer.send(Err(error.clone()));
            }
        }
        if state.processes.is_empty() && state.broken.is_none() {
            state.broken = Some(error.clone());
            state.fail_waiting(error);
            self.changed.notify_waiters();
        }
    }

    /// Waits for [`Function::restore`] where SnapStart is on.
    pub(super) async fn next_restore(&self) {
        self.state().snapshots += 1;
        self.changed.notify_waiters();
        self.wait_for(|state| (state.restored || !state.settings.snap_start).then_some(())).await;
    }

    /// Waits until a runtime has asked to be restored.
    pub(super) async fn wait_for_snapshot(&self) -> Result<(), InvokeError> {
        let limit = self.settings().start_timeout;
        let reached = self.wait_for(|state| match &state.broken {
            Some(error) => Some(Err(error.clone())),
            None => (state.snapshots > 0).then_some(Ok(())),
        });
        timeout(limit, reached).await.unwrap_or(Err(InvokeError::NotTaken(limit)))
    }

    pub(super) fn restore(&self) {
        self.state().restored = true;
        self.changed.notify_waiters();
    }

    pub(super) fn shut_down(&self) {
        self.state().extensions.shut_down(since_1970().as_millis());
        self.changed.notify_waiters();
    }

    /// Registers an extension for some events; its identifier.
    pub(super) fn register_extension(&self, events: Vec<String>) -> String {
        self.state().extensions.register(events)
    }

    /// Waits for an extension's next event; `None` if it is not registered.
    pub(super) async fn next_extension_event(&self, id: &str) -> Option<String> {
        self.wait_for(|state| state.extensions.next(id)).await
    }

    async fn wait_for<T>(&self, mut ready: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Listen before looking, or a change in between is missed.
            changed.as_mut().enable();
            let found = ready(&mut self.state());
            if let Some(found) = found {
                // What was taken may concern others too: an extension hears of invocations.
                self.changed.notify_waiters();
                return found;
            }
            changed.await;
        }
    }

    fn forget(&self, id: &str) {
        let mut state = self.state();
        state.waiting.retain(|invocation| invocation.id != id);
        state.taken.remove(id);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while holding it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a runtime is told about an invocation.
pub(super) struct Taken {
    pub(super) id: String,
    pub(super) event: Bytes,
    pub(super) trace: String,
    pub(super) deadline: u128,
    pub(super) arn: String,
}

impl State {
    fn take(&mut self, door: Door) -> Option<Taken> {
        // A runtime that asks for work has started, whatever was reported before.
        self.broken = None;
        let invocation = self.waiting.pop_front()?;
        let deadline = since_1970().as_millis() + self.settings.timeout.as_millis();
        let arn = self.settings.arn();
        let Invocation { id, event, trace, answer, taken } = invocation;
        let _ = taken.send(());
        self.taken.insert(id.clone(), (door, answer));
        let taken = Taken { id, event, trace, deadline, arn };
        self.extensions.invoked(&taken);
        Some(taken)
    }

    fn fail_waiting(&mut self, error: &InvokeError) {
        for invocation in self.waiting.drain(..) {
            let _ = invocation.answer.send(Err(error.clone()));
            drop(invocation.taken);
        }
    }
}
