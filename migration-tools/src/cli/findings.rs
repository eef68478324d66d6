//! What a person has to know of, in groups: a reason that a thousand records share is one line.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::Serialize;

use super::console::Console;
use crate::engine::journal::Finding;

/// Findings that were heard of. Keys of records, which have ids of users, are left to the journal.
#[derive(Default)]
pub(super) struct Findings(RefCell<BTreeMap<Group, u64>>);

/// What findings have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Group {
    table: String,
    kind: &'static str,
    reason: String,
    remedy: String,
}

/// A group and how many records it is of.
#[derive(Serialize)]
pub(super) struct Counted {
    #[serde(flatten)]
    group: Group,
    records: u64,
}

impl Findings {
    /// Hears of one.
    pub(super) fn hear(&self, finding: &Finding) {
        let Finding { table, reason, remedy, kind, .. } = finding.clone();
        let group = Group { table, kind: kind.word(), reason, remedy };
        *self.0.borrow_mut().entry(group).or_default() += 1;
    }

    /// Forgets what was heard so far.
    pub(super) fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// For the document.
    pub(super) fn groups(&self) -> Vec<Counted> {
        let one =
            |(group, records): (&Group, &u64)| Counted { group: group.clone(), records: *records };
        self.0.borrow().iter().map(one).collect()
    }

    /// Says all of them; `run` is the run whose journal has them with their keys.
    pub(super) fn say(&self, console: &Console, run: Option<u64>) {
        let groups = self.0.borrow();
        for (Group { table, kind, reason, remedy }, records) in groups.iter() {
            console.problem(&format!("{table}: {records} {kind}: {reason}; {remedy}"));
        }
        if let (Some(run), false) = (run, groups.is_empty()) {
            console.say(&format!(
                "`migration-tools status --run {run} --show-values` tells which records they are."
            ));
        }
    }
}
