//! Whether what a record points to is where its new name would say: the same content, not only the same
//! name.
//!
//! The journal knows of what was copied. Of everything else the objects are asked for and compared: where
//! another one stands under the new name, the record keeps the old one, and whoever opens it opens what he
//! did before.

use std::collections::HashSet;

use required_env_vars::{Failure, Reason};

use super::facts::{ORIGINS, Origin};
use super::work::{Objects, lock, short_goal, short_name};
use crate::amplify::id_map::IdMap;
use crate::amplify::tables::pointers::{CONSOLIDATION, CONVERSATIONS, SHARES};
use crate::amplify::tables::{Goal, Pointer, Table, object_names, pointers};
use crate::engine::entry::Short;
use crate::engine::item::Item;
use crate::engine::journal::{Kind, ObjectTrace};
use crate::engine::objects::{Destination, Listed, Move, image, same, short_text};
use crate::engine::stop::Stop;

/// What was seen of goals.
#[derive(Default)]
pub(super) struct Seen {
    /// Goals that have what points to them.
    there: HashSet<Short>,
    /// Those among them by what points there.
    of: HashSet<Short>,
    /// Goals that have something else for one at least of those that point to them.
    doubted: HashSet<Short>,
}

impl Seen {
    pub(super) fn is_there(&self, goal: Short) -> bool {
        self.there.contains(&goal) && !self.doubted.contains(&goal)
    }
}

impl Objects<'_> {
    /// Looks at what records point to, before they are rewritten: what is not known to be where it is to
    /// be is looked for there, and what is to become an item is made one.
    ///
    /// # Errors
    ///
    /// What ends the run.
    pub async fn prepare(
        &self,
        table: &'static Table,
        items: &[Item],
        map: &IdMap,
    ) -> Result<(), Stop> {
        for item in items {
            for (bucket, key) in object_names(table, item, self) {
                self.hold(short_name(bucket, &key));
            }
            for pointer in pointers(table, item, map, self) {
                let Some(goal) = &pointer.goal else { continue };
                if !self.takes_part(&pointer)
                    || lock(&self.seen).of.contains(&short_pair(&pointer, goal))
                {
                    continue;
                }
                match goal {
                    Goal::Object(key) if self.was_copied(&pointer, key)? => {
                        self.see(&pointer, goal);
                    }
                    Goal::Object(key) => self.look_for(&pointer, goal, key).await?,
                    Goal::Item { pk, sk } => self.convert(&pointer, goal, (pk, sk)).await?,
                }
            }
        }
        Ok(())
    }

    /// Whether objects of the pointer's kind are moved. What is in the consolidation bucket belongs to
    /// the kind that its prefix says.
    fn takes_part(&self, pointer: &Pointer) -> bool {
        let is_of = |origin: &&Origin| {
            origin.bucket == pointer.bucket && pointer.key.starts_with(origin.prefix)
        };
        ORIGINS.iter().find(is_of).is_some_and(|origin| self.families.contains(&origin.family))
    }

    /// Whether the journal says that this very object was copied to there.
    fn was_copied(&self, pointer: &Pointer, key: &str) -> Result<bool, Stop> {
        let journal = self.writer.recorder.journal();
        if pointer.bucket == CONVERSATIONS {
            // The application never reads a conversation by this name.
            let left = journal.objects_left(CONSOLIDATION, &[short_text(key)])?;
            return Ok(left.into_iter().flatten().any(|left| left.trace == ObjectTrace::Target));
        }
        for (bucket, name) in sources(pointer) {
            let left = journal.objects_left(bucket, &[short_text(&name)])?;
            let Some(left) = left.into_iter().flatten().next() else { continue };
            if left.trace == ObjectTrace::Target {
                return Ok(false);
            }
            let stored = journal.moves_after(left.run, left.number.saturating_sub(1), 1)?;
            let of = stored.first().and_then(|stored| Move::decode(&stored.bytes).ok());
            return Ok(of.is_some_and(|of| {
                matches!(of.to, Destination::Object { bucket, key: to }
                    if bucket == CONSOLIDATION && to == key)
            }));
        }
        Ok(false)
    }

    async fn look_for(&self, pointer: &Pointer, goal: &Goal, key: &str) -> Result<(), Stop> {
        match self.stands(pointer, key).await {
            Ok(Some(true)) => self.see(pointer, goal),
            Ok(Some(false)) => self.doubt(goal),
            Ok(None) => {}
            Err(failure) if failure.reason() == Reason::BadCredentials => {
                return Err(Stop::Credentials(failure));
            }
            Err(failure) => {
                let why = format!("it cannot be looked for where it is to be: {failure}");
                return self.stays(pointer, (Kind::Failed, why));
            }
        }
        Ok(())
    }

    /// Whether what the application reads by a pointer is what stands under the new name; nothing where
    /// nothing stands there.
    async fn stands(&self, pointer: &Pointer, key: &str) -> Result<Option<bool>, Failure> {
        let client = &self.storage.client;
        let Some(bucket) = self.storage.name(CONSOLIDATION) else { return Ok(None) };
        let Some(target) = image(client, bucket, key).await? else { return Ok(None) };
        if pointer.bucket == CONVERSATIONS {
            return Ok(Some(true));
        }
        for (source, name) in sources(pointer) {
            let Some(own) = self.storage.name(source) else { continue };
            if source == CONSOLIDATION && name == key {
                return Ok(Some(true));
            }
            if let Some(found) = image(client, own, &name).await? {
                let (etag, size) = (found.etag, found.size);
                let listed = Listed { key: name, etag, size, class: None, modified: 0 };
                return same(client, (own, &listed), (bucket, key, &target)).await.map(Some);
            }
        }
        // Whoever has moved it has left the record as it was.
        Ok(Some(true))
    }

    pub(super) fn see(&self, pointer: &Pointer, goal: &Goal) {
        let mut seen = lock(&self.seen);
        seen.there.insert(short_goal(goal));
        seen.of.insert(short_pair(pointer, goal));
    }

    /// Something else stands where the content of a pointer belongs.
    pub(super) fn doubt(&self, goal: &Goal) {
        lock(&self.seen).doubted.insert(short_goal(goal));
    }
}

/// Where the application looks for what a name in a record says, in its order.
fn sources(pointer: &Pointer) -> Vec<(&'static str, String)> {
    let own = (pointer.bucket, pointer.key.clone());
    match pointer.bucket {
        SHARES => vec![(CONSOLIDATION, format!("shares/{}", pointer.key)), own],
        CONSOLIDATION => match pointer.key.strip_prefix("shares/") {
            Some(path) => vec![own, (SHARES, path.to_owned())],
            None => vec![own],
        },
        _ => vec![own],
    }
}

fn short_pair(pointer: &Pointer, goal: &Goal) -> Short {
    let goal = short_goal(goal);
    short_text(&format!("{}/{} {goal}", pointer.bucket, pointer.key))
}
