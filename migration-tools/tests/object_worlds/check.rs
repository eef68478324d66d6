//! Whether what everybody opened before is opened after, and nothing that was not kept elsewhere is gone.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::Value;

use super::reader::{Application, Content, View, value};
use super::{
    CONSOLIDATION, Deployed, Person, Place, SHARES, Snapshot, T_ARTIFACTS, T_CONVERSATIONS,
    T_STATES, T_STORAGE, T_TASKS, T_TEMPLATES, Thing,
};

fn application<'a>(of: &'a Deployed, at: &'a Snapshot) -> Application<'a> {
    Application { at, parsed: &of.parsed, of: of.world.deployment(), pairs: &of.world.pairs }
}

/// What differs, as far as a person would say so. `contested` is how many things were there twice, under
/// the old and the new id of their owner and differently.
#[derive(Debug, Default)]
pub struct Checked {
    pub wrong: Vec<String>,
    /// What cannot be opened as before, and what it was.
    pub missed: Vec<(String, Content)>,
    pub opened: usize,
    pub contested: usize,
}

impl Checked {
    fn same(&mut self, who: &str, expected: &View, found: &View) {
        for (what, content) in expected {
            self.opened += 1;
            match found.get(what) {
                Some(other) if other == content => {}
                found => self.missed.push((
                    format!("{who}: {what:?} was {content:?} and is {found:?}"),
                    content.clone(),
                )),
            }
        }
    }
}

/// Compares what people open, before and after. Users of the map have their new ids.
pub fn compare(of: &Deployed, before: &Snapshot, after: &Snapshot) -> Checked {
    let (then, now) = (application(of, before), application(of, after));
    let mut checked = Checked::default();
    for person in of.people() {
        let (old, new) = (then.view(&person.old), then.view(&person.new));
        let found = now.view(&person.new);
        let mut expected = old.clone();
        for (what, content) in &new {
            match old.get(what) {
                Some(other) if other != content => {
                    checked.contested += 1;
                    let other = other.clone();
                    let is_one = found.get(what).is_some_and(|now| *now == other || now == content);
                    if !is_one {
                        checked.wrong.push(format!("{person:?}: {what:?} is neither of the two"));
                    }
                    expected.remove(what);
                }
                _ => drop(expected.insert(what.clone(), content.clone())),
            }
        }
        checked.same(&who(&person), &expected, &found);
    }
    checked.same("everybody", &then.common(), &now.common());
    checked.wrong.extend(lost(of, before, after));
    checked.wrong.extend(of_strangers(of, before, after));
    checked
}

/// What is still opened under ids that are not any more. Older versions, which were hidden by newer ones
/// before, may be.
pub fn left_behind(of: &Deployed, before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let (then, now) = (application(of, before), application(of, after));
    let mut left = Vec::new();
    for person in of.people().into_iter().filter(|person| person.old != person.new) {
        let then = then.view(&person.old);
        for (what, content) in now.view(&person.old) {
            if then.get(&what) == Some(&content) && !what.starts_with("template") {
                left.push(format!("{}: {what}", who(&person)));
            }
        }
    }
    left
}

/// Objects that went, and whose content is nowhere.
pub fn lost(of: &Deployed, before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let contents: BTreeSet<&[u8]> = after
        .things
        .iter()
        .filter(|((bucket, _), _)| *bucket == CONSOLIDATION)
        .map(|(_, thing)| thing.bytes.as_slice())
        .collect();
    let items: Vec<Value> = after
        .rows
        .get(T_STORAGE)
        .into_iter()
        .flatten()
        .filter_map(|row| row.get("data").map(value))
        .collect();
    let is_kept = |thing: &Thing| {
        contents.contains(thing.bytes.as_slice())
            || of.parsed.get(&thing.bytes).is_some_and(|parsed| items.contains(parsed))
    };
    let changed =
        before.things.iter().filter(|(place, thing)| after.things.get(*place) != Some(thing));
    changed
        .filter(|(_, thing)| !is_kept(thing))
        .map(|(place, thing)| format!("{place:?} is gone, and nothing has {thing:?}"))
        .collect()
}

/// Objects and rows of people who are not in the map and that are not as they were.
fn of_strangers(of: &Deployed, before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let strangers: BTreeSet<String> =
        of.people().into_iter().filter(|one| !one.listed).map(|one| one.old).collect();
    let own = |(bucket, key): &(&'static str, String)| {
        let path = match (*bucket, key.split_once('/')) {
            (CONSOLIDATION, Some((prefix, path))) if prefix != "agentConversations" => path,
            _ => key,
        };
        let mut parts = path.split('/');
        let first = parts.next().is_some_and(|id| strangers.contains(id));
        let shares = *bucket == SHARES || key.starts_with("shares/");
        first && (!shares || parts.next().is_some_and(|id| strangers.contains(id)))
    };
    let mut wrong = Vec::new();
    let things = |at: &Snapshot| -> BTreeMap<_, _> {
        at.things
            .iter()
            .filter(|(place, _)| own(place))
            .map(|(a, b)| (a.clone(), b.clone()))
            .collect()
    };
    if things(before) != things(after) {
        wrong.push("objects of others changed".to_owned());
    }
    for (table, name) in [
        (T_STATES, "user"),
        (T_CONVERSATIONS, "user_id"),
        (T_TASKS, "user"),
        (T_TEMPLATES, "user"),
        (T_ARTIFACTS, "user_id"),
    ] {
        let named = |row: &&_| {
            let row: &std::collections::HashMap<String, AttributeValue> = row;
            let is_own =
                matches!(row.get(name), Some(AttributeValue::S(id)) if strangers.contains(id));
            is_own && !(table == T_ARTIFACTS && format!("{row:?}").contains("sharedBy"))
        };
        let rows = |at: &Snapshot| -> Vec<_> {
            at.rows.get(table).into_iter().flatten().filter(named).cloned().collect()
        };
        if rows(before) != rows(after) {
            wrong.push(format!("rows of others in {table} changed"));
        }
    }
    wrong
}

/// The id by which somebody is known.
pub fn who(person: &Person) -> String {
    format!("{} -> {}", person.old, person.new)
}

/// Nothing is wrong.
pub fn assert_reaches(of: &Deployed, before: &Snapshot, after: &Snapshot, what: &str) -> Checked {
    let checked = compare(of, before, after);
    let missed: Vec<&str> = checked.missed.iter().map(|(what, _)| what.as_str()).collect();
    assert!(missed.is_empty(), "{what}:\n{}", missed.join("\n"));
    assert!(checked.wrong.is_empty(), "{what}:\n{}", checked.wrong.join("\n"));
    assert!(checked.opened > 4, "{what}: {checked:?}");
    checked
}

/// Where a content stood before and still stands.
pub fn still<'b>(
    of: &Deployed,
    before: &'b Snapshot,
    after: &Snapshot,
    content: &Content,
) -> Vec<&'b Place> {
    let is_it = |thing: &Thing| match content {
        Content::Bytes(bytes) => thing.bytes == *bytes,
        Content::Parsed(value) => of.parsed.get(&thing.bytes) == Some(value),
    };
    let all = before
        .things
        .iter()
        .filter(|(place, thing)| is_it(thing) && after.things.get(*place) == Some(*thing));
    all.map(|(place, _)| place).collect()
}

/// Contents of a view that is expected to have something.
pub fn opened(of: &Deployed, at: &Snapshot, id: &str) -> BTreeMap<String, Content> {
    application(of, at).view(id)
}
