//! What the journal holds of one move of an object.
//!
//! JSON. Where an object becomes an item of a table, its body is held too (base64), since the object
//! cannot be made of the item again.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::notifications::Trigger;

/// One object, and where it goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The bucket that it is in, by its key in the plan.
    pub bucket: String,
    /// Its name.
    pub key: String,
    /// Its ETag.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// Where it goes.
    pub to: Destination,
    /// Whether it stays where it is until it is cleaned up.
    pub keep: bool,
    /// Whether what it becomes stood there already.
    pub was_there: bool,
}

/// Where an object goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// To another name.
    Object {
        /// The bucket, by its key in the plan.
        bucket: String,
        /// The name.
        key: String,
    },
    /// Into items of a table, which have entries of their own.
    Items(Body),
    /// It is no move: an upload in parts to this name is under way.
    Upload(String),
    /// It is no move: these triggers of the bucket are suspended.
    Suspended(Vec<Trigger>),
}

/// An object as it was, for who has to put it back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// Its content.
    #[serde(serialize_with = "text_of", deserialize_with = "of_text")]
    pub bytes: Vec<u8>,
    /// Its content type.
    pub content_type: Option<String>,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
}

/// Why something in the journal is no move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no move of an object")]
pub struct MoveError;

impl Move {
    /// The move as the journal keeps it.
    ///
    /// # Errors
    ///
    /// Never in fact: everything in it can be written.
    pub fn encode(&self) -> Result<Vec<u8>, MoveError> {
        serde_json::to_vec(self).map_err(|_| MoveError)
    }

    /// The move that the journal has kept.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, MoveError> {
        serde_json::from_slice(bytes).map_err(|_| MoveError)
    }
}

fn text_of<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&STANDARD.encode(bytes))
}

fn of_text<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

/// Where it is, not whose.
impl fmt::Debug for Move {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = match &self.to {
            Destination::Object { bucket, .. } => bucket,
            Destination::Items(_) => "items",
            Destination::Upload(_) => "upload",
            Destination::Suspended(_) => "triggers",
        };
        write!(out, "Move({} to {to}, {} bytes)", self.bucket, self.size)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            key in "\\PC{0,20}",
            body in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..40)),
            keep in any::<bool>(),
        ) {
            let to = match body {
                None => Destination::Object { bucket: "B".into(), key: key.clone() },
                Some(bytes) => Destination::Items(Body {
                    bytes,
                    content_type: Some("application/json".into()),
                    metadata: [("a".to_owned(), "b".to_owned())].into(),
                }),
            };
            let one = Move {
                bucket: "A".into(), key, etag: "\"e\"".into(), size: 3, to, keep, was_there: !keep,
            };
            prop_assert_eq!(Move::decode(&one.encode().unwrap()), Ok(one));
        }
    }

    #[test]
    fn what_is_no_move_is_refused_and_no_name_is_printed() {
        assert_eq!(Move::decode(b"{}"), Err(MoveError));
        let to = Destination::Object { bucket: "B".into(), key: "canary".into() };
        let key = "canary".to_owned();
        let one = Move {
            bucket: "A".into(),
            key,
            etag: String::new(),
            size: 1,
            to,
            keep: false,
            was_there: false,
        };
        assert_eq!(format!("{one:?}"), "Move(A to B, 1 bytes)");
    }
}
