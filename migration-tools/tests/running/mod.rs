//! Migrations of made-up worlds on the embedded AWS, run as the command runs them.

#![allow(unreachable_pub, reason = "each test binary is a crate of its own")]
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures::{StreamExt, stream};
use local_aws::{ACCESS_KEY_ID, LocalAws, SECRET_ACCESS_KEY};
use migration_tools::amplify::id_map::IdMap;
use migration_tools::amplify::migration::{
    Choice, Done, Migration, Rename, Target, find, table_names,
};
use migration_tools::amplify::objects::{Family, Objects, Setting};
use migration_tools::amplify::tables::{self, Table};
use migration_tools::amplify::{Resource, derived_names};
use migration_tools::engine::events::Silence;
use migration_tools::engine::item::Item;
use migration_tools::engine::journal::{Journal, JournalError, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::objects::{self, MAX_SINGLE_COPY, Storage};
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::writer::{MARK, Old, Writer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::support::Folder;
use crate::worlds::oracle::Options;
use crate::worlds::{OLD_STORAGE, Rows, STORAGE, Size, World, differences};

/// How a run of these tests is made.
#[derive(Clone)]
pub struct How {
    pub old: Old,
    pub choice: Choice,
    /// How long a busy service is waited for.
    pub patience: Duration,
    pub lease: Lease,
    /// Records that are written at once.
    pub at_once: usize,
    /// The objects that move, too.
    pub moves: Option<Moves>,
}

/// How objects move.
#[derive(Clone)]
pub struct Moves {
    /// The buckets that exist, by their keys.
    pub buckets: Vec<&'static str>,
    /// Those that take part.
    pub families: BTreeSet<Family>,
    /// Objects at once.
    pub at_once: NonZeroUsize,
    /// Whether all users keep their ids and take part.
    pub everyone: bool,
}

impl Moves {
    /// All of them.
    pub fn of(buckets: &[&'static str]) -> Self {
        let at_once = NonZeroUsize::MIN.saturating_add(3);
        let families = Family::ALL.into_iter().collect();
        Self { buckets: buckets.to_vec(), families, at_once, everyone: false }
    }

    /// The buckets, and a client for them.
    pub fn storage(&self, config: &SdkConfig, world: &World) -> Storage {
        let path = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
        let of = world.deployment();
        let named = self.buckets.iter().map(|key| (*key, Resource::of_key(key).unwrap().name(&of)));
        Storage { client: aws_sdk_s3::Client::from_conf(path), buckets: named.collect() }
    }
}

/// Which lease a run takes.
#[derive(Clone, Copy)]
pub enum Lease {
    /// Its own: that of a run which was killed still holds.
    Own,
    /// That with this name, for somebody with that name.
    Shared(&'static str, &'static str),
}

impl How {
    /// In all tables.
    pub fn new(old: Old) -> Self {
        let choice = Choice { include_unlisted: true, ..Choice::default() };
        let (patience, lease) = (Duration::from_secs(20), Lease::Own);
        Self { old, choice, patience, lease, at_once: 64, moves: None }
    }

    /// In all tables, and with objects.
    pub fn with_objects(old: Old, moves: Moves) -> Self {
        let mut how = Self { moves: Some(moves), ..Self::new(old) };
        how.choice.settings.objects = tables::Objects::Moved;
        how
    }

    pub fn options(&self) -> Options {
        Options {
            keep_old: self.old != Old::Delete,
            include_unlisted: self.choice.include_unlisted,
        }
    }
}

/// A client's way to an embedded AWS: three attempts a call, each of which may take so long.
pub async fn config(aws: &LocalAws, http: SharedHttpClient, attempt: Duration) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .credentials_provider(Credentials::new(
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            None,
            None,
            "test",
        ))
        .http_client(http)
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(attempt).build())
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(3)
                .with_initial_backoff(Duration::from_millis(2))
                .with_max_backoff(Duration::from_millis(20)),
        )
        .load()
        .await
}

