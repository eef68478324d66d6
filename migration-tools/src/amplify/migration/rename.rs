//! The facts of all tables, as the engine asks for them.

use std::collections::BTreeMap;

use crate::amplify::id_map::IdMap;
use crate::amplify::objects::{Objects, Standing};
use crate::amplify::tables::{
    Context, Everything, Moved, Settings, Table, Turn, leftovers, merge, merge_apart, rewrite,
};
use crate::engine::apply::{Rule, is_marked};
use crate::engine::item::Item;
use crate::engine::pass::Search;
use crate::engine::rewrite::{Merge, Record, Refusal, Rewrite};
use crate::engine::stop::Stop;

/// Renames users.
#[derive(Clone, Copy)]
pub struct Rename<'a> {
    /// Who is renamed.
    pub map: &'a IdMap,
    /// What else is done.
    pub settings: &'a Settings,
    /// The objects that move with them. Without these and what was seen, everything is taken to be where
    /// it is to be.
    pub objects: Option<&'a Objects<'a>>,
    /// For who only looks: what was seen to be where it is to be.
    pub standing: Option<&'a Standing<'a>>,
    /// What knows the names of buckets where there is neither.
    pub assumed: &'a Everything,
}

/// No bucket has a name.
static NOTHING: Everything = Everything(BTreeMap::new());

impl<'a> Rename<'a> {
    /// Renames in records alone.
    #[must_use]
    pub fn new(map: &'a IdMap, settings: &'a Settings) -> Self {
        Self { map, settings, objects: None, standing: None, assumed: &NOTHING }
    }

    fn context(&self) -> Context<'a> {
        let moved: &dyn Moved = match (self.objects, self.standing) {
            (Some(objects), _) => objects,
            (None, Some(standing)) => standing,
            (None, None) => self.assumed,
        };
        Context { map: self.map, settings: self.settings, moved }
    }
}

impl Rule for Rename<'_> {
    async fn prepare(&self, table: &'static str, items: &[Item]) -> Result<(), Stop> {
        let Some(table) = Table::of_key(table) else { return Ok(()) };
        match (self.objects, self.standing) {
            (Some(objects), _) => objects.prepare(table, items, self.map).await,
            (None, Some(standing)) => standing.look(table, items, self.map).await,
            (None, None) => Ok(()),
        }
    }

    fn rewrite(&self, table: &'static str, record: &Record) -> Rewrite {
        match Table::of_key(table) {
            Some(table) => rewrite(table, record, &self.context()),
            None => Rewrite::Unchanged,
        }
    }

    fn merge(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        match Table::of_key(table) {
            Some(of) if of.turn == Turn::Login && are_strangers(existing, incoming) => {
                Merge::Conflict(Refusal::new(
                    "the new id is the login of somebody else: the two rows have different addresses",
                    "give this user another new id",
                ))
            }
            Some(of) => merge(of, existing, incoming),
            None => Merge::Conflict(Refusal::new("the table is not known", "report this")),
        }
    }

    fn merge_apart(&self, table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        match Table::of_key(table) {
            Some(of) if of.turn != Turn::Login => merge_apart(of, existing, incoming),
            _ => self.merge(table, existing, incoming),
        }
    }

    fn repeats_safely(&self, table: &'static str) -> bool {
        Table::of_key(table).is_none_or(|table| table.clash.repeats_safely())
    }
}

impl Search for Rename<'_> {
    /// Of old storage and of records that are kept, old ids are what they are kept for.
    fn leftovers(&self, table: &'static str, item: &Item) -> Vec<String> {
        match Table::of_key(table) {
            Some(table) if !is_marked(item) => {
                let allowed = table.allowed();
                leftovers(item, self.map, &allowed).iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether two login rows are of two people, as far as their addresses tell.
pub(super) fn are_strangers(left: &Item, right: &Item) -> bool {
    let address = |item: &Item| {
        let email = item.get("email")?.as_s().ok()?.trim().to_lowercase();
        (!email.is_empty()).then_some(email)
    };
    address(left).zip(address(right)).is_some_and(|(left, right)| left != right)
}
