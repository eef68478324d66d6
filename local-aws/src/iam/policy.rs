//! One managed policy and its versions.

use super::names::{of_policy, unique_id};
use crate::query::element;
use crate::{clock, form};

pub(super) struct Policy {
    id: String,
    /// Oldest first; the last one is the default.
    pub(super) versions: Vec<Version>,
}

pub(super) struct Version {
    document: String,
    /// Seconds since 1970.
    created: u64,
}

/// How often a policy is used.
pub(super) struct Uses {
    pub(super) attachments: usize,
    pub(super) boundaries: usize,
}

/// A policy without versions.
impl Default for Policy {
    fn default() -> Self {
        Policy { id: unique_id("ANPA"), versions: Vec::new() }
    }
}

impl Policy {
    /// Adds a version and makes it the default.
    pub(super) fn add(&mut self, document: &str) {
        self.versions.push(Version { document: document.to_owned(), created: clock::seconds() });
    }

    /// What `GetPolicy` tells: no document.
    pub(super) fn description(&self, arn: &str, uses: &Uses) -> String {
        let (path, name) = of_policy(arn);
        let date = |version: Option<&Version>| {
            clock::rfc3339(version.map_or_else(clock::seconds, |version| version.created))
        };
        [
            element("PolicyName", name),
            element("PolicyId", &self.id),
            element("Arn", arn),
            element("Path", path),
            element("DefaultVersionId", &version_id(self.versions.len())),
            element("AttachmentCount", &uses.attachments.to_string()),
            element("PermissionsBoundaryUsageCount", &uses.boundaries.to_string()),
            element("IsAttachable", "true"),
            element("CreateDate", &date(self.versions.first())),
            element("UpdateDate", &date(self.versions.last())),
        ]
        .concat()
    }

    /// What `GetPolicyVersion` tells of the version with this id, if there is one.
    pub(super) fn version(&self, id: &str) -> Option<String> {
        let at = (1..=self.versions.len()).find(|number| version_id(*number) == id)?;
        let version = self.versions.get(at - 1)?;
        let fields = [
            element("Document", &form::percent_encode(&version.document)),
            element("VersionId", id),
            element("IsDefaultVersion", &(at == self.versions.len()).to_string()),
            element("CreateDate", &clock::rfc3339(version.created)),
        ];
        Some(fields.concat())
    }
}

/// The id of the `number`-th version, counted from 1.
pub(super) fn version_id(number: usize) -> String {
    format!("v{number}")
}