/// Worlds at once.
const AT_ONCE: usize = 4;

/// Long enough for a call on a busy machine.
pub const UNHURRIED: Duration = Duration::from_secs(60);

/// As the command does it: find the tables, take the lease, open the journal, settle, run.
pub async fn migrate(
    config: &SdkConfig,
    world: &World,
    journal: &Path,
    how: &How,
) -> Result<Done, Stop> {
    static LEASES: AtomicUsize = AtomicUsize::new(0);
    let client = Client::new(config);
    let pace = Pace::new(None, None);
    let reader = Reader::new(client.clone(), pace.clone());
    let deployment = world.deployment();
    let mut names = table_names(&derived_names(&deployment).unwrap(), &deployment);
    names.retain(|(table, _)| world.tables.contains_key(table.key));
    let targets = find(&reader, &names).await;
    if let Some(missing) = targets.unclear.first() {
        let why = missing.why.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Stop::Table { table: missing.table.key, why });
    }
    let journal = Arc::new(opened(journal).await);
    let own = LEASES.fetch_add(1, Ordering::SeqCst).to_string();
    let (lease, holder) = match how.lease {
        Lease::Own => (own.as_str(), own.as_str()),
        Lease::Shared(lease, holder) => (lease, holder),
    };
    let lease = Keeper::take(&client, lease, holder).await?;
    let started = OffsetDateTime::now_utc().format(&Rfc3339).unwrap();
    let number = journal.begin(&Run { started, ..Run::default() })?;
    let recorder = Recorder::new(journal, number);
    let writer = Writer::new((client, pace), targets.tables(), recorder, lease, how.old)
        .with_patience(how.patience);
    let storage = how.moves.as_ref().map(|moves| moves.storage(config, world));
    let settled = settle(&reader, &writer.tables, &writer.recorder).await.map(drop);
    let settled = match (settled, &storage) {
        (Ok(()), Some(storage)) => {
            objects::settle(storage, writer.recorder.journal(), number).await.map(drop)
        }
        (settled, _) => settled,
    };
    let done = match settled {
        Err(stop) => Err(stop),
        Ok(()) => {
            let everyone = how.moves.as_ref().is_some_and(|moves| moves.everyone);
            let map = if everyone { IdMap::everyone() } else { world.map() };
            let renames = map.renamed_users() > 0;
            let takes = |one: &&Target| how.choice.takes(one.table, renames);
            let takes: Vec<&Target> = targets.present.iter().filter(takes).collect();
            let objects = storage.as_ref().zip(how.moves.as_ref()).map(|(storage, moves)| {
                let setting = Setting {
                    at_once: moves.at_once,
                    patience: how.patience,
                    single: MAX_SINGLE_COPY,
                    takes: Duration::ZERO,
                };
                let read_and_write = (&reader, &writer);
                Objects::new(storage, &moves.families, read_and_write, &Silence, &|| false, setting)
            });
            let rename = Rename::new(&map, &how.choice.settings);
            let migration = Migration {
                objects: objects.as_ref().map(|objects| (objects, &map)),
                reader: &reader,
                writer: &writer,
                rule: Rename { objects: objects.as_ref(), ..rename },
                takes: &takes,
                listener: &Silence,
                interrupted: &|| false,
                at_once: how.at_once,
            };
            let (done, stopped) = migration.run().await;
            stopped.map(|()| done)
        }
    };
    let closed = writer.close().await;
    let done = done?;
    closed?;
    Ok(done)
}

