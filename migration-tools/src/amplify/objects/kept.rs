//! Objects that a migration has copied and kept are removed, or put back.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use super::facts::{Family, ORIGINS};
use super::work::short_name;
use crate::amplify::migration::Targets;
use crate::amplify::tables::{Everything, object_names};
use crate::engine::entry::Short;
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Journal};
use crate::engine::keeper::Keeper;
use crate::engine::objects::{Storage, Sweep, Swept};
use crate::engine::read::{ReadError, Reader, segments};
use crate::engine::stop::Stop;

/// Removes what was kept.
pub struct Kept<'a> {
    /// Where objects are.
    pub storage: &'a Storage,
    /// What was copied.
    pub journal: &'a Journal,
    /// What reads records.
    pub reader: &'a Reader,
    /// The tables whose records may point to objects.
    pub targets: &'a Targets,
    /// Whether writing is still allowed, and the run; nothing in a dry run.
    pub writes: Option<(&'a Keeper, u64)>,
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Who hears of what stays although it should go.
    pub found: &'a dyn Fn(Finding) -> Result<(), Stop>,
    /// How long a busy service is waited for.
    pub patience: Duration,
}

impl Kept<'_> {
    /// Goes over all sources: what was copied, stands at its target, is unchanged since, and is not
    /// pointed to by any record, is removed.
    ///
    /// # Errors
    ///
    /// What ends it before its end; what was done is done.
    pub async fn clean_up(&self) -> Result<Vec<(&'static str, Swept)>, Stop> {
        let held = self.held().await?;
        let is_held = |bucket: &str, key: &str| held.contains(&short_name(bucket, key));
        let sweep = Sweep {
            storage: self.storage,
            journal: self.journal,
            lease: self.writes.map(|(lease, _)| lease),
            run: self.writes.map_or(0, |(_, run)| run),
            kept_too: true,
            held: &is_held,
            interrupted: self.interrupted,
            found: self.found,
            patience: self.patience,
        };
        let mut all = Vec::new();
        for origin in ORIGINS.iter().filter(|one| self.storage.name(one.bucket).is_some()) {
            let place = (origin.bucket, origin.prefix);
            let swept = sweep.over(origin.label, place, &|_| Ok(())).await?;
            if swept != Swept::default() {
                all.push((origin.label, swept));
            }
        }
        Ok(all)
    }

    /// What records point to.
    async fn held(&self) -> Result<HashSet<Short>, Stop> {
        let buckets = Everything(self.storage.buckets.clone());
        let held = Mutex::new(HashSet::new());
        let tables: Vec<&str> = Family::ALL.iter().filter_map(|family| family.table()).collect();
        let pointing = self.targets.present.iter().filter(|target| {
            tables.contains(&target.table.key) || target.table.key == "USER_DATA_STORAGE_TABLE"
        });
        for target in pointing {
            let visit = |items: Vec<Item>| {
                let names =
                    items.iter().flat_map(|item| object_names(target.table, item, &buckets));
                let names: Vec<Short> =
                    names.map(|(bucket, key)| short_name(bucket, &key)).collect();
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.extend(names);
                std::future::ready(Ok::<(), ReadError>(()))
            };
            let described = &target.described;
            let (name, segments) = (&described.table.name, segments(described.bytes, 4));
            let read = self.reader.pages(name, segments, 4, visit).await;
            read.map_err(|error| Stop::reading(target.table.key, error))?;
        }
        Ok(held.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}
