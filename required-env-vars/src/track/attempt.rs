//! When tracking happens within one call, and for how long.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::time::timeout_at;

use super::tracker::TrackingError;
use crate::binding::Binding;

/// Records what the function declares. Never fails, never takes longer than the time allowed.
pub(crate) async fn declarations(binding: &Binding) {
    let declared = &binding.progress.declared;
    if attempt(binding, Instant::now(), || declared.load(Ordering::Acquire)).await {
        declared.store(true, Ordering::Release);
    }
}

/// Records which declared operations ran, where the record does not say so yet. Takes no longer
/// than the time allowed, counted from `body_end`.
pub(crate) async fn observations(binding: &Binding, body_end: Instant) {
    let observed = &binding.progress.observed;
    // Cleared first: what runs from here on is for the next time.
    if observed.swap(false, Ordering::AcqRel) {
        let mut pending = Pending { observed, recorded: false };
        pending.recorded = attempt(binding, body_end, || false).await;
    }
}

/// Marks the observations as unrecorded again, also when the future is dropped half-way.
struct Pending<'p> {
    observed: &'p AtomicBool,
    recorded: bool,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.recorded {
            self.observed.store(true, Ordering::Release);
        }
    }
}

/// Brings the records of one function up to date; answers whether they are. Another call of the
/// function that is at it is waited for, in case it leaves nothing to do.
async fn attempt(binding: &Binding, since: Instant, done: impl Fn() -> bool) -> bool {
    let Some(tracker) = binding.tracker.filter(|tracker| tracker.may_try()) else { return false };
    let allowed = tracker.time_allowed();
    let work = async {
        let _turn = binding.progress.turn.lock().await;
        if done() { Ok(()) } else { tracker.record(binding).await }
    };
    let result = timeout_at((since + allowed).into(), work).await;
    match result.unwrap_or(Err(TrackingError::Late(allowed))) {
        Ok(()) => {
            tracker.succeeded();
            true
        }
        Err(error) => {
            tracker.failed();
            tracing::warn!(
                table = tracker.table(),
                function = binding.function.path,
                %error,
                "the use of variables could not be recorded; a later invocation tries again"
            );
            false
        }
    }
}
