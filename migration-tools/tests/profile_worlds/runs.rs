//! Runs as the command makes them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use local_aws::LocalAws;
use migration_tools::engine::events::Silence;
use migration_tools::engine::journal::{Journal, JournalError, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::{Described, Reader};
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::undo::{Undo, Undone};
use migration_tools::engine::writer::{Old, Writer};
use migration_tools::profiles::{
    Migration, PROFILES, Position, ProfileRule, Registry, Standing, Survey, described, tables,
};
use serde_json::json;

use super::{NOW, Profiles, TABLE, by_key};
use crate::support::Folder;

/// How a run is made.
#[derive(Clone)]
pub struct How {
    pub registry: Registry,
    pub target: Option<u64>,
    pub limit: Option<i32>,
    pub at_once: usize,
    pub patience: Duration,
}

impl How {
    pub fn by(registry: Registry) -> Self {
        let patience = Duration::from_secs(20);
        Self { registry, target: None, limit: None, at_once: 16, patience }
    }
}

/// Profiles in an AWS of their own, and the folder of the journal.
pub struct Scene {
    pub aws: LocalAws,
    pub config: SdkConfig,
    pub client: Client,
    pub folder: Folder,
}

/// Long enough for a call on a busy machine.
pub const UNHURRIED: Duration = Duration::from_secs(60);

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

/// Makes the table, as it is live but for its index, which no row without its keys could be put into.
pub async fn create(aws: &LocalAws, table: &str, sort: &str) {
    let attribute = |name| json!({"AttributeName": name, "AttributeType": "S"});
    let request = json!({
        "TableName": table,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("userId"), attribute(sort)],
        "KeySchema": [
            {"AttributeName": "userId", "KeyType": "HASH"},
            {"AttributeName": sort, "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

/// Makes the table that Lambdas keep their journals in.
pub async fn create_journals(aws: &LocalAws, name: &str) {
    let attribute = |name, kind| json!({"AttributeName": name, "AttributeType": kind});
    let request = json!({
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("journal", "S"), attribute("number", "N")],
        "KeySchema": [
            {"AttributeName": "journal", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
    });
    aws.dynamodb("CreateTable", request).await.unwrap();
}

impl Scene {
    pub async fn of(world: &Profiles) -> Self {
        let aws = LocalAws::start().await.unwrap();
        let config = config(&aws, aws_clients::http_client(), UNHURRIED).await;
        let client = Client::new(&config);
        create(&aws, TABLE, "profileKey").await;
        for profile in world.values() {
            let put = client.put_item().table_name(TABLE).set_item(Some(profile.clone()));
            put.send().await.unwrap();
        }
        aws.clear_calls();
        Self { aws, config, client, folder: Folder::new() }
    }

    pub async fn profiles(&self) -> Profiles {
        let scan = self.client.scan().table_name(TABLE).consistent_read(true);
        let all: Result<Vec<_>, _> = scan.into_paginator().items().send().collect().await;
        by_key(all.unwrap())
    }

    /// A run that nothing stands in the way of.
    pub async fn migrate(&self, how: &How) -> Position {
        migrate(&self.config, self.folder.path(), how).await.unwrap()
    }

    /// A look; answers how many times which standing was seen too.
    pub async fn survey(&self, how: &How) -> Position {
        let tools = Tools::of(&self.config).await.unwrap();
        let rule = tools.rule(how);
        let survey = Survey {
            reader: &tools.reader,
            table: &tools.table,
            rule: &rule,
            listener: &Silence,
            seen: &|_, standing: &Standing| assert!(!format!("{standing:?}").contains("Nim")),
            interrupted: &|| false,
            limit: how.limit,
            keep: &|_| Ok(()),
        };
        let mut position = Position::default();
        survey.run(&mut position).await.unwrap();
        position
    }

    /// Takes back all runs, the last one first.
    pub async fn roll_back(&self, how: &How) -> Undone {
        let tools = Tools::of(&self.config).await.unwrap();
        let journal = Arc::new(opened(self.folder.path()).await);
        let runs: Vec<u64> = journal.runs().unwrap().iter().rev().map(|(run, _)| *run).collect();
        let writer = tools.writer(&journal, how).await.unwrap();
        settle(&tools.reader, &writer.tables, &writer.recorder).await.unwrap();
        let undo = Undo {
            reader: &tools.reader,
            tables: &writer.tables,
            journal: &journal,
            writer: Some(&writer),
            at_once: 8,
            interrupted: &|| false,
            found: &|_| {},
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
    table: Described,
}

impl Tools {
    async fn of(config: &SdkConfig) -> Result<Self, Stop> {
        let client = Client::new(config);
        let reader = Reader::new(client.clone(), Pace::new(None, None));
        let table = described(&reader, TABLE).await;
        let table = table.map_err(|why| Stop::Table { table: PROFILES, why: why.to_string() })?;
        Ok(Self { client, reader, table })
    }

    fn rule(&self, how: &How) -> ProfileRule {
        let target = how.registry.target(how.target).unwrap();
        ProfileRule::new(how.registry.clone(), target, NOW, &self.table.table.keys).unwrap()
    }

    async fn writer(&self, journal: &Arc<Journal>, how: &How) -> Result<Writer, Stop> {
        static LEASES: AtomicUsize = AtomicUsize::new(0);
        // That of a run which was killed still holds.
        let own = LEASES.fetch_add(1, Ordering::SeqCst).to_string();
        let lease = Keeper::take(&self.client, &own, &own).await?;
        let run = journal.begin(&Run::default())?;
        let recorder = Recorder::new(Arc::clone(journal), run);
        let way = (self.client.clone(), Pace::new(None, None));
        let writer = Writer::new(way, tables(&self.table), recorder, lease, Old::default());
        Ok(writer.with_patience(how.patience))
    }
}

/// As the command does it.
pub async fn migrate(config: &SdkConfig, journal: &Path, how: &How) -> Result<Position, Stop> {
    let tools = Tools::of(config).await?;
    let journal = Arc::new(opened(journal).await);
    let writer = tools.writer(&journal, how).await?;
    let mut position = Position::default();
    let done = match settle(&tools.reader, &writer.tables, &writer.recorder).await {
        Err(stop) => Err(stop),
        Ok(_) => {
            let rule = tools.rule(how);
            let migration = Migration {
                reader: &tools.reader,
                table: &tools.table,
                rule: &rule,
                writer: &writer,
                listener: &Silence,
                interrupted: &|| false,
                at_once: how.at_once,
                limit: how.limit,
                keep: &|_| Ok(()),
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
        match Journal::open(folder, "cicada-dev") {
            Ok(journal) => return journal,
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
