//! A way back for every table and bucket before a migration changes it: on-demand backups and
//! point-in-time recovery of tables, versioning of buckets.
//!
//! [`check`] says what there is and changes nothing: a [`Reader`] has no call that could. [`create`]
//! makes what lacks, after what was there before is written down.
//!
//! A table is covered by both: a backup found by the table's ARN that can be restored, and recovery whose
//! window reaches this moment.
//!
//! Assumed of AWS: while recovery that was just switched on covers nothing, the window it tells is
//! empty, or not told at all.

mod buckets;
mod create;
mod name;
mod prior;
mod report;
mod tables;
mod wait;
mod window;

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use futures::{StreamExt, stream};
use time::OffsetDateTime;

pub use buckets::Versioning;
pub use create::{Change, Created, Writer, create};
pub use name::{BackupName, BackupNameError};
pub use prior::RecordError;
pub use report::{Answer, CallFailed, Cover, Entry, Lack, Report};

use crate::amplify::Kind;
use crate::turns::Turns;
use tables::{Sought, TableState};

/// Between two calls of `ListBackups`, of which AWS takes five a second:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListBackups.html>.
const BETWEEN: Duration = Duration::from_millis(200);
/// Resources at once. `ListBackups` keeps a pace of its own.
const AT_ONCE: usize = 4;

/// What is to be covered: names of tables and buckets of one region.
#[derive(Clone, Debug, Default)]
pub struct Resources {
    /// Names of tables.
    pub tables: Vec<String>,
    /// Names of buckets.
    pub buckets: Vec<String>,
}

/// Which backups count, and how long to wait for them.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Only those that were made under this name.
    pub name: Option<BackupName>,
    /// How old they may be.
    pub max_age: Duration,
    /// How long to wait, all in all, for those that are still being made.
    pub patience: Duration,
}

impl Default for Terms {
    /// Any name, a day, a quarter of an hour.
    fn default() -> Self {
        let (max_age, patience) = (Duration::from_secs(24 * 3600), Duration::from_secs(15 * 60));
        Self { name: None, max_age, patience }
    }
}

/// Something happened that an operator wants to see.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'e> {
    /// One more table or bucket was looked at.
    Looked,
    /// Something was changed.
    Changed(&'e Change),
    /// So many backups are still being made. Told every second.
    Waiting(usize),
}

/// Who looks on, and may end the work.
pub trait Watch {
    /// Something happened.
    fn see(&self, event: Event<'_>);

    /// Whether nothing more is to be begun.
    fn stop(&self) -> bool {
        false
    }
}

/// Nobody looks on.
impl Watch for () {
    fn see(&self, _event: Event<'_>) {}
}

/// Asks about backups. It cannot change anything.
#[derive(Clone, Debug)]
pub struct Reader {
    tables: aws_sdk_dynamodb::Client,
    buckets: aws_sdk_s3::Client,
    turns: Turns,
}

impl Reader {
    /// Asks where the configuration says.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        // Many are asked for, and one that does not answer is reported, not waited for.
        let retry = RetryConfig::standard().with_max_attempts(4);
        let config = config.to_builder().retry_config(retry).build();
        Self {
            tables: aws_sdk_dynamodb::Client::new(&config),
            buckets: aws_sdk_s3::Client::new(&config),
            turns: Turns::every(BETWEEN),
        }
    }

    async fn look(&self, kind: Kind, name: String, terms: &Terms, now: OffsetDateTime) -> Seen {
        let found = match kind {
            Kind::Table => {
                let sought = sought(terms, &name, now);
                let found = tables::look(self, &name, &sought).await;
                found.map(|found| found.map(|state| State::Table(Box::new(state))))
            }
            Kind::Bucket => {
                let found = buckets::versioning(&self.buckets, &name).await;
                found.map(|found| found.map(State::Bucket))
            }
        };
        let state = match found {
            Ok(Some(state)) => state,
            Ok(None) => State::Absent,
            Err(failed) => State::Failed(failed),
        };
        Seen { kind, name, state }
    }
}

/// What counts as a backup of this table.
fn sought(terms: &Terms, table: &str, now: OffsetDateTime) -> Sought {
    let name = terms.name.as_ref().map(|name| name.of_table(table));
    Sought { name, since: now - terms.max_age }
}

/// A table or bucket, and what is known of it.
#[derive(Debug)]
struct Seen {
    kind: Kind,
    name: String,
    state: State,
}

#[derive(Debug)]
enum State {
    Absent,
    Failed(CallFailed),
    Table(Box<TableState>),
    Bucket(Versioning),
}

impl Seen {
    fn entry(self) -> Entry {
        let answer = match self.state {
            State::Absent => Answer::Absent,
            State::Failed(failed) => Answer::Failed(vec![failed]),
            State::Table(state) => state.answer(),
            State::Bucket(versioning) => versioning.answer(),
        };
        Entry { kind: self.kind, name: self.name, answer }
    }
}

/// Says which of these tables and buckets have a way back. Changes nothing; waits for backups that are
/// being made.
///
/// Calls: three for each table, and one for each further hundred of its backups; one for each bucket.
pub async fn check(reader: &Reader, of: &Resources, terms: &Terms, watch: &impl Watch) -> Report {
    let mut seen = look(reader, of, terms, watch).await;
    wait::wait(reader, &mut seen, terms.patience, watch).await;
    report(seen, watch)
}

async fn look(reader: &Reader, of: &Resources, terms: &Terms, watch: &impl Watch) -> Vec<Seen> {
    let now = OffsetDateTime::now_utc();
    let tables = of.tables.iter().map(|name| (Kind::Table, name));
    let buckets = of.buckets.iter().map(|name| (Kind::Bucket, name));
    let asked = tables.chain(buckets);
    let asked: Vec<_> =
        asked.map(|(kind, name)| reader.look(kind, name.clone(), terms, now)).collect();
    let mut answers = stream::iter(asked).buffered(AT_ONCE);
    let mut seen = Vec::new();
    while let Some(one) = answers.next().await {
        watch.see(Event::Looked);
        seen.push(one);
    }
    seen
}

fn report(seen: Vec<Seen>, watch: &impl Watch) -> Report {
    let entries: Vec<Entry> = seen.into_iter().map(Seen::entry).collect();
    Report { entries, stopped: watch.stop() }
}
