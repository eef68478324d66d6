//! What must become of profiles, attribute by attribute. It shares no code with the tool.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue::{self, L, M, N, Null, S};
use migration_tools::engine::item::Item;

use super::Profiles;

/// What must have become of all, and which of them a person has to see to.
pub struct Expected {
    pub profiles: Profiles,
    pub left: BTreeSet<(String, String)>,
    /// How many are changed.
    pub changed: usize,
}

pub fn expected(before: &Profiles, target: u64, now: &str) -> Expected {
    let mut all = Expected { profiles: before.clone(), left: BTreeSet::new(), changed: 0 };
    for (key, profile) in before {
        match becomes(profile, target, now) {
            Some(after) => {
                all.changed += usize::from(version(profile) != Some(target));
                all.profiles.insert(key.clone(), after);
            }
            None => drop(all.left.insert(key.clone())),
        }
    }
    all
}

fn version(profile: &Item) -> Option<u64> {
    match profile.get("version") {
        None => Some(1),
        // The worlds have no other spellings.
        Some(N(text)) if text == "1.0" => Some(1),
        Some(N(text)) => text.parse().ok().filter(|version| (1..=4).contains(version)),
        Some(_) => None,
    }
}

fn says_something(value: Option<&AttributeValue>) -> bool {
    match value {
        None | Some(Null(_)) => false,
        Some(S(text)) => !text.is_empty(),
        Some(_) => true,
    }
}

/// Nothing where a person has to see to it.
fn becomes(profile: &Item, target: u64, now: &str) -> Option<Item> {
    let version = version(profile).filter(|version| *version <= target)?;
    let (S(kind), S(id)) = (profile.get("profileType")?, profile.get("profileId")?) else {
        return None;
    };
    if profile.get("profileKey") != Some(&S(format!("{kind}#{id}"))) {
        return None;
    }
    let mut after = profile.clone();
    if version < 2 && target >= 2 && !says_something(after.get("lastAccessedAt")) {
        let updated = after.get("updatedAt").filter(|value| says_something(Some(value)));
        let value = updated.cloned().unwrap_or_else(|| S(now.to_owned()));
        after.insert("lastAccessedAt".to_owned(), value);
    }
    if version < 3
        && target >= 3
        && let Some(M(data)) = after.get_mut("profileData")
        && let Some(name) = data.remove("characterName")
    {
        let there = data.get("name").cloned();
        match (says_something(there.as_ref()), says_something(Some(&name))) {
            (true, true) if there.as_ref() != Some(&name) => return None,
            (true, _) => {}
            (false, _) => drop(data.insert("name".to_owned(), name)),
        }
    }
    if version < 4 && target >= 4 {
        after.entry("profileData".to_owned()).or_insert_with(|| M(Item::new()));
        let Some(M(data)) = after.get_mut("profileData") else { return None };
        let (by, tags) = (data.remove("createdBy"), data.remove("tags"));
        let metadata = match data.get("metadata") {
            None | Some(Null(_)) => Item::new(),
            Some(M(metadata)) => metadata.clone(),
            Some(_) => return None,
        };
        let mut metadata = metadata;
        if let Some(by) = by {
            if says_something(metadata.get("createdBy")) && metadata["createdBy"] != by {
                return None;
            }
            metadata.insert("createdBy".to_owned(), by);
        }
        let tags = tags.unwrap_or(L(Vec::new()));
        if !says_something(metadata.get("tags")) {
            metadata.insert("tags".to_owned(), tags);
        }
        data.insert("metadata".to_owned(), M(metadata));
    }
    if version != target {
        after.insert("version".to_owned(), N(target.to_string()));
    }
    Some(after)
}
