//! A secret as it is kept.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::clock::seconds;
use crate::{ACCOUNT_ID, ids};

/// The label of the version that a plain read gets.
pub(super) const CURRENT: &str = "AWSCURRENT";

/// The label of the version that was current before.
pub(super) const PREVIOUS: &str = "AWSPREVIOUS";

/// A secret value. It has no `Debug` on purpose.
#[derive(Clone, PartialEq)]
pub(super) enum Content {
    Text(String),
    /// In base64, as it came.
    Binary(String),
}

/// One version of a value.
pub(super) struct Version {
    pub(super) id: String,
    pub(super) content: Content,
    pub(super) created: u64,
    pub(super) stages: BTreeSet<String>,
}

/// One secret and its versions.
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) description: Option<String>,
    pub(super) kms_key: Option<String>,
    pub(super) tags: Vec<Value>,
    pub(super) created: u64,
    pub(super) changed: u64,
    /// Its place among all secrets ever made.
    pub(super) sequence: u64,
    /// When it will be gone, if that is planned.
    pub(super) deletion: Option<u64>,
    /// Oldest first.
    pub(super) versions: Vec<Version>,
}

impl Secret {
    pub(super) fn new(name: &str, region: &str) -> Self {
        let created = seconds();
        Secret {
            name: name.to_owned(),
            arn: format!("arn:aws:secretsmanager:{region}:{ACCOUNT_ID}:secret:{name}-{}", suffix()),
            description: None,
            kms_key: None,
            tags: Vec::new(),
            created,
            changed: created,
            sequence: sequence(),
            deletion: None,
            versions: Vec::new(),
        }
    }

    /// Whether `arn` is this secret's, with or without the hyphen and six characters at its end.
    pub(super) fn has_arn(&self, arn: &str) -> bool {
        self.arn == arn
            || self.arn.len().checked_sub(7).and_then(|end| self.arn.get(..end)) == Some(arn)
    }

    pub(super) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }

    /// The version that has a label.
    pub(super) fn staged(&self, stage: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.stages.contains(stage))
    }

    /// Adds a version and moves labels to it. The first version is current whatever its labels; the
    /// one that ceases to be current becomes the previous one.
    pub(super) fn add(&mut self, id: &str, content: Content, stages: &[&str]) {
        let mut stages: BTreeSet<String> = stages.iter().map(|stage| (*stage).to_owned()).collect();
        if self.staged(CURRENT).is_none() {
            stages.insert(CURRENT.to_owned());
        }
        if stages.contains(CURRENT) {
            let previous = self.staged(CURRENT).map(|version| version.id.clone());
            for version in &mut self.versions {
                let was_current = previous.as_ref() == Some(&version.id);
                version.stages.remove(PREVIOUS);
                if was_current {
                    version.stages.insert(PREVIOUS.to_owned());
                }
            }
        }
        for version in &mut self.versions {
            version.stages.retain(|stage| !stages.contains(stage));
        }
        self.changed = seconds();
        self.versions.push(Version { id: id.to_owned(), content, created: self.changed, stages });
    }

    /// What describes the secret without its value.
    pub(super) fn described(&self, versions_member: &str) -> Map<String, Value> {
        let stages: BTreeMap<&str, &BTreeSet<String>> = self
            .versions
            .iter()
            .filter(|version| !version.stages.is_empty())
            .map(|version| (version.id.as_str(), &version.stages))
            .collect();
        let mut shown = Map::new();
        shown.insert("ARN".to_owned(), json!(self.arn));
        shown.insert("Name".to_owned(), json!(self.name));
        shown.insert("CreatedDate".to_owned(), json!(self.created));
        shown.insert("LastChangedDate".to_owned(), json!(self.changed));
        shown.insert(versions_member.to_owned(), json!(stages));
        shown.insert("Tags".to_owned(), json!(self.tags));
        let optional = [
            ("Description", json!(self.description)),
            ("KmsKeyId", json!(self.kms_key)),
            ("DeletedDate", json!(self.deletion)),
        ];
        shown.extend(
            optional
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(name, value)| (name.to_owned(), value)),
        );
        shown
    }
}

/// The six characters at the end of an ARN.
fn suffix() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut number = ids::number();
    let mut text = String::new();
    for _ in 0..6 {
        let letter = usize::try_from(number % 62).ok().and_then(|at| LETTERS.get(at));
        text.extend(letter.map(|letter| char::from(*letter)));
        number /= 62;
    }
    text
}

fn sequence() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
