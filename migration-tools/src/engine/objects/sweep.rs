//! Sources are removed: those that were copied and proven, that are still what was copied, and that
//! nothing points to.

use futures::{StreamExt, stream};
use required_env_vars::Failure;

use super::compare::image;
use super::list::{Listed, pages};
use super::record::{Destination, Move};
use super::removal::{Refused, Removal};
use super::transfer::unlisted;
use super::{Storage, short_text, stop_of};
use crate::engine::journal::{
    Finding, Journal, Kind, LeftObject, ObjectLeft, ObjectTrace, SettledMove, State,
};
use crate::engine::keeper::Keeper;
use crate::engine::stop::Stop;

use std::time::Duration;

/// Copies that are looked for at once.
const AT_ONCE: usize = 32;

/// Removes sources.
pub struct Sweep<'a> {
    /// Where objects are.
    pub storage: &'a Storage,
    /// What was copied.
    pub journal: &'a Journal,
    /// Whether writing is still allowed; nothing in a dry run.
    pub lease: Option<&'a Keeper>,
    /// The run that is under way: of what it copied itself it knows that the copy stands.
    pub run: u64,
    /// Whether sources go that are kept until they are cleaned up.
    pub kept_too: bool,
    /// Whether something points to the object with this name in the bucket with this key.
    pub held: &'a (dyn Fn(&str, &str) -> bool + Sync),
    /// Whether the operator wants an end.
    pub interrupted: &'a (dyn Fn() -> bool + Sync),
    /// Who hears of what stays although it should go.
    pub found: &'a dyn Fn(Finding) -> Result<(), Stop>,
    /// How long a busy service is waited for.
    pub patience: Duration,
}

/// What became of the copied objects of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// They were removed; in a dry run, they would be.
    pub removed: u64,
    /// They stay, since something points to them.
    pub held: u64,
    /// They stay until they are cleaned up.
    pub kept: u64,
    /// They could not be removed, or must not be.
    pub refused: u64,
}

/// A source that may go.
struct Copy {
    listed: Listed,
    left: ObjectLeft,
}

