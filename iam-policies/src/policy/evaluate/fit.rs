//! How much of a permission a statement is about.

use crate::policy::model::{Entries, Statement};
use crate::policy::pattern::Pattern;

/// How much of what is asked for a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// All of it.
    Whole,
    /// Some of it.
    Part,
    /// That depends on values that are not known.
    Unknown,
    /// Nothing.
    No,
}

/// The fit, and the names of unknown values that it depends on.
pub(super) fn fit(
    statement: &Statement,
    action: &Pattern,
    resource: &Pattern,
) -> (Fit, Vec<String>) {
    let actions = statement.actions.fit(action);
    if actions == Fit::No {
        return (Fit::No, Vec::new());
    }
    let fit = match (actions, statement.resources.fit(resource)) {
        (_, Fit::No) => Fit::No,
        (Fit::Whole, Fit::Whole) => Fit::Whole,
        (Fit::Unknown, _) | (_, Fit::Unknown) => Fit::Unknown,
        _ => Fit::Part,
    };
    let mut values = Vec::new();
    if fit == Fit::Unknown {
        let touched = |entries: &Entries, asked: &Pattern| -> Vec<String> {
            let touching = entries.written().iter().filter(|entry| entry.pattern.overlaps(asked));
            touching.flat_map(|entry| entry.pattern.unknown().to_vec()).collect()
        };
        values = touched(&statement.actions, action);
        values.extend(touched(&statement.resources, resource));
        values.extend(resource.unknown().iter().cloned());
        values.sort();
        values.dedup();
    }
    (fit, values)
}

impl Entries {
    /// How much of the pattern these entries are about.
    #[must_use]
    pub fn fit(&self, asked: &Pattern) -> Fit {
        let entries = self.written();
        let touching: Vec<&Pattern> = entries
            .iter()
            .map(|entry| &entry.pattern)
            .filter(|pattern| pattern.overlaps(asked))
            .collect();
        let covered = touching.iter().any(|pattern| pattern.covers(asked));
        let known = asked.unknown().is_empty()
            && touching.iter().all(|pattern| pattern.unknown().is_empty());
        match (self, covered, touching.is_empty(), known) {
            (Self::Only(_), true, _, _) | (Self::AllBut(_), _, true, _) => Fit::Whole,
            (Self::Only(_), _, true, _) | (Self::AllBut(_), true, _, _) => Fit::No,
            (_, _, _, true) => Fit::Part,
            _ => Fit::Unknown,
        }
    }
}
