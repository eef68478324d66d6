//! A migration of one's own: any table, and a pure function from a record to what is to become of it.
//!
//! The engine does the rest, as for the migrations of this crate: every record is read once a pass, in
//! parallel and in bounded memory; every write is guarded by what was read; everything is in a journal
//! first, so that a run that was killed is gone on with by running it again, and a rollback gives every record
//! what it had. Passes are made until one finds nothing to write. `examples/own_migration.rs` is one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::engine::apply::Rule;
use crate::engine::events::{Counts, Listener, Silence};
use crate::engine::item::{Item, differing};
use crate::engine::journal::{Finding, Journal, JournalError, Run};
use crate::engine::keeper::Keeper;
use crate::engine::pace::Pace;
use crate::engine::pass::{Pass, Search};
use crate::engine::read::{Described, ReadError, Reader, Reading};
use crate::engine::recorder::Recorder;
use crate::engine::rewrite::{Merge, Record, Refusal, Rewrite};
use crate::engine::settle::settle;
use crate::engine::stop::Stop;
use crate::engine::undo::{Counts as Back, Undo};
use crate::engine::writer::{Old, Writer};

/// The table, as rewrites call it that put something.
pub const OWN: &str = "table";
/// Most passes: who keeps writing is not waited for for ever.
const MAX_PASSES: u32 = 5;
/// Records that are written at once.
const AT_ONCE: usize = 64;
/// How long a run before may take to let go of the journal.
const LET_GO: Duration = Duration::from_secs(2);

