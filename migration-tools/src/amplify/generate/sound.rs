//! Leaving out what the reader of id maps would refuse.

use std::collections::BTreeSet;

use super::{Generated, LeftOut};
use crate::amplify::id_map::{IdMap, MapError, Rules};

/// Leaves out pairs that cannot be written, and all of those that cannot be told apart: to migrate one
/// of them would touch what belongs to the other.
pub(super) fn sound(mut made: Generated) -> Generated {
    made.pairs.sort_unstable();
    let (mut pairs, unusable): (Vec<_>, Vec<_>) = made.pairs.into_iter().partition(is_usable);
    made.left.extend(unusable.into_iter().map(|(old, _)| (LeftOut::Unusable, old)));
    loop {
        let alike = alike(&pairs);
        if alike.is_empty() {
            break;
        }
        let mut line = 0;
        pairs.retain_mut(|(old, _)| {
            line += 1;
            let stays = !alike.contains(&line);
            if !stays {
                made.left.push((LeftOut::Alike, std::mem::take(old)));
            }
            stays
        });
    }
    made.left.sort_unstable();
    Generated { pairs, ..made }
}

/// The reader leaves out spaces around ids, and would take ` a` for somebody else.
fn is_usable(pair: &(String, String)) -> bool {
    let (old, new) = pair;
    let trimmed = old.trim() == old && new.trim() == new;
    trimmed && IdMap::from_pairs([(old, new)], &Rules::default()).is_ok()
}

/// Numbers of pairs, counted from 1, that stand in each other's way. Not all of them at once where
/// there are many.
fn alike(pairs: &[(String, String)]) -> BTreeSet<u32> {
    let read = IdMap::from_pairs(pairs.iter().map(|(old, new)| (old, new)), &Rules::default());
    let Err(MapError::Invalid(problems)) = read else { return BTreeSet::new() };
    let lines = problems.shown.iter();
    lines.flat_map(|one| std::iter::once(one.line).chain(one.what.other_line())).collect()
}
