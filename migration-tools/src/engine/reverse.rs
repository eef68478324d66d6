//! How an entry of the journal is taken back: purely, from what stands now where it is about.
//!
//! Only what stands exactly as the entry has left it is taken back, and all of it or nothing: whatever
//! somebody has changed since is more than this tool knows of. Of an edit only the attributes count that
//! it has changed.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Placed};
use super::item::{Item, same};
use super::rewrite::{Edit, Here};
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
    if edit.stands_in(current, record) {
        return Stands::Before;
    }
    if !edit.stands_in(current, &edit.applied_to(record)) {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use aws_sdk_dynamodb::types::AttributeValue::{self, S};
    use proptest::prelude::*;

    use super::*;
    use crate::engine::settle::{Made, made};
    use crate::engine::table::TableRef;

    /// Records by key.
    type World = BTreeMap<String, Item>;

    fn text(text: &str) -> AttributeValue {
        S(text.to_owned())
    }

    fn key(item: &Item) -> String {
        item["k"].as_s().unwrap().clone()
    }

    /// A record with this key and some of the attributes `a`, `b` and `c`.
    fn record(key: &str, values: &[Option<bool>]) -> Item {
        let mut item: Item = [("k".to_owned(), text(key))].into();
        for (name, value) in ["a", "b", "c"].iter().zip(values) {
            item.extend(value.map(|value| ((*name).to_owned(), text(&value.to_string()))));
        }
        item
    }

    fn values() -> impl Strategy<Value = Vec<Option<bool>>> {
        proptest::collection::vec(any::<Option<bool>>(), 3)
    }

    /// A transaction and the world before it.
    fn entries() -> impl Strategy<Value = (World, Entry)> {
        let puts = proptest::collection::vec((proptest::option::of(values()), values()), 0..3);
        (values(), 0..4_u8, values(), puts).prop_map(|(own, kind, edit, puts)| {
            let own = record("own", &own);
            let mut edited = Edit::default();
            for (name, value) in record("own", &edit) {
                if name != "k" && own.get(&name) != Some(&value) {
                    edited.set.insert(name, value);
                }
            }
            edited.remove.extend(
                ["a", "b", "c"]
                    .into_iter()
                    .map(str::to_owned)
                    .filter(|name| own.contains_key(name) && !edited.set.contains_key(name)),
            );
            let here = match kind {
                0 => Here::Keep,
                1 => Here::Delete,
                2 => Here::Edit(edited),
                _ => Here::Edit(Edit::default()),
            };
            let mut world = World::from([("own".to_owned(), own.clone())]);
            let mut writes = Vec::new();
            for (at, (before, after)) in puts.into_iter().enumerate() {
                let key = format!("put-{at}");
                let after = record(&key, &after);
                writes.push(match before.map(|before| record(&key, &before)) {
                    None => ("T", Write::Put(after)),
                    Some(before) => {
                        world.insert(key, before.clone());
                        match same(&before, &after) {
                            true => ("T", Write::Check(before)),
                            false => ("T", Write::Replace { before, after }),
                        }
                    }
                });
            }
            let table = TableRef::new("t", vec!["k".to_owned()]);
            (world, Entry::new(&table, "T", &own, &here, &writes))
        })
    }

    fn after(entry: &Entry, world: &World) -> World {
        let mut world = world.clone();
        match &entry.here {
            Here::Keep => {}
            Here::Delete => drop(world.remove("own")),
            Here::Edit(edit) => {
                let edited = edit.applied_to(&world["own"]);
                world.insert("own".to_owned(), edited);
            }
        }
        for put in &entry.puts {
            world.insert(key(&put.after), put.after.clone());
        }
        world
    }

    fn seen(entry: &Entry, world: &World) -> Standing {
        let puts = entry.puts.iter().map(|put| world.get(&key(&put.after)).cloned()).collect();
        Standing { record: world.get("own").cloned(), puts }
    }

    /// Makes writes as the table does: only where what they are based on stands there.
    fn write(world: &mut World, writes: &[(String, Write)]) {
        for (_, write) in writes {
            match write {
                Write::Put(item) => assert!(world.insert(key(item), item.clone()).is_none()),
                Write::Replace { before, after } => {
                    assert_eq!(world.insert(key(after), after.clone()).as_ref(), Some(before));
                }
                Write::Edit { before, edit } => {
                    let current = world.get_mut(&key(before)).unwrap();
                    *current = edit.applied_to(current);
                }
                Write::Delete(item) => assert_eq!(world.remove(&key(item)).as_ref(), Some(item)),
                Write::Check(item) => assert_eq!(world.get(&key(item)), Some(item)),
            }
        }
    }

    fn changes(entry: &Entry, before: &World) -> bool {
        after(entry, before) != *before
    }

    proptest! {
        #[test]
        fn what_was_made_is_told_and_taken_back((before, entry) in entries()) {
            let later = after(&entry, &before);
            if changes(&entry, &before) {
                prop_assert_eq!(made(&entry, &seen(&entry, &before)), Made::No);
                prop_assert_eq!(made(&entry, &seen(&entry, &later)), Made::Yes);
            }
            let mut world = later;
            if let Reversal::Writes(writes) = reverse(&entry, &seen(&entry, &world)) {
                write(&mut world, &writes);
            }
            prop_assert_eq!(&world, &before);
            prop_assert_eq!(reverse(&entry, &seen(&entry, &world)), Reversal::Nothing);
        }

        /// Somebody removes a record or puts another one in its place.
        #[test]
        fn what_somebody_else_has_written_stays(
            (before, entry) in entries(),
            which in any::<proptest::sample::Index>(),
            instead in proptest::option::of(values()),
        ) {
            let left = after(&entry, &before);
            let mut keys: Vec<String> = entry.puts.iter().map(|put| key(&put.after)).collect();
            keys.push("own".to_owned());
            let changed = which.get(&keys);
            let mut world = left.clone();
            match instead.map(|values| record(changed, &values)) {
                None => world.remove(changed),
                Some(item) => world.insert(changed.clone(), item),
            };
            let theirs = world.get(changed).cloned();
            let found = seen(&entry, &world);
            // As long as something else tells what was made, nobody can make it look undone but by
            // putting back the record itself.
            let others = keys.iter().filter(|key| {
                *key != changed && left.get(*key) != before.get(*key)
            });
            if others.count() > 0 && changed != "own" {
                prop_assert_ne!(made(&entry, &found), Made::No);
            }
            if let Reversal::Writes(writes) = reverse(&entry, &found) {
                write(&mut world, &writes);
                if theirs.as_ref() != left.get(changed) {
                    // Only where the entry has not touched it, or in other attributes.
                    match (&entry.here, theirs) {
                        (Here::Edit(edit), Some(theirs)) if changed == "own" => {
                            let mut kept = world["own"].clone();
                            let mut theirs = theirs;
                            for name in edit.set.keys().chain(&edit.remove) {
                                kept.remove(name);
                                theirs.remove(name);
                            }
                            prop_assert_eq!(kept, theirs);
                        }
                        (_, theirs) => prop_assert_eq!(world.get(changed).cloned(), theirs),
                    }
                }
            }
        }
    }
}
