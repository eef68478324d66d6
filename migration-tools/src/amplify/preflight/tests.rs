use std::collections::BTreeSet;

use proptest::prelude::*;

use super::logins::{Logins, sample};
use crate::amplify::id_map::{IdMap, Rules};

/// Pairs `o1,n1`, of which every third keeps the id; and who of them has a row.
fn world() -> impl Strategy<Value = (IdMap, BTreeSet<String>)> {
    proptest::collection::vec((any::<bool>(), any::<bool>()), 1..60).prop_map(|users| {
        let new = |n: usize| if n.is_multiple_of(3) { format!("o{n}") } else { format!("n{n}") };
        let pairs = (0..users.len()).map(|n| (format!("o{n}"), new(n)));
        let map = IdMap::from_pairs(pairs, &Rules::default()).unwrap();
        let mut ids = BTreeSet::from(["somebody else".to_owned()]);
        for (n, (old, new_row)) in users.into_iter().enumerate() {
            ids.extend(old.then(|| format!("o{n}")));
            ids.extend(new_row.then(|| new(n)));
        }
        (map, ids)
    })
}

proptest! {
    #[test]
    fn every_user_is_counted_once_and_every_row_has_an_owner((map, ids) in world()) {
        let counted = Logins::count(&ids, Some(&map));
        let Logins { rows, unchanged, old_only, new_only, both, neither, unlisted, .. } = counted;
        prop_assert_eq!(unchanged + old_only + new_only + both + neither, map.len());
        prop_assert_eq!(unchanged, map.len() - map.renamed_users());
        prop_assert_eq!((rows, unlisted), (ids.len(), 1));
    }

    #[test]
    fn those_who_are_looked_for_have_switched_and_are_not_too_many(
        (map, ids) in world(),
        most in 0..20_usize,
    ) {
        let switched = Logins::count(&ids, Some(&map)).new_only;
        let chosen = sample(&ids, &map, most);
        prop_assert!(chosen.len() <= most.max(1));
        prop_assert_eq!(chosen.is_empty(), switched == 0);
        if switched <= most {
            prop_assert_eq!(chosen.len(), switched);
        }
        for id in chosen {
            let pair = map.get(&id).unwrap();
            prop_assert!(!pair.is_identity() && !ids.contains(pair.old) && ids.contains(pair.new));
        }
    }
}
