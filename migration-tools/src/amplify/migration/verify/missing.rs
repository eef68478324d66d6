//! Records that the journal says are there, and that are not.

use std::collections::{BTreeMap, HashSet};

use super::{MAX_FINDINGS, Verification, Verify};
use crate::engine::entry::{Entry, Short};
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Journal, JournalError, Kind, State, Trace};
use crate::engine::stop::Stop;
use crate::engine::stored::decoded;
use crate::engine::typed_json::encode;

/// Entries of the journal that are looked at together.
const ENTRIES: usize = 500;

impl Verify<'_> {
    /// Records that a run wrote last and that were not seen. They are asked for once more: they may be
    /// younger than the reading of their table.
    pub(super) async fn missing(
        &self,
        journal: &Journal,
        seen: &BTreeMap<&'static str, HashSet<Short>>,
        all: &mut Verification,
    ) -> Result<(), Stop> {
        for (run, _) in journal.runs()? {
            let mut last = 0;
            loop {
                let page = journal.entries_after(run, last, ENTRIES)?;
                let Some(stored) = page.last() else { break };
                last = stored.number;
                let mut unseen: BTreeMap<&'static str, Vec<Item>> = BTreeMap::new();
                for stored in page.iter().filter(|stored| stored.state == State::Proven) {
                    let entry = decoded(journal, run, stored)?;
                    self.unseen(journal, (run, stored.number), &entry, seen, &mut unseen)?;
                }
                self.look_again(unseen, all).await?;
            }
        }
        Ok(())
    }

    fn unseen(
        &self,
        journal: &Journal,
        number: (u64, u64),
        entry: &Entry,
        seen: &BTreeMap<&'static str, HashSet<Short>>,
        unseen: &mut BTreeMap<&'static str, Vec<Item>>,
    ) -> Result<(), JournalError> {
        for (table, item) in entry.puts.iter().map(|put| (&put.table, &put.after)) {
            let Some((table, seen)) = seen.get_key_value(table.as_str()) else { continue };
            let Some(own) = self.targets.of_key(table).map(|one| &one.described.table) else {
                continue;
            };
            let (Ok(short), Ok(key)) = (own.short_key(item), own.key_of(item)) else { continue };
            let place = journal.place(table, short)?;
            let is_last = place.is_some_and(|(run, entry, place)| {
                (run, entry) == number && place.trace == Trace::Written
            });
            if is_last && !seen.contains(&short) {
                unseen.entry(table).or_default().push(key);
            }
        }
        Ok(())
    }

    async fn look_again(
        &self,
        unseen: BTreeMap<&'static str, Vec<Item>>,
        all: &mut Verification,
    ) -> Result<(), Stop> {
        for (table, keys) in unseen {
            let Some(target) = self.targets.of_key(table) else { continue };
            let images = self.reader.images(&target.described.table, &keys).await;
            let images = images.map_err(|error| Stop::reading(table, error))?;
            for (key, _) in keys.iter().zip(images).filter(|(_, image)| image.is_none()) {
                for verified in all.tables.iter_mut().filter(|one| one.table == table) {
                    verified.missing += 1;
                }
                if all.findings.len() < MAX_FINDINGS {
                    all.findings.push(Finding {
                        table: table.to_owned(),
                        key: encode(key).unwrap_or_default(),
                        kind: Kind::Missing,
                        reason: "the record was written by the migration and is not there".to_owned(),
                        remedy: "ask whether the application deleted it; the journal has it, and `rollback` brings the old one back".to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}
