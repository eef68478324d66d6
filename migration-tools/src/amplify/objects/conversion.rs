//! What conversions of documents have left behind: their input and output, which nobody asks for after
//! an hour, when the links to them have expired.
//!
//! Templates among the output are not touched. What is removed is gone, so that this is done only where
//! it is asked for.

use std::time::Duration;

use futures::StreamExt;

use crate::engine::objects::{Removal, Storage, pages};
use crate::engine::patience::PATIENCE;
use crate::engine::stop::Stop;

/// The buckets, by their keys in the configuration.
const BUCKETS: [&str; 2] = ["S3_CONVERSION_INPUT_BUCKET_NAME", "S3_CONVERSION_OUTPUT_BUCKET_NAME"];
/// What conversions are made of, and stays.
const TEMPLATES: &str = "templates/";
/// How old an object is at least before nobody waits for it any more.
pub(super) const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// What was found and removed in a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Transient {
    /// The bucket.
    pub bucket: String,
    /// Objects that were removed; in a dry run, that would be.
    pub removed: u64,
    /// Objects that are younger than a day, and stay.
    pub young: u64,
    /// Objects that could not be removed, and the last reason.
    pub failed: u64,
    /// Why.
    pub why: Option<String>,
}

/// Removes what is older than a day at this time, seconds since 1970.
///
/// # Errors
///
/// When a bucket cannot be listed, or the operator wants an end.
pub async fn remove_transient(
    storage: &Storage,
    now: i64,
    may_write: Option<&(dyn Fn() -> Result<(), Stop> + Sync)>,
    interrupted: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<Transient>, Stop> {
    let mut all = Vec::new();
    let before = now.saturating_sub(i64::try_from(AGE.as_secs()).unwrap_or(i64::MAX));
    for key in BUCKETS {
        let Some(bucket) = storage.name(key) else { continue };
        let mut transient = Transient { bucket: bucket.to_owned(), ..Transient::default() };
        let pages = pages(&storage.client, bucket, "");
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            if interrupted() {
                return Err(Stop::Interrupted);
            }
            let page = page.map_err(|failure| Stop::Table {
                table: key,
                why: format!("it cannot be listed: {failure}"),
            })?;
            let page: Vec<_> =
                page.into_iter().filter(|listed| !listed.key.starts_with(TEMPLATES)).collect();
            let (old, young): (Vec<_>, Vec<_>) =
                page.into_iter().partition(|listed| listed.modified < before);
            transient.young += u64::try_from(young.len()).unwrap_or_default();
            let count = u64::try_from(old.len()).unwrap_or_default();
            let Some(may_write) = may_write.filter(|_| !old.is_empty()) else {
                transient.removed += count;
                continue;
            };
            let removal = Removal {
                client: &storage.client,
                label: key,
                bucket,
                patience: PATIENCE,
                may_write,
            };
            let refused = removal.remove(&old.iter().collect::<Vec<_>>()).await?;
            let failed = u64::try_from(refused.len()).unwrap_or_default();
            transient.failed += failed;
            transient.removed += count.saturating_sub(failed);
            transient.why = refused.into_iter().next_back().map(|(_, why)| why).or(transient.why);
        }
        all.push(transient);
    }
    Ok(all)
}