impl Sweep<'_> {
    /// Goes over a source. `other` hears of objects that no move is known of.
    ///
    /// # Errors
    ///
    /// What ends it before its end; what was done is done.
    pub async fn over(
        &self,
        label: &'static str,
        (bucket, prefix): (&'static str, &str),
        other: &dyn Fn(&str) -> Result<(), Stop>,
    ) -> Result<Swept, Stop> {
        let mut swept = Swept::default();
        let Some(name) = self.storage.name(bucket) else { return Ok(swept) };
        let pages = pages(&self.storage.client, name, prefix);
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            if (self.interrupted)() {
                return Err(Stop::Interrupted);
            }
            let page = page.map_err(|failure| unlisted(label, &failure))?;
            let copies = self.copies(bucket, page, &mut swept, other)?;
            let copies = self.standing(label, copies, &mut swept).await?;
            self.remove(label, (bucket, name), copies, &mut swept).await?;
        }
        Ok(swept)
    }

    /// The objects of a page that were copied as they are.
    fn copies(
        &self,
        bucket: &str,
        page: Vec<Listed>,
        swept: &mut Swept,
        other: &dyn Fn(&str) -> Result<(), Stop>,
    ) -> Result<Vec<Copy>, Stop> {
        let keys: Vec<_> = page.iter().map(|listed| short_text(&listed.key)).collect();
        let left = self.journal.objects_left(bucket, &keys)?;
        let mut copies = Vec::new();
        for (listed, left) in page.into_iter().zip(left) {
            let Some(left) = left.filter(|left| left.etag == short_text(&listed.etag)) else {
                other(&listed.key)?;
                continue;
            };
            match left.trace {
                ObjectTrace::Target => continue,
                ObjectTrace::Kept if !self.kept_too => {
                    swept.kept += 1;
                    continue;
                }
                ObjectTrace::Kept | ObjectTrace::Copied | ObjectTrace::Gone => {}
            }
            if (self.held)(bucket, &listed.key) {
                swept.held += 1;
                continue;
            }
            copies.push(Copy { listed, left });
        }
        Ok(copies)
    }

    /// Those whose copies stand. What this run has copied itself, it has seen.
    async fn standing(
        &self,
        label: &'static str,
        copies: Vec<Copy>,
        swept: &mut Swept,
    ) -> Result<Vec<Copy>, Stop> {
        let looked = stream::iter(copies).map(|copy| async {
            let stands = self.stands(label, &copy.left).await;
            (copy, stands)
        });
        let mut looked = looked.buffered(AT_ONCE);
        let mut standing = Vec::new();
        while let Some((copy, stands)) = looked.next().await {
            if stands? {
                standing.push(copy);
                continue;
            }
            swept.refused += 1;
            self.find(
                label,
                &copy.listed.key,
                Kind::Missing,
                "its copy is gone, so that it stays",
                "if nobody needs it any more, delete it by hand",
            )?;
        }
        Ok(standing)
    }

    /// Whether what an object was copied to is there.
    async fn stands(&self, label: &'static str, left: &ObjectLeft) -> Result<bool, Stop> {
        if left.run == self.run && left.trace != ObjectTrace::Gone {
            return Ok(true);
        }
        let before = left.number.saturating_sub(1);
        let stored = self.journal.moves_after(left.run, before, 1)?;
        let of = stored.first().and_then(|stored| Move::decode(&stored.bytes).ok());
        match of.map(|of| of.to) {
            Some(Destination::Object { bucket, key }) => match self.storage.name(&bucket) {
                Some(name) => {
                    let found = image(&self.storage.client, name, &key).await;
                    Ok(found.map_err(|failure| self.failed(label, &failure))?.is_some())
                }
                None => Ok(false),
            },
            Some(Destination::Items(_)) => Ok(true),
            Some(Destination::Upload(_) | Destination::Suspended(_)) | None => Ok(false),
        }
    }

    async fn remove(
        &self,
        label: &'static str,
        (bucket, name): (&str, &str),
        copies: Vec<Copy>,
        swept: &mut Swept,
    ) -> Result<(), Stop> {
        let count = u64::try_from(copies.len()).unwrap_or(u64::MAX);
        let Some(lease) = self.lease.filter(|_| !copies.is_empty()) else {
            swept.removed += count;
            return Ok(());
        };
        // Said before it is done: one that is said to be gone and stands is removed again.
        let settled = |copy: &Copy, state, trace| SettledMove {
            run: copy.left.run,
            number: copy.left.number,
            state,
            left: vec![LeftObject {
                bucket: bucket.to_owned(),
                key: short_text(&copy.listed.key),
                trace,
                etag: copy.left.etag,
            }],
        };
        let gone: Vec<_> =
            copies.iter().map(|copy| settled(copy, State::Cleaned, ObjectTrace::Gone)).collect();
        self.journal.settle_moves(&gone)?;
        let refused = self.delete(label, name, &copies, lease).await?;
        let stays: Vec<_> = copies
            .iter()
            .filter(|copy| refused.iter().any(|(key, _)| *key == copy.listed.key))
            .map(|copy| match copy.left.trace {
                ObjectTrace::Kept => settled(copy, State::Proven, ObjectTrace::Kept),
                _ => settled(copy, State::Proven, ObjectTrace::Copied),
            })
            .collect();
        self.journal.settle_moves(&stays)?;
        for (key, why) in &refused {
            let (kind, why) = match why.starts_with("PreconditionFailed") {
                true => (Kind::Changed, "it was changed after it was copied, so that it stays"),
                false => (Kind::Failed, why.as_str()),
            };
            let remedy = "compare it with its copy; `rollback` or a person can bring them together";
            self.find(label, key, kind, why, remedy)?;
        }
        let refused = u64::try_from(refused.len()).unwrap_or(u64::MAX);
        swept.refused += refused;
        swept.removed += count.saturating_sub(refused);
        Ok(())
    }

    /// Answers which were not deleted, and why. A page is no more than one call takes.
    async fn delete(
        &self,
        label: &'static str,
        name: &str,
        copies: &[Copy],
        lease: &Keeper,
    ) -> Result<Refused, Stop> {
        let may_write = || lease.check().map_err(Stop::from);
        let removal = Removal {
            client: &self.storage.client,
            label,
            bucket: name,
            patience: self.patience,
            may_write: &may_write,
        };
        let listed: Vec<&Listed> = copies.iter().map(|copy| &copy.listed).collect();
        removal.remove(&listed).await
    }

    fn failed(&self, label: &'static str, failure: &Failure) -> Stop {
        stop_of(label, failure)
            .unwrap_or_else(|| Stop::Table { table: label, why: failure.to_string() })
    }

    fn find(
        &self,
        label: &str,
        key: &str,
        kind: Kind,
        reason: &str,
        remedy: &str,
    ) -> Result<(), Stop> {
        (self.found)(Finding {
            table: label.to_owned(),
            key: key.to_owned(),
            kind,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        })
    }
}
