//! What becomes of the records of every table when ids of users change.
//!
//! [`rewrite`] says it for one record, [`merge`] where a record stands already under the new id,
//! [`leftovers`] where an old id still stands. All of them are pure, and go by the facts: one entry for
//! each table, all in `facts.rs`. What is not a matter of finding ids in known places has a file of its
//! own.
//!
//! The names of S3 objects in records ([`Table::pointers`]) are not rewritten with the ids: they change
//! when the objects move. User storage and shares are the exception, since their keys and the names of
//! their objects are made of the same ids; [`Settings::objects`] says whether those are moved.
//!
//! An identity pair changes no record.

mod charges;
mod facts;
mod leftovers;
mod limits;
mod login;
mod merge;
mod place;
pub(crate) mod pointers;
mod shares;
pub(crate) mod storage_item;
mod storage_key;
mod table;
mod unions;
mod user_storage;
mod workflows;

#[cfg(test)]
mod examples;
#[cfg(test)]
mod merges;
#[cfg(test)]
mod pointers_tests;
#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod testing;

pub use leftovers::{Part, Path, leftovers};
pub use merge::{merge, merge_apart};
pub use place::{Form, Place, When};
pub use pointers::{Everything, Goal, Moved, Pointer, object_names};
pub use table::{Clash, Find, Group, Table, Turn};

use crate::amplify::id_map::IdMap;
use crate::engine::item::Item;
use crate::engine::rewrite::{Changes, Edit, Record, Refusal, Rewrite};
use table::Code;

/// Every table that is known to hold ids, those of the original's configuration first.
pub fn all() -> impl Iterator<Item = &'static Table> {
    static LISTED: [Table; 45] = facts::LISTED;
    static UNLISTED: [Table; 5] = facts::UNLISTED;
    LISTED.iter().chain(&UNLISTED)
}

/// What a migration does beside renaming.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What happens to the S3 objects that records of user storage and shares name.
    pub objects: Objects,
    /// Whether a login row without an `email` gets its old id as one, where that is an address: it
    /// would be lost otherwise, and the application shows it.
    pub keep_address: bool,
}

/// What happens to S3 objects whose names are made of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objects {
    /// They stay, so that their names stay in records too. Shares stay in the table they are in.
    Stay,
    /// They were moved to `shares/` in the consolidation bucket, under the new ids, before records are
    /// rewritten. Shares go to the user storage.
    Moved,
}

impl Default for Settings {
    fn default() -> Self {
        Self { objects: Objects::Stay, keep_address: true }
    }
}

/// What a rewrite goes by.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who is renamed.
    pub map: &'a IdMap,
    /// What else is done.
    pub settings: &'a Settings,
    /// Which objects are where they are to be, where they move.
    pub moved: &'a dyn Moved,
}

/// What becomes of a record of `table`.
///
/// Records without an old id are `Unchanged`, and so is what this function made of a record, unless the
/// map has chains ([`IdMap::chains`]).
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::S;
/// use migration_tools::amplify::id_map::{IdMap, Rules};
/// use migration_tools::amplify::tables::{Context, Everything, Settings, Table, rewrite};
/// use migration_tools::engine::rewrite::{Record, Rewrite};
///
/// let map = IdMap::from_pairs([("ada", "lovelaa1")], &Rules::default())?;
/// let moved = Everything::default();
/// let context = Context { map: &map, settings: &Settings::default(), moved: &moved };
/// let of = |user: &str| Record { item: [("user".to_owned(), S(user.into()))].into() };
/// if let Some(accounts) = Table::of_key("ACCOUNTS_DYNAMO_TABLE") {
///     assert!(matches!(rewrite(accounts, &of("ada"), &context), Rewrite::Changes(_)));
///     assert_eq!(rewrite(accounts, &of("adah"), &context), Rewrite::Unchanged);
/// }
/// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
/// ```
#[must_use]
pub fn rewrite(table: &Table, record: &Record, context: &Context<'_>) -> Rewrite {
    let item = &record.item;
    if let Some(missing) = table.keys.iter().find(|key| !item.contains_key(**key)) {
        return Rewrite::Refused(Refusal::new(
            format!("the record has no `{missing}`, which should be its key"),
            "check that the table is the one that was meant",
        ));
    }
    let changes = match table.code {
        Code::Places => places(table, item, context),
        Code::Login => login::rewrite(table, item, context),
        Code::Workflows => workflows::rewrite(table, item, context),
        Code::Storage => user_storage::rewrite(table, item, context),
        Code::OldStorage => Some(user_storage::copy(item, context)),
        Code::Shares => shares::rewrite(table, item, context),
    };
    match changes {
        None => Rewrite::Unchanged,
        Some(changes) => match limits::exceeded(item, &changes) {
            Some(refusal) => Rewrite::Refused(refusal),
            None => Rewrite::Changes(changes),
        },
    }
}

