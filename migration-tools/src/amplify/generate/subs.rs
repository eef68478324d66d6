//! From e-mail addresses to the `sub`s of a user pool.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::sound::sound;
use super::{Generated, LeftOut};

/// A user of a user pool.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The name in the pool.
    pub username: String,
    /// Its attribute `email`.
    pub email: Option<String>,
    /// Its attribute `sub`.
    pub sub: Option<String>,
}

/// The map from the ids of the users table to the `sub`s of the identities with those e-mail addresses.
///
/// The applications keep addresses in lower case, mostly: the id is the address as the identity has it
/// if the table does too, else in lower case if the table has that, else the one spelling that the
/// table has, and where it has none, lower case.
#[must_use]
pub fn of_subs(identities: &[Identity], user_ids: &BTreeSet<String>) -> Generated {
    let mut made = Generated::default();
    let mut spelled: HashMap<String, Vec<&str>> = HashMap::new();
    for id in user_ids {
        spelled.entry(id.to_lowercase()).or_default().push(id);
    }
    let by_address = by_address(identities, &mut made);
    for (lower, (emails, subs)) in &by_address {
        let mut stored = spelled.remove(lower).unwrap_or_default();
        let Some(sub) = subs.first().filter(|_| subs.len() == 1) else {
            made.left.push((LeftOut::SharedEmail, lower.clone()));
            continue;
        };
        let exact = stored.iter().position(|id| emails.contains(id));
        let best = exact.or_else(|| stored.iter().position(|id| id == lower));
        let old = match (best, stored.as_slice()) {
            (Some(at), _) => stored.swap_remove(at),
            (None, []) => {
                made.unknown += 1;
                lower
            }
            (None, [_]) => stored.swap_remove(0),
            (None, _) => "",
        };
        if !old.is_empty() {
            made.pairs.push((old.to_owned(), (*sub).to_owned()));
        }
        let others = stored.into_iter().map(|id| (LeftOut::OtherSpelling, id.to_owned()));
        made.left.extend(others);
    }
    let subs: HashSet<&str> = identities.iter().filter_map(|one| one.sub.as_deref()).collect();
    for id in spelled.into_values().flatten().filter(|id| !id.is_empty()) {
        if subs.contains(id) {
            made.migrated += 1;
        } else {
            let why = if id.contains('@') { LeftOut::NotInPool } else { LeftOut::NotAnEmail };
            made.left.push((why, id.to_owned()));
        }
    }
    sound(made)
}

/// Spellings and `sub`s.
type Address<'i> = (BTreeSet<&'i str>, BTreeSet<&'i str>);

/// Everything that is known of an address, by its lower case form.
fn by_address<'i>(
    identities: &'i [Identity],
    made: &mut Generated,
) -> BTreeMap<String, Address<'i>> {
    let mut all: BTreeMap<String, Address<'i>> = BTreeMap::new();
    let some = |value: &'i Option<String>| value.as_deref().filter(|text| !text.is_empty());
    for one in identities {
        match (some(&one.email), some(&one.sub)) {
            (Some(email), Some(sub)) => {
                let (emails, subs) = all.entry(email.to_lowercase()).or_default();
                emails.insert(email);
                subs.insert(sub);
            }
            (None, _) => made.left.push((LeftOut::NoEmail, one.username.clone())),
            (_, None) => made.left.push((LeftOut::NoSub, one.username.clone())),
        }
    }
    all
}
