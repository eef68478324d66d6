//! Comparing CoreTable with the old tables, row by row and in both directions: what a run would do, and
//! whether one has done it. Writes nothing.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::keys::{Row, user_key};
use super::old::{Found, Old, key, start, text_key};
use super::position::{Position, Step};
use super::rule::{CoreRule, fits};
use super::tables::{CORE, MEMBERSHIPS, SERVERS, USERS};
use crate::engine::entry::short;
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::item::{Item, same};
use crate::engine::journal::{Finding, Journal, Kind, Place, Trace};
use crate::engine::rewrite::Refusal;
use crate::engine::stop::Stop;
use crate::engine::table::TableRef;
use crate::engine::typed_json::encode;

/// Users whose rows are read together where only some are.
const USERS_AT_ONCE: usize = 25;

/// What is compared.
pub struct Comparison<'a> {
    /// What is read.
    pub old: Old<'a>,
    /// What earlier runs did, where that is known.
    pub journal: Option<&'a Journal>,
    /// Whether rows of CoreTable that are of no old row are looked at, too.
    pub both_ways: bool,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether it is time to stop.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Who keeps how far it has come: asked after each page.
    pub keep: &'a (dyn Fn(&Position) -> Result<(), Stop> + Sync),
}

/// What was found of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Rows that were looked at.
    pub records: u64,
    /// Their rows in CoreTable are what they should be.
    pub same: u64,
    /// They have none, and no run has made one.
    pub absent: u64,
    /// They were copied and have changed since; the copy is as it was made, so that a run makes it anew.
    pub outdated: u64,
    /// CoreTable has another row, which no run has made.
    pub differing: u64,
    /// They were copied, and somebody has changed the copy since.
    pub changed_since: u64,
    /// They were copied, and somebody has removed the copy since.
    pub removed_since: u64,
    /// They can have no row.
    pub refused: u64,
    /// Of CoreTable: copies whose old row is gone.
    pub stale: u64,
    /// Of CoreTable: servers, memberships and users that no old row says anything of.
    pub only_here: u64,
    /// Of CoreTable: rows of other kinds, such as those of administrators.
    pub other: u64,
}

impl Tally {
    /// How many rows are not as a complete migration leaves them. What somebody has changed in CoreTable
    /// since is none of them, nor is what only CoreTable has.
    #[must_use]
    pub fn differences(&self) -> u64 {
        self.absent
            + self.outdated
            + self.differing
            + self.removed_since
            + self.refused
            + self.stale
    }
}

/// How a row of CoreTable stands.
enum Stands {
    Same,
    Absent,
    Outdated,
    Differing(Refusal),
    ChangedSince,
    RemovedSince,
}

