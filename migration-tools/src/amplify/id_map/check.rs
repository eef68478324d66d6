//! What can be wrong with a pair, alone and beside the others.

use super::forms::lower_case;
use super::map::{IdMap, Rules};
use super::pairs::{Index, Pair};
use super::problem::{Column, Problems, What};
use super::{MAX_ID_BYTES, RESERVED};
use crate::formats::hash_key::sanitise_user;

/// What is wrong with a pair alone. Of a pair that changes nothing, only what makes it unreadable.
pub(super) fn alone(pair: Pair<'_>, problems: &mut Problems) -> bool {
    let before = problems.total;
    for (column, id) in [(Column::Old, pair.old), (Column::New, pair.new)] {
        let mut found = |what| problems.add(pair.line, what, Some(id));
        if id.is_empty() {
            found(What::Empty(column));
        } else if id.len() > MAX_ID_BYTES {
            found(What::TooLong(column));
        } else if let Some(c) = id.chars().find(|c| unusable(*c, pair.is_identity())) {
            found(What::Character(column, c));
        } else if RESERVED.contains(&id) && !pair.is_identity() {
            found(What::Reserved(column));
        }
    }
    problems.total == before
}

/// Keys are split at `#` and `/`; the others cannot be seen, and come from copying.
fn unusable(c: char, identity: bool) -> bool {
    let invisible =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}');
    c.is_control() || invisible || (!identity && (c == '#' || c == '/'))
}

/// What is wrong with the pairs together. Fills in the indexes of other forms of ids and the number of
/// chains.
///
/// Two identities never stand in each other's way: they change nothing, however alike they are.
pub(super) fn together(map: &mut IdMap, rules: &Rules, problems: &mut Problems) {
    sanitised(map, problems);
    case(map, problems);
    let mut chains = 0;
    for (_, pair) in map.pairs.iter().filter(|(_, pair)| !pair.is_identity()) {
        if let Some(other) = chained(map, pair) {
            chains += 1;
            if !rules.allow_chains {
                problems.add(pair.line, What::Chain(other.line), Some(pair.new));
            }
        }
        let prefixed = map.idp_prefix.as_ref().and_then(|_| map.stored(&map.with_prefix(pair.old)));
        if let Some(other) = prefixed {
            problems.add(pair.line, What::SamePrefixed(other.line), Some(pair.old));
        }
        if let Some(other) = behind_prefix(map, pair) {
            problems.add(pair.line, What::NewPrefixed(other.line), Some(pair.new));
        }
    }
    map.chains = chains;
}

/// The pair, maybe the same one, with an id that the new id of this pair is with the prefix before it,
/// or that is this new id with the prefix.
fn behind_prefix<'m>(map: &'m IdMap, pair: Pair<'_>) -> Option<Pair<'m>> {
    map.idp_prefix.as_ref()?;
    let (new, stored) = (pair.new, sanitise_user(pair.new));
    let id = map.without_prefix(new).or_else(|| map.without_prefix(&stored));
    let inside = id.and_then(|id| map.stored(id).or_else(|| map.stored_new(id)));
    inside.or_else(|| map.stored(&map.with_prefix(new)))
}

/// The other pair whose old id is the new one of this pair.
pub(super) fn chained<'m>(map: &'m IdMap, pair: Pair<'_>) -> Option<Pair<'m>> {
    let other = map.get(pair.new).or_else(|| map.stored(&sanitise_user(pair.new)))?;
    (other.line != pair.line && !other.is_identity()).then_some(other)
}

fn sanitised(map: &mut IdMap, problems: &mut Problems) {
    let IdMap { pairs, by_old, by_new, by_stored_old, by_stored_new, .. } = map;
    for (at, pair) in pairs.iter() {
        let sides = [
            (Column::Old, pair.old, &*by_old, &mut *by_stored_old),
            (Column::New, pair.new, &*by_new, &mut *by_stored_new),
        ];
        for (column, id, exact, stored) in sides {
            let form = sanitise_user(id);
            if form == id {
                continue;
            }
            let other = exact.find(pairs, &form).or(stored.insert(pairs, at).err());
            if let Some(other) = other.filter(|other| clash(pair, *other)) {
                problems.add(pair.line, What::SameSanitised(column, other.line), Some(id));
            }
        }
    }
}

fn case(map: &mut IdMap, problems: &mut Problems) {
    let IdMap { pairs, by_old, by_new, by_lower_old, .. } = map;
    let mut by_lower_new = Index::by(|pair| lower_case(pair.new));
    for (at, pair) in pairs.iter() {
        let sides = [
            (Column::Old, pair.old, &*by_old, &mut *by_lower_old),
            (Column::New, pair.new, &*by_new, &mut by_lower_new),
        ];
        for (column, id, exact, lower) in sides {
            let form = lower_case(id);
            if form == id {
                continue;
            }
            let other = exact.find(pairs, &form).or(lower.insert(pairs, at).err());
            if let Some(other) = other.filter(|other| clash(pair, *other)) {
                problems.add(pair.line, What::SameButForCase(column, other.line), Some(id));
            }
        }
    }
}

fn clash(pair: Pair<'_>, other: Pair<'_>) -> bool {
    pair.line != other.line && !(pair.is_identity() && other.is_identity())
}
