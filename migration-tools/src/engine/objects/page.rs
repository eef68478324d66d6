//! One page of a listing: what belongs elsewhere is noted, copied, looked at, and noted again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures::{StreamExt, stream};
use tokio::sync::Semaphore;

use super::compare::Image;
use super::copy::{Copied, Copier};
use super::list::Listed;
use super::look::{Look, Made};
use super::record::{Destination, Move};
use super::short_text;
use super::transfer::{Placement, Source, Transfer};
use crate::engine::events::{Counts, Event};
use crate::engine::journal::{
    Finding, JournalError, Kind, LeftObject, ObjectLeft, ObjectTrace, SettledMove, State,
};
use crate::engine::stop::Stop;

/// What a page needs.
pub(super) struct Page<'a> {
    pub(super) transfer: &'a Transfer<'a>,
    pub(super) source: &'a Source<'a>,
    pub(super) bucket: &'a str,
    pub(super) permits: &'a Semaphore,
    pub(super) counts: &'a Mutex<Counts>,
}

/// An object that is to be copied.
struct Task {
    listed: Listed,
    to: (&'static str, String),
}

/// What became of an object.
enum End {
    /// This is to be noted.
    Settled(Vec<SettledMove>),
    /// It was copied, which is to be proven.
    Copied(Copy),
}

/// A copy that was made.
struct Copy {
    /// The name of what was copied.
    source: String,
    /// Where the copy is, by its key in the plan.
    bucket: &'static str,
    made: Made,
    /// What is to be noted once it is proven.
    settled: Vec<SettledMove>,
}

/// An earlier move of the same object.
struct Earlier {
    was_there: bool,
    /// What becomes of it when another one takes its place.
    over: SettledMove,
}

impl Page<'_> {
    /// Copies what belongs elsewhere, looks at the copies, and notes what became of them.
    pub(super) async fn copy(&self, listed: Vec<Listed>) -> Result<(), Stop> {
        let transfer = self.transfer;
        if (transfer.interrupted)() {
            return Err(Stop::Interrupted);
        }
        let mut counts = Counts::default();
        let mut tasks = Vec::new();
        for listed in listed {
            counts.records += 1;
            counts.bytes += listed.size;
            match (self.source.place)(&listed.key) {
                Placement::To(bucket, key) if bucket != self.source.bucket || key != listed.key => {
                    tasks.push(Task { listed, to: (bucket, key) });
                }
                Placement::To(..) | Placement::Stays => {}
                Placement::Told(why) => self.stays(&listed.key, why)?,
            }
        }
        let (label, records, bytes) = (self.source.label, counts.records, counts.bytes);
        transfer.listener.hear(&Event::Read { table: label, records, bytes });
        let before = tasks.len();
        let tasks = self.not_yet(tasks)?;
        counts.kept += u64::try_from(before - tasks.len()).unwrap_or_default();
        self.count(counts);
        if tasks.is_empty() {
            return Ok(());
        }
        let moves: Result<Vec<Vec<u8>>, _> =
            tasks.iter().map(|task| self.noted(task, false).encode()).collect();
        let moves = moves.map_err(|error| self.damaged(error.to_string()))?;
        let first = transfer.journal().intend_moves(transfer.recorder.run(), &moves)?;
        let each = (first..).zip(&tasks).map(|(number, task)| self.one(number, task));
        let mut each = stream::iter(each).buffer_unordered(transfer.at_once.get());
        let mut settled = Vec::with_capacity(tasks.len());
        let mut copies = Vec::with_capacity(tasks.len());
        let mut ended = Ok(());
        while let Some(one) = each.next().await {
            match one {
                Ok(End::Settled(one)) => settled.extend(one),
                Ok(End::Copied(copy)) => copies.push(copy),
                // What is in flight is finished, and what was done is noted.
                Err(stop) => ended = ended.and(Err(stop)),
            }
        }
        let (proven, looked) = self.look(copies).await;
        settled.extend(proven);
        transfer.journal().settle_moves(&settled)?;
        ended.and(looked)
    }

