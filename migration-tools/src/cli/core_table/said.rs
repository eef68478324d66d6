//! What the actions say, to people and as a document.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::console::Console;
use super::super::findings::{Counted, Findings};
use super::super::watch::Watch;
use crate::core_table::{INDEX, SERVERS, Three};
use crate::engine::events::{Event, Listener};
use crate::engine::journal::{Finding, Kind};

/// Findings that are kept one by one; all are counted.
const MAX_FINDINGS: usize = 10_000;
/// Keys that are shown of what has the same reason.
const SHOWN: usize = 20;

/// Listens for the operator, and remembers what was found in the last pass.
pub(super) struct Heard<'c> {
    watch: Watch<'c>,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    groups: Findings,
    keys: Vec<Finding>,
}

impl<'c> Heard<'c> {
    pub(super) fn new(console: &'c Console) -> Self {
        Self { watch: Watch::new(console), found: Mutex::default() }
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the document.
    pub(super) fn groups(&self) -> Vec<Counted> {
        self.found().groups.groups()
    }

    /// Those that are kept one by one.
    pub(super) fn all(&self) -> Vec<Finding> {
        self.found().keys.clone()
    }

    /// Says all of them; `run` is the run whose journal has them with their keys.
    pub(super) fn say(&self, console: &Console, run: Option<u64>) {
        self.found().groups.say(console, run);
    }

    /// Shows the keys of what has to be seen to, which no log may keep.
    pub(super) fn show_keys(&self, console: &Console) {
        let mut groups: BTreeMap<(String, &'static str, String), Vec<String>> = BTreeMap::new();
        for Finding { table, key, kind, reason, .. } in self.all() {
            groups.entry((table, kind.word(), reason)).or_default().push(key);
        }
        for ((table, kind, reason), keys) in &groups {
            console.show(&format!("  {table}, {kind}: {reason}"));
            keys.iter().take(SHOWN).for_each(|key| console.show(&format!("    {key}")));
            if keys.len() > SHOWN {
                console.show(&format!("    and {} more (--format json)", keys.len() - SHOWN));
            }
        }
    }
}

impl Listener for Heard<'_> {
    fn hear(&self, event: &Event<'_>) {
        match event {
            // A pass begins; what is still so, it finds again.
            Event::Began { table, .. } if *table == SERVERS => *self.found() = Found::default(),
            Event::Found(finding) => {
                let mut found = self.found();
                found.groups.hear(finding);
                if found.keys.len() < MAX_FINDINGS {
                    found.keys.push((*finding).clone());
                }
            }
            _ => {}
        }
        self.watch.hear(event);
    }
}

/// A finding that somebody has to act on.
pub(super) fn is_open(finding: &Finding) -> bool {
    finding.kind != Kind::Noted
}

/// Says what the live system needs and CoreTable does not have.
pub(super) fn index(console: &Console, tables: &Three) {
    if !tables.has_index() {
        console.problem(&format!(
            "{} has no index {INDEX} by SK and PK that is complete: a server's members cannot be listed there; see to that before the switch.",
            tables.core.table.name
        ));
    }
}

/// The parts of a sentence whose number is not 0.
pub(super) fn parts(all: &[(u64, &str)]) -> String {
    let all = all.iter().filter(|(count, _)| *count > 0);
    let all: Vec<String> = all.map(|(count, what)| format!("{count} {what}")).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}
