//! A migration ends in the world that the facts say, whatever happens on the way.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;
mod worlds;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use local_aws::{Effect, Fault, LocalAws};
use migration_tools::amplify::derived_names;
use migration_tools::amplify::migration::{
    Choice, Done, Migration, Rename, Target, find, table_names,
};
use migration_tools::amplify::tables::Table;
use migration_tools::engine::events::Silence;
use migration_tools::engine::journal::{Journal, JournalError, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::writer::{MARK, Old, Writer};
use support::Folder;
use worlds::killer::{Killer, When};
use worlds::oracle::{Options, expected};
use worlds::{Rows, Size, World, differences};

/// How a run of these tests is made.
#[derive(Clone)]
struct How {
    old: Old,
    choice: Choice,
}

impl How {
    fn new(old: Old) -> Self {
        Self { old, choice: Choice { include_unlisted: true, ..Choice::default() } }
    }

    fn options(&self) -> Options {
        Options {
            keep_old: self.old != Old::Delete,
            include_unlisted: self.choice.include_unlisted,
        }
    }
}

async fn config(aws: &LocalAws, http: SharedHttpClient, attempts: u32) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(aws.endpoint_url())
        .test_credentials()
        .http_client(http)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(attempts)
                .with_initial_backoff(Duration::from_millis(5))
                .with_max_backoff(Duration::from_millis(50)),
        )
        .load()
        .await
}

/// As the command does it: find the tables, take the lease, open the journal, settle, run.
async fn migrate(
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
    let names = table_names(&derived_names(&deployment).unwrap(), &deployment);
    let targets = find(&reader, &names).await;
    if let Some(missing) = targets.unclear.first() {
        let why = missing.why.as_ref().map(ToString::to_string).unwrap_or_default();
        return Err(Stop::Table { table: missing.table.key, why });
    }
    let journal = Arc::new(opened(journal).await);
    // The lease of a run that was killed still holds; another one is taken here.
    let lease = LEASES.fetch_add(1, Ordering::SeqCst).to_string();
    let lease = Keeper::take(&client, &lease, &lease).await?;
    let number = journal.begin(&Run::default())?;
    let recorder = Recorder::new(journal, number);
    let writer = Writer::new((client, pace), targets.tables(), recorder, lease, how.old)
        .with_patience(Duration::from_secs(2));
    settle(&reader, &writer.tables, &writer.recorder).await?;
    let map = world.map();
    let renames = map.renamed_users() > 0;
    let takes: Vec<&Target> =
        targets.present.iter().filter(|one| how.choice.takes(one.table, renames)).collect();
    let migration = Migration {
        reader: &reader,
        writer: &writer,
        rule: Rename { map: &map, settings: &how.choice.settings },
        takes: &takes,
        listener: &Silence,
        interrupted: &|| false,
        at_once: 64,
    };
    let done = migration.run().await;
    writer.close().await?;
    done
}

/// The journal, once the run that was killed has let it go.
async fn opened(folder: &Path) -> Journal {
    loop {
        match Journal::open(folder, "v6-dev") {
            Ok(journal) => return journal,
            Err(JournalError::InUse(_)) => tokio::time::sleep(Duration::from_millis(1)).await,
            Err(error) => panic!("{error}"),
        }
    }
}

struct Scene {
    aws: LocalAws,
    config: SdkConfig,
    client: Client,
    folder: Folder,
}

async fn scene(world: &World) -> Scene {
    let aws = LocalAws::start().await.unwrap();
    let config = config(&aws, aws_clients::http_client(), 3).await;
    let client = Client::new(&config);
    world.create(&client).await;
    aws.clear_calls();
    Scene { aws, config, client, folder: Folder::new() }
}

fn assert_same(expected: &Rows, found: &Rows, what: &str) {
    let differences = differences(expected, found);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

/// The world without marks: where old records stay, those stay marked that must not be merged twice, or
/// all.
fn unmarked(rows: &Rows, old: Old) -> Rows {
    let mut rows = rows.clone();
    let mut marked = 0;
    for (key, items) in &mut rows {
        for item in items {
            if item.remove(MARK).is_some() {
                marked += 1;
                let must = Table::of_key(key).is_some_and(|table| !table.clash.repeats_safely());
                assert!(must || old == Old::Mark, "{key}");
            }
        }
    }
    assert_eq!(marked > 0, old != Old::Delete);
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_ends_as_the_facts_say_and_a_second_run_writes_nothing() {
    for (seed, old) in [(1, Old::Delete), (2, Old::Keep), (3, Old::Mark)] {
        let world = World::generate(seed, &Size::default());
        let scene = scene(&world).await;
        let how = How::new(old);
        let done = migrate(&scene.config, &world, scene.folder.path(), &how).await.unwrap();
        assert!(done.quiet && done.failed.is_empty(), "{done:?}");
        let after = world.dump(&scene.client).await;
        let unmarked = unmarked(&after, old);
        assert_same(&expected(&world, &how.options()), &unmarked, &format!("seed {seed}"));
        scene.aws.clear_calls();
        let again = migrate(&scene.config, &world, scene.folder.path(), &how).await.unwrap();
        assert_eq!(again.total().written(), 0, "{again:?}");
        assert_eq!(scene.aws.count("dynamodb", "TransactWriteItems"), 0, "seed {seed}");
        assert_same(&after, &world.dump(&scene.client).await, "second run");
    }
}

/// A world of every kind of change, small enough to be run again and again.
fn small(seed: u64) -> World {
    let tables = vec![
        "ACCOUNTS_DYNAMO_TABLE",
        "ASSISTANT_GROUPS_DYNAMO_TABLE",
        "COGNITO_USERS_DYNAMODB_TABLE",
        "COST_CALCULATIONS_DYNAMO_TABLE",
        "OBJECT_ACCESS_DYNAMODB_TABLE",
        "OLD_USER_STORAGE_TABLE",
        "SHARES_DYNAMODB_TABLE",
        "USER_DATA_STORAGE_TABLE",
        "USER_TAGS_DYNAMO_TABLE",
    ];
    let size = Size { users: 3, rows: 1, filler: 1, large: false, tables, ..Size::default() };
    World::generate(seed, &size)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_call_and_run_again_it_ends_in_the_same_world() {
    for old in [Old::Delete, Old::Keep] {
        let world = small(7);
        let how = How::new(old);
        let expected = expected(&world, &how.options());
        let mut calls = 0;
        let mut request = 1;
        loop {
            let mut alive = false;
            for when in [When::Before, When::After] {
                let scene = scene(&world).await;
                let (killer, http) = Killer::new();
                killer.kill_at(request, when);
                let doomed = config(&scene.aws, http, 3).await;
                let finished = {
                    let run = migrate(&doomed, &world, scene.folder.path(), &how);
                    tokio::select! {
                        biased;
                        done = run => Some(done.unwrap()),
                        () = killer.killed() => None,
                    }
                };
                alive |= finished.is_some();
                let done = migrate(&scene.config, &world, scene.folder.path(), &how).await.unwrap();
                let what = format!("killed at {request} {when:?}");
                assert!(done.quiet && done.failed.is_empty(), "{what}: {done:?}");
                let after = world.dump(&scene.client).await;
                assert_same(&expected, &unmarked(&after, old), &what);
                let again =
                    migrate(&scene.config, &world, scene.folder.path(), &how).await.unwrap();
                assert_eq!(again.total().written(), 0, "{what}");
                calls = killer.requests();
            }
            if alive {
                break;
            }
            request += 1;
        }
        eprintln!("{old:?}: killed at each of {} calls", calls);
        assert!(calls > 40, "{calls}");
    }
}
