//! What the journal holds of one change: the record as it was, and what was put in which place.
//!
//! An entry is what is written together: one transaction, or one change in place. It is JSON; items are DynamoDB's typed JSON, and what was put is told by
//! how it differs from what stood there, or from the record, so that an entry is about as large as the
//! record:
//!
//! ```json
//! {"table": "T", "record": {"user": {"S": "ada"}}, "here": "delete",
//!  "puts": [{"table": "T", "set": {"user": {"S": "lovelaa1"}}, "remove": []}]}
//! ```
//!
//! `here` is `keep`, `delete` or `edit`; an edit has `edit` with `set` and `remove`, and of its record the
//! key and the attributes that change, and as `left` the short form of the whole record after it. A put
//! where something stood has that as `before`. `of` is there where a kept record is cleaned up: run and
//! number of the entry that copied it.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::item::{Item, canonical, same};
use super::rewrite::{Edit, Here};
use super::table::TableRef;
use super::typed_json::{UnknownTypeError, of_value, to_value};
use super::write::Write;

/// What is written together: what it is about and what it does.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The table of the record, by its key in the plan.
    pub table: String,
    /// The record before; of an edit only what [`Entry::trimmed`] leaves.
    pub record: Item,
    /// What happens to it.
    pub here: Here,
    /// What is put elsewhere.
    pub puts: Vec<Placed>,
    /// Of an edit, the short form of the whole record as it is left.
    pub left: Option<Short>,
    /// The run and the number of the entry that copied the record which this one cleans up.
    pub of: Option<(u64, u64)>,
}

/// An item that is put.
#[derive(Clone, PartialEq)]
pub struct Placed {
    /// The table, by its key in the plan.
    pub table: String,
    /// What stood in its place.
    pub before: Option<Item>,
    /// What stands there afterwards.
    pub after: Item,
}

impl Placed {
    /// Whether it is another item than stood there. Where it is not, it only had to stand there.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.before.as_ref().is_none_or(|before| !same(before, &self.after))
    }
}

/// A record by its key, short enough to have all of them in the journal: 128 bits of SHA-256.
pub type Short = u128;

/// An entry that cannot be read. Without anything of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EntryError(pub &'static str);

impl Entry {
    /// The entry of writes that belong together. `here` is `Keep` where the record itself is written by
    /// another transaction.
    #[must_use]
    pub fn new(
        table: &TableRef,
        key: &str,
        record: &Item,
        here: &Here,
        puts: &[(&'static str, Write)],
    ) -> Self {
        let placed = |(table, write): &(&'static str, Write)| {
            let (before, after) = match write {
                Write::Put(after) => (None, after.clone()),
                Write::Replace { before, after } => (Some(before.clone()), after.clone()),
                // What is there already stands for the record from now on.
                Write::Check(existing) => (Some(existing.clone()), existing.clone()),
                Write::Edit { .. } | Write::Delete(_) => return None,
            };
            Some(Placed { table: (*table).to_owned(), before, after })
        };
        let (record, left) = match here {
            Here::Edit(edit) => {
                let left = (*edit != Edit::default()).then(|| short(&edit.applied_to(record)));
                (Self::trimmed(table, record, edit), left)
            }
            Here::Keep | Here::Delete => (record.clone(), None),
        };
        let puts = puts.iter().filter_map(placed).collect();
        Self { table: key.to_owned(), record, here: here.clone(), puts, left, of: None }
    }

    /// What an edit can be taken back with: the key, and what the attributes were that it changes.
    #[must_use]
    pub fn trimmed(table: &TableRef, record: &Item, edit: &Edit) -> Item {
        let needed = |name: &String| {
            table.keys.contains(name) || edit.set.contains_key(name) || edit.remove.contains(name)
        };
        let of = record.iter().filter(|(name, _)| needed(name));
        of.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The entry as the journal keeps it.
    ///
    /// # Errors
    ///
    /// Where the SDK has read a value whose type it does not know.
    pub fn encode(&self) -> Result<Vec<u8>, UnknownTypeError> {
        let mut whole = Map::new();
        whole.insert("table".to_owned(), json!(self.table));
        whole.insert("record".to_owned(), to_value(&self.record)?);
        let here = match &self.here {
            Here::Keep => "keep",
            Here::Delete => "delete",
            Here::Edit(edit) => {
                whole.insert("edit".to_owned(), Value::Object(encoded_edit(edit)?));
                "edit"
            }
        };
        whole.insert("here".to_owned(), json!(here));
        let mut puts = Vec::with_capacity(self.puts.len());
        for put in &self.puts {
            let base = put.before.as_ref().unwrap_or(&self.record);
            let mut one = encoded_edit(&Edit::between(base, &put.after))?;
            one.insert("table".to_owned(), json!(put.table));
            if let Some(before) = &put.before {
                one.insert("before".to_owned(), to_value(before)?);
            }
            puts.push(Value::Object(one));
        }
        whole.insert("puts".to_owned(), Value::Array(puts));
        if let Some(left) = self.left {
            whole.insert("left".to_owned(), json!(format!("{left:032x}")));
        }
        if let Some(of) = self.of {
            whole.insert("of".to_owned(), json!(of));
        }
        Ok(Value::Object(whole).to_string().into_bytes())
    }

    /// The entry that the journal has kept.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let whole = serde_json::from_slice(bytes).map_err(|_| EntryError("it is no JSON"))?;
        let mut whole = object(whole)?;
        let record = item(take(&mut whole, "record")?)?;
        let here = match take(&mut whole, "here")?.as_str() {
            Some("keep") => Here::Keep,
            Some("delete") => Here::Delete,
            Some("edit") => Here::Edit(edit(object(take(&mut whole, "edit")?)?)?),
            _ => return Err(EntryError("`here` is none of keep, delete and edit")),
        };
        let Value::Array(all) = take(&mut whole, "puts")? else {
            return Err(EntryError("`puts` is no list"));
        };
        let puts = all.into_iter().map(|one| {
            let mut one = object(one)?;
            let before = one.remove("before").map(item).transpose()?;
            let table = text(take(&mut one, "table")?)?;
            let after = edit(one)?.applied_to(before.as_ref().unwrap_or(&record));
            Ok(Placed { table, before, after })
        });
        let puts = puts.collect::<Result<_, _>>()?;
        let left = whole.remove("left").map(|left| {
            let left = text(left)?;
            Short::from_str_radix(&left, 16).map_err(|_| EntryError("`left` is no short form"))
        });
        let of = whole.remove("of").map(serde_json::from_value).transpose();
        let of = of.map_err(|_| EntryError("`of` is no run and number"))?;
        let table = text(take(&mut whole, "table")?)?;
        Ok(Self { table, record, here, puts, left: left.transpose()?, of })
    }
}

fn encoded_edit(edit: &Edit) -> Result<Map<String, Value>, UnknownTypeError> {
    let set: Item = edit.set.clone().into_iter().collect();
    let mut map = Map::new();
    map.insert("set".to_owned(), to_value(&set)?);
    map.insert("remove".to_owned(), json!(edit.remove));
    Ok(map)
}

fn edit(mut of: Map<String, Value>) -> Result<Edit, EntryError> {
    let set = item(take(&mut of, "set")?)?.into_iter().collect();
    let remove = serde_json::from_value(take(&mut of, "remove")?);
    Ok(Edit { set, remove: remove.map_err(|_| EntryError("`remove` is no list of names"))? })
}

fn item(value: Value) -> Result<Item, EntryError> {
    of_value(value).map_err(|_| EntryError("an item in it is no item in DynamoDB's JSON"))
}

fn object(value: Value) -> Result<Map<String, Value>, EntryError> {
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(EntryError("it is no object")),
    }
}

fn text(value: Value) -> Result<String, EntryError> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(EntryError("a name in it is no text")),
    }
}

