//! Looking at all profiles, for a dry run or a verification: nothing is written.

use std::sync::{Mutex, PoisonError};

use super::position::{Position, Tally};
use super::rewrite::{PROFILES, ProfileRule, Standing};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::item::Item;
use crate::engine::pass::PAGES_AT_ONCE;
use crate::engine::read::{Described, ReadError, Reader, Reading};
use crate::engine::size::item_bytes;
use crate::engine::stop::Stop;
use crate::engine::typed_json::{decode, encode};

/// A look that is about to be taken.
pub struct Survey<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// The table.
    pub table: &'a Described,
    /// What is to become of profiles.
    pub rule: &'a ProfileRule,
    /// Who hears how far it has come.
    pub listener: &'a dyn Listener,
    /// Who is told of each profile. From several tasks at once.
    pub seen: &'a (dyn Fn(&Item, &Standing) + Sync),
    /// Whether it is time to stop.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Profiles in a page, as of a [run](super::Migration::limit).
    pub limit: Option<i32>,
    /// Who keeps how far it has come: asked after each page.
    pub keep: &'a (dyn Fn(&Position) -> Result<(), Stop> + Sync),
}

/// Why reading ended early.
struct Ended(Stop);

impl From<ReadError> for Ended {
    fn from(error: ReadError) -> Self {
        Self(Stop::reading(PROFILES, error))
    }
}

impl Survey<'_> {
    /// Looks at all profiles from a position on; its tally says what was seen.
    ///
    /// # Errors
    ///
    /// What ends it: it goes on from the position, if it has pages.
    pub async fn run(&self, position: &mut Position) -> Result<(), Stop> {
        if position.after.is_none() {
            let records = self.table.items;
            self.listener.hear(&Event::Began { table: PROFILES, pass: 0, records });
        }
        match self.limit {
            None => self.whole(position).await?,
            Some(limit) => self.pages(position, limit).await?,
        }
        position.passes += 1;
        position.after = None;
        let counts = Counts { records: position.tally.profiles, ..Counts::default() };
        self.listener.hear(&Event::Ended { table: PROFILES, pass: 0, counts });
        Ok(())
    }

    async fn whole(&self, position: &mut Position) -> Result<(), Stop> {
        let tally = Mutex::new(Tally::default());
        let visit = async |items: Vec<Item>| {
            if (self.interrupted)() {
                return Err(Ended(Stop::Interrupted));
            }
            let page = self.page(&items);
            let mut all = tally.lock().unwrap_or_else(PoisonError::into_inner);
            *all = all.plus(page);
            Ok(())
        };
        let read = self.reader.records(self.table, &Reading::Whole, PAGES_AT_ONCE, visit).await;
        position.tally = *tally.lock().unwrap_or_else(PoisonError::into_inner);
        read.map_err(|Ended(stop)| stop)
    }

    async fn pages(&self, position: &mut Position, limit: i32) -> Result<(), Stop> {
        loop {
            if (self.interrupted)() {
                return Err(Stop::Interrupted);
            }
            let start = position.after.as_deref().and_then(|after| decode(after).ok());
            let page = self.reader.page(&self.table.table.name, start, Some(limit)).await;
            let page = page.map_err(|error| Stop::reading(PROFILES, error))?;
            position.tally = position.tally.plus(self.page(&page.items));
            position.after = page.next.as_ref().and_then(|key| encode(key).ok());
            if position.after.is_none() {
                return Ok(());
            }
            (self.keep)(position)?;
        }
    }

    fn page(&self, items: &[Item]) -> Tally {
        let mut tally = Tally::default();
        let mut bytes = 0;
        for item in items {
            bytes += u64::try_from(item_bytes(item)).unwrap_or(u64::MAX);
            let standing = self.rule.standing(item);
            tally.profiles += 1;
            match &standing {
                Standing::AtTarget => tally.at_target += 1,
                Standing::Older { .. } => tally.older += 1,
                Standing::Refused { .. } => tally.refused += 1,
            }
            (self.seen)(item, &standing);
        }
        self.listener.hear(&Event::Read { table: PROFILES, records: tally.profiles, bytes });
        tally
    }
}
