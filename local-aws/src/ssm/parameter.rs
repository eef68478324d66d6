//! A parameter and its versions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::names::{self, Selector};
use crate::clock::since_1970;
use crate::ids;

/// How many versions AWS keeps.
pub(super) const KEPT_VERSIONS: usize = 100;

/// The largest standard value in bytes; a longer one needs the advanced tier.
pub(super) const STANDARD_BYTES: usize = 4096;

/// The key that a `SecureString` is encrypted under if none is given.
pub(super) const DEFAULT_KEY: &str = "alias/aws/ssm";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    String,
    StringList,
    SecureString,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::String => "String",
            Kind::StringList => "StringList",
            Kind::SecureString => "SecureString",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Kind> {
        [Kind::String, Kind::StringList, Kind::SecureString]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tier {
    Standard,
    Advanced,
}

impl Tier {
    pub(super) fn name(self) -> &'static str {
        match self {
            Tier::Standard => "Standard",
            Tier::Advanced => "Advanced",
        }
    }

    /// The smallest tier that takes such a value.
    pub(super) fn needed(value: &str) -> Tier {
        if value.len() > STANDARD_BYTES { Tier::Advanced } else { Tier::Standard }
    }
}

pub(super) struct Parameter {
    pub(super) name: String,
    /// Ascending and never empty.
    pub(super) versions: VecDeque<Version>,
    pub(super) tags: BTreeMap<String, String>,
}

/// Never printed: the value may be a secret.
pub(super) struct Version {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) tier: Tier,
    pub(super) value: String,
    /// What a read without decryption shows of a `SecureString`.
    ciphertext: String,
    pub(super) description: Option<String>,
    pub(super) key_id: Option<String>,
    pub(super) labels: BTreeSet<String>,
    modified: u64,
}

impl Version {
    pub(super) fn new(kind: Kind, tier: Tier, value: &str) -> Self {
        let secure = kind == Kind::SecureString;
        let modified = since_1970();
        Version {
            number: 1,
            kind,
            tier,
            value: value.to_owned(),
            ciphertext: if secure { ciphertext(value.len()) } else { String::new() },
            description: None,
            key_id: secure.then(|| DEFAULT_KEY.to_owned()),
            labels: BTreeSet::new(),
            modified: modified.as_secs(),
        }
    }

    /// The value as a read shows it.
    pub(super) fn shown(&self, decrypt: bool) -> &str {
        if self.kind == Kind::SecureString && !decrypt { &self.ciphertext } else { &self.value }
    }

    /// The members that every description of a version has.
    pub(super) fn metadata(&self, name: &str) -> Value {
        let mut members = json!({
            "Name": name,
            "Type": self.kind.name(),
            "Version": self.number,
            "LastModifiedDate": self.modified,
            "LastModifiedUser": crate::sts::caller_arn(),
            "Tier": self.tier.name(),
            "DataType": "text",
            "Policies": [],
        });
        if let Some(description) = &self.description {
            members["Description"] = description.as_str().into();
        }
        if let Some(key) = &self.key_id {
            members["KeyId"] = key.as_str().into();
        }
        members
    }
}

/// Bytes that begin like those of KMS and say nothing of the value but its length.
fn ciphertext(plain: usize) -> String {
    let mut bytes = vec![1, 2, 2, 0, 0x78];
    while bytes.len() < plain + 112 {
        bytes.extend(ids::number().to_be_bytes());
    }
    STANDARD.encode(bytes)
}

impl Parameter {
    pub(super) fn new(name: &str, version: Version) -> Self {
        Parameter {
            name: name.to_owned(),
            versions: VecDeque::from([version]),
            tags: BTreeMap::new(),
        }
    }

    pub(super) fn latest(&self) -> Option<&Version> {
        self.versions.back()
    }

    pub(super) fn select(&self, selector: Selector<'_>) -> Option<&Version> {
        match selector {
            Selector::Latest => self.latest(),
            Selector::Version(number) => self.versions.iter().find(|v| v.number == number),
            Selector::Label(label) => self.versions.iter().find(|v| v.labels.contains(label)),
        }
    }

    /// The `Parameter` shape of the API.
    pub(super) fn read(&self, version: &Version, decrypt: bool, region: &str) -> Value {
        json!({
            "Name": self.name,
            "Type": version.kind.name(),
            "Value": version.shown(decrypt),
            "Version": version.number,
            "LastModifiedDate": version.modified,
            "ARN": names::arn(&self.name, region),
            "DataType": "text",
        })
    }
}
