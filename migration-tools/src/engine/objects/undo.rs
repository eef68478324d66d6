//! Moves of objects are taken back.
//!
//! In two steps, with the records that point to objects in between: first sources that were removed stand
//! again, copied from their copies or put as the journal has them; at the end the copies go that runs
//! have made. A copy that somebody has changed since is nobody's to take away, and its source does not
//! stand again, since what it was is not known any more.
//!
//! The last move comes first, and moves of one object wait for each other: what one has brought somewhere,
//! another one may have taken further.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use futures::{StreamExt, stream};
use required_env_vars::Failure;

use super::compare::{image, is_changed, same};
use super::copy::{Copied, Copier, MAX_SINGLE_COPY, Uploads};
use super::list::Listed;
use super::record::{Body, Destination, Move};
use super::{Storage, short_text, stop_of};
use crate::engine::entry::Short;
use crate::engine::journal::{
    Finding, Journal, JournalError, Kind, LeftObject, ObjectTrace, SettledMove, State, StoredMove,
};
use crate::engine::keeper::Keeper;
use crate::engine::stop::Stop;
use crate::engine::undo::Counts;

/// Moves that are worked on together.
const CHUNK: usize = 500;
const BY_HAND: &str =
    "compare it with what it was before, and put it right by hand where it matters";

/// Takes moves back.
pub struct Restore<'a> {
    /// Where objects are.
    pub storage: &'a Storage,
    /// What was moved.
    pub journal: &'a Journal,
    /// Whether writing is still allowed; nothing in a dry run.
    pub lease: Option<&'a Keeper>,
    /// The run that is under way.
    pub run: u64,
    /// Objects at once.
    pub at_once: usize,
    /// Whether the operator wants an end.
    pub interrupted: &'a dyn Fn() -> bool,
    /// Who hears of what cannot be taken back.
    pub found: &'a dyn Fn(&Finding),
    /// How long a busy service is waited for.
    pub patience: Duration,
}

/// What was taken back, by bucket.
pub type Restored = std::collections::BTreeMap<String, Counts>;

/// What stands where a copy was made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    AsLeft,
    AsLeftByAnother,
    Changed,
}

/// How it ended with one.
enum End {
    Done,
    Already,
    Refused(Kind, String),
}

