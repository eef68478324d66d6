//! The writing half: what belongs together is written together, in the journal before it is sent and
//! after. It is one transaction, unless it is one change in place.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnConsumedCapacity, TransactWriteItem};
use aws_sdk_dynamodb::{Client, Config};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use required_env_vars::Failure;
use uuid::Uuid;

use super::alone;
use super::entry::Entry;
use super::item::Item;
use super::journal::State;
use super::keeper::Keeper;
use super::pace::Pace;
use super::patience::{PATIENCE, Patience, passes};
use super::places::places;
use super::recorder::Recorder;
use super::stop::Stop;
use super::table::Tables;
use super::write::{Write, WriteError};

/// How long one request may be sent again under its token: DynamoDB knows a token for ten minutes.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const TOKEN: Duration = Duration::from_secs(540);

/// What becomes of records whose copies are in place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Old {
    /// They go, in the transaction that writes the copy.
    #[default]
    Delete,
    /// They stay until they are cleaned up.
    Keep,
    /// They stay, and say so: they get the attribute [`MARK`].
    Mark,
}

/// The attribute of records that stay after they were copied; its value is `true`.
pub const MARK: &str = "deprecated";

const BUSY: &str = "other transactions were in the way for minutes";

/// What may write. It exists only where somebody holds the lease and has a journal.
#[derive(Debug)]
pub struct Writer {
    client: Client,
    /// The tables that are written.
    pub tables: Tables,
    /// Where everything is noted first.
    pub recorder: Recorder,
    /// What says whether writing is still allowed.
    pub lease: Keeper,
    /// What becomes of records that were copied.
    pub old: Old,
    pace: Pace,
    patience: Duration,
}

/// How writes that belong together ended that were not made.
#[derive(Debug)]
pub enum Unmade {
    /// Conditions failed: which writes, and for each the record that stands there, if there is one.
    Lost(Vec<(usize, Option<Item>)>),
    /// It failed of something else. Where that was no answer, it may have been made after all.
    Failed(String),
    /// Nothing more can be written.
    Stop(Stop),
}

impl From<Stop> for Unmade {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Writer {
    /// The writing half of a run.
    #[must_use]
    pub fn new(
        (client, pace): (Client, Pace),
        tables: Tables,
        recorder: Recorder,
        lease: Keeper,
        old: Old,
    ) -> Self {
        Self { client, tables, recorder, lease, old, pace, patience: PATIENCE }
    }

    /// The same, with less or more patience where a service is busy.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Gives the lease back, once everything is on the disk that can be written: nobody has to wait for
    /// it because the disk is full.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written, or the lease was lost.
    pub async fn close(self) -> Result<(), Stop> {
        let flushed = self.recorder.flush().await;
        let released = self.lease.release().await.map_err(Stop::from);
        flushed.and(released)
    }

