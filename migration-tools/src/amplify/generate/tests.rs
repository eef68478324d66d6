use proptest::prelude::*;

use super::*;
use crate::amplify::id_map::{IdMap, Rules};

fn ids(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|id| (*id).to_owned()).collect()
}

fn identities(all: &[(&str, &str)]) -> Vec<Identity> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let one = |(email, sub): &(&str, &str)| Identity {
        username: format!("name of {sub}"),
        email: some(email),
        sub: some(sub),
    };
    all.iter().map(one).collect()
}

fn pairs(made: &Generated) -> Vec<(&str, &str)> {
    made.pairs.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect()
}

fn left(made: &Generated) -> Vec<(LeftOut, &str)> {
    made.left.iter().map(|(why, id)| (*why, id.as_str())).collect()
}

#[test]
fn ids_that_stay_are_sorted_by_code_point_and_what_cannot_be_written_is_told() {
    let made = identity(&ids(&["b", "B", "ä", "a,b", "", " c", "d\n", "lovelace/ada#1"]));
    let expected = ["B", "a,b", "b", "lovelace/ada#1", "ä"].map(|id| (id, id));
    assert_eq!(pairs(&made), expected);
    assert_eq!(left(&made), [(LeftOut::Unusable, " c"), (LeftOut::Unusable, "d\n")]);
}

#[test]
fn the_spelling_that_the_table_has_is_preferred() {
    let pool = identities(&[
        ("Ada@example.edu", "s1"),
        ("Alan@example.edu", "s2"),
        ("GRACE@example.edu", "s3"),
        ("new@Example.edu", "s4"),
        ("Emmy@example.edu", "s5"),
    ]);
    let table = ids(&[
        "Ada@example.edu",
        "ada@example.edu",
        "alan@example.edu",
        "Grace@example.edu",
        "EMMY@example.edu",
        "emmY@example.edu",
    ]);
    let made = of_subs(&pool, &table);
    let expected = [
        ("Ada@example.edu", "s1"),
        ("Grace@example.edu", "s3"),
        ("alan@example.edu", "s2"),
        ("new@example.edu", "s4"),
    ];
    assert_eq!(pairs(&made), expected);
    let other = LeftOut::OtherSpelling;
    let expected =
        [(other, "EMMY@example.edu"), (other, "ada@example.edu"), (other, "emmY@example.edu")];
    assert_eq!((left(&made), made.unknown), (expected.to_vec(), 1));
}

#[test]
fn who_cannot_be_assigned_is_told_and_not_guessed() {
    let pool = identities(&[
        ("twice@example.edu", "s1"),
        ("Twice@example.edu", "s2"),
        ("same@example.edu", "s3"),
        ("same@example.edu", "s3"),
        ("", "s4"),
        ("nobody@example.edu", ""),
        ("a+b@example.edu", "s5"),
        ("a-b@example.edu", "s6"),
        ("x#y@example.edu", "s7"),
    ]);
    let made = of_subs(&pool, &ids(&["turinga1", "s3", "gone@example.edu", "twice@example.edu"]));
    assert_eq!(pairs(&made), [("same@example.edu", "s3")]);
    let expected = [
        (LeftOut::NoEmail, "name of s4"),
        (LeftOut::NoSub, "name of "),
        (LeftOut::SharedEmail, "twice@example.edu"),
        (LeftOut::Unusable, "x#y@example.edu"),
        (LeftOut::Alike, "a+b@example.edu"),
        (LeftOut::Alike, "a-b@example.edu"),
        (LeftOut::NotAnEmail, "turinga1"),
        (LeftOut::NotInPool, "gone@example.edu"),
    ];
    assert_eq!((left(&made), made.migrated), (expected.to_vec(), 1));
}

#[test]
fn more_clashes_than_a_reader_tells_at_once_are_all_left_out() {
    let one = |n: usize, c: char| format!("user{c}{n}@example.edu");
    let pool: Vec<Identity> = (0..200)
        .flat_map(|n| [one(n, '+'), one(n, '-')])
        .enumerate()
        .map(|(n, email)| Identity {
            email: Some(email),
            sub: Some(format!("s{n}")),
            username: String::new(),
        })
        .collect();
    let made = of_subs(&pool, &BTreeSet::new());
    assert_eq!((made.pairs.len(), made.left.len()), (0, 400));
}

/// Ids out of few pieces, so that they get in each other's way.
fn id() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "A", "b", "+", "-", ".", "@", ",", "\"", " ", "\r\n", "#", "/", "é", "É", "s1",
        "\u{feff}", "system", "a@b", "=",
    ]);
    prop::collection::vec(piece, 0..4).prop_map(|all| all.concat())
}

proptest! {
    #[test]
    fn whatever_is_in_pool_and_table_the_file_is_accepted_as_it_is(
        table in prop::collection::btree_set(id(), 0..12),
        pool in prop::collection::vec((prop::option::of(id()), prop::option::of(id())), 0..12),
    ) {
        let identity_of = |(email, sub): &(Option<String>, Option<String>)| Identity {
            username: "u".to_owned(),
            email: email.clone(),
            sub: sub.clone(),
        };
        let pool: Vec<Identity> = pool.iter().map(identity_of).collect();
        for made in [identity(&table), of_subs(&pool, &table)] {
            let text = csv(&made.pairs);
            if made.pairs.is_empty() {
                continue;
            }
            let map = IdMap::read(text.as_bytes(), &Rules::default());
            prop_assert!(map.is_ok(), "{:?}", map.err());
            let map = map.unwrap();
            let read: Vec<_> = map.pairs().map(|p| (p.old.to_owned(), p.new.to_owned())).collect();
            prop_assert_eq!(&read, &made.pairs);
            prop_assert!(made.pairs.is_sorted());
            prop_assert_eq!(map.remarks(), crate::amplify::id_map::Remarks::default());
        }
    }

    #[test]
    fn nobody_is_forgotten(table in prop::collection::btree_set(id(), 0..12)) {
        let made = identity(&table);
        let wanted = table.iter().filter(|id| !id.is_empty()).count();
        prop_assert_eq!(made.pairs.len() + made.left.len(), wanted);
    }
}
