//! Writing CoreTable: passes over the old tables, until one finds nothing to write.

use std::sync::{Mutex, PoisonError};

use super::old::{Found, Old};
use super::position::{Position, Step};
use super::rule::CoreRule;
use super::tables::{CORE, MEMBERSHIPS, SERVERS, USERS};
use crate::engine::events::{Counts, Event, Listener};
use crate::engine::item::Item;
use crate::engine::pass::Pass;
use crate::engine::stop::Stop;
use crate::engine::writer::Writer;

/// Most passes: an application that keeps writing into the old tables is not waited for for ever.
pub const MAX_PASSES: u32 = 5;

/// A run that is about to be made.
pub struct Migration<'a> {
    /// What is read.
    pub old: Old<'a>,
    /// What writes.
    pub writer: &'a Writer,
    /// Who hears of it.
    pub listener: &'a dyn Listener,
    /// Whether it is time to stop.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Rows that are written at once.
    pub at_once: usize,
    /// Who keeps how far it has come: asked after each page.
    pub keep: &'a (dyn Fn(&Position) -> Result<(), Stop> + Sync),
    /// What is being done.
    pub doing: Doing,
}

/// What was done of a page that is not complete.
#[derive(Debug, Default)]
pub struct Doing {
    table: Mutex<&'static str>,
    counts: Mutex<Counts>,
}

impl Doing {
    /// Adds what was written to a position. For who has dropped a run in the middle of a page, which the
    /// next one reads again.
    pub fn add_to(&self, position: &mut Position) {
        let table = *self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let counts =
            std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        if counts.written() > 0 {
            let all = position.counts.entry(table.to_owned()).or_default();
            *all = all.plus(counts.then(Counts::default()));
        }
    }
}

impl Migration<'_> {
    /// Makes the run, from a position on, which says afterwards how far it has come, whatever ended it.
    ///
    /// # Errors
    ///
    /// What ends it: what was done until then is done, and it goes on from the position.
    pub async fn run(&self, position: &mut Position) -> Result<(), Stop> {
        while position.passes < MAX_PASSES && !position.quiet {
            let begins = position.step == Step::Servers && position.after.is_none();
            if begins && position.counts.is_empty() {
                let recorder = &self.writer.recorder;
                // What is still so, this pass finds again.
                recorder.flush().await?;
                recorder.journal().forget_findings(recorder.run())?;
            }
            self.pass(position).await?;
            let written: u64 = position.counts.values().map(Counts::written).sum();
            position.before = position.totals();
            position.counts.clear();
            position.passes += 1;
            position.quiet = written == 0;
            position.step(Step::Servers);
            (self.keep)(position)?;
        }
        self.writer.recorder.flush().await
    }

    /// The rest of one pass.
    async fn pass(&self, position: &mut Position) -> Result<(), Stop> {
        for (step, table, next) in [
            (Step::Servers, SERVERS, Step::Memberships),
            (Step::Memberships, MEMBERSHIPS, Step::End),
        ] {
            if position.step != step {
                continue;
            }
            let records = match step {
                Step::Servers => self.old.tables.servers.items,
                _ => self.old.tables.memberships.items,
            };
            let pass = position.passes + 1;
            if position.after.is_none() {
                self.listener.hear(&Event::Began { table, pass, records });
            }
            loop {
                if (self.interrupted)() {
                    return Err(Stop::Interrupted);
                }
                let found = self.old.page(position).await?;
                let after = found.next.clone();
                self.page(found, position).await?;
                match after {
                    Some(after) => position.after = Some(after),
                    None => break,
                }
                (self.keep)(position)?;
            }
            let counts = position.counts.get(table).copied().unwrap_or_default();
            self.listener.hear(&Event::Ended { table, pass, counts });
            position.step(next);
            (self.keep)(position)?;
        }
        Ok(())
    }

    /// Servers come before who is a member of them, and members before what is said of the users.
    async fn page(&self, found: Found, position: &mut Position) -> Result<(), Stop> {
        for note in found.notes {
            self.listener.hear(&Event::Found(&note));
            self.writer.recorder.find(note)?;
        }
        let parts =
            [(SERVERS, found.servers), (MEMBERSHIPS, found.memberships), (USERS, found.users)];
        for (table, items) in parts {
            if items.is_empty() {
                continue;
            }
            self.see(table, &items);
            let pass = Pass {
                reader: self.old.reader,
                writer: self.writer,
                rule: &CoreRule,
                listener: self.listener,
                interrupted: self.interrupted,
                at_once: self.at_once,
                number: position.passes + 1,
            };
            *self.doing.table.lock().unwrap_or_else(PoisonError::into_inner) = table;
            match pass.records(table, items, &self.doing.counts).await {
                Ok(()) => {
                    let mut counts =
                        self.doing.counts.lock().unwrap_or_else(PoisonError::into_inner);
                    let all = position.counts.entry(table.to_owned()).or_default();
                    *all = all.plus(std::mem::take(&mut *counts));
                }
                Err(stop) => {
                    self.doing.add_to(position);
                    return Err(stop);
                }
            }
        }
        Ok(())
    }

    /// A condition can only speak of attributes that are known.
    fn see(&self, table: &str, items: &[Item]) {
        let Some(core) = self.writer.tables.get(CORE) else { return };
        for row in items.iter().filter_map(|item| CoreRule::row(table, item).ok()) {
            core.attributes.see(&row);
        }
    }
}
