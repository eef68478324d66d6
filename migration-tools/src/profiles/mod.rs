//! Profiles whose schema has versions, brought to a version by migrations.
//!
//! A profile says in `version` which version of the schema it has; one that does not say is of the first. A
//! [`ProfileMigration`] takes profiles of one version to the next. It is a Rust value, or stands in a
//! [TOML file](declared()); a [`Registry`] has all that are known, and is checked to be a chain when it is
//! made. Each profile goes through the steps from its own version to the target, and is written once:
//! in place, exactly the attributes that change, if its `version`, its `updatedAt` and what changes are still
//! as they were read. One that somebody has edited meanwhile is read and migrated again.
//!
//! What cannot be migrated stays as it is and is named with the reason: others are migrated. A profile of
//! another version than is known, or above the target, is never touched.
//!
//! `now` in a migration is when the run began, in every attempt of it ([`moment`]): a run that was killed
//! and is gone on with gives the same profiles.

mod changes;
mod declared;
mod migration;
mod moment;
mod path;
mod position;
mod profile;
mod registry;
mod rewrite;
mod run;
mod survey;
mod table;
mod version;

pub use changes::{Change, What, changes};
pub use declared::{DeclaredError, Problem, declared};
pub use migration::{MigrationError, ProfileMigration};
pub use moment::{moment, now};
pub use path::Path;
pub use position::{Position, Tally};
pub use profile::{FieldError, Profile, Value};
pub use registry::{ChainError, ChainProblem, Registry, TargetError};
pub use rewrite::{KeyError, PROFILES, ProfileRule, Standing, WATCHED};
pub use run::{MAX_PASSES, Migration};
pub use survey::Survey;
pub use table::{TableError, described, identity, tables};
pub use version::{VERSION, Version, VersionError, version_of};