/// The journal, once the run before has let it go.
pub async fn opened(folder: &Path) -> Journal {
    loop {
        match Journal::open(folder, "v6-dev") {
            Ok(journal) => return journal,
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A world in an AWS of its own, and the folder of its journal.
pub struct Scene {
    pub aws: LocalAws,
    pub config: SdkConfig,
    pub client: Client,
    pub folder: Folder,
}

impl Scene {
    pub async fn of(world: &World) -> Self {
        let aws = LocalAws::start().await.unwrap();
        let config = config(&aws, aws_clients::http_client(), UNHURRIED).await;
        let client = Client::new(&config);
        world.create(&client).await;
        aws.clear_calls();
        Self { aws, config, client, folder: Folder::new() }
    }

    /// A run that nothing stands in the way of.
    pub async fn migrate(&self, world: &World, how: &How) -> Done {
        migrate(&self.config, world, self.folder.path(), how).await.unwrap()
    }
}

pub fn assert_same(expected: &Rows, found: &Rows, what: &str) {
    let differences = differences(expected, found);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

/// The world without marks: where old records stay, those stay marked that must not be merged twice, or
/// all.
pub fn unmarked(rows: &Rows, old: Old) -> Rows {
    let is_marked = |item: &Item| item.contains_key(MARK);
    let marked = rows.iter().filter(|(_, items)| items.iter().any(is_marked));
    let marked: Vec<&Table> = marked.map(|(key, _)| Table::of_key(key).unwrap()).collect();
    assert_eq!(marked.is_empty(), old == Old::Delete);
    let must = |table: &&Table| !table.clash.repeats_safely();
    assert!(old == Old::Mark || marked.iter().all(must));
    let plain = |mut item: Item| {
        item.remove(MARK);
        item
    };
    let rows = rows.iter();
    rows.map(|(key, items)| (*key, items.iter().cloned().map(plain).collect())).collect()
}

/// A world of every kind of change, small enough to be run again and again.
pub fn small(seed: u64) -> World {
    let tables = vec![
        "ASSISTANT_GROUPS_DYNAMO_TABLE",
        "COGNITO_USERS_DYNAMODB_TABLE",
        "COST_CALCULATIONS_DYNAMO_TABLE",
        "OLD_USER_STORAGE_TABLE",
        "SHARES_DYNAMODB_TABLE",
        "USER_DATA_STORAGE_TABLE",
        "USER_TAGS_DYNAMO_TABLE",
    ];
    let size = Size { users: 2, rows: 1, filler: 1, large: false, tables, ..Size::default() };
    World::generate(seed, &size)
}

/// Whether a run has made every kind of change: a world in which one is missing proves less.
pub fn assert_kinds(done: &Done, old: Old) {
    let of = |key: &str| {
        let counts = done.tables.iter().find(|(table, _)| *table == key).map(|(_, counts)| *counts);
        counts.unwrap_or_else(|| panic!("{key} took no part"))
    };
    let all = done.total();
    let moved = if old == Old::Delete { all.moved } else { all.copied };
    assert!(moved > 0 && all.edited > 0 && all.merged > 0, "{done:?}");
    assert!(of("COST_CALCULATIONS_DYNAMO_TABLE").merged > 0, "no sum: {done:?}");
    for key in ["COGNITO_USERS_DYNAMODB_TABLE", "SHARES_DYNAMODB_TABLE", OLD_STORAGE, STORAGE] {
        assert!(of(key).written() > 0, "{key}: {done:?}");
    }
}

/// Some at once, on all processors: each has an AWS and a thread of its own.
pub async fn in_parallel<I, F, R>(
    all: I,
    one: impl Fn(I::Item) -> F + Send + Sync + 'static,
) -> Vec<R>
where
    I: IntoIterator<Item: Send + 'static>,
    F: Future<Output = R>,
    R: Send + 'static,
{
    let one = Arc::new(one);
    let spawn = |each| {
        let (one, runtime) = (Arc::clone(&one), Handle::current());
        spawn_blocking(move || runtime.block_on(one(each)))
    };
    let ended = stream::iter(all).map(spawn).buffer_unordered(AT_ONCE);
    ended
        .map(|ended| ended.unwrap_or_else(|error| resume_unwind(error.into_panic())))
        .collect()
        .await
}
