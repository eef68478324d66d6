//! Pools and users as they are kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::ids;
use crate::clock::seconds;

/// The attributes that every pool has:
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html>.
pub(super) const STANDARD_ATTRIBUTES: [&str; 20] = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

/// One user pool.
pub(super) struct Pool {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) created: u64,
    /// The names of custom attributes, with their prefix.
    pub(super) custom: Vec<String>,
    /// Users by `sub`: the order in which they are listed has nothing to do with their names.
    pub(super) users: BTreeMap<String, User>,
    subs: BTreeMap<String, String>,
}

/// One user.
pub(super) struct User {
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) enabled: bool,
    pub(super) status: &'static str,
    pub(super) created: u64,
    pub(super) modified: u64,
}

impl Pool {
    pub(super) fn new(name: &str, region: &str) -> Self {
        Pool {
            name: name.to_owned(),
            region: region.to_owned(),
            created: seconds(),
            custom: Vec::new(),
            users: BTreeMap::new(),
            subs: BTreeMap::new(),
        }
    }

    /// Whether users can have the attribute.
    pub(super) fn has_attribute(&self, name: &str) -> bool {
        STANDARD_ATTRIBUTES.contains(&name) || self.custom.iter().any(|custom| custom == name)
    }

    /// Finds a user by name or by `sub`.
    pub(super) fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        let sub = self.subs.get(name).map_or(name, String::as_str);
        self.users.get_mut(sub)
    }

    /// Adds a user; answers the `sub`.
    pub(super) fn add(&mut self, user: User) -> String {
        let sub = user.sub().to_owned();
        self.subs.insert(user.name.clone(), sub.clone());
        self.users.insert(sub.clone(), user);
        sub
    }

    /// Removes a user by name or by `sub`; says whether there was one.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let sub = self.subs.get(name).cloned().unwrap_or_else(|| name.to_owned());
        match self.users.remove(&sub) {
            Some(user) => self.subs.remove(&user.name).is_some(),
            None => false,
        }
    }
}

impl User {
    /// A user who has a `sub`, a new one if the attributes bring none.
    pub(super) fn new(
        name: &str,
        mut attributes: BTreeMap<String, String>,
        status: &'static str,
    ) -> Self {
        attributes.entry("sub".to_owned()).or_insert_with(ids::uuid);
        User {
            name: name.to_owned(),
            attributes,
            enabled: true,
            status,
            created: seconds(),
            modified: seconds(),
        }
    }

    pub(super) fn sub(&self) -> &str {
        self.attributes.get("sub").map_or("", String::as_str)
    }

    /// The user as an answer shows it, the attributes under `member`.
    pub(super) fn shown(&self, member: &str, wanted: Option<&[&str]>) -> Value {
        let attributes = self
            .attributes
            .iter()
            .filter(|(name, _)| wanted.is_none_or(|wanted| wanted.contains(&name.as_str())));
        let attributes: Vec<Value> =
            attributes.map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
        json!({
            "Username": self.name,
            member: attributes,
            "Enabled": self.enabled,
            "UserStatus": self.status,
            "UserCreateDate": self.created,
            "UserLastModifiedDate": self.modified,
        })
    }
}
