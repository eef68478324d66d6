//! The variables of one function, resolved: what the handles of its body point to.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_config::SdkConfig;
use tokio::sync::Mutex;

use crate::clients::Clients;
use crate::declaration::{DeclaredVariable, Function};
use crate::track::Tracker;
use crate::value::Value;

/// All variables of one function.
///
/// Bindings live as long as the process: there is one per function, and one more for each time
/// the container is restored from a snapshot, so handles can be plain references and a warm
/// invocation neither counts references nor allocates.
pub(crate) struct Binding {
    pub(crate) function: &'static Function,
    pub(crate) variables: Vec<BoundVariable>,
    /// `None` when tracking is off.
    pub(crate) tracker: Option<&'static Tracker>,
    pub(crate) progress: Progress,
}

/// What tracking still has to do for one function in this container.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The declarations are known to stand in the table.
    pub(crate) declared: AtomicBool,
    /// An operation ran for the first time in this container and that is not recorded yet.
    pub(crate) observed: AtomicBool,
    /// Held by the call that is at it.
    pub(crate) turn: Mutex<()>,
}

impl Binding {
    /// Whether an invocation has to do anything about tracking before its body runs.
    pub(crate) fn declaration_due(&self) -> bool {
        !self.progress.declared.load(Ordering::Acquire) && self.may_track()
    }

    /// Whether an invocation has to do anything about tracking after its body ran.
    pub(crate) fn observation_due(&self) -> bool {
        self.progress.observed.load(Ordering::Acquire) && self.may_track()
    }

    fn may_track(&self) -> bool {
        self.tracker.is_some_and(Tracker::may_try)
    }
}

/// One variable of one function: its value, its clients, and what was seen to run.
pub struct BoundVariable {
    pub(crate) declared: &'static DeclaredVariable,
    pub(crate) value: &'static Value,
    /// `None` when nothing in the function needs a client.
    pub(crate) config: Option<&'static SdkConfig>,
    pub(crate) clients: Clients,
    /// One flag for each declared operation: a request of it left this container.
    pub(crate) ran: Vec<AtomicBool>,
    /// Back to the whole, set once the whole stands.
    pub(crate) binding: OnceLock<&'static Binding>,
}

impl BoundVariable {
    pub(crate) fn new(
        declared: &'static DeclaredVariable,
        value: &'static Value,
        config: Option<&'static SdkConfig>,
    ) -> Self {
        let ran = declared.operations.iter().map(|_| AtomicBool::new(false)).collect();
        Self { declared, value, config, clients: Clients::default(), ran, binding: OnceLock::new() }
    }

    /// Notes that a request of this operation is being sent.
    pub(crate) fn observe(&self, operation: &str) {
        let declared = self.declared.operations.iter().zip(&self.ran);
        for (_, ran) in declared.filter(|(declared, _)| declared.name() == operation) {
            if !ran.swap(true, Ordering::AcqRel)
                && let Some(binding) = self.binding.get()
            {
                binding.progress.observed.store(true, Ordering::Release);
            }
        }
    }

    /// IAM spellings of the declared operations that ran in this container.
    pub(crate) fn observed(&self) -> impl Iterator<Item = &'static str> {
        self.declared
            .operations
            .iter()
            .zip(&self.ran)
            .filter(|(_, ran)| ran.load(Ordering::Acquire))
            .map(|(operation, _)| operation.iam())
    }
}