impl Comparison<'_> {
    /// Compares, from a position on, which has the counts afterwards.
    ///
    /// # Errors
    ///
    /// What ends it; it goes on from the position.
    pub async fn run(&self, position: &mut Position) -> Result<(), Stop> {
        let last = if self.both_ways { Step::Core } else { Step::End };
        for (step, table, next) in [
            (Step::Servers, SERVERS, Step::Memberships),
            (Step::Memberships, MEMBERSHIPS, last),
            (Step::Core, CORE, Step::End),
        ] {
            if position.step != step {
                continue;
            }
            let tables = self.old.tables;
            let records = match step {
                Step::Servers => tables.servers.items,
                Step::Memberships => tables.memberships.items,
                _ => tables.core.items,
            };
            if position.after.is_none() {
                self.listener.hear(&Event::Began { table, pass: 0, records });
            }
            loop {
                if (self.interrupted)() {
                    return Err(Stop::Interrupted);
                }
                let after = match step {
                    Step::Core => self.core(position).await?,
                    _ => {
                        let found = self.old.page(position).await?;
                        let after = found.next.clone();
                        self.page(found, position).await?;
                        after
                    }
                };
                match after {
                    Some(after) => position.after = Some(after),
                    None => break,
                }
                (self.keep)(position)?;
            }
            let records = position.tally.get(table).map_or(0, |tally| tally.records);
            let counts = Counts { records, ..Counts::default() };
            self.listener.hear(&Event::Ended { table, pass: 0, counts });
            position.step(next);
            (self.keep)(position)?;
        }
        Ok(())
    }

    async fn page(&self, found: Found, position: &mut Position) -> Result<(), Stop> {
        // Counted when all of the page is.
        let mut tally = position.tally.clone();
        for note in &found.notes {
            self.listener.hear(&Event::Found(note));
        }
        let parts =
            [(SERVERS, found.servers), (MEMBERSHIPS, found.memberships), (USERS, found.users)];
        for (table, items) in parts {
            let records = u64::try_from(items.len()).unwrap_or(u64::MAX);
            self.listener.hear(&Event::Read { table, records, bytes: 0 });
            self.rows(table, &items, tally.entry(table.to_owned()).or_default()).await?;
        }
        position.tally = tally;
        Ok(())
    }

    async fn rows(
        &self,
        table: &'static str,
        items: &[Item],
        tally: &mut Tally,
    ) -> Result<(), Stop> {
        let own = self.own(table);
        let of = (table, &own);
        let mut expected = Vec::with_capacity(items.len());
        for item in items {
            tally.records += 1;
            match CoreRule::row(table, item) {
                Ok(row) => expected.push((item, row)),
                Err(Refusal { reason, remedy }) => {
                    tally.refused += 1;
                    self.find(of, item, Kind::Refused, (reason, &remedy));
                }
            }
        }
        let core = &self.old.tables.core.table;
        let keys: Vec<Item> =
            expected.iter().map(|(_, row)| core.key_of(row).unwrap_or_default()).collect();
        let images = self.old.reader.images(core, &keys).await;
        let images = images.map_err(|error| Stop::reading(CORE, error))?;
        for ((item, row), image) in expected.iter().zip(images) {
            let (kind, reason, remedy) = match self.stands(of, item, row, image.as_ref())? {
                Stands::Same => {
                    tally.same += 1;
                    continue;
                }
                Stands::ChangedSince => {
                    tally.changed_since += 1;
                    continue;
                }
                Stands::Absent => {
                    tally.absent += 1;
                    (Kind::Missing, "CoreTable has no row for it", "run `core-table migrate`")
                }
                Stands::Outdated => {
                    tally.outdated += 1;
                    let why = "it has changed since it was copied";
                    (Kind::Changed, why, "run `core-table migrate` again")
                }
                Stands::RemovedSince => {
                    tally.removed_since += 1;
                    let why = "it was copied, and somebody has removed the copy since";
                    (Kind::Missing, why, "see whether that was meant; no run copies it again")
                }
                Stands::Differing(Refusal { reason, remedy }) => {
                    tally.differing += 1;
                    self.find(of, item, Kind::Changed, (reason, &remedy));
                    continue;
                }
            };
            self.find(of, item, kind, (reason.to_owned(), remedy));
        }
        Ok(())
    }

    fn stands(
        &self,
        (table, own): (&'static str, &TableRef),
        item: &Item,
        row: &Item,
        image: Option<&Item>,
    ) -> Result<Stands, Stop> {
        let copy = self.place(CORE, &self.old.tables.core.table, row)?;
        let copy = copy.filter(|place| place.trace == Trace::Written);
        let Some(image) = image else {
            return Ok(if copy.is_some() { Stands::RemovedSince } else { Stands::Absent });
        };
        if same(image, row) {
            return Ok(Stands::Same);
        }
        let source = self.place(table, own, item)?;
        let is_as_copied = source.is_some_and(|place| place.record == short(item));
        Ok(match (copy, fits(image, row)) {
            (_, Ok(())) => Stands::Same,
            (Some(copy), _) if copy.record == short(image) => Stands::Outdated,
            (Some(_), _) if is_as_copied => Stands::ChangedSince,
            (_, Err(refusal)) => Stands::Differing(refusal),
        })
    }

    /// A page of CoreTable: which of its rows have an old one.
    async fn core(&self, position: &mut Position) -> Result<Option<String>, Stop> {
        let (reader, core) = (self.old.reader, &self.old.tables.core.table);
        let failed = |error| Stop::reading(CORE, error);
        let (items, next) = match self.old.users {
            None => {
                let start = start(CORE, position)?;
                let page = reader.page(&core.name, start, self.old.limit).await.map_err(failed)?;
                (page.items, key(page.next.as_ref()))
            }
            Some(users) => {
                let done =
                    position.after.as_ref().and_then(|after| after.parse().ok()).unwrap_or(0);
                let end = users.len().min(done + USERS_AT_ONCE);
                let mut items = Vec::new();
                for id in users.get(done..end).unwrap_or_default() {
                    items.extend(reader.partition(core, &user_key(id)).await.map_err(failed)?);
                }
                (items, (end < users.len()).then(|| end.to_string()))
            }
        };
        let records = u64::try_from(items.len()).unwrap_or(u64::MAX);
        self.listener.hear(&Event::Read { table: CORE, records, bytes: 0 });
        let known = self.known(&items).await?;
        let tally = position.tally.entry(CORE.to_owned()).or_default();
        for item in &items {
            tally.records += 1;
            let Some(old) = old_key(&Row::of(item)) else {
                tally.other += 1;
                continue;
            };
            if known.contains(&(old.0, short(&old.1))) {
                continue;
            }
            let place = self.place(CORE, core, item)?;
            let is_copy = place
                .is_some_and(|place| place.trace == Trace::Written && place.record == short(item));
            if is_copy {
                tally.stale += 1;
                let reason = "the old row that it was copied from is gone".to_owned();
                let remedy = "as long as the old tables are in use, delete it; else see whether that was meant";
                self.find((CORE, core), item, Kind::Changed, (reason, remedy));
            } else {
                tally.only_here += 1;
            }
        }
        Ok(next)
    }

    /// Which of the old rows of these are there.
    async fn known(&self, items: &[Item]) -> Result<BTreeSet<(&'static str, u128)>, Stop> {
        let (reader, tables) = (self.old.reader, self.old.tables);
        let mut known = BTreeSet::new();
        let all: Vec<(&'static str, Item)> =
            items.iter().filter_map(|item| old_key(&Row::of(item))).collect();
        for (table, own) in
            [(SERVERS, &tables.servers.table), (MEMBERSHIPS, &tables.memberships.table)]
        {
            let keys = all.iter().filter(|(of, _)| *of == table).map(|(_, key)| key.clone());
            let keys: Vec<Item> = keys.collect();
            let images = reader.images(own, &keys).await;
            let images = images.map_err(|error| Stop::reading(table, error))?;
            let there = keys.iter().zip(images).filter(|(_, image)| image.is_some());
            known.extend(there.map(|(key, _)| (table, short(key))));
        }
        let name = &tables.memberships.table.name;
        for (_, key) in all.iter().filter(|(of, _)| *of == USERS) {
            let Some(Ok(id)) = key.get("userId").map(|id| id.as_s()) else { continue };
            let has = reader.has_any(name, (None, "userId"), id).await;
            if has.map_err(|error| Stop::reading(MEMBERSHIPS, error))? {
                known.insert((USERS, short(key)));
            }
        }
        Ok(known)
    }

    fn place(&self, table: &str, own: &TableRef, item: &Item) -> Result<Option<Place>, Stop> {
        let (Some(journal), Ok(key)) = (self.journal, own.short_key(item)) else {
            return Ok(None);
        };
        Ok(journal.place(table, key)?.map(|(_, _, place)| place))
    }

    fn own(&self, table: &str) -> TableRef {
        let tables = self.old.tables;
        match table {
            SERVERS => tables.servers.table.clone(),
            MEMBERSHIPS => tables.memberships.table.clone(),
            CORE => tables.core.table.clone(),
            _ => TableRef::derived(vec!["userId".to_owned()]),
        }
    }

    fn find(
        &self,
        (table, own): (&'static str, &TableRef),
        item: &Item,
        kind: Kind,
        (reason, remedy): (String, &str),
    ) {
        let key = own.key_of(item).ok().and_then(|key| encode(&key).ok());
        let (table, key, remedy) = (table.to_owned(), key.unwrap_or_default(), remedy.to_owned());
        self.listener.hear(&Event::Found(&Finding { table, key, kind, reason, remedy }));
    }
}

/// The key of the old row that a row of CoreTable is of.
fn old_key(row: &Row<'_>) -> Option<(&'static str, Item)> {
    match row {
        Row::Server(id) => Some((SERVERS, text_key("id", id))),
        Row::Membership(user, server) => {
            let mut key = text_key("userId", user);
            key.extend(text_key("serverId", server));
            Some((MEMBERSHIPS, key))
        }
        Row::User(id) => Some((USERS, text_key("userId", id))),
        Row::Other => None,
    }
}
