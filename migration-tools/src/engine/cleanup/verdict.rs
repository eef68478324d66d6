//! Whether an old record may go: purely, from what stands now.

use crate::engine::entry::{Entry, short};
use crate::engine::item::same;
use crate::engine::journal::Kind;
use crate::engine::rewrite::Here;
use crate::engine::standing::Standing;
use crate::engine::writer::MARK;

/// What is to become of an old record.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It goes.
    Delete {
        /// How many copies were changed since.
        changed: usize,
    },
    /// It is gone already.
    Gone,
    /// It stays.
    Refused {
        /// Which copy is the reason; the record itself where it is none.
        put: Option<usize>,
        /// What kind of a finding it is.
        kind: Kind,
        /// Why, without content.
        because: &'static str,
        /// What a person can do.
        remedy: &'static str,
    },
}

/// What is to become of the old record that an entry has copied, where all its copies are puts of it.
/// `exact` is for where nobody knows whether a copy that differs from its put is one.
#[must_use]
pub fn verdict(entry: &Entry, seen: &Standing, exact: bool) -> Verdict {
    let Some(record) = &seen.record else { return Verdict::Gone };
    let left = entry.left.unwrap_or_else(|| short(&entry.record));
    let mut unmarked = record.clone();
    unmarked.remove(MARK);
    if short(record) != left && short(&unmarked) != left {
        return Verdict::Refused {
            put: None,
            kind: Kind::Changed,
            because: "the old record was changed after it was copied",
            remedy: "run the migration again, which copies it as it is now, and then this",
        };
    }
    if let Some(put) = seen.puts.iter().position(Option::is_none) {
        return Verdict::Refused {
            put: Some(put),
            kind: Kind::Missing,
            because: "it is not there, so that the old record stays that should be copied there",
            remedy: "run the migration again; if somebody removed the copy on purpose, delete the old record by hand",
        };
    }
    let copies = entry.puts.iter().zip(seen.puts.iter().flatten());
    let mut changed = copies.enumerate().filter(|(_, (put, copy))| !same(&put.after, copy));
    match changed.next() {
        None => Verdict::Delete { changed: 0 },
        Some(_) if !exact => Verdict::Delete { changed: 1 + changed.count() },
        Some((put, _)) => Verdict::Refused {
            put: Some(put),
            kind: Kind::Refused,
            because: "another record stands where the copy should, merged or changed since",
            remedy: "give the --journal of the migration, which can tell, or compare the two and delete the old one by hand",
        },
    }
}

/// Whether the record of an entry was copied and kept.
#[must_use]
pub fn is_kept(entry: &Entry) -> bool {
    let stays = match &entry.here {
        Here::Keep => true,
        Here::Edit(edit) => {
            edit.remove.is_empty() && edit.set.len() == 1 && edit.set.contains_key(MARK)
        }
        Here::Delete => false,
    };
    stays && !entry.puts.is_empty()
}
