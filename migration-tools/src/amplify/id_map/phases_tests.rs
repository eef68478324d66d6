use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::amplify::id_map::sanitise_user;

fn map<A: AsRef<str>>(pairs: &[(A, A)]) -> IdMap {
    let rules =
        Rules { allow_chains: true, idp_prefix: Some("Campus".to_owned()), ..Rules::default() };
    let pairs = pairs.iter().map(|(old, new)| (old.as_ref(), new.as_ref()));
    IdMap::from_pairs(pairs, &rules).unwrap()
}

fn told<'p>(phase: &'p Phase<'_>) -> Vec<(&'p str, &'p str)> {
    phase.map().pairs().map(|pair| (pair.old, pair.new)).collect()
}

/// A place that holds an id, after a rename.
fn whole(map: &IdMap, id: &str) -> String {
    map.whole(id).unwrap_or_else(|| id.to_owned())
}

/// A key that holds a sanitised id, after a rename.
fn stored(map: &IdMap, part: &str) -> String {
    let pair = map.stored(part).filter(|pair| !pair.is_identity());
    pair.map_or_else(|| part.to_owned(), |pair| sanitise_user(pair.new).into_owned())
}

#[test]
fn a_chain_is_done_from_its_end_and_identities_stay_known() {
    let map = map(&[("a", "b"), ("same", "same"), ("b", "c+"), ("x", "y"), ("c-", "d")]);
    let phases = map.phases();
    let expected = [
        vec![("same", "same"), ("x", "y"), ("c-", "d")],
        vec![("same", "same"), ("b", "c+")],
        vec![("a", "b"), ("same", "same")],
    ];
    assert_eq!(phases.iter().map(told).collect::<Vec<_>>(), expected);
    let lines: Vec<u32> = phases[1].map().pairs().map(|pair| pair.line).collect();
    assert_eq!(lines, [2, 3]);
    assert!(phases.iter().all(|phase| phase.temporary() == 0));
    assert!(phases[1].map().prefixed("campus_b").is_some(), "the prefix is known");
    assert!(phases[1].map().stored_new("c-").is_some());
}

#[test]
fn a_circle_is_opened_by_an_id_that_is_nobodys() {
    let swap = map(&[("b", "a"), ("a", "b")]);
    let phases = swap.phases();
    let temporary = whole(phases[0].map(), "a");
    assert_eq!(told(&phases[0]), [("a", temporary.as_str())]);
    assert_eq!(told(&phases[1]), [("b", "a")]);
    assert_eq!(told(&phases[2]), [(temporary.as_str(), "b")]);
    assert_eq!(phases.iter().map(Phase::temporary).collect::<Vec<_>>(), [1, 0, 1]);
    assert_eq!(temporary, "1d632901-342b-567c-ba3c-e1de47012bee", "the same one in every version");

    let known = map(&[("b", "a"), ("a", "b"), (temporary.as_str(), temporary.as_str())]);
    let other = whole(known.phases()[0].map(), "a");
    assert!(other != temporary && Uuid::parse_str(&other).is_ok());
    let capital = temporary.to_uppercase();
    let capital = map(&[("b", "a"), ("a", "b"), (capital.as_str(), "x")]);
    assert_eq!(whole(capital.phases()[0].map(), "a"), other);
}

#[test]
fn a_map_without_chains_is_its_own_phase() {
    let map = map(&[("a", "b"), ("c", "c")]);
    let phases = map.phases();
    assert_eq!(phases.len(), 1);
    assert!(std::ptr::eq(phases[0].map(), &map));
}

#[test]
fn digests_tell_maps_apart() {
    let one = map(&[("a", "b"), ("b", "a"), ("x", "y")]);
    let other_order = map(&[("x", "y"), ("b", "a"), ("a", "b")]);
    assert_ne!(one.digest(), other_order.digest());
    assert_eq!(one.digest_of_pairs(), other_order.digest_of_pairs());
    assert_ne!(one.digest_of_pairs(), map(&[("a", "b"), ("b", "a")]).digest_of_pairs());
    let digests = |map: &IdMap| map.phases().iter().map(Phase::digest).collect::<Vec<[u8; 32]>>();
    assert_eq!(digests(&one), digests(&other_order));
    assert_eq!(digests(&one).into_iter().collect::<BTreeSet<_>>().len(), 3);
    assert_ne!(map(&[("ab", "c")]).digest(), map(&[("a", "bc")]).digest());
    let hex = |digest: [u8; 32]| digest.map(|byte| format!("{byte:02x}")).concat();
    // By `printf '\0\0\0\0\0\0\0\1a\0\0\0\0\0\0\0\2bc' | sha256sum`.
    assert_eq!(
        hex(map(&[("a", "bc")]).digest()),
        "3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205"
    );
}

