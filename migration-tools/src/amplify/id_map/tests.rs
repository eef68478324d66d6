use super::*;

fn read(csv: impl AsRef<[u8]>) -> Result<IdMap, MapError> {
    IdMap::read(csv.as_ref(), &Rules::default())
}

fn problems(csv: impl AsRef<[u8]>) -> Vec<(u32, What)> {
    match read(csv) {
        Err(MapError::Invalid(problems)) => {
            problems.shown.into_iter().map(|problem| (problem.line, problem.what)).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn lines(map: &IdMap) -> Vec<(&str, &str, u32)> {
    map.pairs().map(|pair| (pair.old, pair.new, pair.line)).collect()
}

#[test]
fn columns_are_found_by_name_and_lines_are_those_of_the_file() {
    let expected = [("ada", "lovelaa1", 2), ("al, n", "turinga1", 5)];
    for csv in [
        "old_id,new_id\nada,lovelaa1\n\n\n\"al, n\",turinga1\n",
        "old_id,new_id\r\nada,lovelaa1\r\n\r\n\r\n\"al, n\",turinga1",
        "\u{feff}new_id,note, old_id \nlovelaa1,\"two\nlines\",ada\n \nturinga1,,\"al, n\"",
        "\u{feff}new_id,note,old_id\n lovelaa1 ,,ada\n,,\n\nturinga1,x,\"al, n\"\n",
    ] {
        match read(csv) {
            Ok(map) => assert_eq!(lines(&map), expected, "{csv:?}"),
            Err(error) => panic!("{csv:?}: {error}"),
        }
    }
}

#[test]
fn repeated_lines_spaces_and_blanks_are_tolerated_and_counted() {
    let map = read("old_id,new_id\na,b\n a ,b\n,\nc,c\na,b\n").unwrap();
    assert_eq!(map.remarks(), Remarks { repeated: 2, trimmed: 1, blank: 1 });
    assert_eq!((map.len(), map.renamed_users(), map.chains()), (2, 1, 0));
    assert!(map.get("c").is_some_and(|pair| pair.is_identity()));
    assert_eq!(map.whole("c"), None);
}

#[test]
fn a_file_without_a_proper_first_line_is_refused() {
    for (csv, found) in [
        ("ada,lovelaa1\n", "names neither"),
        ("old_id\n", "does not name `new_id`"),
        ("Old_id,new_id\n", "does not name `old_id`"),
        ("old_id;new_id\na;b\n", "names neither"),
        ("\n\nold_id,new_id,old_id\n", "line 3 of the id map"),
        ("\u{feff}old_id,\"new_id\n", "is not readable"),
    ] {
        let error = read(csv).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|text| text.contains(found)), "{csv:?}: {error:?}");
        assert!(!format!("{error:?}").contains("lovelaa1"));
    }
    let wide: Vec<u8> =
        "\u{feff}old_id,new_id\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(matches!(read(wide), Err(MapError::Header { line: 1, .. })));
    for csv in ["", "\n \n", "old_id,new_id", "old_id,new_id\n,\n\n"] {
        assert!(matches!(read(csv), Err(MapError::NoUsers)), "{csv:?}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once_by_line() {
    use Column::{New, Old};
    let long = "x".repeat(MAX_ID_BYTES + 1);
    let csv = format!(
        "old_id,new_id\nada,\n,lovelaa1\na,b,c\na#1,x1\na/2,x2\nsystem,x3\nx4,JIT_PROVISIONER\n\
         {long},x5\nz\u{200b},x6\nok,ok1\nok,ok2\nok3,ok1\n"
    );
    assert_eq!(
        problems(csv),
        [
            (2, What::Empty(New)),
            (3, What::Empty(Old)),
            (4, What::Values { found: 3, expected: 2 }),
            (5, What::Character(Old, '#')),
            (6, What::Character(Old, '/')),
            (7, What::Reserved(Old)),
            (8, What::Reserved(New)),
            (9, What::TooLong(Old)),
            (10, What::Character(Old, '\u{200b}')),
            (12, What::DuplicateOld(11)),
            (13, What::DuplicateNew(11)),
        ]
    );
    assert_eq!(problems(b"old_id,new_id\n\xff,b\nc,d\n"), [(2, What::NotUtf8)]);
    for unclosed in ["\"c,d\ne,f\n", "\"c,d", &"c".repeat(70_000)] {
        let csv = format!("old_id,new_id\na,b\n{unclosed}");
        assert_eq!(problems(csv), [(3, What::Unclosed)]);
    }
}

#[test]
fn ids_that_stand_in_each_others_way_are_refused() {
    use Column::{New, Old};
    for (csv, expected) in [
        ("a,b\nb,c", (2, What::Chain(3))),
        ("a+b,b1\na-b,b2", (2, What::SameSanitised(Old, 3))),
        ("a+b,b1\na b,b2", (3, What::SameSanitised(Old, 2))),
        ("a,b+1\nb,b-1", (2, What::SameSanitised(New, 3))),
        ("a,b+1\nb-1,c", (2, What::Chain(3))),
        ("a,b-1\nb+1,c", (2, What::Chain(3))),
        ("Ada,b\nada,c", (2, What::SameButForCase(Old, 3))),
        ("a,B\nb,b", (2, What::SameButForCase(New, 3))),
        ("ADA,b\nAda,c", (3, What::SameButForCase(Old, 2))),
    ] {
        assert_eq!(problems(format!("old_id,new_id\n{csv}\n")), [expected], "{csv}");
    }
    let swap = "old_id,new_id\na,b\nb,a\n";
    assert_eq!(problems(swap), [(2, What::Chain(3)), (3, What::Chain(2))]);
    let rules = Rules { allow_chains: true, ..Rules::default() };
    let map = IdMap::read(swap.as_bytes(), &rules).unwrap();
    assert_eq!((map.whole("a").as_deref(), map.whole("b").as_deref()), (Some("b"), Some("a")));
    assert_eq!(map.chains(), 2);
}

#[test]
fn ids_that_nothing_happens_to_may_look_alike() {
    let map = read("old_id,new_id\nAda,Ada\nada,ada\na+b,a+b\na-b,a-b\nx/y,x/y\nsystem,system\n");
    assert_eq!(map.map(|map| (map.len(), map.renamed_users())).ok(), Some((6, 0)));
    let renamed_in_case_only = read("old_id,new_id\nAda,ada\n").map(|map| map.chains());
    assert_eq!(renamed_in_case_only.ok(), Some(0));
}

#[test]
fn stored_forms_find_their_user() {
    let rules = Rules { idp_prefix: Some(" Campus.Net ".into()), ..Rules::default() };
    let map =
        IdMap::from_pairs([("ada+x@ex.edu", "love+1"), ("alan", "turing 1")], &rules).unwrap();
    for (part, line) in [("ada+x@ex.edu", 1), ("ada-x@ex.edu", 1), ("alan", 2)] {
        assert_eq!(map.stored(part).map(|pair| pair.line), Some(line), "{part}");
    }
    assert_eq!(map.get("ada-x@ex.edu"), None);
    for (part, line) in [("love+1", 1), ("love-1", 1), ("turing-1", 2)] {
        assert_eq!(map.stored_new(part).map(|pair| pair.line), Some(line), "{part}");
    }
    for (part, line) in [
        ("campus.net_ada-x@ex.edu", Some(1)),
        ("campus.net_alan", Some(2)),
        ("Campus.Net_alan", None),
        ("campus.net-alan", None),
        ("alan", None),
    ] {
        assert_eq!(map.prefixed(part).map(|pair| pair.line), line, "{part}");
    }
    let grace = IdMap::from_pairs([("Grace@X", "hopperg1")], &rules).unwrap();
    assert_eq!(grace.lower_cased("grace@x").map(|pair| pair.line), Some(1));
    assert_eq!((grace.lower_cased("Grace@X"), grace.stored("grace@x")), (None, None));
    assert_eq!(map.with_prefix("turing 1"), "campus.net_turing-1");
    let clash = IdMap::from_pairs([("alan", "x1"), ("campus.net_alan", "x2")], &rules);
    let Err(MapError::Invalid(clash)) = clash else { panic!("taken") };
    assert_eq!(clash.shown[0].what, What::SamePrefixed(2));
}

/// Keys of user storage hold `{prefix}_{id}` too, in which nobody may be taken for somebody else.
#[test]
fn new_ids_that_are_ids_behind_the_prefix_are_refused() {
    let rules = Rules { idp_prefix: Some("Campus".into()), ..Rules::default() };
    for (pairs, line, other) in [
        // The old id of another, of the same, and of one who keeps it.
        ([("alan", "x1"), ("ada", "campus_alan")], 2, 1),
        ([("alan", "campus_alan"), ("ada", "x1")], 1, 1),
        ([("alan", "alan"), ("ada", "campus_alan")], 2, 1),
        // As keys hold it.
        ([("al+n", "x1"), ("ada", "campus_al-n")], 2, 1),
        ([("al+n", "x1"), ("ada", "campus_al+n")], 2, 1),
        // The new id of another.
        ([("alan", "x1"), ("ada", "campus_x1")], 2, 1),
        // The new id with the prefix is somebody already.
        ([("campus_x1", "campus_x1"), ("ada", "x1")], 2, 1),
        ([("campus_x1", "y1"), ("ada", "x1")], 2, 1),
    ] {
        for allow_chains in [false, true] {
            let rules = Rules { allow_chains, ..rules.clone() };
            let Err(MapError::Invalid(found)) = IdMap::from_pairs(pairs, &rules) else {
                panic!("{pairs:?} taken")
            };
            let found: Vec<(u32, What)> =
                found.shown.into_iter().map(|one| (one.line, one.what)).collect();
            assert_eq!(found, [(line, What::NewPrefixed(other))], "{pairs:?}");
        }
        assert!(IdMap::from_pairs(pairs, &Rules::default()).is_ok(), "{pairs:?}");
    }
    let apart =
        [("alan", "x1"), ("ada", "campus-alan"), ("bob", "Campus_alan"), ("eve", "campus_")];
    assert!(IdMap::from_pairs(apart, &rules).is_ok());
}

#[test]
fn ids_are_told_only_where_they_were_asked_for() {
    let csv = "old_id,new_id\nada.lovelace,b\nada.lovelace,c\n";
    let Err(error) = read(csv) else { panic!("taken") };
    let without = format!("{error} {error:?}");
    assert!(without.contains("line 3: its `old_id` is also that of line 2"), "{without}");
    assert!(!without.contains("lovelace"), "{without}");
    let MapError::Invalid(problems) = error else { panic!("{error}") };
    assert!(problems.with_ids().contains("line 3 (`ada.lovelace`): its `old_id`"));
    let map = read("old_id,new_id\nada.lovelace,b\n").unwrap();
    let debug = format!("{map:?} {:?}", map.get("ada.lovelace"));
    assert_eq!(debug, "IdMap(1 users, 1 renamed) Some(Pair(line 2))");
}

#[test]
fn of_many_problems_the_first_are_told_and_all_are_counted() {
    let csv: String = (0..200).map(|_| "a,\n").collect();
    let Err(MapError::Invalid(problems)) = read(format!("old_id,new_id\n{csv}")) else { panic!() };
    assert_eq!((problems.shown.len(), problems.total), (MAX_SHOWN, 200));
    assert!(problems.to_string().ends_with("and 150 more"));
}

/// A million users fit in 150 MB: 150 bytes each.
#[test]
fn a_user_takes_at_most_150_bytes() {
    const USERS: u32 = 100_000;
    let csv: String = (0..USERS)
        .map(|n| format!("ada.lovelace{n:07}@example.edu,00000000-0000-4000-8000-00000{n:07}\n"))
        .collect();
    let csv = format!("old_id,new_id\n{csv}");
    let mut map = None;
    let used = allocation_counter::measure(|| map = read(&csv).ok());
    assert_eq!(map.map(|map| map.len()), Some(USERS as usize));
    assert!(used.bytes_max <= u64::from(USERS) * 150 + (1 << 20), "{} bytes", used.bytes_max);
}

proptest::proptest! {
    #[test]
    fn bytes_of_any_kind_are_read_or_refused(csv in proptest::collection::vec(0u8..=255, 0..200)) {
        let _ = read(csv);
    }

    #[test]
    fn ids_of_any_kind_come_out_as_they_went_in(
        ids in proptest::collection::btree_set("[a-z+.'\" ,é日@_-]{1,8}", 1..8),
    ) {
        let quoted = |id: &str| format!("\"{}\"", id.replace('"', "\"\""));
        let csv: String = ids
            .iter()
            .enumerate()
            .map(|(at, id)| format!("{},{}\n", quoted(id), quoted(&format!("0{at}"))))
            .collect();
        let read = IdMap::read(format!("old_id,new_id\n{csv}").as_bytes(), &Rules::default());
        if let Ok(map) = read {
            for id in ids.iter().filter(|id| !id.trim().is_empty()) {
                proptest::prop_assert!(map.get(id.trim()).is_some(), "{}", id);
            }
        }
    }
}
