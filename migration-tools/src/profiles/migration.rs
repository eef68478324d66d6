//! A migration from one version to the next.

use super::{FieldError, Path, Profile, Version};

/// One step of the schema: what becomes of a profile of a version.
///
/// It is pure: the same profile and the same `now` give the same answer, in a dry run, a run and a
/// verification. The version is set by who calls it. A profile that cannot be migrated stays as it is, and
/// is named with the error; others are migrated.
///
/// ```
/// use migration_tools::profiles::{MigrationError, Profile, ProfileMigration, Registry, Version};
///
/// struct AddCharacterType;
///
/// impl ProfileMigration for AddCharacterType {
///     fn from_version(&self) -> Version {
///         1
///     }
///     fn description(&self) -> &str {
///         "Add characterType to character profiles"
///     }
///     fn migrate(&self, mut profile: Profile, _now: &str) -> Result<Profile, MigrationError> {
///         profile.add("profileData.characterType", "UNKNOWN")?;
///         Ok(profile)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new([Box::new(AddCharacterType) as _])?;
/// let migrated = registry.applied(Profile::default(), "2026-11-21T10:00:00.000Z")?;
/// assert_eq!(migrated.text("profileData.characterType"), Some("UNKNOWN"));
/// assert!(migrated.has("version"));
/// # Ok(())
/// # }
/// ```
pub trait ProfileMigration: Send + Sync {
    /// The version of profiles that it takes.
    #[allow(clippy::wrong_self_convention, reason = "the words are from and to")]
    fn from_version(&self) -> Version;

    /// The version that they have afterwards: the next one.
    fn to_version(&self) -> Version {
        self.from_version().saturating_add(1)
    }

    /// What it does, for reports.
    fn description(&self) -> &str;

    /// What becomes of a profile. `now` is when the run began: UTC, RFC 3339, in milliseconds.
    ///
    /// # Errors
    ///
    /// Where nothing can become of it. The text is shown and logged: it says what is the matter, and nothing
    /// that the profile has in it.
    fn migrate(&self, profile: Profile, now: &str) -> Result<Profile, MigrationError>;

    /// The fields that it writes, as far as it knows: one that is part of the key is then refused before
    /// anything is read, and not profile by profile.
    fn fields(&self) -> Vec<Path> {
        Vec::new()
    }
}

/// Why a profile cannot be migrated. Without content of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MigrationError(pub String);

impl From<FieldError> for MigrationError {
    fn from(error: FieldError) -> Self {
        Self(error.to_string())
    }
}

impl From<&str> for MigrationError {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
