//! One side of a statement, taken apart into pieces that can be compared.

use crate::policy::catalogue::{is_covered, matching};
use crate::policy::evaluate::Fit;
use crate::policy::pattern::Pattern;
use crate::policy::{Condition, Entries, Entry};

/// Actions or resources that a statement is about.
pub(super) enum Target<'a> {
    /// What this pattern matches.
    Pattern(Pattern),
    /// What none of these matches.
    AllBut(&'a [Entry]),
}

impl Target<'_> {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Pattern(pattern) => pattern.text().to_owned(),
            Self::AllBut(entries) => {
                let each: Vec<&str> = entries.iter().map(|entry| entry.pattern.text()).collect();
                format!("everything but {}", each.join(", "))
            }
        }
    }

    /// Whether the entries are about all of it. Unknown values that are written alike are the same.
    pub(super) fn is_in(&self, entries: &Entries) -> bool {
        match (self, entries) {
            (Self::Pattern(own), Entries::Only(others))
                if others.iter().any(|other| other.pattern == *own) =>
            {
                true
            }
            (Self::Pattern(own), entries) => entries.fit(own) == Fit::Whole,
            (Self::AllBut(_), Entries::Only(others)) => {
                others.iter().any(|other| other.pattern.is_everything())
            }
            (Self::AllBut(own), Entries::AllBut(others)) => others.iter().all(|other| {
                own.iter()
                    .any(|own| own.pattern == other.pattern || own.pattern.covers(&other.pattern))
            }),
        }
    }

    /// Whether the entries may be about some of it.
    pub(super) fn touches(&self, entries: &Entries) -> bool {
        match (self, entries) {
            (Self::Pattern(own), entries) => entries.fit(own) != Fit::No,
            (Self::AllBut(excluded), Entries::Only(others)) => others
                .iter()
                .any(|other| !excluded.iter().any(|own| own.pattern.covers(&other.pattern))),
            (Self::AllBut(_), Entries::AllBut(_)) => true,
        }
    }
}

/// The actions of the catalogue one by one; what is outside of it as it was written.
pub(super) fn actions(entries: &Entries) -> Vec<Target<'_>> {
    let mut targets = Vec::new();
    match entries {
        Entries::Only(written) => {
            for entry in written {
                if !is_covered(entry) {
                    targets.push(Target::Pattern(entry.pattern.clone()));
                }
                let each = matching(&entry.pattern).into_iter();
                targets.extend(each.map(|action| Target::Pattern(Pattern::action(action.full()))));
            }
        }
        Entries::AllBut(excluded) => targets.push(Target::AllBut(excluded)),
    }
    targets
}

/// The resources as they were written.
pub(super) fn resources(entries: &Entries) -> Vec<Target<'_>> {
    match entries {
        Entries::Only(written) => {
            written.iter().map(|entry| Target::Pattern(entry.pattern.clone())).collect()
        }
        Entries::AllBut(excluded) => vec![Target::AllBut(excluded)],
    }
}

/// Whether `wide` hold whenever `narrow` do, as far as comparing their values shows.
pub(super) fn implied(wide: &[Condition], narrow: &[Condition]) -> bool {
    wide.iter().all(|wide| narrow.iter().any(|narrow| follows(wide, narrow)))
}

fn follows(wide: &Condition, narrow: &Condition) -> bool {
    let all_of = |some: &Condition, others: &Condition| {
        some.values.iter().all(|value| others.values.contains(value))
    };
    let same = wide.operator.eq_ignore_ascii_case(&narrow.operator)
        && wide.key.eq_ignore_ascii_case(&narrow.key)
        && !wide.key.is_empty();
    let negated = wide.operator.to_ascii_lowercase().contains("not");
    same && if negated { all_of(wide, narrow) } else { all_of(narrow, wide) }
}