    /// Makes writes that belong together and notes them: `entry` is what they are in the journal.
    ///
    /// # Errors
    ///
    /// When they were not made, or nobody knows whether they were.
    pub async fn transact(
        &self,
        entry: &Entry,
        writes: &[(&'static str, Write)],
    ) -> Result<(), Unmade> {
        let items = self.requests(writes).map_err(|error| Unmade::Failed(error.to_string()))?;
        let number = self.recorder.intend(entry).await?;
        let sent = self.send(items, writes).await;
        match &sent {
            Ok(()) => {
                self.recorder.settle(number, State::Proven, places(entry, &self.tables))?;
            }
            Err(Sent { known: true, .. }) => {
                self.recorder.settle(number, State::Void, Vec::new())?;
            }
            // It stays intended, and is looked up.
            Err(_) => {}
        }
        sent.map_err(|sent| sent.unmade)
    }

    /// Notes what needs no write, as if it had been made.
    ///
    /// # Errors
    ///
    /// When the journal cannot be written.
    pub async fn note(&self, entry: &Entry) -> Result<(), Stop> {
        let number = self.recorder.intend(entry).await?;
        self.recorder.settle(number, State::Proven, places(entry, &self.tables))
    }

    /// Makes writes that are in the journal already, for those who take back and clean up.
    ///
    /// # Errors
    ///
    /// As [`Writer::transact`].
    pub async fn write(&self, writes: &[(&'static str, Write)]) -> Result<(), Unmade> {
        let items = self.requests(writes).map_err(|error| Unmade::Failed(error.to_string()))?;
        self.send(items, writes).await.map_err(|sent| sent.unmade)
    }

    fn requests(
        &self,
        writes: &[(&'static str, Write)],
    ) -> Result<Vec<TransactWriteItem>, WriteError> {
        let one = |(table, write): &(&'static str, Write)| match self.tables.get(table) {
            Some(table) => write.request(table),
            None => Err(WriteError::NoTable((*table).to_owned())),
        };
        writes.iter().map(one).collect()
    }

    async fn send(
        &self,
        items: Vec<TransactWriteItem>,
        writes: &[(&'static str, Write)],
    ) -> Result<(), Sent> {
        let mut patience = Patience::of(self.patience.min(TOKEN));
        // The same for every attempt: a second one of what was made is no second write.
        let token = Uuid::from_u64_pair(fastrand::u64(..), fastrand::u64(..)).to_string();
        // Once an answer got lost, it may have been made.
        let mut known = true;
        loop {
            self.pace.write().await;
            self.lease.check().map_err(|error| Sent { known, unmade: Stop::from(error).into() })?;
            let why = match self.attempt(&items, &token).await {
                Answer::Made(units) => {
                    self.pace.write_used(units);
                    return Ok(());
                }
                Answer::Lost(lost) if !known && is_made(writes, &lost) => return Ok(()),
                Answer::Lost(lost) => return Err(Sent { known, unmade: Unmade::Lost(lost) }),
                Answer::Failed(why) => return Err(Sent { known, unmade: Unmade::Failed(why) }),
                Answer::InProgress => {
                    known = false;
                    BUSY.to_owned()
                }
                Answer::Busy => BUSY.to_owned(),
                Answer::Other { failure, refused } => {
                    known &= refused;
                    let table = writes.first().map_or("?", |(table, _)| *table);
                    if let Some(stop) = Stop::of(table, &failure) {
                        return Err(Sent { known, unmade: stop.into() });
                    }
                    if !passes(failure.reason()) {
                        return Err(Sent { known, unmade: Unmade::Failed(failure.to_string()) });
                    }
                    failure.to_string()
                }
            };
            if !patience.wait().await {
                return Err(Sent { known, unmade: Unmade::Failed(why) });
            }
        }
    }

    /// One attempt: of several, only the last one's answer would be known.
    async fn attempt(&self, items: &[TransactWriteItem], token: &str) -> Answer {
        let once = || Config::builder().retry_config(RetryConfig::disabled());
        if let [one] = items
            && let Some(answer) = alone::send(&self.client, one, once()).await
        {
            return answer;
        }
        let request = self.client.transact_write_items().client_request_token(token);
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let request = request.set_transact_items(Some(items.to_vec())).customize();
        let error = match request.config_override(once()).send().await {
            Ok(answer) => {
                let used = answer.consumed_capacity().iter();
                return Answer::Made(used.filter_map(|used| used.capacity_units).sum());
            }
            Err(error) => error,
        };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(canceled)) => {
                canceled_by(canceled.cancellation_reasons()).unwrap_or_else(|| other(&error))
            }
            Some(TransactWriteItemsError::TransactionInProgressException(_)) => Answer::InProgress,
            _ => other(&error),
        }
    }
}

/// Whether a change that goes alone was made by an attempt of which the answer got lost.
fn is_made(writes: &[(&'static str, Write)], lost: &[(usize, Option<Item>)]) -> bool {
    match (writes, lost) {
        ([(_, write)], [(_, found)]) => write.is_made(found.as_ref()),
        _ => false,
    }
}

/// How a request ended, and whether it is certain that nothing was written.
struct Sent {
    known: bool,
    unmade: Unmade,
}

/// How one attempt ended.
pub(super) enum Answer {
    /// It was made, and took so many units.
    Made(f64),
    /// Conditions failed: which writes, and for each the record that stands there, if there is one.
    Lost(Vec<(usize, Option<Item>)>),
    /// It can never be made.
    Failed(String),
    /// Others write the same records.
    Busy,
    /// An earlier attempt is under way.
    InProgress,
    /// It failed of something else, and whether that is certain to have written nothing.
    Other { failure: Failure, refused: bool },
}

/// Why a transaction was cancelled, where that is said.
fn canceled_by(reasons: &[CancellationReason]) -> Option<Answer> {
    let failed: Vec<_> = reasons
        .iter()
        .enumerate()
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(at, reason)| (at, reason.item.clone().filter(|item| !item.is_empty())))
        .collect();
    if !failed.is_empty() {
        return Some(Answer::Lost(failed));
    }
    let has = |code: &str| reasons.iter().any(|one| one.code() == Some(code));
    if has("TransactionConflict") || has("ThrottlingError") || has("ProvisionedThroughputExceeded")
    {
        return Some(Answer::Busy);
    }
    reasons.iter().find(|one| one.code() != Some("None")).map(|reason| {
        let (code, message) = (reason.code().unwrap_or("?"), reason.message().unwrap_or("?"));
        Answer::Failed(format!("{code}: {message}"))
    })
}

/// A failure that says nothing of conditions. An answer of 500 and above does not say whether something
/// was written, and no answer even less.
pub(super) fn other<E>(error: &SdkError<E, HttpResponse>) -> Answer
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let answered = error.raw_response().map(|response| response.status().as_u16());
    let refused = error.as_service_error().is_some() && answered.is_none_or(|status| status < 500);
    Answer::Other { failure: Failure::of(error), refused }
}