/// Why a migration ended early. What was done until then is done; the next run goes on.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// The table cannot be read.
    #[error(transparent)]
    Table(#[from] ReadError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The run cannot go on.
    #[error(transparent)]
    Stop(#[from] Stop),
}

/// What was done.
#[derive(Clone, Debug)]
pub struct Done {
    /// How many records were read, changed, refused.
    pub counts: Counts,
    /// Whether the last pass found nothing to write, and nothing to see to.
    pub complete: bool,
    /// What a person has to see to, at most a thousand.
    pub findings: Vec<Finding>,
}

/// A table that is migrated by a function of one's own.
pub struct OwnTable {
    client: Client,
    pace: Pace,
    reader: Reader,
    name: String,
    journal: PathBuf,
    listener: Box<dyn Listener + Send>,
}

impl OwnTable {
    /// A table by its name, and the folder for its journal: as confidential as the table, and needed for
    /// a rollback. Makes no call.
    #[must_use]
    pub fn new(config: &SdkConfig, name: &str, journal: &Path) -> Self {
        let pace = Pace::new(None, None);
        let builder = aws_sdk_dynamodb::config::Builder::from(config);
        let client = Client::from_conf(builder.interceptor(pace.throttles()).build());
        let reader = Reader::new(client.clone(), pace.clone());
        let (name, journal) = (name.to_owned(), journal.to_owned());
        Self { client, pace, reader, name, journal, listener: Box::new(Silence) }
    }

    /// The same, with somebody who hears of everything that happens.
    #[must_use]
    pub fn with_listener(self, listener: impl Listener + Send + 'static) -> Self {
        Self { listener: Box::new(listener), ..self }
    }

    /// Brings every record to where the function leaves it unchanged. It has no clock and no chance: the same
    /// record gives the same answer. What it puts, it puts into [`OWN`].
    ///
    /// # Errors
    ///
    /// What ends the run early.
    pub async fn migrate<F>(&self, rewrite: F) -> Result<Done, OwnError>
    where
        F: Fn(&Record) -> Rewrite + Sync,
    {
        let (table, writer) = self.begin("migrate").await?;
        let done = self.passes(&table, &writer, &Each(rewrite)).await;
        let run = writer.recorder.run();
        let flushed = writer.recorder.flush().await;
        let findings = writer.recorder.journal().findings(run, 0, 1_000);
        end(writer, done.is_ok()).await?;
        let (counts, quiet) = done?;
        flushed?;
        let findings = findings?.into_iter().map(|(_, finding)| finding).collect();
        Ok(Done { counts, complete: quiet && counts.open() == 0, findings })
    }

    async fn passes<R: Rule + Search>(
        &self,
        table: &Described,
        writer: &Writer,
        rule: &R,
    ) -> Result<(Counts, bool), Stop> {
        settle(&self.reader, &writer.tables, &writer.recorder).await?;
        let mut total = Counts::default();
        for number in 1..=MAX_PASSES {
            let recorder = &writer.recorder;
            // What is still so, this pass finds again.
            recorder.flush().await?;
            recorder.journal().forget_findings(recorder.run())?;
            let listener: &dyn Listener = self.listener.as_ref();
            let pass = Pass {
                reader: &self.reader,
                writer,
                rule,
                listener,
                interrupted: &|| false,
                at_once: AT_ONCE,
                number,
            };
            let (counts, ended) = pass.over(OWN, (table, &Reading::Whole)).await;
            ended?;
            total = total.then(counts);
            if counts.written() == 0 {
                return Ok((total, true));
            }
        }
        Ok((total, false))
    }

    /// Takes back everything that runs of this journal have changed, except where somebody has changed it
    /// since.
    ///
    /// # Errors
    ///
    /// What ends it early.
    pub async fn roll_back(&self) -> Result<Back, OwnError> {
        let (_, writer) = self.begin("rollback").await?;
        let settled = settle(&self.reader, &writer.tables, &writer.recorder).await;
        let runs = writer.recorder.journal().runs();
        let undone = match (settled, runs) {
            (Err(stop), _) => Err(OwnError::from(stop)),
            (_, Err(error)) => Err(error.into()),
            (Ok(_), Ok(runs)) => {
                let runs: Vec<u64> = runs.iter().rev().map(|(number, _)| *number).collect();
                let undo = Undo {
                    reader: &self.reader,
                    tables: &writer.tables,
                    journal: writer.recorder.journal(),
                    writer: Some(&writer),
                    at_once: AT_ONCE,
                    interrupted: &|| false,
                    found: &|_| {},
                    through: &|_| {},
                };
                let undone = undo.undo(&runs).await;
                undone.stopped.clone().map_or(Ok(undone.total()), |stop| Err(stop.into()))
            }
        };
        end(writer, undone.is_ok()).await?;
        undone
    }

    async fn begin(&self, command: &str) -> Result<(Described, Writer), OwnError> {
        let table = self.reader.describe(&self.name).await?;
        // A table that was made anew is another one: what a journal says of keys is not about it.
        let journal = self.opened(&format!("{} ({})", table.arn, table.id)).await?;
        let about = Run {
            command: command.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: now(),
            ..Run::default()
        };
        let lease = format!("table {}", self.name);
        let holder = format!("process {} since {}", std::process::id(), about.started);
        let lease = Keeper::take(&self.client, &lease, &holder).await.map_err(Stop::from)?;
        let run = match journal.begin(&about) {
            Ok(run) => run,
            Err(error) => {
                // The error of the journal is what has to be told.
                let _ = lease.release().await;
                return Err(error.into());
            }
        };
        let recorder = Recorder::new(journal, run);
        let tables = [(OWN, table.table.clone())].into();
        let way = (self.client.clone(), self.pace.clone());
        Ok((table, Writer::new(way, tables, recorder, lease, Old::Delete)))
    }
}

impl OwnTable {
    /// The journal. The run before lets it go a moment after it has ended.
    async fn opened(&self, of: &str) -> Result<Arc<Journal>, JournalError> {
        let begin = Instant::now();
        loop {
            match Journal::open(&self.journal, of) {
                Err(JournalError::InUse(_)) if begin.elapsed() < LET_GO => {
                    tokio::time::sleep(LET_GO / 100).await;
                }
                opened => return opened.map(Arc::new),
            }
        }
    }
}

/// Says in the journal how the run ended, and gives the lease back.
async fn end(writer: Writer, well: bool) -> Result<(), OwnError> {
    let (journal, number) = (writer.recorder.journal(), writer.recorder.run());
    let about = journal.runs()?.into_iter().find(|(run, _)| *run == number);
    if let Some((_, about)) = about {
        let exit = Some(u8::from(!well));
        journal.update(number, &Run { ended: Some(now()), exit, ..about })?;
    }
    Ok(writer.close().await?)
}

fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}

/// One function for every record.
struct Each<F>(F);

impl<F: Fn(&Record) -> Rewrite + Sync> Rule for Each<F> {
    fn rewrite(&self, _table: &'static str, record: &Record) -> Rewrite {
        (self.0)(record)
    }

    fn merge(&self, _table: &'static str, existing: &Item, incoming: &Item) -> Merge {
        let differing = differing(existing, incoming);
        match differing.is_empty() {
            true => Merge::Same,
            false => Merge::Conflict(Refusal::new(
                format!("another record stands in its place: `{}` differ", differing.join("`, `")),
                "decide which one is right, and delete the other",
            )),
        }
    }
}

impl<F: Sync> Search for Each<F> {
    fn leftovers(&self, _table: &'static str, _item: &Item) -> Vec<String> {
        Vec::new()
    }
}

impl std::fmt::Debug for OwnTable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "OwnTable({})", self.name)
    }
}
