//! What a migration would do: every table is read, and nothing is written. There is nothing here that
//! could.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::rename::{Rename, are_strangers};
use super::targets::{Target, Targets};
use crate::amplify::id_map::Pair;
use crate::amplify::tables::Turn;
use crate::engine::apply::{Outcome, Rule, is_marked};
use crate::engine::entry::{Short, short};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::item::Item;
use crate::engine::journal::{Place, Trace};
use crate::engine::pass::{PAGES_AT_ONCE, Search};
use crate::engine::price::{Change, Sent, Units, scan, write};
use crate::engine::read::{Reader, Reading, segments};
use crate::engine::rewrite::{Changes, Here, Merge, Put, Record, Rewrite};
use crate::engine::size::{MAX_ITEM_BYTES, item_bytes};
use crate::engine::stop::{Ended, Stop};
use crate::engine::write::Write;

/// Where the journal says that the record of a table with the key of this one was left.
pub type Places<'c> = dyn Fn(&'static str, &Item) -> Option<Place> + Sync + 'c;

/// What was found in all tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// One for each table that takes part, in the order in which they are worked on.
    pub tables: Vec<Surveyed>,
    /// Who can log in under which ids.
    pub logins: Logins,
}

/// What was found in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveyed {
    /// The table, by its key.
    pub table: String,
    /// Its name.
    pub name: String,
    /// What tells it from a later table of the same name.
    pub id: String,
    /// Its size and indexes, as AWS says, up to six hours old.
    pub described_items: u64,
    /// Its indexes.
    pub indexes: u64,
    /// What there is and what would become of it.
    pub counts: Counts,
    /// Capacity units of the writes.
    pub write_units: u64,
    /// Capacity units of reading it once.
    pub read_units: u64,
    /// Records that the migration does not touch.
    pub untouched: u64,
    /// The sum of the short forms of these records: the same again if not a byte of them changes.
    pub untouched_digest: String,
    /// Why not the whole table is read, where that is so: of records that are not looked up nothing is
    /// known.
    pub looked_up: Option<String>,
    /// The attributes of its records.
    pub attributes: Vec<String>,
    /// What a person has to look at, and how often, without content.
    pub reasons: BTreeMap<String, u64>,
}

/// The login rows of users who get another id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logins {
    /// Under the old id only: not migrated yet.
    pub old_only: u64,
    /// Under both ids: they have logged in under the new one already.
    pub both: u64,
    /// Under the new id only: migrated already, or half-migrated if their data is not.
    pub new_only: u64,
    /// Under neither.
    pub neither: u64,
    /// Under both, and the rows have different addresses: the new id is somebody else.
    pub strangers: u64,
}

/// Reads the tables that take part.
///
/// # Errors
///
/// When a table cannot be read: what a plan leaves out nobody can agree to.
pub async fn survey(
    reader: &Reader,
    targets: &Targets,
    takes: &[&Target],
    rule: &Rename<'_>,
    listener: &dyn Listener,
    (interrupted, places): (&(dyn Fn() -> bool + Sync), &Places<'_>),
) -> Result<Survey, Stop> {
    let mut survey = Survey::default();
    let met = Mutex::new(Met::new());
    for target in takes {
        let one = One { reader, targets, rule, target, listener, interrupted, places, met: &met };
        let (surveyed, logins) = one.read().await?;
        survey.tables.push(surveyed);
        if target.table.turn == Turn::Login {
            survey.logins = logins;
        }
    }
    // Records that others are brought together with are touched.
    for (table, met) in met.into_inner().unwrap_or_else(PoisonError::into_inner) {
        for surveyed in survey.tables.iter_mut().filter(|one| one.table == table) {
            let count = u64::try_from(met.len()).unwrap_or(u64::MAX);
            surveyed.untouched = surveyed.untouched.saturating_sub(count);
            let sum = met.values().fold(0, |sum: Short, record| sum.wrapping_add(*record));
            let digest = Short::from_str_radix(&surveyed.untouched_digest, 16).unwrap_or_default();
            surveyed.untouched_digest = digest_text(digest.wrapping_sub(sum));
        }
    }
    Ok(survey)
}

/// A sum of short forms as it is written down.
pub(super) fn digest_text(digest: Short) -> String {
    format!("{digest:032x}")
}

/// Records that stand where others are put, by table and key, with their short forms.
type Met = BTreeMap<&'static str, HashMap<Short, Short>>;

struct One<'a> {
    reader: &'a Reader,
    targets: &'a Targets,
    rule: &'a Rename<'a>,
    target: &'a Target,
    listener: &'a dyn Listener,
    interrupted: &'a (dyn Fn() -> bool + Sync),
    places: &'a Places<'a>,
    met: &'a Mutex<Met>,
}

#[derive(Default)]
struct Found {
    surveyed: Surveyed,
    digest: u128,
    new_rows: u64,
    strangers: u64,
    both: u64,
}

