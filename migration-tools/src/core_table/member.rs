//! Memberships: who may do what on which server.

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::{carried, id, row, server_key, user_key};
use crate::engine::item::Item;
use crate::engine::rewrite::Refusal;

/// What the roles may do. Whoever has another role may read.
pub const ROLES: [(&str, &[&str]); 3] = [
    ("admin", &["read", "write", "delete", "manage_users"]),
    ("moderator", &["read", "write", "restart"]),
    ("viewer", READ),
];
const READ: &[&str] = &["read"];

/// What somebody with this role may do; and whether the role is known.
#[must_use]
pub fn permissions(role: &str) -> (&'static [&'static str], bool) {
    let known = ROLES.iter().find(|(known, _)| *known == role);
    known.map_or((READ, false), |(_, may)| (may, true))
}

/// The row of CoreTable for a membership: role and permissions, and what it has beside them, such as when
/// and by whom it was made. The address goes to the [user's row](super::user()).
///
/// # Errors
///
/// Where it has no ids that are text, no role that is text, an attribute that the new row has of its own, or
/// becomes too large.
pub fn membership(old: &Item) -> Result<Item, Refusal> {
    let (user, server) = (id(old, "userId")?, id(old, "serverId")?);
    let role = match old.get("role") {
        Some(AttributeValue::S(role)) => role,
        found => {
            let reason = match found {
                None => "it has no `role`, so that nobody knows what it allows",
                Some(_) => "its `role` is no text, so that nobody knows what it allows",
            };
            return Err(Refusal::new(reason, "give the old row the role that is meant"));
        }
    };
    let mut new = row(user_key(user), server_key(server), "UserServer")?;
    let (may, _) = permissions(role);
    let may = may.iter().map(|one| AttributeValue::S((*one).to_owned())).collect();
    new.insert("permissions".to_owned(), AttributeValue::L(may));
    carried(new, old, &["userId", "serverId", "email"])
}

/// A role that is text and not one of [`ROLES`].
#[must_use]
pub(super) fn has_unknown_role(old: &Item) -> bool {
    matches!(old.get("role"), Some(AttributeValue::S(role)) if !permissions(role).1)
}
