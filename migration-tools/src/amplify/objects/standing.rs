//! What records point to, for who only looks: whether it is where it is to be is asked for.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;

use super::work::short_goal;
use crate::amplify::id_map::IdMap;
use crate::amplify::migration::Targets;
use crate::amplify::tables::pointers::CONSOLIDATION;
use crate::amplify::tables::{Goal, Moved, Table, pointers};
use crate::engine::entry::Short;
use crate::engine::item::Item;
use crate::engine::objects::{Storage, image};
use crate::engine::read::Reader;
use crate::engine::stop::Stop;

const STORAGE: &str = "USER_DATA_STORAGE_TABLE";

/// What was seen to be where it is to be.
pub struct Standing<'a> {
    storage: &'a Storage,
    reader: &'a Reader,
    targets: &'a Targets,
    seen: Mutex<HashSet<Short>>,
}

impl<'a> Standing<'a> {
    /// Nothing was seen yet.
    #[must_use]
    pub fn new(storage: &'a Storage, reader: &'a Reader, targets: &'a Targets) -> Self {
        Self { storage, reader, targets, seen: Mutex::default() }
    }

    /// Looks for everything that these records are to point to: one call for each object, and one for
    /// each hundred items.
    ///
    /// # Errors
    ///
    /// When it cannot be asked for.
    pub async fn look(
        &self,
        table: &'static Table,
        items: &[Item],
        map: &IdMap,
    ) -> Result<(), Stop> {
        let mut goals = Vec::new();
        for item in items {
            let found = pointers(table, item, map, self).into_iter();
            goals.extend(found.filter_map(|pointer| pointer.goal));
        }
        let mut wanted = Vec::new();
        for goal in goals.into_iter().filter(|goal| !self.is_there(goal)) {
            match &goal {
                Goal::Object(key) => {
                    let Some(bucket) = self.storage.name(CONSOLIDATION) else { continue };
                    let found = image(&self.storage.client, bucket, key).await;
                    let found = found.map_err(|failure| Stop::Table {
                        table: CONSOLIDATION,
                        why: failure.to_string(),
                    })?;
                    if found.is_some() {
                        self.see(&goal);
                    }
                }
                Goal::Item { pk, sk } => {
                    let text = |text: &String| AttributeValue::S(text.clone());
                    let key = [("PK".to_owned(), text(pk)), ("SK".to_owned(), text(sk))];
                    wanted.push((Item::from(key), goal));
                }
            }
        }
        let Some(target) = self.targets.of_key(STORAGE).filter(|_| !wanted.is_empty()) else {
            return Ok(());
        };
        let keys: Vec<Item> = wanted.iter().map(|(key, _)| key.clone()).collect();
        let images = self.reader.images(&target.described.table, &keys).await;
        let images = images.map_err(|error| Stop::reading(STORAGE, error))?;
        for ((_, goal), _) in wanted.iter().zip(images).filter(|(_, image)| image.is_some()) {
            self.see(goal);
        }
        Ok(())
    }

    fn see(&self, goal: &Goal) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(short_goal(goal));
    }
}

impl Moved for Standing<'_> {
    fn is_there(&self, goal: &Goal) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(&short_goal(goal))
    }

    fn bucket(&self, key: &str) -> Option<&str> {
        self.storage.name(key)
    }
}
