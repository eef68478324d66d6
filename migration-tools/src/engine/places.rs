//! Where an entry leaves its records.

use super::entry::{Entry, short};
use super::item::Item;
use super::journal::{Place, Trace};
use super::rewrite::{Edit, Here};
use super::table::Tables;

/// Where the records of an entry are once it was made. Tables that the run does not know are left out.
#[must_use]
pub fn places(entry: &Entry, tables: &Tables) -> Vec<Place> {
    let place = |table: &str, item: &Item, trace, record| {
        let key = tables.get(table)?.short_key(item).ok()?;
        Some(Place { table: table.to_owned(), key, trace, record })
    };
    let record = &entry.record;
    let put = entry
        .puts
        .iter()
        .filter_map(|put| place(&put.table, &put.after, Trace::Written, short(&put.after)));
    let here = match &entry.here {
        Here::Keep => place(&entry.table, record, Trace::Source, short(record)),
        Here::Delete => place(&entry.table, record, Trace::Gone, 0),
        // A part of what is too much for one transaction.
        Here::Edit(edit) if *edit == Edit::default() => None,
        Here::Edit(edit) => {
            let copied = !entry.puts.is_empty();
            let trace = if copied { Trace::Source } else { Trace::Written };
            let left = entry.left.unwrap_or_else(|| short(&edit.applied_to(record)));
            place(&entry.table, record, trace, left)
        }
    };
    put.chain(here).collect()
}