impl One<'_> {
    async fn read(&self) -> Result<(Surveyed, Logins), Stop> {
        let described = &self.target.described;
        let key = self.target.table.key;
        self.listener.hear(&Event::Began { table: key, pass: 0, records: described.items });
        let found = Mutex::new(Found::default());
        let segments = segments(described.bytes, PAGES_AT_ONCE);
        let visit = |items| self.page(items, &found);
        let read = self.reader.records(described, &self.target.reading, PAGES_AT_ONCE, visit).await;
        read.or_else(|ended: Ended| ended.of(key))?;
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let bytes = found.surveyed.counts.bytes;
        let counts = found.surveyed.counts;
        self.listener.hear(&Event::Ended { table: key, pass: 0, counts });
        found.surveyed = Surveyed {
            table: key.to_owned(),
            name: described.table.name.clone(),
            id: described.id.clone(),
            described_items: described.items,
            indexes: u64::try_from(described.indexes).unwrap_or_default(),
            read_units: scan(bytes, u64::try_from(segments).unwrap_or(1)).read,
            looked_up: match &self.target.reading {
                Reading::Whole => None,
                Reading::Ids { because, .. } => Some(because.clone()),
            },
            untouched_digest: digest_text(found.digest),
            attributes: described.table.attributes.names().iter().cloned().collect(),
            ..found.surveyed
        };
        let renamed = u64::try_from(self.rule.map.renamed_users()).unwrap_or(u64::MAX);
        let old = counts.moved + counts.deleted + counts.refused;
        let logins = Logins {
            old_only: old.saturating_sub(found.both),
            both: found.both,
            new_only: found.new_rows.saturating_sub(found.both),
            neither: renamed.saturating_sub(old + found.new_rows.saturating_sub(found.both)),
            strangers: found.strangers,
        };
        Ok((found.surveyed, logins))
    }

    async fn page(&self, items: Vec<Item>, found: &Mutex<Found>) -> Result<(), Ended> {
        if (self.interrupted)() {
            return Err(Ended::Stop(Stop::Interrupted));
        }
        let key = self.target.table.key;
        let mut page = Found::default();
        let mut changing = Vec::new();
        for item in items {
            self.target.described.table.attributes.see(&item);
            let bytes = item_bytes(&item);
            let counts = &mut page.surveyed.counts;
            counts.records += 1;
            counts.bytes += size(bytes);
            counts.large += u64::from(bytes > MAX_ITEM_BYTES / 10 * 9);
            page.new_rows += u64::from(self.is_new_login(&item));
            let record = Record { item };
            match self.rule.rewrite(key, &record) {
                Rewrite::Unchanged => {
                    let left = self.rule.leftovers(key, &record.item).len();
                    counts.leftovers += u64::try_from(left).unwrap_or(u64::MAX);
                    // What an earlier run wrote is looked up in the journal.
                    if (self.places)(key, &record.item).is_none() {
                        page.surveyed.untouched += 1;
                        page.digest = page.digest.wrapping_add(short(&record.item));
                    }
                }
                Rewrite::Refused(refusal) => page.refuse(refusal.reason),
                Rewrite::Changes(_) if self.is_copied(&record.item) => counts.kept += 1,
                Rewrite::Changes(changes) => changing.push((record, changes)),
            }
        }
        let (records, bytes) = (page.surveyed.counts.records, page.surveyed.counts.bytes);
        self.listener.hear(&Event::Read { table: key, records, bytes });
        self.meet(changing, &mut page).await?;
        let mut all = found.lock().unwrap_or_else(PoisonError::into_inner);
        all.add(page);
        Ok(())
    }

    /// What stands at the targets decides what becomes of a record.
    async fn meet(&self, changing: Vec<(Record, Changes)>, page: &mut Found) -> Result<(), Ended> {
        let mut keys: BTreeMap<&'static str, Vec<Item>> = BTreeMap::new();
        let puts = changing.iter().flat_map(|(_, changes)| &changes.puts);
        for put in puts {
            let table = self.targets.of_key(put.table).map(|target| &target.described.table);
            if let Some(key) = table.and_then(|table| table.key_of(&put.item).ok()) {
                keys.entry(put.table).or_default().push(key);
            }
        }
        let mut standing = BTreeMap::new();
        for (table, keys) in keys {
            let Some(target) = self.targets.of_key(table) else { continue };
            let images = self.reader.images(&target.described.table, &keys).await?;
            standing.insert(table, images.into_iter());
        }
        for (record, changes) in changing {
            let mut targets = Vec::with_capacity(changes.puts.len());
            for put in &changes.puts {
                targets.push(standing.get_mut(put.table).and_then(Iterator::next).flatten());
            }
            self.count(&record, &changes, targets, page);
        }
        Ok(())
    }

    fn count(
        &self,
        record: &Record,
        changes: &Changes,
        targets: Vec<Option<Item>>,
        page: &mut Found,
    ) {
        let mut writes = Vec::new();
        for (put, existing) in changes.puts.iter().zip(targets) {
            let write = match existing {
                None => Write::Put(put.item.clone()),
                Some(existing) if self.makes_room(put.table, &existing) => {
                    Write::Put(put.item.clone())
                }
                Some(existing) => {
                    page.both += 1;
                    self.meets(put.table, &existing);
                    page.strangers += u64::from(
                        self.target.table.turn == Turn::Login
                            && are_strangers(&existing, &put.item),
                    );
                    match self.merge(record, put, &existing) {
                        Merge::Same | Merge::KeepExisting { .. } => continue,
                        Merge::Merged { item: after, .. } => {
                            Write::Replace { before: existing, after }
                        }
                        Merge::Conflict(refusal) => return page.refuse(refusal.reason),
                    }
                }
            };
            writes.push((put.table, write));
        }
        let key = self.target.table.key;
        let before = record.item.clone();
        match &changes.here {
            Here::Keep => {}
            Here::Edit(edit) => writes.push((key, Write::Edit { before, edit: edit.clone() })),
            Here::Delete => writes.push((key, Write::Delete(before))),
        }
        if writes.is_empty() {
            return;
        }
        let in_place = changes.puts.is_empty() && matches!(changes.here, Here::Edit(_));
        let sent = if in_place { Sent::Alone } else { Sent::Together };
        let units: Units = writes.iter().map(|(table, write)| self.units(table, write, sent)).sum();
        page.surveyed.write_units += units.write;
        page.surveyed.counts.count(&Outcome::Changed { writes, notes: Vec::new() });
    }

    /// Whether an earlier run copied it, and it stays until it is cleaned up.
    fn is_copied(&self, item: &Item) -> bool {
        match (self.places)(self.target.table.key, item) {
            Some(place) => place.trace == Trace::Source && place.record == short(item),
            None => is_marked(item),
        }
    }

    /// As in a run, which knows from the journal what was written anew after it was moved away.
    fn merge(&self, record: &Record, put: &Put, existing: &Item) -> Merge {
        match (self.places)(self.target.table.key, &record.item) {
            Some(place) if place.trace == Trace::Gone => {
                self.rule.merge_apart(put.table, existing, &put.item)
            }
            _ => self.rule.merge(put.table, existing, &put.item),
        }
    }

    fn meets(&self, table: &'static str, existing: &Item) {
        let own = self.targets.of_key(table).map(|target| &target.described.table);
        let key = own.and_then(|own| own.short_key(existing).ok());
        let record = Record { item: existing.clone() };
        if let Some(key) = key
            && (self.places)(table, existing).is_none()
            && self.rule.rewrite(table, &record) == Rewrite::Unchanged
        {
            let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
            met.entry(table).or_default().insert(key, short(existing));
        }
    }

    /// Whether a record goes elsewhere before another one comes, as in the phases of a chain.
    fn makes_room(&self, table: &'static str, existing: &Item) -> bool {
        let goes = || match self.rule.rewrite(table, &Record { item: existing.clone() }) {
            Rewrite::Changes(changes) => changes.here == Here::Delete,
            _ => false,
        };
        self.rule.map.chains() > 0 && goes()
    }

    fn units(&self, table: &str, of: &Write, sent: Sent) -> Units {
        let indexes = self.targets.of_key(table).map_or(0, |target| target.described.indexes);
        let indexes = u64::try_from(indexes).unwrap_or_default();
        let bytes = |item: &Item| size(item_bytes(item));
        let change = match of {
            Write::Put(after) => Change::Put { after: bytes(after) },
            Write::Replace { before, after } => {
                Change::Edit { before: bytes(before), after: bytes(after) }
            }
            Write::Edit { before, edit } => {
                Change::Edit { before: bytes(before), after: bytes(&edit.applied_to(before)) }
            }
            Write::Delete(before) => Change::Delete { before: bytes(before) },
            Write::Check(_) => return Units::default(),
        };
        write(change, indexes, sent)
    }

    /// Whether it is the login row of somebody who was renamed to this id, and of nobody who is renamed
    /// from it.
    fn is_new_login(&self, item: &Item) -> bool {
        let map = self.rule.map;
        let id = item.get("user_id").and_then(|id| id.as_s().ok());
        self.target.table.turn == Turn::Login
            && id.is_some_and(|id| {
                let renamed = |pair: Option<Pair<'_>>| pair.is_some_and(|pair| !pair.is_identity());
                renamed(map.of_new(id)) && !renamed(map.get(id))
            })
    }
}

impl Found {
    fn refuse(&mut self, reason: String) {
        self.surveyed.counts.refused += 1;
        *self.surveyed.reasons.entry(reason).or_default() += 1;
    }

    fn add(&mut self, page: Self) {
        let own = &mut self.surveyed;
        own.counts = own.counts.plus(page.surveyed.counts);
        own.write_units += page.surveyed.write_units;
        own.untouched += page.surveyed.untouched;
        for (reason, count) in page.surveyed.reasons {
            *own.reasons.entry(reason).or_default() += count;
        }
        self.digest = self.digest.wrapping_add(page.digest);
        self.new_rows += page.new_rows;
        self.strangers += page.strangers;
        self.both += page.both;
    }
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
