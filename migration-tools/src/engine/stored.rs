//! Entries as the journal has them, and what is found about them.

use super::entry::Entry;
use super::item::Item;
use super::journal::{Finding, Journal, JournalError, Kind, Stored};
use super::standing::known;
use super::stop::Stop;
use super::table::Tables;
use super::typed_json::encode;

/// The entry that the journal has stored.
///
/// # Errors
///
/// Where it is none: the journal is damaged.
pub fn decoded(journal: &Journal, run: u64, stored: &Stored) -> Result<Entry, Stop> {
    Entry::decode(&stored.entry).map_err(|error| {
        let what = format!("entry {} of run {run}: {error}", stored.number);
        JournalError::Damaged { path: journal.path().to_owned(), what }.into()
    })
}

/// What is the matter with an entry: with one of its puts, or with its record.
#[must_use]
pub fn finding(
    tables: &Tables,
    entry: &Entry,
    put: Option<usize>,
    kind: Kind,
    (reason, remedy): (String, &str),
) -> Finding {
    let (table, item): (&str, &Item) = match put.and_then(|at| entry.puts.get(at)) {
        Some(put) => (&put.table, &put.after),
        None => (&entry.table, &entry.record),
    };
    let key = known(tables, table).and_then(|(_, own)| encode(&own.key_of(item).ok()?).ok());
    let (table, key) = (table.to_owned(), key.unwrap_or_default());
    Finding { table, key, kind, reason, remedy: remedy.to_owned() }
}
