//! The same three migrations as values and as a file.

use aws_sdk_dynamodb::types::AttributeValue::S;
use migration_tools::profiles::{
    MigrationError, Profile, ProfileMigration, Registry, Version, declared,
};

pub const FILE: &str = include_str!("../../examples/profiles.toml");

struct AddLastAccessed;
struct RenameCharacterName;
struct MoveMetadata;

impl ProfileMigration for AddLastAccessed {
    fn from_version(&self) -> Version {
        1
    }
    fn description(&self) -> &'static str {
        "Add lastAccessedAt"
    }
    fn migrate(&self, mut profile: Profile, now: &str) -> Result<Profile, MigrationError> {
        let updated = profile.get("updatedAt").filter(|_| profile.has("updatedAt")).cloned();
        profile.add("lastAccessedAt", updated.unwrap_or_else(|| S(now.to_owned())))?;
        Ok(profile)
    }
}

impl ProfileMigration for RenameCharacterName {
    fn from_version(&self) -> Version {
        2
    }
    fn description(&self) -> &'static str {
        "Rename characterName to name"
    }
    fn migrate(&self, mut profile: Profile, _now: &str) -> Result<Profile, MigrationError> {
        profile.rename("profileData.characterName", "profileData.name")?;
        Ok(profile)
    }
}

impl ProfileMigration for MoveMetadata {
    fn from_version(&self) -> Version {
        3
    }
    fn description(&self) -> &'static str {
        "Move metadata into an object of its own"
    }
    fn migrate(&self, mut profile: Profile, _now: &str) -> Result<Profile, MigrationError> {
        profile.rename("profileData.createdBy", "profileData.metadata.createdBy")?;
        profile.rename("profileData.tags", "profileData.metadata.tags")?;
        profile.add("profileData.metadata.tags", Vec::new())?;
        Ok(profile)
    }
}

pub fn in_rust() -> Registry {
    // In any order.
    Registry::new([
        Box::new(MoveMetadata) as Box<dyn ProfileMigration>,
        Box::new(AddLastAccessed),
        Box::new(RenameCharacterName),
    ])
    .unwrap()
}

pub fn in_toml() -> Registry {
    Registry::new(declared(FILE).unwrap()).unwrap()
}
