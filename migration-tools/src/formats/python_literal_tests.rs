use proptest::prelude::*;

use super::*;
use crate::formats::json::{parse, to_text};

fn repaired_text(json: &str) -> (String, usize) {
    let mut value = parse(json.as_bytes()).unwrap().value;
    let count = repair(&mut value);
    (to_text(&value), count)
}

/// A list of one text, repaired: what the text became, where it changed.
fn element_of(text: &str) -> Option<String> {
    let mut value = Json::List(vec![Json::Text(text.to_owned())]);
    match repair(&mut value) {
        0 => {
            assert!(value == Json::List(vec![Json::Text(text.to_owned())]), "{text}");
            None
        }
        _ => {
            let Json::List(all) = &value else { panic!("a list") };
            all.first().map(to_text)
        }
    }
}

#[test]
fn dicts_in_lists_are_repaired_as_the_application_does() {
    for (text, dict) in [
        ("{'a': 'b'}", r#"{"a": "b"}"#),
        ("  {'a': 'b'}\n", r#"{"a": "b"}"#),
        ("\u{1c}\u{a0}{'a': 'b'}\u{85}", r#"{"a": "b"}"#),
        ("{'a': 1, 'b': 'c'}", r#"{"a": 1, "b": "c"}"#),
        ("{'a': \"it's\", 'b': 'c'}", r#"{"a": "it's", "b": "c"}"#),
        ("{'a': ['{\\'x\\': \\'y\\'}'], 'z': 'w'}", r#"{"a": [{"x": "y"}], "z": "w"}"#),
        ("{'a': 'b', 'a': 'c'}", r#"{"a": "c"}"#),
        ("{'x': True, 'y': 'z'}", r#"{"x": true, "y": "z"}"#),
        (
            "{'a': [1, (2, 3,), (4), (), None,], 'b': 'c'}",
            r#"{"a": [1, [2, 3], 4, [], null], "b": "c"}"#,
        ),
        (
            "{'a': -1.50, 'b': +2, 'c': -(3), 'd': - 4, 'e': ''}",
            r#"{"a": -1.5, "b": 2, "c": -3, "d": -4, "e": ""}"#,
        ),
        ("{'a': 'x' \"y\" r'\\z', 'b': ''}", r#"{"a": "xy\\z", "b": ""}"#),
        ("{'a': 'b', # '}\n 'c' \\\n: 'd'}", r#"{"a": "b", "c": "d"}"#),
        ("{'a': 'b'} # '}", r#"{"a": "b"}"#),
        (
            "{'a': 'b', 1: 2, 1.5: 3, True: 4, None: 5, 2.0: 6, 2: 7, '1': 8, 'z': ''}",
            r#"{"a": "b", "1": 8, "1.5": 3, "null": 5, "2.0": 7, "z": ""}"#,
        ),
        ("{'a': '''x\r\ny''', 'b': ''}", r#"{"a": "x\ny", "b": ""}"#),
        ("{'é': '日😀'}", r#"{"\u00e9": "\u65e5\ud83d\ude00"}"#),
        ("{'a': {'b': {'c': ''}}, 'd': ''}", r#"{"a": {"b": {"c": ""}}, "d": ""}"#),
    ] {
        assert_eq!(element_of(text).as_deref(), Some(dict), "{text}");
    }
}

#[test]
fn everything_else_stays_as_it_is() {
    for text in [
        "{'a': 1}",
        "{'x': 1}",
        "{'a':'b'}",
        "{'a': nan, 'b': 'c'}",
        "{'a': [1,2,], 'b': 'c',}",
        "{'a': true, 'b': 'c'}",
        "{\"a\": 'b', 'c': 'd'}",
        "{'a': 'b'}, {'c': 'd'}",
        "{'a': 'b'} {'c': 'd'}",
        "{'a': 'b'}['a'] or {'c': 'd'}",
        "{'a': 'b', **{'c': 'd'}, 'e': 'f'}",
        "{'a': 'b', [1]: 'c'}",
        "{'a': 'b', (1,): 'c'}",
        "{'a': {1, 2}, 'b': 'c'}",
        "{'a': set(), 'b': 'c'}",
        "{'a': 'b', 'c': ': '  'd', 'e'}",
        "{'a', ': ', 'b'}",
        "{'a': b'x', 'b': 'c'}",
        "{'a': f'x', 'b': 'c'}",
        "{'a': 1j, 'b': 'c'}",
        "{'a': 1 + 2j, 'b': 'c'}",
        "{'a': ..., 'b': 'c'}",
        "{'a': 1e999, 'b': 'c'}",
        "{'a': 1e300, 'b': 'c'}",
        "{'a': 123456789012345678901234567890123456789, 'b': 'c'}",
        "{'a': 01, 'b': 'c'}",
        "{'a': --1, 'b': 'c'}",
        "{'a': -(-1), 'b': 'c'}",
        "{'a': -True, 'b': 'c'}",
        "{'a': -'x', 'b': 'c'}",
        "{'a': 'x\ny', 'b': 'c'}",
        "{'a': '\\ud83d', 'b': 'c'}",
        "{'a': '\0', 'b': 'c'}",
        "{'a': , 'b': 'c'}",
        "{'a': 'b',, 'c': 'd'}",
        "{'': '', 'a': 'b'}",
        "{'a': [*'x'], 'b': 'c'}",
        "{'a': (1 2), 'b': 'c'}",
        "{'a': 'b'\u{a0}, 'c': 'd'}",
        "{'a': Nonesuch, 'b': 'c'}",
    ] {
        assert_eq!(element_of(text), None, "{text}");
    }
}

#[test]
fn only_elements_of_lists_are_repaired_wherever_the_list_is() {
    for (json, repaired, count) in [
        (r#"{"k":"{'a': 'b'}"}"#, r#"{"k": "{'a': 'b'}"}"#, 0),
        (r#""{'a': 'b'}""#, r#""{'a': 'b'}""#, 0),
        (
            r#"{"k":[["{'a': 'b'}"],{"l":["{'c': 'd'}"]}]}"#,
            r#"{"k": [[{"a": "b"}], {"l": [{"c": "d"}]}]}"#,
            2,
        ),
        (r#"["{'a': '{\\'x\\': \\'y\\'}'}"]"#, r#"[{"a": "{'x': 'y'}"}]"#, 1),
        (r#"["{'a': ['{\\'x\\': \\'y\\'}'], 'z': 'w'}"]"#, r#"[{"a": [{"x": "y"}], "z": "w"}]"#, 2),
    ] {
        assert_eq!(repaired_text(json), (repaired.to_owned(), count));
    }
}

#[test]
fn no_depth_ends_the_program() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{'':", "}"), ("-", ""), ("[{'a': ", "}]")] {
        let text =
            |depth| format!("{{'a': {}1{}, 'b': 'c'}}", open.repeat(depth), close.repeat(depth));
        assert_eq!(element_of(&text(100_000)), None);
        assert_eq!(element_of(&text(199)).is_some(), open == "(", "{open}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in r#"[{}\[\]()'",:\\ abu01.eE+\-TrueFalsNo#\n]{0,60}"#) {
        for text in [format!("{{'a': {text}, 'b': 'c'}}"), format!("{{'{text}'}}"), text] {
            let _ = element_of(&text);
        }
    }

    #[test]
    fn texts_survive_the_way_python_prints_them(name in "[^\\p{C}'\\\\]{1,10}", text in "[^\\p{C}'\\\\]{0,20}") {
        let printed = format!("{{'{name}': '{text}'}}");
        let expected = Json::map(vec![(name, Json::Text(text))]);
        prop_assert_eq!(element_of(&printed), Some(to_text(&expected)));
    }
}
