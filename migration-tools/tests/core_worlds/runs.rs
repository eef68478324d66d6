//! Runs as the command makes them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region};
use aws_sdk_cognitoidentityprovider::Client as Pools;
use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use local_aws::LocalAws;
use migration_tools::core_table::{Comparison, Doing, Migration, Names, Old, Position, Three};
use migration_tools::engine::events::Silence;
use migration_tools::engine::journal::{Journal, JournalError, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::undo::{Undo, Undone};
use migration_tools::engine::writer::{Old as Sources, Writer};

use super::load::names;
use super::{POOL, World};
use crate::support::Folder;

/// How a run is made.
#[derive(Clone)]
pub struct How {
    pub users: Option<Vec<String>>,
    pub pool: bool,
    pub limit: Option<i32>,
    pub at_once: usize,
    pub patience: Duration,
}

impl Default for How {
    fn default() -> Self {
        let patience = Duration::from_secs(20);
        Self { users: None, pool: false, limit: None, at_once: 16, patience }
    }
}

/// A world in an AWS of its own, and the folder of its journal.
pub struct Scene {
    pub aws: LocalAws,
    pub config: SdkConfig,
    pub client: Client,
    pub folder: Folder,
}

pub async fn config(aws: &LocalAws, http: SharedHttpClient, attempt: Duration) -> SdkConfig {
    let retry = RetryConfig::standard()
        .with_max_attempts(3)
        .with_initial_backoff(Duration::from_millis(2))
        .with_max_backoff(Duration::from_millis(20));
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .test_credentials()
        .http_client(http)
        .timeout_config(TimeoutConfig::builder().operation_attempt_timeout(attempt).build())
        .retry_config(retry)
        .load()
        .await
}

/// Long enough for a call on a busy machine.
pub const UNHURRIED: Duration = Duration::from_secs(60);

impl Scene {
    pub async fn of(world: &World) -> Self {
        let aws = LocalAws::start().await.unwrap();
        let config = config(&aws, aws_clients::http_client(), UNHURRIED).await;
        let client = Client::new(&config);
        world.create(&aws, &client).await;
        aws.clear_calls();
        Self { aws, config, client, folder: Folder::new() }
    }

    /// A run that nothing stands in the way of.
    pub async fn migrate(&self, how: &How) -> Position {
        migrate(&self.config, self.folder.path(), how).await.unwrap()
    }

    pub async fn compare(&self, how: &How, both_ways: bool) -> Position {
        let tools = Tools::of(&self.config, how).await.unwrap();
        let journal = Journal::is_in(self.folder.path());
        let journal = if journal { Some(opened(self.folder.path()).await) } else { None };
        let comparison = Comparison {
            old: tools.old(how),
            journal: journal.as_ref(),
            both_ways,
            listener: &Silence,
            interrupted: &|| false,
            keep: &|_| Ok(()),
        };
        let mut position = Position::default();
        comparison.run(&mut position).await.unwrap();
        position
    }

    /// Takes back all runs, the last one first.
    pub async fn roll_back(&self) -> Undone {
        let tools = Tools::of(&self.config, &How::default()).await.unwrap();
        let journal = Arc::new(opened(self.folder.path()).await);
        let runs: Vec<u64> = journal.runs().unwrap().iter().rev().map(|(run, _)| *run).collect();
        let writer = tools.writer(&journal, &How::default()).await.unwrap();
        settle(&tools.reader, &writer.tables, &writer.recorder).await.unwrap();
        let undo = Undo {
            reader: &tools.reader,
            tables: &writer.tables,
            journal: &journal,
            writer: Some(&writer),
            at_once: 8,
            interrupted: &|| false,
            found: &|finding| eprintln!("{finding:?}"),
            through: &|_| {},
        };
        let undone = undo.undo(&runs).await;
        writer.close().await.unwrap();
        undone
    }
}

struct Tools {
    client: Client,
    reader: Reader,
    tables: Three,
    names: Option<Names>,
}

impl Tools {
    async fn of(config: &SdkConfig, how: &How) -> Result<Self, Stop> {
        let client = Client::new(config);
        let reader = Reader::new(client.clone(), Pace::new(None, None));
        let tables = Three::describe(&reader, &names()).await;
        let tables =
            tables.map_err(|error| Stop::Table { table: "core", why: error.to_string() })?;
        let names = how.pool.then(|| Names::new(Pools::new(config), POOL));
        Ok(Self { client, reader, tables, names })
    }

    fn old<'a>(&'a self, how: &'a How) -> Old<'a> {
        Old {
            reader: &self.reader,
            tables: &self.tables,
            names: self.names.as_ref(),
            users: how.users.as_deref(),
            limit: how.limit,
        }
    }

    async fn writer(&self, journal: &Arc<Journal>, how: &How) -> Result<Writer, Stop> {
        static LEASES: AtomicUsize = AtomicUsize::new(0);
        // That of a run which was killed still holds.
        let own = LEASES.fetch_add(1, Ordering::SeqCst).to_string();
        let lease = Keeper::take(&self.client, &own, &own).await?;
        let run = journal.begin(&Run::default())?;
        let recorder = Recorder::new(Arc::clone(journal), run);
        let way = (self.client.clone(), Pace::new(None, None));
        let writer = Writer::new(way, self.tables.tables(), recorder, lease, Sources::Keep);
        Ok(writer.with_patience(how.patience))
    }
}

/// As the command does it.
pub async fn migrate(config: &SdkConfig, journal: &Path, how: &How) -> Result<Position, Stop> {
    let tools = Tools::of(config, how).await?;
    let journal = Arc::new(opened(journal).await);
    let writer = tools.writer(&journal, how).await?;
    let mut position = Position::default();
    let done = match settle(&tools.reader, &writer.tables, &writer.recorder).await {
        Err(stop) => Err(stop),
        Ok(_) => {
            let migration = Migration {
                old: tools.old(how),
                writer: &writer,
                listener: &Silence,
                interrupted: &|| false,
                at_once: how.at_once,
                keep: &|_| Ok(()),
                doing: Doing::default(),
            };
            migration.run(&mut position).await
        }
    };
    let closed = writer.close().await;
    done?;
    closed?;
    Ok(position)
}

/// The journal, once the run before has let it go.
pub async fn opened(folder: &Path) -> Journal {
    loop {
        match Journal::open(folder, "mc-dev") {
            Ok(journal) => return journal,
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
