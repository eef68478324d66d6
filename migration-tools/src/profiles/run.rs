//! Writing profiles: passes over the table, until one finds nothing to write.

use std::sync::{Mutex, PoisonError};

use super::position::Position;
use super::rewrite::{PROFILES, ProfileRule};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::pass::Pass;
use crate::engine::read::{Described, Reader, Reading};
use crate::engine::stop::Stop;
use crate::engine::typed_json::{decode, encode};
use crate::engine::writer::Writer;

/// Most passes: an application that keeps writing old profiles is not waited for for ever.
pub const MAX_PASSES: u32 = 5;

/// A run that is about to be made.
pub struct Migration<'a> {
    /// What reads.
    pub reader: &'a Reader,
    /// The table.
    pub table: &'a Described,
    /// What is to become of profiles.
    pub rule: &'a ProfileRule,
    /// What writes.
    pub writer: &'a Writer,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether it is time to stop.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Profiles that are written at once.
    pub at_once: usize,
    /// Profiles in a page, for who has to be able to stop after each and go on from there; without, the table
    /// is read in parallel.
    pub limit: Option<i32>,
    /// Who keeps how far it has come: asked after each page and pass.
    pub keep: &'a (dyn Fn(&Position) -> Result<(), Stop> + Sync),
}

impl Migration<'_> {
    /// Makes the run, from a position on, which says afterwards how far it has come, whatever ended it.
    ///
    /// # Errors
    ///
    /// What ends it: what was done until then is done, and it goes on from the position.
    pub async fn run(&self, position: &mut Position) -> Result<(), Stop> {
        while position.passes < MAX_PASSES && !position.quiet {
            if position.after.is_none() && position.counts == Counts::default() {
                let recorder = &self.writer.recorder;
                // What is still so, this pass finds again.
                recorder.flush().await?;
                recorder.journal().forget_findings(recorder.run())?;
            }
            match self.limit {
                None => self.whole(position).await?,
                Some(limit) => self.pages(position, limit).await?,
            }
            position.quiet = position.counts.written() == 0;
            position.before = position.total();
            position.counts = Counts::default();
            position.after = None;
            position.passes += 1;
            (self.keep)(position)?;
        }
        self.writer.recorder.flush().await
    }

    fn pass(&self, number: u32) -> Pass<'_, ProfileRule> {
        Pass {
            reader: self.reader,
            writer: self.writer,
            rule: self.rule,
            listener: self.listener,
            interrupted: self.interrupted,
            at_once: self.at_once,
            number,
        }
    }

    async fn whole(&self, position: &mut Position) -> Result<(), Stop> {
        let pass = self.pass(position.passes + 1);
        let (counts, ended) = pass.over(PROFILES, (self.table, &Reading::Whole)).await;
        position.counts = counts;
        ended
    }

    async fn pages(&self, position: &mut Position, limit: i32) -> Result<(), Stop> {
        let number = position.passes + 1;
        let pass = self.pass(number);
        if position.after.is_none() {
            let records = self.table.items;
            self.listener.hear(&Event::Began { table: PROFILES, pass: number, records });
        }
        loop {
            if (self.interrupted)() {
                return Err(Stop::Interrupted);
            }
            // What cannot be read any more is the beginning.
            let start = position.after.as_deref().and_then(|after| decode(after).ok());
            let page = self.reader.page(&self.table.table.name, start, Some(limit)).await;
            let page = page.map_err(|error| Stop::reading(PROFILES, error))?;
            let counts = Mutex::new(Counts::default());
            let ended = pass.records(PROFILES, page.items, &counts).await;
            let counts = counts.into_inner().unwrap_or_else(PoisonError::into_inner);
            position.counts = match &ended {
                Ok(()) => position.counts.plus(counts),
                // The page is read again: then only what was written counts twice.
                Err(_) => position.counts.plus(counts.then(Counts::default())),
            };
            ended?;
            position.after = page.next.as_ref().and_then(|key| encode(key).ok());
            if position.after.is_none() {
                let counts = position.counts;
                self.listener.hear(&Event::Ended { table: PROFILES, pass: number, counts });
                return Ok(());
            }
            (self.keep)(position)?;
        }
    }
}