impl Restore<'_> {
    /// The sources that runs have removed stand again.
    ///
    /// # Errors
    ///
    /// What ends it before its end; what was done is done, and it can be done again.
    pub async fn sources(&self, runs: &[u64]) -> Result<Restored, Stop> {
        let all = Mutex::new(Restored::new());
        for run in runs {
            self.each(*run, async |stored, of| {
                if stored.state != State::Cleaned {
                    return Ok(None);
                }
                let end = self.source(stored, of).await?;
                self.count(&all, of, end);
                Ok(None)
            })
            .await?;
        }
        Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// The copies that runs have made go, and the moves are rolled back.
    ///
    /// # Errors
    ///
    /// As [`Restore::sources`].
    pub async fn copies(&self, runs: &[u64]) -> Result<Restored, Stop> {
        let all = Mutex::new(Restored::new());
        for run in runs {
            self.each(*run, async |stored, of| {
                if !matches!(stored.state, State::Proven | State::Cleaned) {
                    return Ok(None);
                }
                let end = self.copy(stored, of).await?;
                let done = self.lease.is_some() && !matches!(end, End::Refused(..));
                self.count(&all, of, end);
                Ok(done.then(|| rolled_back(stored, of)))
            })
            .await?;
        }
        Ok(all.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    async fn each<F>(&self, run: u64, one: F) -> Result<(), Stop>
    where
        F: AsyncFn(&StoredMove, &Move) -> Result<Option<SettledMove>, Stop>,
    {
        let mut before = u64::MAX;
        loop {
            let page = self.journal.moves_before(run, before, CHUNK)?;
            let Some(last) = page.last() else { return Ok(()) };
            before = last.number;
            let mut group: Vec<(StoredMove, Move)> = Vec::new();
            let mut names = HashSet::new();
            for stored in page {
                let of = Move::decode(&stored.bytes).map_err(|error| {
                    let what = format!("move {} of run {run}: {error}", stored.number);
                    let path = self.journal.path().to_owned();
                    Stop::from(JournalError::Damaged { path, what })
                })?;
                let own = names_of(&of);
                if own.iter().any(|name| names.contains(name)) {
                    self.together(&group, &one).await?;
                    (group, names) = (Vec::new(), HashSet::new());
                }
                names.extend(own);
                group.push((stored, of));
            }
            self.together(&group, &one).await?;
        }
    }

    /// Works on moves of different objects, and notes what became of them.
    async fn together<F>(&self, group: &[(StoredMove, Move)], one: &F) -> Result<(), Stop>
    where
        F: AsyncFn(&StoredMove, &Move) -> Result<Option<SettledMove>, Stop>,
    {
        if (self.interrupted)() {
            return Err(Stop::Interrupted);
        }
        let each = group.iter().map(|(stored, of)| one(stored, of));
        let mut each = stream::iter(each).buffer_unordered(self.at_once.max(1));
        let mut settled = Vec::new();
        let mut ended = Ok(());
        while let Some(one) = each.next().await {
            match one {
                Ok(one) => settled.extend(one),
                Err(stop) => ended = ended.and(Err(stop)),
            }
        }
        self.journal.settle_moves(&settled)?;
        ended
    }

    async fn source(&self, stored: &StoredMove, of: &Move) -> Result<End, Stop> {
        let Some((label, name)) = self.bucket(&of.bucket) else {
            return Ok(End::Refused(Kind::Missing, "its bucket is gone".to_owned()));
        };
        match &of.to {
            Destination::Upload(_) | Destination::Suspended(_) => Ok(End::Already),
            Destination::Items(body) => self.put(label, name, of, body).await,
            Destination::Object { bucket, key } => {
                let Some((_, to)) = self.bucket(bucket) else {
                    return Ok(End::Refused(
                        Kind::Missing,
                        "the bucket of its copy is gone".to_owned(),
                    ));
                };
                let look = async |name: &str, key: &str| {
                    let found = image(&self.storage.client, name, key).await;
                    found.map_err(|failure| self.failed(label, &failure))
                };
                if look(name, &of.key).await?.is_some() {
                    return Ok(End::Already);
                }
                let Some(copy) = look(to, key).await? else {
                    return Ok(End::Refused(Kind::Missing, "its copy is gone".to_owned()));
                };
                if self.standing((stored, of), (bucket, key), &copy.etag)? == Standing::Changed {
                    return Ok(End::Refused(
                        Kind::Changed,
                        "its copy was changed since".to_owned(),
                    ));
                }
                let Some(lease) = self.lease else { return Ok(End::Done) };
                let may_write = || lease.check().map_err(Stop::from);
                let noted = Noted { storage: self.storage, journal: self.journal, run: self.run };
                let copier = Copier {
                    client: &self.storage.client,
                    patience: self.patience,
                    single: MAX_SINGLE_COPY,
                    may_write: &may_write,
                    uploads: &noted,
                };
                let (etag, size) = (copy.etag, copy.size);
                let listed = Listed { key: key.clone(), etag, size, class: None, modified: 0 };
                match copier.copy_and_look(label, (to, &listed), (name, &of.key)).await? {
                    Copied::Made(_) => Ok(End::Done),
                    Copied::Same(_) => Ok(End::Already),
                    Copied::Failed(why) => Ok(End::Refused(Kind::Failed, why)),
                    Copied::Other(_) | Copied::SourceGone | Copied::SourceChanged => {
                        Ok(End::Refused(Kind::Changed, "somebody else is writing it".to_owned()))
                    }
                }
            }
        }
    }

    /// Puts an object as it was.
    async fn put(
        &self,
        label: &'static str,
        name: &str,
        of: &Move,
        body: &Body,
    ) -> Result<End, Stop> {
        let Some(lease) = self.lease else { return Ok(End::Done) };
        lease.check()?;
        let call = self.storage.client.put_object().bucket(name).key(&of.key).if_none_match("*");
        let call = call.set_content_type(body.content_type.clone());
        let metadata = body.metadata.clone().into_iter().collect();
        let call = call.set_metadata(Some(metadata));
        match call.body(ByteStream::from(body.bytes.clone())).send().await {
            Ok(_) => Ok(End::Done),
            Err(error) => {
                let failure = Failure::of(&error);
                if is_changed(&failure) {
                    return Ok(End::Already);
                }
                match stop_of(label, &failure) {
                    Some(stop) => Err(stop),
                    None => Ok(End::Refused(Kind::Failed, failure.to_string())),
                }
            }
        }
    }

    async fn copy(&self, stored: &StoredMove, of: &Move) -> Result<End, Stop> {
        let Destination::Object { bucket, key } = &of.to else { return Ok(End::Already) };
        if of.was_there {
            return Ok(End::Already);
        }
        let names = self.bucket(&of.bucket).zip(self.bucket(bucket));
        let Some(((label, from), (_, to))) = names else {
            return Ok(End::Refused(Kind::Missing, "its bucket is gone".to_owned()));
        };
        let client = &self.storage.client;
        let failed = |failure: Failure| self.failed(label, &failure);
        let Some(copy) = image(client, to, key).await.map_err(failed)? else {
            return Ok(End::Already);
        };
        match self.standing((stored, of), (bucket, key), &copy.etag)? {
            Standing::AsLeft => {}
            // Another move has made what stands there, and takes it away.
            Standing::AsLeftByAnother => return Ok(End::Already),
            Standing::Changed => {
                return Ok(End::Refused(Kind::Changed, "the copy was changed since".to_owned()));
            }
        }
        // The last of two that are the same is never removed.
        let mut source = image(client, from, &of.key).await.map_err(failed)?;
        if source.is_none() && stored.state == State::Cleaned {
            // A dry run would have put it back first.
            if self.lease.is_none() {
                return Ok(End::Done);
            }
            // What a later move had brought there is gone again by now.
            match self.source(stored, of).await? {
                End::Done | End::Already => {
                    source = image(client, from, &of.key).await.map_err(failed)?;
                }
                refused @ End::Refused(..) => return Ok(refused),
            }
        }
        let Some(source) = source else {
            return Ok(End::Refused(
                Kind::Missing,
                "the object that it was copied from is gone, so that the copy stays".to_owned(),
            ));
        };
        let listed = Listed {
            key: of.key.clone(),
            etag: source.etag,
            size: source.size,
            class: None,
            modified: 0,
        };
        if !same(client, (from, &listed), (to, key, &copy)).await.map_err(failed)? {
            return Ok(End::Refused(
                Kind::Changed,
                "the object that it was copied from was changed since".to_owned(),
            ));
        }
        let Some(lease) = self.lease else { return Ok(End::Done) };
        lease.check()?;
        let call = client.delete_object().bucket(to).key(key).if_match(&copy.etag);
        match call.send().await {
            Ok(_) => Ok(End::Done),
            Err(error) => {
                let failure = Failure::of(&error);
                match stop_of(label, &failure) {
                    Some(stop) => Err(stop),
                    None if failure.detail().starts_with("NoSuchKey") => Ok(End::Already),
                    None => Ok(End::Refused(Kind::Changed, failure.to_string())),
                }
            }
        }
    }

    /// Whether a copy is still as a move left it.
    fn standing(
        &self,
        (stored, of): (&StoredMove, &Move),
        (bucket, key): (&str, &str),
        etag: &str,
    ) -> Result<Standing, Stop> {
        let left = self.journal.objects_left(bucket, &[short_text(key)])?;
        Ok(match left.into_iter().flatten().next() {
            Some(left) if left.etag != short_text(etag) => Standing::Changed,
            Some(left) if (left.run, left.number) != (stored.run, stored.number) => {
                Standing::AsLeftByAnother
            }
            Some(_) => Standing::AsLeft,
            // A later move has taken it further, and was taken back.
            None if of.etag == etag => Standing::AsLeft,
            None => Standing::Changed,
        })
    }

    fn bucket(&self, key: &str) -> Option<(&'static str, &str)> {
        self.storage.key(key).zip(self.storage.name(key))
    }

    fn failed(&self, label: &'static str, failure: &Failure) -> Stop {
        stop_of(label, failure)
            .unwrap_or_else(|| Stop::Table { table: label, why: failure.to_string() })
    }

    fn count(&self, all: &Mutex<Restored>, of: &Move, end: End) {
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = all.entry(of.bucket.clone()).or_default();
        match end {
            End::Done => counts.rolled_back += 1,
            End::Already => counts.already += 1,
            End::Refused(kind, reason) => {
                counts.refused += 1;
                let (table, key) = (of.bucket.clone(), of.key.clone());
                let remedy = BY_HAND.to_owned();
                (self.found)(&Finding { table, key, kind, reason, remedy });
            }
        }
    }
}

/// The objects that a move is about.
fn names_of(of: &Move) -> Vec<(String, Short)> {
    let mut names = vec![(of.bucket.clone(), short_text(&of.key))];
    if let Destination::Object { bucket, key } = &of.to {
        names.push((bucket.clone(), short_text(key)));
    }
    names
}

fn rolled_back(stored: &StoredMove, of: &Move) -> SettledMove {
    let left = |bucket: &str, key: &str| LeftObject {
        bucket: bucket.to_owned(),
        key: short_text(key),
        trace: ObjectTrace::Gone,
        etag: 0,
    };
    let mut all = vec![left(&of.bucket, &of.key)];
    if let Destination::Object { bucket, key } = &of.to {
        all.push(left(bucket, key));
    }
    let (run, number, state) = (stored.run, stored.number, State::RolledBack);
    SettledMove { run, number, state, left: all }
}

/// Objects that are put back in parts.
struct Noted<'a> {
    storage: &'a Storage,
    journal: &'a Journal,
    run: u64,
}

impl Uploads for Noted<'_> {
    fn begun(&self, bucket: &str, key: &str, id: &str) -> Result<u64, Stop> {
        super::uploads::begun(self.storage, self.journal, self.run, (bucket, key, id))
    }

    fn over(&self, upload: u64) -> Result<(), Stop> {
        super::uploads::ended(self.journal, self.run, upload)
    }
}
