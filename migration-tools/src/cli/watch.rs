//! What a run says while it works: a bar on a terminal, lines elsewhere and in the log.

use std::sync::{Mutex, PoisonError};

use super::console::Console;
use super::progress::Progress;
use crate::engine::events::{Event, Listener};

/// Listens for the operator.
pub(super) struct Watch<'c> {
    console: &'c Console,
    bar: Mutex<Option<Progress<'c>>>,
}

impl<'c> Watch<'c> {
    pub(super) fn new(console: &'c Console) -> Self {
        Self { console, bar: Mutex::new(None) }
    }
}

impl Listener for Watch<'_> {
    fn hear(&self, event: &Event<'_>) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Began { table, records, .. } => {
                let records = usize::try_from(*records).unwrap_or(usize::MAX);
                *bar = Some(self.console.progress(table, records));
            }
            Event::Read { records, .. } => {
                if let Some(bar) = bar.as_mut() {
                    bar.add(usize::try_from(*records).unwrap_or(usize::MAX));
                }
            }
            Event::Ended { table, pass, counts } => {
                if let Some(bar) = bar.take() {
                    bar.end();
                }
                let what = match pass {
                    0 => format!("{table}: {} records read", counts.records),
                    _ => format!(
                        "{table}, pass {pass}: {} records, {} written, {} kept, {} open",
                        counts.records,
                        counts.written(),
                        counts.kept,
                        counts.open()
                    ),
                };
                self.console.detail(&what);
            }
            Event::Found(finding) => {
                let (table, kind) = (&finding.table, finding.kind.word());
                self.console.detail(&format!("{table}: {kind}: {}", finding.reason));
            }
            Event::Record { .. } => {}
        }
    }
}