    /// Looks at copies; what is to be noted about those that stand as they were made. Of others it stays
    /// noted that they were intended, and they are looked up.
    async fn look(&self, copies: Vec<Copy>) -> (Vec<SettledMove>, Result<(), Stop>) {
        let mut of: BTreeMap<&'static str, Vec<Copy>> = BTreeMap::new();
        for copy in copies {
            of.entry(copy.bucket).or_default().push(copy);
        }
        let (mut settled, mut ended) = (Vec::new(), Ok(()));
        for (bucket, copies) in of {
            let Some(bucket) = self.transfer.storage.name(bucket) else { continue };
            let (client, label) = (&self.transfer.storage.client, self.source.label);
            let look = Look { client, label, bucket, permits: self.permits };
            let made: Vec<&Made> = copies.iter().map(|copy| &copy.made).collect();
            let (verdicts, looked) = look.at(&made).await;
            ended = ended.and(looked);
            let mut counts = Counts::default();
            for (copy, verdict) in copies.into_iter().zip(verdicts) {
                match verdict {
                    Some(Ok(())) => {
                        counts.copied += 1;
                        settled.extend(copy.settled);
                    }
                    Some(Err(why)) => {
                        counts.failed += 1;
                        ended = ended.and(self.find(&copy.source, Kind::Failed, &why));
                    }
                    None => counts.failed += 1,
                }
            }
            self.count(counts);
        }
        (settled, ended)
    }

    /// Those that no earlier run copied as they are.
    fn not_yet(&self, tasks: Vec<Task>) -> Result<Vec<Task>, Stop> {
        let keys: Vec<_> = tasks.iter().map(|task| short_text(&task.listed.key)).collect();
        let left = self.transfer.journal().objects_left(self.source.bucket, &keys)?;
        let new = tasks.into_iter().zip(left).filter(|(task, left)| {
            !left.is_some_and(|left| {
                matches!(left.trace, ObjectTrace::Copied | ObjectTrace::Kept | ObjectTrace::Gone)
                    && left.etag == short_text(&task.listed.etag)
            })
        });
        Ok(new.map(|(task, _)| task).collect())
    }

    fn noted(&self, task: &Task, was_there: bool) -> Move {
        let (bucket, key) = (task.to.0.to_owned(), task.to.1.clone());
        Move {
            bucket: self.source.bucket.to_owned(),
            key: task.listed.key.clone(),
            etag: task.listed.etag.clone(),
            size: task.listed.size,
            to: Destination::Object { bucket, key },
            keep: self.transfer.keep,
            was_there,
        }
    }

    /// Copies one object, and says what is to be noted about it.
    async fn one(&self, number: u64, task: &Task) -> Result<End, Stop> {
        let transfer = self.transfer;
        let label = self.source.label;
        let run = transfer.recorder.run();
        let void = vec![SettledMove { run, number, state: State::Void, left: Vec::new() }];
        let Ok(_permit) = self.permits.acquire().await else { return Ok(End::Settled(void)) };
        if (transfer.interrupted)() {
            return Ok(End::Settled(void));
        }
        let Some(to) = transfer.storage.name(task.to.0) else { return Ok(End::Settled(void)) };
        let may_write = || transfer.lease.check().map_err(Stop::from);
        let copier = Copier {
            client: &transfer.storage.client,
            patience: transfer.patience,
            single: transfer.single,
            may_write: &may_write,
            uploads: transfer,
        };
        let (source, to) = ((self.bucket, &task.listed), (to, task.to.1.as_str()));
        let mut copied = copier.copy(label, source, to, None).await?;
        let mut own = number;
        let mut earlier = Vec::new();
        if let Copied::Other(found) = &copied
            && let Some(before) = self.own_copy(task, found)?
        {
            // A copy that is there before any run is not taken away by whoever takes this back.
            if before.was_there {
                transfer.journal().settle_moves(&void)?;
                own = self.intend(task, true)?;
            }
            earlier.push(before.over);
            copied = copier.copy(label, source, to, Some(&found.etag.clone())).await?;
        }
        let mut one = Counts::default();
        let settled = match copied {
            Copied::Made(etag) => {
                earlier.push(self.proven(own, task, &etag));
                return Ok(End::Copied(Copy {
                    source: task.listed.key.clone(),
                    bucket: task.to.0,
                    made: Made { key: task.to.1.clone(), etag, size: task.listed.size },
                    settled: earlier,
                }));
            }
            Copied::Same(etag) => {
                one.merged += 1;
                let own = self.intend(task, true)?;
                let mut settled = void;
                settled.push(self.proven(own, task, &etag));
                settled
            }
            Copied::Other(found) if task.listed.modified > found.modified => {
                one.refused += 1;
                self.find(
                    &task.listed.key,
                    Kind::Refused,
                    "an older object with another content stands where it belongs, and is what the application reads under the new id",
                )?;
                void
            }
            Copied::Other(_) => {
                self.stays(
                    &task.listed.key,
                    "another object stands where it belongs, which is what the application reads; this one stays where it is",
                )?;
                void
            }
            Copied::SourceGone => {
                one.gone += 1;
                void
            }
            Copied::SourceChanged => {
                one.failed += 1;
                self.find(&task.listed.key, Kind::Failed, "it was changed while it was copied")?;
                void
            }
            // It stays intended, and is looked up.
            Copied::Failed(why) => {
                one.failed += 1;
                self.find(&task.listed.key, Kind::Failed, &why)?;
                Vec::new()
            }
        };
        self.count(one);
        Ok(End::Settled(settled))
    }