fn take(from: &mut Map<String, Value>, name: &'static str) -> Result<Value, EntryError> {
    from.remove(name).ok_or(EntryError("a part of it is missing"))
}

/// The short form of a record's key, or of a whole record: equal for the same ones.
#[must_use]
pub fn short(item: &Item) -> Short {
    let hash = Sha256::digest(canonical(item));
    hash.iter().take(16).fold(0, |short, byte| short << 8 | Short::from(*byte))
}

/// Where it is, not what is in it.
impl std::fmt::Debug for Entry {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Entry({}, {:?}, {} puts)", self.table, self.here, self.puts.len())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;
    use aws_sdk_dynamodb::types::AttributeValue::{B, L, M, N, Ns, S};
    use proptest::prelude::*;

    use super::*;

    fn any_item() -> impl Strategy<Value = Item> {
        let value = prop_oneof![
            "[a-zä]{0,4}".prop_map(S),
            (0..99_i32).prop_map(|n| N(format!("{n}.0"))),
            proptest::collection::vec(any::<u8>(), 0..4).prop_map(|bytes| B(Blob::new(bytes))),
            proptest::collection::btree_set(0..9_u8, 1..4)
                .prop_map(|set| Ns(set.into_iter().map(|n| n.to_string()).collect())),
            "[a-z]{0,2}"
                .prop_map(|text| L(vec![S(text.clone()), M([(text, N("1".into()))].into())])),
        ];
        proptest::collection::hash_map("[a-e]", value, 0..5)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            record in any_item(),
            edit in any_item(),
            puts in proptest::collection::vec((proptest::option::of(any_item()), any_item()), 0..3),
            kind in 0..3_u8,
            left in any::<Option<Short>>(),
            of in any::<Option<(u64, u64)>>(),
        ) {
            let here = match kind {
                0 => Here::Keep,
                1 => Here::Delete,
                _ => Here::Edit(Edit { set: edit.into_iter().collect(), remove: ["z".to_owned()].into() }),
            };
            let puts = puts.into_iter().map(|(before, after)| Placed { table: "U".to_owned(), before, after });
            let puts = puts.collect();
            let entry = Entry { table: "T".to_owned(), record, here, puts, left, of };
            let bytes = entry.encode().unwrap();
            prop_assert_eq!(Entry::decode(&bytes), Ok(entry));
        }
    }

    #[test]
    fn what_was_moved_is_told_by_what_changed() {
        let long = "x".repeat(10_000);
        let record: Item =
            [("user", "ada"), ("text", &long)].map(|(n, v)| (n.to_owned(), S(v.to_owned()))).into();
        let mut after = record.clone();
        after.insert("user".to_owned(), S("lovelaa1".to_owned()));
        let puts = vec![Placed { table: "T".to_owned(), before: None, after }];
        let (here, table) = (Here::Delete, "T".to_owned());
        let entry = Entry { table, record, here, puts, left: None, of: None };
        assert!(entry.encode().unwrap().len() < 10_300);
        assert_eq!(format!("{entry:?}"), "Entry(T, Delete, 1 puts)");
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        for bytes in ["", "[]", "{}", r#"{"table":"T","record":{},"here":"x","puts":[]}"#] {
            assert!(Entry::decode(bytes.as_bytes()).is_err(), "{bytes}");
        }
    }
}
