//! What the actions hear, for the operator and for the document.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::console::Console;
use super::super::findings::Findings;
use super::super::watch::Watch;
use crate::engine::events::{Event, Listener};

/// Listens for the operator, and remembers what was found in the last pass.
pub(super) struct Heard<'c> {
    watch: Watch<'c>,
    findings: Mutex<Findings>,
}

impl<'c> Heard<'c> {
    pub(super) fn new(console: &'c Console) -> Self {
        Self { watch: Watch::new(console), findings: Mutex::default() }
    }

    pub(super) fn findings(&self) -> MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Heard<'_> {
    fn hear(&self, event: &Event<'_>) {
        match event {
            // A pass begins; what is still so, it finds again.
            Event::Began { .. } => self.findings().clear(),
            Event::Found(finding) => self.findings().hear(finding),
            _ => {}
        }
        self.watch.hear(event);
    }
}
