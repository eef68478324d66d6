//! Migrations in a TOML file, for who has no compiler at hand.
//!
//! ```toml
//! [[migration]]
//! from = 1
//! to = 2
//! description = "Say when a profile was last accessed"
//! steps = [
//!     { add = "lastAccessedAt", copy = "updatedAt", now = true },
//! ]
//! ```
//!
//! Steps are done in their order:
//!
//! | step | what it does |
//! |---|---|
//! | `{ add = FIELD, default = VALUE }` | gives a field a value where it has none: not there, null, or empty text |
//! | `{ add = FIELD, now = true }` | the same, with the time at which the run began |
//! | `{ add = FIELD, copy = FIELD }` | the same, with the value of another field; `default` or `now` where that has none, too |
//! | `{ rename = FIELD, to = NAME }` | another name in the same object |
//! | `{ move = FIELD, to = FIELD }` | into an object, which is made where there is none, or out of one |
//! | `{ remove = FIELD }` | the field goes |
//! | `{ set = FIELD, by = FIELD, table = { VALUE = VALUE } }` | the value that the table has for another field's; `default` where it has none, and without one the profile is refused |
//!
//! A field is text with points between names (`"profileData.name"`), or a list of names. What moves onto another
//! value is refused, so that nothing is lost. Numbers are kept digit by digit.

mod literal;
mod read;
mod step;

use super::{MigrationError, Path, Profile, ProfileMigration, Version};
use step::Step;

pub use read::{DeclaredError, Problem, declared};

/// A migration of a file.
struct Declared {
    from: Version,
    to: Version,
    description: String,
    steps: Vec<Step>,
}

impl ProfileMigration for Declared {
    fn from_version(&self) -> Version {
        self.from
    }

    fn to_version(&self) -> Version {
        self.to
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn migrate(&self, profile: Profile, now: &str) -> Result<Profile, MigrationError> {
        let mut profile = profile;
        for step in &self.steps {
            step.take(&mut profile, now)?;
        }
        Ok(profile)
    }

    fn fields(&self) -> Vec<Path> {
        self.steps.iter().flat_map(Step::fields).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
