//! How an entry of the journal is taken back: purely, from what stands now where it is about.
//!
//! Only what stands exactly as the entry has left it is taken back, and all of it or nothing: whatever
//! somebody has changed since is more than this tool knows of. Of an edit only the attributes count that
//! it has changed.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Placed};
use super::item::{Item, same};
use super::rewrite::{Edit, Here};
use super::settle::stand_as;
use super::standing::Standing;
use super::write::{MAX_WRITES, Write};

/// What takes an entry back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reversal {
    /// Nothing does: everything stands as before it.
    Nothing,
    /// These writes, in one transaction: the table by its key in the plan, and what is written.
    Writes(Vec<(String, Write)>),
    /// It cannot be taken back.
    Refused {
        /// Which put stands in the way; the record itself where it is none.
        put: Option<usize>,
        /// Why, without content.
        because: &'static str,
    },
}

const CHANGED: &str = "somebody has changed it since";
const GONE: &str = "somebody has removed it since";
const LAST: &str = "it is gone, and what was made of it is all that is left";
const THERE: &str = "somebody has written another one in its place since";

/// How one record stands.
enum Stands {
    /// As the entry has left it: this takes it back.
    Left(Write),
    /// As before the entry.
    Before,
    /// Otherwise.
    Otherwise(&'static str),
}

/// What takes an entry back that was made.
#[must_use]
pub fn reverse(entry: &Entry, seen: &Standing) -> Reversal {
    let current = seen.record.as_ref();
    let mut all: Vec<(Option<usize>, &str, Stands)> = Vec::with_capacity(entry.puts.len() + 1);
    for (at, (put, current)) in entry.puts.iter().zip(&seen.puts).enumerate() {
        if put.writes() {
            all.push((Some(at), &put.table, by_put(put, current.as_ref())));
        }
    }
    let own = match &entry.here {
        Here::Keep => None,
        Here::Delete => Some(by_deleted(&entry.record, current)),
        Here::Edit(edit) if *edit == Edit::default() => None,
        Here::Edit(edit) => Some(by_edit(edit, &entry.record, current)),
    };
    let stays = !matches!(entry.here, Here::Delete);
    all.extend(own.map(|own| (None, entry.table.as_str(), own)));
    if all.iter().all(|(.., stands)| matches!(stands, Stands::Before)) {
        return Reversal::Nothing;
    }
    if stays && current.is_none() {
        return Reversal::Refused { put: None, because: LAST };
    }
    let mut writes = Vec::with_capacity(all.len() + 1);
    for (put, table, stands) in all {
        match stands {
            Stands::Left(write) => writes.push((table.to_owned(), write)),
            // Together with others that stand as they were left: then this was somebody else.
            Stands::Before => {
                let because = if put.is_some() { GONE } else { CHANGED };
                return Reversal::Refused { put, because };
            }
            Stands::Otherwise(because) => return Reversal::Refused { put, because },
        }
    }
    // The copy goes only where the record stays.
    if let (Here::Keep, Some(record)) = (&entry.here, current)
        && writes.len() < MAX_WRITES
    {
        writes.push((entry.table.clone(), Write::Check(record.clone())));
    }
    Reversal::Writes(writes)
}

fn by_put(put: &Placed, current: Option<&Item>) -> Stands {
    match (current, &put.before) {
        (Some(current), before) if same(current, &put.after) => Stands::Left(match before {
            None => Write::Delete(current.clone()),
            Some(before) => Write::Replace { before: current.clone(), after: before.clone() },
        }),
        (Some(current), Some(before)) if same(current, before) => Stands::Before,
        (None, None) => Stands::Before,
        (None, Some(_)) => Stands::Otherwise(GONE),
        (Some(_), _) => Stands::Otherwise(CHANGED),
    }
}

fn by_deleted(record: &Item, current: Option<&Item>) -> Stands {
    match current {
        None => Stands::Left(Write::Put(record.clone())),
        Some(current) if same(current, record) => Stands::Before,
        Some(_) => Stands::Otherwise(THERE),
    }
}

fn by_edit(edit: &Edit, record: &Item, current: Option<&Item>) -> Stands {
    let Some(current) = current else { return Stands::Otherwise(GONE) };
    if stand_as(edit, current, record) {
        return Stands::Before;
    }
    if !stand_as(edit, current, &edit.applied_to(record)) {
        return Stands::Otherwise(CHANGED);
    }
    let names: BTreeSet<&String> = edit.set.keys().chain(&edit.remove).collect();
    let mut back = Edit { set: BTreeMap::new(), remove: BTreeSet::new() };
    for name in names {
        match record.get(name) {
            Some(value) => {
                back.set.insert(name.clone(), value.clone());
            }
            None => {
                back.remove.insert(name.clone());
            }
        }
    }
    Stands::Left(Write::Edit { before: current.clone(), edit: back })
}
