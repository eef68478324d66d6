//! One pass over a table: every record is read once, and those that are not as they should be are
//! changed.

use std::sync::{Mutex, PoisonError};

use futures::{StreamExt, stream};

use super::apply::{Outcome, Rule, apply};
use super::events::{Counts, Event, Listener};
use super::item::Item;
use super::journal::{Finding, Kind};
use super::read::{Described, ReadError, Reader, Reading, segments};
use super::rewrite::{Record, Rewrite};
use super::size::{MAX_ITEM_BYTES, item_bytes};
use super::stop::Stop;
use super::table::TableRef;
use super::typed_json::encode;
use super::writer::Writer;

/// Pages that are read at once. Memory holds so many of a megabyte, with what is made of them.
pub const PAGES_AT_ONCE: usize = 8;
/// From so many bytes on an item is told to be near the limit.
const LARGE: usize = MAX_ITEM_BYTES / 10 * 9;

/// Where old ids still stand in a record that is as it should be: paths without content.
pub trait Search: Sync {
    /// The places, for the report.
    fn leftovers(&self, table: &'static str, item: &Item) -> Vec<String>;
}

/// What passes over tables have in common.
pub struct Pass<'a, R> {
    /// What reads.
    pub reader: &'a Reader,
    /// What writes.
    pub writer: &'a Writer,
    /// What is to become of records.
    pub rule: &'a R,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Records that are written at once.
    pub at_once: usize,
    /// Which pass this is, from 1.
    pub number: u32,
}

impl<R: Rule + Search> Pass<'_, R> {
    /// Goes over a table: what was done, and why it ended before the end of the table if it did.
    pub async fn over(
        &self,
        table: &'static str,
        (described, reading): (&Described, &Reading),
    ) -> (Counts, Result<(), Stop>) {
        let Some(own) = self.writer.tables.get(table) else { return (Counts::default(), Ok(())) };
        let began = Event::Began { table, pass: self.number, records: described.items };
        self.listener.hear(&began);
        let counts = Mutex::new(Counts::default());
        let pages = match reading {
            Reading::Whole => segments(described.bytes, PAGES_AT_ONCE).min(PAGES_AT_ONCE),
            Reading::Ids { .. } => PAGES_AT_ONCE,
        };
        // Together they write as many at once as is allowed, however few they are.
        let at_once = (self.at_once / pages.max(1)).max(1);
        let visit = |items| async {
            Ok::<_, Ended>(self.page((table, own), items, &counts, at_once).await?)
        };
        let read = self.reader.records(described, reading, PAGES_AT_ONCE, visit).await;
        let ended = read.map_err(|ended: Ended| ended.stop(table));
        let counts = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.listener.hear(&Event::Ended { table, pass: self.number, counts });
        (counts, ended)
    }

    /// Works on records that somebody else has read or made, and adds to `counts` what becomes of each
    /// when it does.
    ///
    /// # Errors
    ///
    /// What ended it before the last of them.
    pub async fn records(
        &self,
        table: &'static str,
        items: Vec<Item>,
        counts: &Mutex<Counts>,
    ) -> Result<(), Stop> {
        let Some(own) = self.writer.tables.get(table) else { return Ok(()) };
        self.page((table, own), items, counts, self.at_once.max(1)).await
    }

    async fn page(
        &self,
        (table, own): (&'static str, &TableRef),
        items: Vec<Item>,
        counts: &Mutex<Counts>,
        at_once: usize,
    ) -> Result<(), Stop> {
        let mut page = Counts::default();
        let mut changing = Vec::new();
        for item in items {
            let bytes = item_bytes(&item);
            page.records += 1;
            page.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
            page.large += u64::from(bytes > LARGE);
            own.attributes.see(&item);
            let record = Record { item };
            if self.rule.rewrite(table, &record) != Rewrite::Unchanged {
                changing.push(record);
                continue;
            }
            for path in self.rule.leftovers(table, &record.item) {
                page.leftovers += 1;
                self.find(
                    own,
                    table,
                    &record.item,
                    Kind::Leftover,
                    (
                        format!("an old id stands in `{path}`"),
                        "see whether it should; no step of the migration changes it".to_owned(),
                    ),
                )?;
            }
        }
        let read = Event::Read { table, records: page.records, bytes: page.bytes };
        self.listener.hear(&read);
        let add = |more: Counts| {
            let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
            *all = all.plus(more);
        };
        add(page);
        let outcomes = stream::iter(changing).map(|record| async {
            // What is in flight is finished; nothing new is begun.
            if (self.interrupted)() {
                return Err(Stop::Interrupted);
            }
            let key = record.item.clone();
            Ok((apply(self.writer, table, record, self.rule).await?, key))
        });
        let mut outcomes = outcomes.buffer_unordered(at_once);
        let mut stop = None;
        while let Some(ended) = outcomes.next().await {
            match ended {
                Ok((outcome, item)) => {
                    let mut one = Counts::default();
                    one.count(&outcome);
                    add(one);
                    self.hear(own, table, &item, &outcome)?;
                }
                Err(why) => stop = stop.or(Some(why)),
            }
        }
        match stop {
            Some(stop) => Err(stop),
            None if (self.interrupted)() => Err(Stop::Interrupted),
            None => Ok(()),
        }
    }

    fn hear(
        &self,
        own: &TableRef,
        table: &'static str,
        item: &Item,
        outcome: &Outcome,
    ) -> Result<(), Stop> {
        self.listener.hear(&Event::Record { table, outcome });
        match outcome {
            Outcome::Refused(refusal) => {
                let why = (refusal.reason.clone(), refusal.remedy.clone());
                self.find(own, table, item, Kind::Refused, why)
            }
            Outcome::Failed(why) => {
                let why = (why.clone(), "run the same command again".to_owned());
                self.find(own, table, item, Kind::Failed, why)
            }
            _ => Ok(()),
        }
    }

    fn find(
        &self,
        own: &TableRef,
        table: &'static str,
        item: &Item,
        kind: Kind,
        (reason, remedy): (String, String),
    ) -> Result<(), Stop> {
        let key = own.key_of(item).ok().and_then(|key| encode(&key).ok()).unwrap_or_default();
        let finding = Finding { table: table.to_owned(), key, kind, reason, remedy };
        self.listener.hear(&Event::Found(&finding));
        self.writer.recorder.find(finding)
    }
}

/// Why reading ended early.
enum Ended {
    Read(ReadError),
    Stop(Stop),
}

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Ended {
    fn stop(self, table: &'static str) -> Stop {
        match self {
            Self::Stop(stop) => stop,
            Self::Read(error) => Stop::reading(table, error),
        }
    }
}
