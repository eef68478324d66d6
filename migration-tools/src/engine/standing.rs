//! What stands now under the keys that entries of the journal are about.

use std::collections::BTreeMap;

use required_env_vars::Reason;

use super::entry::Entry;
use super::item::Item;
use super::read::{ReadError, Reader};
use super::stop::Stop;
use super::table::{TableRef, Tables};

/// What stands where an entry is about.
#[derive(Clone, Default, PartialEq)]
pub struct Standing {
    /// Under the key of its record.
    pub record: Option<Item>,
    /// Under the key of each of its puts.
    pub puts: Vec<Option<Item>>,
}

/// Why it cannot be seen what stands there, without content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unseen(pub String);

/// A table by its key in the plan, as an entry has it.
#[must_use]
pub fn known<'t>(tables: &'t Tables, key: &str) -> Option<(&'static str, &'t TableRef)> {
    tables.get_key_value(key).map(|(key, table)| (*key, table))
}

/// Where in an entry a key is from: its record, or the put with this number.
type Slot = Option<usize>;

/// The keys to be read of a table, and where in which entry each is from.
#[derive(Default)]
struct Wanted {
    keys: Vec<Item>,
    slots: Vec<(usize, Slot)>,
}

/// Reads what stands where these entries are about, a hundred records a call. The attributes of all
/// that is read are seen.
///
/// # Errors
///
/// When nothing can be read any more. What cannot be seen of a single table is said of its entries.
pub async fn standing(
    reader: &Reader,
    tables: &Tables,
    entries: &[&Entry],
) -> Result<Vec<Result<Standing, Unseen>>, Stop> {
    let blank = |entry: &&Entry| Ok(Standing { record: None, puts: vec![None; entry.puts.len()] });
    let mut all: Vec<Result<Standing, Unseen>> = entries.iter().map(blank).collect();
    let mut wanted: BTreeMap<&'static str, Wanted> = BTreeMap::new();
    for (at, (entry, seen)) in entries.iter().zip(&mut all).enumerate() {
        let record = (None, entry.table.as_str(), &entry.record);
        let puts = entry.puts.iter().enumerate();
        let puts = puts.map(|(slot, put)| (Some(slot), put.table.as_str(), &put.after));
        for (slot, table, item) in std::iter::once(record).chain(puts) {
            let Some((name, own)) = known(tables, table) else {
                *seen = Err(Unseen(format!("the table {table} is not there any more")));
                continue;
            };
            // Nothing of it stands anywhere: it is as it was made.
            if own.is_derived() {
                if let (None, Ok(standing)) = (slot, &mut *seen) {
                    standing.record = Some(item.clone());
                }
                continue;
            }
            match own.key_of(item) {
                Ok(key) => {
                    let wanted = wanted.entry(name).or_default();
                    wanted.keys.push(key);
                    wanted.slots.push((at, slot));
                }
                Err(error) => *seen = Err(Unseen(error.to_string())),
            }
        }
    }
    for (name, Wanted { keys, slots }) in wanted {
        let Some((_, table)) = known(tables, name) else { continue };
        let images = match reader.images(table, &keys).await {
            Ok(images) => images,
            Err(error) => {
                let unseen = unseen(error)?;
                for (at, _) in slots {
                    all[at] = Err(unseen.clone());
                }
                continue;
            }
        };
        for (image, (at, slot)) in images.into_iter().zip(slots) {
            image.iter().for_each(|item| table.attributes.see(item));
            let Ok(standing) = &mut all[at] else { continue };
            match slot {
                None => standing.record = image,
                Some(put) => standing.puts[put] = image,
            }
        }
    }
    Ok(all)
}

fn unseen(error: ReadError) -> Result<Unseen, Stop> {
    match error {
        ReadError::Failed { failure, .. } if failure.reason() == Reason::BadCredentials => {
            Err(Stop::Credentials(failure))
        }
        error => Ok(Unseen(error.to_string())),
    }
}

/// How much is there, not what.
impl std::fmt::Debug for Standing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let puts = self.puts.iter().flatten().count();
        let record = self.record.is_some();
        write!(out, "Standing(record: {record}, puts: {puts} of {})", self.puts.len())
    }
}