#[test]
fn long_chains_and_circles_take_two_phases() {
    for last in ["p20", "p0"] {
        let ids: Vec<String> = (0..20).map(|n| format!("p{n}")).chain([last.to_owned()]).collect();
        let pairs: Vec<_> = ids.windows(2).map(|two| (two[0].clone(), two[1].clone())).collect();
        let map = map(&pairs);
        let phases = map.phases();
        assert_eq!(phases.len(), 2);
        let temporary = if last == "p0" { 20 } else { 19 };
        assert_eq!(phases[0].temporary(), temporary);
        for (old, new) in &pairs {
            assert_eq!(&whole(phases[1].map(), &whole(phases[0].map(), old)), new);
        }
    }
}

/// In quadratic time, this takes many minutes.
#[test]
fn forty_thousand_users_take_seconds() {
    const USERS: u32 = 40_000;
    let chain = (0..USERS / 2).map(|n| (format!("c{n}"), format!("c{}", n + 1)));
    let swaps = (0..USERS / 4).map(|n| (format!("s{n}"), format!("s{}", n ^ 1)));
    let same = (0..USERS / 4).map(|n| (format!("i{n}"), format!("i{n}")));
    let pairs: Vec<_> = chain.chain(swaps).chain(same).collect();
    let map = map(&pairs);
    let begin = Instant::now();
    let phases = map.phases();
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    assert_eq!(phases.len(), 3);
}

/// Ids of which some are alike once they are sanitised.
fn pool() -> Vec<String> {
    let alike = ["ada+x", "ada-x", "b c", "b-c"].map(str::to_owned);
    alike.into_iter().chain((0..12).map(|n| format!("p{n}"))).collect()
}

proptest! {
    #[test]
    fn phases_one_after_the_other_are_one_rename(
        old in Just(pool()).prop_shuffle(),
        new in Just(pool()).prop_shuffle(),
        users in 1..=16usize,
    ) {
        let rules = Rules { allow_chains: true, ..Rules::default() };
        let pairs = || old.iter().zip(&new).take(users);
        // Many of these are refused for ids that are alike; the others are left.
        let Ok(map) = IdMap::from_pairs(pairs(), &rules).or_else(|_| {
            let plain = pairs().filter(|(old, new)| old.starts_with('p') && new.starts_with('p'));
            IdMap::from_pairs(plain, &rules)
        }) else { return Ok(()) };
        let phases = map.phases();
        prop_assert!(phases.len() <= MAX_PHASES);
        for phase in &phases {
            prop_assert_eq!(phase.map().chains(), 0);
            for pair in map.pairs().filter(Pair::is_identity) {
                prop_assert!(phase.map().get(pair.old).is_some_and(|pair| pair.is_identity()));
            }
        }
        for done in 0..=phases.len() {
            let rest = map.composed(&phases[done..]);
            let ids = pool().into_iter().map(|id| {
                phases[..done].iter().fold(id, |id, phase| whole(phase.map(), &id))
            });
            for id in ids {
                let after = phases[done..].iter().fold(id.clone(), |id, phase| whole(phase.map(), &id));
                prop_assert_eq!(whole(&rest, &id), after, "after {} phases", done);
            }
            prop_assert!(rest.renamed_users() <= map.renamed_users());
        }
        for id in pool().iter().chain(&["nobody".to_owned()]) {
            let after = phases.iter().fold(id.clone(), |id, phase| whole(phase.map(), &id));
            prop_assert_eq!(&after, &whole(&map, id));
            let id = sanitise_user(id).into_owned();
            let after = phases.iter().fold(id.clone(), |id, phase| stored(phase.map(), &id));
            prop_assert_eq!(&after, &stored(&map, &id));
            // A phase that is done again changes nothing.
            for phase in &phases {
                let once = stored(phase.map(), &id);
                prop_assert_eq!(&stored(phase.map(), &once), &once);
            }
        }
    }
}