/// By the places of the table, and by the names of objects in it. Where a key changes, the record moves.
fn places(table: &Table, item: &Item, context: &Context<'_>) -> Option<Changes> {
    let mut edit = Edit::default();
    if context.settings.objects == Objects::Moved {
        let mut is_there = |pointer: &Pointer| context.is_there(pointer);
        edit = pointers::edit(table, item, (context.map, context.moved), &mut is_there);
    }
    let renamed = match edit == Edit::default() {
        true => place::changed(table.places, item, context.map),
        false => place::changed(table.places, &edit.applied_to(item), context.map),
    };
    edit.set.extend(renamed);
    by_edit(table, item, edit)
}

/// The names of objects in a record that are not, or not yet, what they are to be.
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue::S;
/// use migration_tools::amplify::id_map::{IdMap, Rules};
/// use migration_tools::amplify::tables::{Everything, Goal, Table, pointers};
///
/// let map = IdMap::from_pairs([("ada", "lovelaa1")], &Rules::default())?;
/// let row = [("user_id", "ada"), ("conversation_id", "1"), ("s3_key", "ada/1")]
///     .map(|(name, text)| (name.to_owned(), S(text.into())))
///     .into();
/// if let Some(table) = Table::of_key("CONVERSATION_METADATA_TABLE") {
///     let found = pointers(table, &row, &map, &Everything::default());
///     assert_eq!(found[0].key, "ada/1");
///     assert!(found[0].goal == Some(Goal::Object("conversations/lovelaa1/1".into())));
/// }
/// # Ok::<(), migration_tools::amplify::id_map::MapError>(())
/// ```
#[must_use]
pub fn pointers(table: &Table, item: &Item, map: &IdMap, moved: &dyn Moved) -> Vec<Pointer> {
    let mut all = Vec::new();
    let mut see = |pointer: &Pointer| {
        all.push(pointer.clone());
        false
    };
    pointers::edit(table, item, (map, moved), &mut see);
    all
}

impl Context<'_> {
    /// Whether what a name points to is where it is to be.
    fn is_there(&self, pointer: &Pointer) -> bool {
        pointer.goal.as_ref().is_some_and(|goal| self.moved.is_there(goal))
    }
}

/// The name that the object of a share has after it was moved; nothing where it stays, or has it.
fn share_moved(path: &str, context: &Context<'_>) -> Option<String> {
    let pointer = pointers::shared(path, context.map)?;
    match &pointer.goal {
        Some(Goal::Object(new)) if new != path && context.is_there(&pointer) => Some(new.clone()),
        _ => None,
    }
}

/// The edit in place, or a move where it has a key in it.
fn by_edit(table: &Table, item: &Item, edit: Edit) -> Option<Changes> {
    if edit == Edit::default() {
        return None;
    }
    if table.keys.iter().any(|key| edit.set.contains_key(*key)) {
        return Some(Changes::moved(table.key, edit.applied_to(item)));
    }
    Some(Changes::edited(edit))
}
