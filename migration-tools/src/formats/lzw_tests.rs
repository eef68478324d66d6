use proptest::prelude::*;

use super::*;
use crate::formats::json::parse;

const VECTORS: [(&str, &[u32]); 13] = [
    ("", &[]),
    ("a", &[97]),
    ("aa", &[97, 97]),
    ("aaa", &[97, 256]),
    ("aaaa", &[97, 256, 97]),
    ("aaaaaaaaaa", &[97, 256, 257, 258]),
    ("abababababab", &[97, 98, 256, 258, 257, 260]),
    ("\0\0\0", &[0, 256]),
    ("é", &[233]),
    ("ÿĀ", &[255, 85, 43, 48, 49, 48, 48]),
    ("日本", &[85, 43, 54, 53, 101, 53, 256, 54, 55, 50, 99]),
    ("😀", &[85, 43, 49, 102, 54, 48, 48]),
    (
        "TOBEORNOTTOBEORTOBEORNOT",
        &[84, 79, 66, 69, 79, 82, 78, 79, 84, 256, 258, 260, 265, 259, 261, 263],
    ),
];

fn json(text: &str) -> Json {
    parse(text.as_bytes()).unwrap().value
}

/// What a value takes in a table, at least for maps and strings.
fn in_a_table(text: &str) -> usize {
    value_bytes(&crate::formats::decimals::attribute(&json(text)).unwrap())
}

#[test]
fn codes_are_those_of_the_application() {
    for (text, codes) in VECTORS {
        assert_eq!(encode(text), codes, "{text}");
        if text != "😀" {
            assert_eq!(decode(codes).as_deref(), Ok(text));
        }
    }
}

#[test]
fn a_log_has_the_codes_that_the_application_gives_it() {
    let text = r#"{"message": "ok ok ok ok ok ok ok ok ok ok ok ok", "source": "scheduled-task"}"#;
    let codes = [
        123, 34, 109, 101, 115, 115, 97, 103, 101, 34, 58, 32, 34, 111, 107, 32, 269, 271, 270,
        272, 275, 274, 277, 273, 279, 276, 34, 44, 267, 115, 111, 117, 114, 99, 264, 266, 34, 115,
        99, 104, 101, 100, 117, 108, 296, 45, 116, 97, 115, 107, 34, 125,
    ];
    assert_eq!(encode(&to_text(&json(text))), codes);
    assert_eq!(decode(&codes).as_deref(), Ok(text));
    assert!(are_few(codes.len(), text.len()));
    // The codes take more room than the map.
    assert_eq!(compressed(&json(text), in_a_table(text)), None);
    assert_eq!(compressed(&json(text), usize::MAX).as_deref(), Some(&codes[..]));
}

#[test]
fn the_application_keeps_codes_below_eight_tenths_of_the_characters() {
    let text = r#"{"message": "agent finished", "completedAt": "2025-03-05T10:00:00+00:00", "source": "scheduled-task"}"#;
    assert_eq!((encode(text).len(), text.len()), (85, 101));
    for (codes, characters, few) in [
        (2, 3, true),
        (2, 2, false),
        (85, 101, false),
        (80, 101, true),
        (4, 5, false),
        (0, 0, false),
    ] {
        assert_eq!(are_few(codes, characters), few, "{codes} of {characters}");
    }
}

#[test]
fn texts_that_readers_change_are_not_compressed() {
    for (text, read) in [
        ("😀", "\u{1f60}0"),
        ("see U+0022 now", "see \" now"),
        ("u+00E9", "é"),
        ("U+d83d", ""),
        ("U+d83dU+de00", "😀"),
    ] {
        assert_eq!(decode(&encode(text)).as_deref(), Ok(read), "{text}");
    }
    for kept in ["U+12", "U+00zz", "U+", "U", "U-0022", "U+002"] {
        assert_eq!(decode(&encode(kept)).as_deref(), Ok(kept));
    }
    let long = |text: &str| format!(r#"["{}", "{text}"]"#, "a".repeat(20_000));
    assert_eq!(compressed(&json(&long("U+0022")), usize::MAX), None);
    assert!(compressed(&json(&long("日本")), usize::MAX).is_some());
}

#[test]
fn what_repeats_much_is_compressed_and_strings_never_are() {
    let text = format!(r#"{{"log": "{}"}}"#, "a".repeat(20_000));
    let codes = compressed(&json(&text), in_a_table(&text)).unwrap();
    assert!(value_bytes(&attribute(&codes)) < in_a_table(&text));
    assert_eq!(decode(&codes), Ok(text.clone()));
    assert!(is_compressed(&Json::List(codes.iter().map(|code| json(&code.to_string())).collect())));
    assert_eq!(compressed(&Json::Text(text), usize::MAX), None);
}

#[test]
fn compressed_lists_are_recognised_as_the_application_does() {
    for (value, compressed) in [
        ("[]", false),
        ("[97]", true),
        ("[97, 256.0, 97.5]", true),
        ("[true, 1]", true),
        ("[255]", true),
        ("[256]", false),
        ("[97, 356]", true),
        ("[97, 357]", false),
        ("[97, -1]", false),
        ("[-0.5]", true),
        ("[97, \"98\"]", false),
        ("[97, null]", false),
        ("[NaN]", false),
        ("[97, 4294967296]", false),
        ("[97, 1e40]", false),
        ("\"97\"", false),
        ("{}", false),
    ] {
        assert_eq!(is_compressed(&json(value)), compressed, "{value}");
    }
    assert_eq!(codes(&json("[97.0, true]")), Some(vec![97, 1]));
}

#[test]
fn codes_that_stand_for_nothing_are_refused_by_their_place() {
    for (codes, at) in [(&[256][..], 0), (&[97, 257], 1), (&[97, 98, 258], 2), (&[97, u32::MAX], 1)]
    {
        assert_eq!(decode(codes), Err(LzwError::Unknown { at }));
    }
}

#[test]
fn a_few_codes_do_not_take_all_memory() {
    let growing: Vec<u32> = std::iter::once(97).chain(256..256 + 20_000).collect();
    assert_eq!(decode(&growing), Err(LzwError::TooLong));
}

proptest! {
    #[test]
    fn texts_survive_unless_they_look_like_escapes(text in "[abU+1é日\\u{0}\\u{fffd}]{0,200}") {
        let characters: Vec<char> = text.chars().collect();
        let looks_like_one = |six: &[char]| {
            matches!(six, ['U', '+', digits @ ..] if digits.iter().all(char::is_ascii_hexdigit))
        };
        prop_assume!(!characters.windows(6).any(looks_like_one));
        prop_assert_eq!(decode(&encode(&text)), Ok(text));
    }

    #[test]
    fn latin_and_other_characters_below_the_astral_ones_survive(text in "[\\u{0}-\\u{d7ff}\\u{e000}-\\u{ffff}]{0,100}") {
        prop_assume!(!text.contains("U+") && !text.contains("u+"));
        prop_assert_eq!(decode(&encode(&text)), Ok(text));
    }

    #[test]
    fn no_codes_panic(codes in prop::collection::vec(prop_oneof![0u32..600, any::<u32>()], 0..80)) {
        let _ = decode(&codes);
    }

    #[test]
    fn the_room_that_codes_take_is_what_a_list_of_them_takes(codes in prop::collection::vec(0u32..20_000, 0..50)) {
        let digits = |code: &u32| code.to_string().trim_end_matches('0').len();
        let bytes: usize = codes.iter().map(|code| 2 + digits(code).div_ceil(2)).sum();
        prop_assert_eq!(value_bytes(&attribute(&codes)), 3 + bytes);
    }
}
