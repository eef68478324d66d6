//! The content of one object becomes an item, which is proven before anything points to it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use required_env_vars::Failure;

use super::facts::ORIGINS;
use super::items::{NoItemError, item_of};
use super::work::Objects;
use crate::amplify::tables::{Goal, Pointer};
use crate::engine::entry::{Entry, Placed};
use crate::engine::item::{Item, same_value};
use crate::engine::journal::{
    Finding, JournalError, Kind, LeftObject, ObjectTrace, SettledMove, State,
};
use crate::engine::objects::{Body, Destination, Move, short_text};
use crate::engine::patience::{Patience, passes};
use crate::engine::rewrite::{Edit, Here};
use crate::engine::stop::Stop;
use crate::engine::write::Write;
use crate::engine::writer::{Old, Unmade};

const STORAGE: &str = "USER_DATA_STORAGE_TABLE";
/// The largest object that is read: what becomes an item of 400 KB is no larger, also where every
/// character is escaped.
const MAX_BODY: i64 = 4 * 1024 * 1024;

/// An object as it was read.
struct Read {
    etag: String,
    modified: i64,
    body: Body,
}

impl Objects<'_> {
    /// Makes an object an item, or says why not.
    pub(super) async fn convert(
        &self,
        pointer: &Pointer,
        goal: &Goal,
        (pk, sk): (&str, &str),
    ) -> Result<(), Stop> {
        let standing = self.standing(pk, sk).await?;
        let read = match self.read(pointer).await? {
            Ok(read) => read,
            // A run of the original, or another one, has made it an item and removed the object.
            Err(None) if standing.is_some() => {
                self.see(pointer, goal);
                return Ok(());
            }
            Err(why) => {
                let why = why.unwrap_or_else(|| {
                    (Kind::Stays, "its object is gone, as it was before".to_owned())
                });
                return self.stays(pointer, why);
            }
        };
        let item = match item_of((pk, sk), &read.body.bytes, read.modified) {
            Ok(item) => item,
            Err(error @ NoItemError::TooLarge(_)) => {
                return self.stays(pointer, (Kind::Stays, error.to_string()));
            }
            Err(error) => return self.stays(pointer, (Kind::Refused, error.to_string())),
        };
        let was_there = match standing {
            Some(standing) if !is_same_content(&standing, &item) => {
                self.doubt(goal);
                let why = "another item stands where it belongs".to_owned();
                return self.stays(pointer, (Kind::Refused, why));
            }
            Some(_) => true,
            None => match self.put(item).await? {
                Ok(()) => false,
                Err(why) => return self.stays(pointer, (Kind::Failed, why)),
            },
        };
        self.note(pointer, read, was_there).await?;
        self.see(pointer, goal);
        Ok(())
    }

    /// The item that stands under a key.
    async fn standing(&self, pk: &str, sk: &str) -> Result<Option<Item>, Stop> {
        let Some(own) = self.writer.tables.get(STORAGE) else { return Ok(None) };
        let images = self.reader.images(own, &[key(pk, sk)]).await;
        let images = images.map_err(|error| Stop::reading(STORAGE, error))?;
        Ok(images.into_iter().next().flatten())
    }

    /// Reads an object; why not, where it cannot be read, and nothing where there is none.
    async fn read(&self, pointer: &Pointer) -> Result<Result<Read, Option<(Kind, String)>>, Stop> {
        let Some(bucket) = self.storage.name(pointer.bucket) else { return Ok(Err(None)) };
        let mut patience = Patience::of(self.setting.patience);
        loop {
            let call = self.storage.client.get_object().bucket(bucket).key(&pointer.key);
            let failure = match call.send().await {
                Ok(found) if found.content_length().unwrap_or_default() > MAX_BODY => {
                    let bytes = found.content_length().unwrap_or_default();
                    let why = NoItemError::TooLarge(usize::try_from(bytes).unwrap_or(usize::MAX));
                    return Ok(Err(Some((Kind::Stays, why.to_string()))));
                }
                Ok(found) => {
                    let etag = found.e_tag().unwrap_or_default().to_owned();
                    let modified =
                        found.last_modified().map_or(0, aws_smithy_types::DateTime::secs);
                    let content_type = found.content_type().map(str::to_owned);
                    let metadata: BTreeMap<String, String> =
                        found.metadata().cloned().unwrap_or_default().into_iter().collect();
                    // A broken connection is tried again as any other call.
                    if let Ok(bytes) = found.body.collect().await {
                        let bytes = bytes.to_vec();
                        let body = Body { bytes, content_type, metadata };
                        return Ok(Ok(Read { etag, modified, body }));
                    }
                    if patience.wait().await {
                        continue;
                    }
                    let why = "it could not be read to its end".to_owned();
                    return Ok(Err(Some((Kind::Failed, why))));
                }
                Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => {
                    return Ok(Err(None));
                }
                Err(error) => Failure::of(&error),
            };
            if failure.reason() == required_env_vars::Reason::BadCredentials {
                return Err(Stop::Credentials(failure));
            }
            if !passes(failure.reason()) || !patience.wait().await {
                return Ok(Err(Some((Kind::Failed, failure.to_string()))));
            }
        }
    }

    /// Puts an item where none stands.
    async fn put(&self, item: Item) -> Result<Result<(), String>, Stop> {
        let Some(own) = self.writer.tables.get(STORAGE) else {
            return Ok(Err("there is no table for it".to_owned()));
        };
        own.attributes.see(&item);
        let record = own
            .key_of(&item)
            .map_err(|error| Stop::Table { table: STORAGE, why: error.to_string() })?;
        let entry = Entry {
            table: STORAGE.to_owned(),
            record,
            here: Here::Edit(Edit::default()),
            puts: vec![Placed { table: STORAGE.to_owned(), before: None, after: item.clone() }],
            left: None,
            of: None,
        };
        match self.writer.transact(&entry, &[(STORAGE, Write::Put(item))]).await {
            Ok(()) => Ok(Ok(())),
            Err(Unmade::Stop(stop)) => Err(stop),
            Err(Unmade::Failed(why)) => Ok(Err(why)),
            Err(Unmade::Lost(_)) => Ok(Err("somebody else has just written it".to_owned())),
        }
    }

    /// The journal has the object as it was before it is ever removed.
    async fn note(&self, pointer: &Pointer, read: Read, was_there: bool) -> Result<(), Stop> {
        let recorder = &self.writer.recorder;
        // What the item's entry says is on the disk before the object is said to be copied.
        recorder.flush().await?;
        let journal = recorder.journal();
        let keep = self.writer.old != Old::Delete;
        let trace = if keep { ObjectTrace::Kept } else { ObjectTrace::Copied };
        let left = LeftObject {
            bucket: pointer.bucket.to_owned(),
            key: short_text(&pointer.key),
            trace,
            etag: short_text(&read.etag),
        };
        let known = journal.objects_left(pointer.bucket, &[left.key])?;
        if known.into_iter().flatten().any(|known| known.etag == left.etag) {
            return Ok(());
        }
        let one = Move {
            bucket: pointer.bucket.to_owned(),
            key: pointer.key.clone(),
            etag: read.etag,
            size: u64::try_from(read.body.bytes.len()).unwrap_or_default(),
            to: Destination::Items(read.body),
            keep,
            was_there,
        };
        let bytes = one.encode().map_err(|error| {
            let path = journal.path().to_owned();
            Stop::from(JournalError::Damaged { path, what: error.to_string() })
        })?;
        let run = recorder.run();
        let number = journal.intend_moves(run, &[bytes])?;
        let settled = SettledMove { run, number, state: State::Proven, left: vec![left] };
        Ok(journal.settle_moves(&[settled])?)
    }

    pub(super) fn stays(
        &self,
        pointer: &Pointer,
        (kind, reason): (Kind, String),
    ) -> Result<(), Stop> {
        let origin = ORIGINS.iter().find(|origin| origin.bucket == pointer.bucket);
        let remedy = match kind {
            Kind::Stays => "nothing has to be done",
            Kind::Failed => "run the same command again",
            _ => "the application finds it where it is; mend or remove it, and run again",
        };
        self.find(Finding {
            table: origin.map_or(pointer.bucket, |origin| origin.label).to_owned(),
            key: pointer.key.clone(),
            kind,
            reason,
            remedy: remedy.to_owned(),
        })?;
        if kind != Kind::Stays {
            self.open(origin.map_or(pointer.bucket, |origin| origin.label), kind);
        }
        Ok(())
    }
}

/// Whether two items have the same content, whoever wrote them and when.
fn is_same_content(one: &Item, other: &Item) -> bool {
    match (one.get("data"), other.get("data")) {
        (Some(one), Some(other)) => same_value(one, other),
        _ => false,
    }
}

fn key(pk: &str, sk: &str) -> Item {
    [("PK", pk), ("SK", sk)]
        .map(|(name, text)| (name.to_owned(), AttributeValue::S(text.to_owned())))
        .into()
}
