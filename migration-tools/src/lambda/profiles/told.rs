//! What is kept between invocations, and what is heard.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::answer::{Invalid, MAX_RESULTS, One};
use crate::engine::apply::Outcome;
use crate::engine::events::{Event, Listener};
use crate::engine::item::Item;
use crate::engine::journal::{Finding, Journal, JournalError};
use crate::engine::typed_json::decode;
use crate::engine::write::Write;
use crate::profiles::{Position, version_of};

/// How far an action has come that is not complete.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The last run of it.
    pub(super) run: u64,
    pub(super) position: Position,
    pub(super) told: Told,
}

/// Profiles that the answer names.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) failures: Vec<One>,
    pub(super) successes: Vec<One>,
    pub(super) invalid: Vec<Invalid>,
}

impl Kept {
    /// What was kept of a command, if anything was that can be read.
    pub(super) fn of(journal: &Journal, command: &str) -> Result<Option<Self>, JournalError> {
        let kept = journal.mark(command)?;
        Ok(kept.and_then(|kept| serde_json::from_str(&kept).ok()))
    }

    pub(super) fn keep(&self, journal: &Journal, command: &str) -> Result<(), JournalError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        journal.set_mark(command, Some(&text))
    }
}

/// Forgets how far looks have come: what they saw is about to change.
pub(super) fn forget_looks(journal: &Journal) -> Result<(), JournalError> {
    for (_, run) in journal.runs()? {
        let is_look = ["profiles dry-run", "profiles verify"]
            .iter()
            .any(|command| run.command.starts_with(command));
        if is_look && journal.mark(&run.command)?.is_some() {
            journal.set_mark(&run.command, None)?;
        }
    }
    Ok(())
}

impl Told {
    pub(super) fn failed(&mut self, one: One) {
        if self.failures.len() < MAX_RESULTS {
            self.failures.push(one);
        }
    }

    pub(super) fn succeeded(&mut self, one: One) {
        if self.successes.len() < MAX_RESULTS {
            self.successes.push(one);
        }
    }

    pub(super) fn invalid(&mut self, one: Invalid) {
        if self.invalid.len() < MAX_RESULTS {
            self.invalid.push(one);
        }
    }

    /// The first of all, failures first.
    pub(super) fn results(self) -> Vec<One> {
        self.failures.into_iter().chain(self.successes).take(MAX_RESULTS).collect()
    }
}

/// Remembers what a run says of profiles.
pub(super) struct Heard {
    keys: Vec<String>,
    told: Mutex<Told>,
}

impl Heard {
    /// `keys` are those of the table.
    pub(super) fn from(told: Told, keys: &[String]) -> Self {
        Self { keys: keys.to_vec(), told: Mutex::new(told) }
    }

    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn migrated(&self, writes: &[(&'static str, Write)]) {
        for (_, write) in writes {
            let Write::Edit { before, edit } = write else { continue };
            let (user_id, profile_id) = names(before, &self.keys);
            let (from_version, after) = (version_of(before).ok(), edit.applied_to(before));
            let to_version = version_of(&after).ok();
            let (changes, error) = (Vec::new(), None);
            let one = One {
                success: true,
                user_id,
                profile_id,
                from_version,
                to_version,
                changes,
                error,
            };
            self.told().succeeded(one);
        }
    }

    fn found(&self, finding: &Finding) {
        let key = decode(&finding.key).unwrap_or_default();
        let (user_id, profile_id) = names(&key, &self.keys);
        let error = Some(format!("{}; {}", finding.reason, finding.remedy));
        let (success, changes, from_version, to_version) = (false, Vec::new(), None, None);
        let one = One { success, user_id, profile_id, from_version, to_version, changes, error };
        self.told().failed(one);
    }
}

impl Listener for Heard {
    fn hear(&self, event: &Event<'_>) {
        match event {
            // A pass begins; what is still so, it finds again.
            Event::Began { .. } => self.told().failures.clear(),
            Event::Found(finding) => self.found(finding),
            Event::Record { outcome: Outcome::Changed { writes, .. }, .. } => self.migrated(writes),
            _ => {}
        }
    }
}

/// Whose a profile is, and which one. Where it does not say, its key does: `{profileType}#{profileId}`, and an
/// id may have the sign in it, too.
pub(super) fn names(profile: &Item, keys: &[String]) -> (String, String) {
    let text = |name: &str| match profile.get(name) {
        Some(AttributeValue::S(text) | AttributeValue::N(text)) => Some(text.clone()),
        _ => None,
    };
    let user = text("userId").or_else(|| text(keys.first()?)).unwrap_or_default();
    let of_key = || {
        let sort = text(keys.get(1)?)?;
        Some(sort.split_once('#').map_or(sort.clone(), |(_, id)| id.to_owned()))
    };
    (user, text("profileId").or_else(of_key).unwrap_or_default())
}
