//! Answers, with few of many results: failures first.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::profiles::Version;

/// Most profiles that an answer names; the others are counted. An answer takes 6 MB at most
/// (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>); this one is far below.
pub const MAX_RESULTS: usize = 50;

/// What the handler answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// Everything asked for is done.
    pub success: bool,
    /// How it ended, in words.
    pub message: String,
    /// Whether all profiles were seen; else the time was over, and the same event goes on.
    pub complete: bool,
    /// The run in the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<u64>,
    /// What was done, or would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Whether profiles have the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// Why nothing came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What was done, or would be.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Profiles that were seen; of a rollback, changes of them.
    pub total_profiles: u64,
    /// Those that were migrated, or would be; of a rollback, taken back.
    pub success_count: u64,
    /// Those that stay as they are, and have to be seen to.
    pub failure_count: u64,
    /// Those that have the version already; of a rollback, that are as before.
    pub skipped_count: u64,
    /// Some of them, failures first.
    pub results: Vec<One>,
    /// How many are named at most.
    pub results_limit: usize,
    /// How many are not named.
    pub results_omitted: u64,
}

/// What became of a profile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct One {
    /// Whether it was migrated, or would be.
    pub success: bool,
    /// Whose it is.
    pub user_id: String,
    /// Which one.
    pub profile_id: String,
    /// The version that it had, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_version: Option<Version>,
    /// The version that it has now, or would have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_version: Option<Version>,
    /// Of a dry run, the fields that would change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<String>,
    /// Why it stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Whether profiles have the version.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether all have.
    pub valid: bool,
    /// Some that have not.
    pub invalid_profiles: Vec<Invalid>,
    /// How many have not.
    pub invalid_count: u64,
    /// How many are named at most.
    pub invalid_limit: usize,
    /// All profiles.
    pub total_profiles: u64,
}

/// A profile that does not have the version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invalid {
    /// Whose it is.
    pub user_id: String,
    /// Which one.
    pub profile_id: String,
    /// Its version; `null` where it says something else.
    pub version: Option<Version>,
    /// What is the matter.
    pub reason: String,
}

impl Answer {
    /// Nothing came of it.
    #[must_use]
    pub fn failed(why: &str) -> Self {
        Self {
            success: false,
            message: format!("Migration failed: {why}"),
            complete: false,
            run: None,
            summary: None,
            verification: None,
            error: Some(why.to_owned()),
        }
    }

    /// The exit code of the command that would have done the same.
    pub(super) fn exit(&self) -> u8 {
        match (self.success, self.complete, &self.verification) {
            (true, ..) => 0,
            (false, false, _) if self.error.is_none() => 130,
            (false, true, Some(_)) => 5,
            (false, true, None) => 1,
            (false, false, _) => 3,
        }
    }

    /// What the journal keeps of it: numbers, and nothing about a profile.
    pub(super) fn for_journal(&self) -> Value {
        let summary = self.summary.as_ref().map(|one| {
            json!({
                "edited": one.success_count,
                "refused": one.failure_count,
                "skipped": one.skipped_count,
                "records": one.total_profiles,
            })
        });
        json!({
            "complete": self.complete,
            "total": summary,
            "invalid": self.verification.as_ref().map(|one| one.invalid_count),
        })
    }
}

/// Without anything about the profile.
impl std::fmt::Debug for One {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "One(success: {}, {:?})", self.success, self.error)
    }
}

/// Without anything about the profile.
impl std::fmt::Debug for Invalid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Invalid({})", self.reason)
    }
}
