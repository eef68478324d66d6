//! Runs with objects are taken back: sources stand again, records are as before, copies go.

use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use migration_tools::amplify::derived_names;
use migration_tools::amplify::migration::{find, table_names};
use migration_tools::engine::journal::{Finding, Run};
use migration_tools::engine::keeper::Keeper;
use migration_tools::engine::objects::{self, Restore, Restored};
use migration_tools::engine::pace::Pace;
use migration_tools::engine::read::Reader;
use migration_tools::engine::recorder::Recorder;
use migration_tools::engine::settle::settle;
use migration_tools::engine::stop::Stop;
use migration_tools::engine::undo::{Undo, Undone};
use migration_tools::engine::writer::{Old, Writer};

use super::scene::Scene;
use crate::running::{Moves, opened};

/// What was taken back.
#[derive(Debug, Default)]
pub struct TakenBack {
    pub sources: Restored,
    pub records: Undone,
    pub copies: Restored,
}

impl TakenBack {
    /// What could not be.
    pub fn refused(&self) -> u64 {
        let objects = self.sources.values().chain(self.copies.values());
        objects.map(|counts| counts.refused).sum::<u64>() + self.records.total().refused
    }
}

/// All runs of the journal, the last one first.
pub async fn take_back(
    scene: &Scene,
    config: &SdkConfig,
    moves: &Moves,
) -> Result<TakenBack, Stop> {
    static LEASES: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let client = Client::new(config);
    let pace = Pace::new(None, None);
    let reader = Reader::new(client.clone(), pace.clone());
    let deployment = scene.world.deployment();
    let mut names = table_names(&derived_names(&deployment).unwrap(), &deployment);
    names.retain(|(table, _)| scene.world.tables.contains_key(table.key));
    let targets = find(&reader, &names).await;
    let journal = Arc::new(opened(scene.journal()).await);
    let own = LEASES.fetch_add(1, std::sync::atomic::Ordering::SeqCst).to_string();
    let lease = Keeper::take(&client, &format!("undo {own}"), &own).await?;
    let runs: Vec<u64> = journal.runs()?.into_iter().rev().map(|(number, _)| number).collect();
    let number = journal.begin(&Run::default())?;
    let recorder = Recorder::new(Arc::clone(&journal), number);
    let writer = Writer::new((client, pace), targets.tables(), recorder, lease, Old::Delete);
    let storage = moves.storage(config, &scene.world);
    let done = async {
        settle(&reader, &writer.tables, &writer.recorder).await?;
        objects::settle(&storage, &journal, number).await?;
        let found = |finding: &Finding| eprintln!("{finding:?}");
        let restore = Restore {
            storage: &storage,
            journal: &journal,
            lease: Some(&writer.lease),
            run: number,
            at_once: 4,
            interrupted: &|| false,
            found: &found,
            patience: Duration::from_secs(5),
        };
        let sources = restore.sources(&runs).await?;
        let undo = Undo {
            reader: &reader,
            tables: &writer.tables,
            journal: &journal,
            writer: Some(&writer),
            at_once: 8,
            interrupted: &|| false,
            found: &found,
            through: &|_| {},
        };
        let records = undo.undo(&runs).await;
        let copies = restore.copies(&runs).await?;
        Ok::<_, Stop>(TakenBack { sources, records, copies })
    }
    .await;
    let closed = writer.close().await;
    let done = done?;
    closed?;
    Ok(done)
}
