//! Users, who have no table of their own: who they are is said by their memberships, and by the user pool
//! where there is one.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;

use super::keys::{METADATA, id, row, user_key};
use super::names::Identity;
use super::since::Since;
use crate::engine::item::Item;
use crate::engine::rewrite::Refusal;

/// What was decided about a user.
#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    /// `userId`, and `email` and `name` where they are known: the record that [`user`] makes the row of.
    pub record: Item,
    /// What a person should know.
    pub notes: Vec<Note>,
}

/// What a person should know of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The addresses of the memberships and of the pool are not all the same.
    SeveralEmails,
    /// A membership has an `email` that is no text.
    NoText,
    /// The user pool does not know the user.
    NotInPool,
}

impl Note {
    /// What it says, and what can be done.
    #[must_use]
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::SeveralEmails => (
                "the memberships of the user, or the user pool, have different addresses; the pool's was taken, or the newest",
                "see whether it is the right one",
            ),
            Self::NoText => (
                "a membership of the user has an `email` that is no text, which was left out",
                "see whether the address is lost",
            ),
            Self::NotInPool => (
                "the user pool does not know the user, so that address and name are those of a membership",
                "see whether the user still exists",
            ),
        }
    }
}

/// Decides which address and name a user has. `pool` is nothing where there is no user pool, and
/// `Some(None)` where that does not know the user.
///
/// The address is the pool's, else that of the membership with the newest `updatedAt`, of several the one
/// with the greatest `serverId`. The name is the pool's, else what the address has before its `@`. The
/// order of the memberships does not matter.
#[must_use]
pub fn decide(id: &str, memberships: &[Item], pool: Option<Option<&Identity>>) -> Decided {
    let mut notes = Vec::new();
    let mut emails: BTreeSet<&str> = BTreeSet::new();
    let mut newest: Option<((Since, Option<&String>), &str)> = None;
    for one in memberships {
        match one.get("email") {
            Some(AttributeValue::S(email)) if !email.trim().is_empty() => {
                emails.insert(email);
                let server = one.get("serverId").and_then(|server| server.as_s().ok());
                let since = (Since::of(one.get("updatedAt")), server);
                if newest.as_ref().is_none_or(|(known, _)| *known < since) {
                    newest = Some((since, email));
                }
            }
            None | Some(AttributeValue::S(_) | AttributeValue::Null(_)) => {}
            Some(_) if notes.contains(&Note::NoText) => {}
            Some(_) => notes.push(Note::NoText),
        }
    }
    if pool == Some(None) {
        notes.push(Note::NotInPool);
    }
    let identity = pool.flatten();
    let given = |text: &'static str, value: Option<&String>| {
        value.map(|value| (text.to_owned(), AttributeValue::S(value.clone())))
    };
    let own = identity.and_then(|one| one.email.as_ref());
    emails.extend(own.map(String::as_str));
    if emails.len() > 1 {
        notes.push(Note::SeveralEmails);
    }
    let email = own.cloned().or_else(|| newest.map(|(_, email)| email.to_owned()));
    let name = identity.and_then(|one| one.name.clone()).or_else(|| {
        let before = email.as_ref()?.split('@').next()?;
        Some(before.to_owned())
    });
    let id = ("userId".to_owned(), AttributeValue::S(id.to_owned()));
    let record = std::iter::once(id)
        .chain(given("email", email.as_ref()))
        .chain(given("name", name.as_ref()))
        .collect();
    Decided { record, notes }
}

/// The row of CoreTable for a user, of what was [decided](decide).
///
/// # Errors
///
/// Where there is no address anywhere, or the id is too long.
pub fn user(record: &Item) -> Result<Item, Refusal> {
    let mut row = row(user_key(id(record, "userId")?), METADATA.to_owned(), "User")?;
    let Some(email) = record.get("email") else {
        return Err(Refusal::new(
            "no membership of the user has an address, and no user pool knows one",
            "give --user-pool-id, or write the address into one of the user's memberships",
        ));
    };
    let name = record.get("name").cloned();
    let name = name.unwrap_or_else(|| AttributeValue::S(String::new()));
    row.insert("email".to_owned(), email.clone());
    row.insert("name".to_owned(), name);
    Ok(row)
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue::{N, S};

    use super::*;

    fn member(server: &str, email: Option<AttributeValue>, updated: &str) -> Item {
        let mut item: Item = [("serverId", S(server.into())), ("updatedAt", S(updated.into()))]
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        item.extend(email.map(|email| ("email".to_owned(), email)));
        item
    }

    fn address(text: &str) -> Option<AttributeValue> {
        Some(S(text.into()))
    }

    #[test]
    fn the_newest_address_wins_and_the_pool_over_all() {
        let all = [
            member("a", address("new@x.example"), "2025-02-01T00:00:00Z"),
            member("b", address("old@x.example"), "2025-01-01T00:00:00Z"),
            member("c", None, "2025-03-01T00:00:00Z"),
        ];
        let decided = decide("ada", &all, None);
        assert_eq!(decided.record["email"], S("new@x.example".into()));
        assert_eq!(decided.record["name"], S("new".into()));
        assert_eq!(decided.notes, [Note::SeveralEmails]);
        let pool = Identity { email: Some("pool@x.example".into()), name: Some("Ada L".into()) };
        let decided = decide("ada", &all, Some(Some(&pool)));
        assert_eq!(decided.record["email"], S("pool@x.example".into()));
        assert_eq!(decided.record["name"], S("Ada L".into()));
        let unknown = decide("ada", &all[..1], Some(None));
        assert_eq!(unknown.record["email"], S("new@x.example".into()));
        assert_eq!(unknown.notes, [Note::NotInPool]);
    }

    #[test]
    fn of_equally_new_ones_it_is_always_the_same() {
        let mut all = [
            member("a", address("a@x.example"), "2025-01-01T00:00:00Z"),
            member("b", address("b@x.example"), "2025-01-01T01:00:00+01:00"),
        ];
        let one = decide("ada", &all, None);
        all.reverse();
        assert_eq!(one, decide("ada", &all, None));
        assert_eq!(one.record["email"], S("b@x.example".into()));
    }

    #[test]
    fn without_any_address_there_is_no_row() {
        let all = [
            member("a", None, ""),
            member("b", address(" "), ""),
            member("c", Some(N("1".into())), ""),
        ];
        let decided = decide("ada", &all, None);
        assert_eq!(decided.notes, [Note::NoText]);
        assert!(user(&decided.record).unwrap_err().reason.contains("address"));
    }
}
