//! The rewrite, as the engine asks for it: a profile is changed in place.

use super::version::VERSION;
use super::{MigrationError, Path, Profile, Registry, Version, version_of};
use crate::engine::apply::Rule;
use crate::engine::item::{Item, same_value};
use crate::engine::pass::Search;
use crate::engine::rewrite::{Changes, Edit, Merge, Record, Refusal, Rewrite};
use crate::engine::size::{MAX_ITEM_BYTES, item_bytes};

/// The table of profiles, as plans and reports call it.
pub const PROFILES: &str = "profiles";
/// Attributes that tell whether somebody has changed a profile.
pub const WATCHED: [&str; 2] = [VERSION, "updatedAt"];
/// What a profile is found by where the sort key is made of it: `{profileType}#{profileId}`.
const PARTS: [&str; 2] = ["profileType", "profileId"];

/// Brings every profile to a version.
#[derive(Clone, Debug)]
pub struct ProfileRule {
    registry: Registry,
    target: Version,
    now: String,
    keys: Vec<String>,
}

/// How a profile stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// It has the version that it should have.
    AtTarget,
    /// It is older, and becomes this.
    Older {
        /// Its version.
        from: Version,
        /// What becomes of it.
        after: Profile,
    },
    /// It stays as it is, and a person has to act.
    Refused {
        /// Its version, where it says one.
        version: Option<Version>,
        /// Why.
        refusal: Refusal,
    },
}

/// A migration that would change a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the migration from version {from} (`{description}`) writes `{field}`, which is part of the key of a profile; no migration changes a key"
)]
pub struct KeyError {
    /// From which version it goes.
    pub from: Version,
    /// What it is called.
    pub description: String,
    /// The field.
    pub field: Path,
}

impl ProfileRule {
    /// The rule for a table with these keys, the partition key first. `now` is the time that migrations are
    /// given: the same in every attempt of a run.
    ///
    /// # Errors
    ///
    /// Where a migration says that it writes a key.
    pub fn new(
        registry: Registry,
        target: Version,
        now: impl Into<String>,
        keys: &[String],
    ) -> Result<Self, KeyError> {
        let rule = Self { registry, target, now: now.into(), keys: keys.to_vec() };
        for step in rule.registry.steps(1, target) {
            let is_key = |field: &Path| rule.own(field.attribute());
            if let Some(field) = step.fields().into_iter().find(is_key) {
                let (from, description) = (step.from_version(), step.description().to_owned());
                return Err(KeyError { from, description, field });
            }
        }
        Ok(rule)
    }

    /// The version that profiles are brought to.
    #[must_use]
    pub fn target(&self) -> Version {
        self.target
    }

    /// Whether an attribute is a key, or a part that the sort key is made of.
    fn own(&self, attribute: &str) -> bool {
        self.keys.iter().any(|key| key == attribute)
            || (self.is_made_of_parts() && PARTS.contains(&attribute))
    }

    /// Whether the sort key is made of parts: not so where it is one of them.
    fn is_made_of_parts(&self) -> bool {
        self.keys.get(1).is_some_and(|sort| !PARTS.contains(&sort.as_str()))
    }

    /// How a profile stands.
    #[must_use]
    pub fn standing(&self, profile: &Item) -> Standing {
        let version = match version_of(profile) {
            Ok(version) => version,
            Err(error) => {
                let refusal = Refusal::new(error.to_string(), "give it its version, as a number");
                return Standing::Refused { version: None, refusal };
            }
        };
        let refused = |refusal| Standing::Refused { version: Some(version), refusal };
        let newest = self.registry.newest().unwrap_or(self.target);
        if version > newest {
            return refused(Refusal::new(
                format!("its version is above {newest}, the newest that is known"),
                "use a program that knows that version",
            ));
        }
        if version > self.target {
            return refused(Refusal::new(
                format!(
                    "its version is {version}, above {}, and no migration goes down",
                    self.target
                ),
                "migrate to the newest version, or roll the run back that brought it there",
            ));
        }
        if let Err(refusal) = self.fits_its_key(profile) {
            return refused(refusal);
        }
        if version == self.target {
            return Standing::AtTarget;
        }
        if let Some(oldest) = self.registry.oldest().filter(|oldest| version < *oldest) {
            return refused(Refusal::new(
                format!(
                    "its version is {version}, and the first migration that is known begins with {oldest}"
                ),
                "add the migrations before that one",
            ));
        }
        match self.after(profile, version) {
            Ok(after) => Standing::Older { from: version, after },
            Err(error) => refused(Refusal::new(
                error.0,
                "correct the profile or the migration, and run again",
            )),
        }
    }

    /// What becomes of a profile of this version.
    fn after(&self, profile: &Item, version: Version) -> Result<Profile, MigrationError> {
        let before = Profile::from(profile.clone());
        let after = self.registry.migrate(before, (version, self.target), &self.now)?;
        let parts = PARTS.iter().copied().filter(|part| self.own(part));
        for name in self.keys.iter().map(String::as_str).chain(parts) {
            let same = match (profile.get(name), after.item().get(name)) {
                (Some(before), Some(after)) => same_value(before, after),
                (None, None) => true,
                _ => false,
            };
            if !same {
                return Err(MigrationError(format!(
                    "a migration changes `{name}`, which is part of its key"
                )));
            }
        }
        if item_bytes(after.item()) > MAX_ITEM_BYTES {
            return Err(MigrationError(format!(
                "it would have more than the {MAX_ITEM_BYTES} bytes that DynamoDB takes"
            )));
        }
        Ok(after)
    }

    /// Whether the key of a profile says what its attributes do.
    fn fits_its_key(&self, profile: &Item) -> Result<(), Refusal> {
        let Some(sort) = self.keys.get(1).filter(|_| self.is_made_of_parts()) else {
            return Ok(());
        };
        let mut parts = Vec::with_capacity(PARTS.len());
        for name in PARTS {
            match profile.get(name).map(|value| value.as_s()) {
                Some(Ok(text)) => parts.push(text.as_str()),
                found => {
                    let has = if found.is_some() { "no text" } else { "not there" };
                    return Err(Refusal::new(
                        format!("it is no profile: its `{name}` is {has}"),
                        "complete it or delete it",
                    ));
                }
            }
        }
        match profile.get(sort).map(|value| value.as_s()) {
            Some(Ok(key)) if *key == parts.join("#") => Ok(()),
            _ => Err(Refusal::new(
                format!("its `{sort}` is not made of its `profileType` and `profileId`"),
                "find out which of them is right, and correct the other",
            )),
        }
    }
}

impl Rule for ProfileRule {
    fn rewrite(&self, _table: &'static str, record: &Record) -> Rewrite {
        match self.standing(&record.item) {
            Standing::AtTarget => Rewrite::Unchanged,
            Standing::Refused { refusal, .. } => Rewrite::Refused(refusal),
            Standing::Older { after, .. } => {
                Rewrite::Changes(Changes::edited(edit(&record.item, after.item())))
            }
        }
    }

    /// Nothing is put.
    fn merge(&self, _table: &'static str, _existing: &Item, _incoming: &Item) -> Merge {
        Merge::Same
    }
}

/// What makes the one of the other; a value that is only spelled otherwise stays.
fn edit(before: &Item, after: &Item) -> Edit {
    let mut edit = Edit::between(before, after);
    edit.set.retain(|name, value| before.get(name).is_none_or(|own| !same_value(own, value)));
    edit
}

impl Search for ProfileRule {
    fn leftovers(&self, _table: &'static str, _item: &Item) -> Vec<String> {
        Vec::new()
    }
}
