//! What would be copied: all sources are listed, and nothing is written.

use std::collections::BTreeSet;

use futures::StreamExt;
use serde::{Deserialize, Serialize};

use super::facts::{Family, ORIGINS};
use super::place::place;
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::CONSOLIDATION;
use crate::engine::journal::{Journal, ObjectTrace};
use crate::engine::objects::notifications::triggers;
use crate::engine::objects::{Placement, Storage, pages, short_text};
use crate::engine::stop::Stop;

/// What was found in a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// What it is called.
    pub label: String,
    /// Its bucket.
    pub bucket: String,
    /// Its objects.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that are to be copied.
    pub moves: u64,
    /// Their bytes.
    pub moved_bytes: u64,
    /// Those that were copied by an earlier run and stay until they are cleaned up.
    pub copied: u64,
    /// Those whose names nobody knows; they stay.
    pub unknown: u64,
    /// The functions, queues and topics that are kept quiet meanwhile, by their ARNs.
    pub suspends: Vec<String>,
}

/// Lists the sources of these families.
///
/// # Errors
///
/// When one cannot be listed: what a plan leaves out nobody can agree to.
pub async fn look(
    storage: &Storage,
    families: &BTreeSet<Family>,
    map: &IdMap,
    journal: Option<&Journal>,
    interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<Looked>, Stop> {
    let mut all = Vec::new();
    for origin in ORIGINS.iter().filter(|origin| families.contains(&origin.family)) {
        let Some(bucket) = storage.name(origin.bucket) else { continue };
        let mut looked = Looked {
            label: origin.label.to_owned(),
            bucket: bucket.to_owned(),
            ..Looked::default()
        };
        let pages = pages(&storage.client, bucket, origin.prefix);
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            if interrupted() {
                return Err(Stop::Interrupted);
            }
            let table = origin.label;
            let page = page.map_err(|failure| Stop::Table {
                table,
                why: format!("it cannot be listed: {failure}"),
            })?;
            let keys: Vec<_> = page.iter().map(|listed| short_text(&listed.key)).collect();
            let left = match journal {
                Some(journal) => journal.objects_left(origin.bucket, &keys)?,
                None => vec![None; keys.len()],
            };
            for (listed, left) in page.iter().zip(left) {
                looked.objects += 1;
                looked.bytes += listed.size;
                let copied = left.is_some_and(|left| {
                    left.trace != ObjectTrace::Target && left.etag == short_text(&listed.etag)
                });
                match place(origin, &listed.key, map) {
                    Placement::To(to, key) if to != origin.bucket || key != listed.key => {
                        if copied {
                            looked.copied += 1;
                        } else {
                            looked.moves += 1;
                            looked.moved_bytes += listed.size;
                        }
                    }
                    Placement::To(..) | Placement::Stays => {}
                    Placement::Told(_) => looked.unknown += 1,
                }
            }
        }
        if let (Some(prefix), Some(to)) = (origin.family.sets_off(), storage.name(CONSOLIDATION))
            && looked.moves > 0
        {
            let found = triggers(&storage.client, to, &[prefix]).await;
            let found = found.map_err(|failure| Stop::Table {
                table: origin.label,
                why: format!("what a copy would set off cannot be asked for: {failure}"),
            })?;
            looked.suspends = found.iter().map(|one| one.arn().to_owned()).collect();
        }
        all.push(looked);
    }
    Ok(all)
}