    /// The move that has made what stands where an object belongs, if that was a move of this object and
    /// nobody has changed its copy.
    fn own_copy(&self, task: &Task, found: &Image) -> Result<Option<Earlier>, Stop> {
        let journal = self.transfer.journal();
        let left = journal.objects_left(task.to.0, &[short_text(&task.to.1)])?;
        let is_copy = |left: &ObjectLeft| {
            left.trace == ObjectTrace::Target && left.etag == short_text(&found.etag)
        };
        let Some(left) = left.into_iter().flatten().find(is_copy) else { return Ok(None) };
        let (run, number) = (left.run, left.number);
        let stored = journal.moves_after(run, number.saturating_sub(1), 1)?;
        let of = stored.first().and_then(|stored| Move::decode(&stored.bytes).ok());
        let own = of.filter(|of| of.bucket == self.source.bucket && of.key == task.listed.key);
        Ok(own.map(|of| Earlier {
            was_there: of.was_there,
            over: SettledMove { run, number, state: State::Void, left: Vec::new() },
        }))
    }

    fn intend(&self, task: &Task, was_there: bool) -> Result<u64, Stop> {
        let noted = self.noted(task, was_there).encode();
        let noted = noted.map_err(|error| self.damaged(error.to_string()))?;
        let run = self.transfer.recorder.run();
        Ok(self.transfer.journal().intend_moves(run, &[noted])?)
    }

    fn proven(&self, number: u64, task: &Task, etag: &str) -> SettledMove {
        let trace = if self.transfer.keep { ObjectTrace::Kept } else { ObjectTrace::Copied };
        let left = |bucket: &str, key: &str, trace, etag: &str| LeftObject {
            bucket: bucket.to_owned(),
            key: short_text(key),
            trace,
            etag: short_text(etag),
        };
        let target = left(task.to.0, &task.to.1, ObjectTrace::Target, etag);
        let source = left(self.source.bucket, &task.listed.key, trace, &task.listed.etag);
        let (run, state) = (self.transfer.recorder.run(), State::Proven);
        SettledMove { run, number, state, left: vec![target, source] }
    }

    fn count(&self, more: Counts) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts = counts.plus(more);
    }

    fn stays(&self, key: &str, why: &str) -> Result<(), Stop> {
        self.find(key, Kind::Stays, why)
    }

    fn find(&self, key: &str, kind: Kind, reason: &str) -> Result<(), Stop> {
        let remedy = match kind {
            Kind::Stays => "nothing has to be done",
            Kind::Refused => "compare the two, remove the one that is not needed, and run again",
            _ => "run the same command again",
        };
        let finding = Finding {
            table: self.source.label.to_owned(),
            key: key.to_owned(),
            kind,
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
        };
        self.transfer.listener.hear(&Event::Found(&finding));
        self.transfer.recorder.find(finding)
    }

    fn damaged(&self, what: String) -> Stop {
        let path = self.transfer.journal().path().to_owned();
        JournalError::Damaged { path, what }.into()
    }
}
