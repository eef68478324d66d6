//! One invocation that may write: with the lease, a run of the journal, and what killed ones left open
//! settled.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::engine::journal::{Journal, Run};
use crate::engine::keeper::Keeper;
use crate::engine::pace::Pace;
use crate::engine::read::Reader;
use crate::engine::recorder::Recorder;
use crate::engine::settle::{Settlement, settle};
use crate::engine::stop::Stop;
use crate::engine::table::Tables;
use crate::engine::writer::{Old, Writer};

/// What an invocation works with, and on.
#[derive(Debug)]
pub struct Way {
    /// What calls.
    pub client: Client,
    /// How fast.
    pub pace: Pace,
    /// The tables, for the engine.
    pub tables: Tables,
    /// What is to happen to it by one run at a time, such as `mc-dev`.
    pub lease: String,
    /// Who is at work, as others are told; no other invocation is called so.
    pub holder: String,
    /// How long a busy table is waited for.
    pub patience: Duration,
}

/// An invocation at work.
#[derive(Debug)]
pub struct Session {
    /// What writes; it has the recorder with the journal and the run's number.
    pub writer: Writer,
    /// What killed invocations had left open.
    pub settlement: Settlement,
    journal: Arc<Journal>,
    about: Run,
    number: u64,
}

impl Session {
    /// Takes the lease, begins a run, and looks up what killed ones left open.
    ///
    /// # Errors
    ///
    /// When somebody else is at work, or the journal or a table cannot be used.
    pub async fn begin(
        way: Way,
        journal: &Arc<Journal>,
        (command, subject): (&str, &str),
        continues: Option<u64>,
    ) -> Result<Self, Stop> {
        let about = Run {
            command: command.to_owned(),
            subject: subject.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: now(),
            continues,
            ..Run::default()
        };
        let lease = Keeper::take(&way.client, &way.lease, &way.holder).await?;
        let number = match journal.begin(&about) {
            Ok(number) => number,
            Err(error) => {
                // The error of the journal is what has to be told.
                let _ = lease.release().await;
                return Err(error.into());
            }
        };
        let recorder = Recorder::new(Arc::clone(journal), number);
        let reader = Reader::new(way.client.clone(), way.pace.clone());
        let writer = Writer::new((way.client, way.pace), way.tables, recorder, lease, Old::Keep);
        let writer = writer.with_patience(way.patience);
        let settled = settle(&reader, &writer.tables, &writer.recorder).await;
        let journal = Arc::clone(journal);
        let mut session =
            Self { writer, settlement: Settlement::default(), journal, about, number };
        match settled {
            Ok(settlement) => {
                session.settlement = settlement;
                Ok(session)
            }
            Err(stop) => {
                let _ = session.end(3, Value::Null).await;
                Err(stop)
            }
        }
    }

    /// The run's number.
    #[must_use]
    pub fn run(&self) -> u64 {
        self.number
    }

    /// Ends the run, whatever came of it, and gives the lease back.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written, or the lease was lost.
    pub async fn end(self, exit: u8, summary: Value) -> Result<(), Stop> {
        let mut about = self.about;
        let flushed = self.writer.recorder.flush().await;
        about.ended = Some(now());
        about.exit = Some(exit);
        about.summary = Some(summary);
        let updated = self.journal.update(self.number, &about).map_err(Stop::from);
        let closed = self.writer.close().await;
        flushed.and(updated).and(closed)
    }
}

/// Now, RFC 3339, UTC.
fn now() -> String {
    OffsetDateTime::now_utc().format(&Rfc3339).unwrap_or_default()
}
