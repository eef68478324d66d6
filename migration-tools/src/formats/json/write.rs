//! The one text of a value: what Python's `json.dumps` writes by default.

use super::Json;

/// The text that Python's `json.dumps` writes of the value: `", "` and `": "` between things, ASCII
/// only, reals rounded to doubles (see [`Number::python`](super::Number::python)).
///
/// Compressed records are codes of exactly this text.
#[must_use]
pub fn to_text(value: &Json) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(number) => out.push_str(&number.python()),
        Json::Text(text) => quote(text, out),
        Json::List(all) => {
            out.push('[');
            for (at, value) in all.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                write(value, out);
            }
            out.push(']');
        }
        Json::Map(all) => {
            out.push('{');
            for (at, (name, value)) in all.iter().enumerate() {
                out.push_str(if at == 0 { "" } else { ", " });
                quote(name, out);
                out.push_str(": ");
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            ' '..='\u{7f}' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Number, parse};
    use super::*;

    #[test]
    fn the_text_is_that_of_python() {
        for (read, written) in [
            (r#"{"a":[1,2.50,null],"b":true}"#, r#"{"a": [1, 2.5, null], "b": true}"#),
            (r#"{"z":1,"a":2,"z":[]}"#, r#"{"z": [], "a": 2}"#),
            ("[]", "[]"),
            ("{}", "{}"),
            (r#""é日😀/\u007f""#, "\"\\u00e9\\u65e5\\ud83d\\ude00/\u{7f}\""),
            (r#""\b\t\n\f\r\"\\\/\u0000\u001f""#, r#""\b\t\n\f\r\"\\/\u0000\u001f""#),
            ("[NaN,Infinity,-Infinity,-0,-0.0]", "[NaN, Infinity, -Infinity, 0, -0.0]"),
        ] {
            let value = parse(read.as_bytes()).unwrap().value;
            assert_eq!(to_text(&value), written);
        }
    }

    fn values() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::Bool),
            any::<i64>().prop_map(|n| Json::Number(Number::parse(&n.to_string()).unwrap())),
            any::<f64>()
                .prop_filter("JSON has it", |n| n.is_finite())
                .prop_map(|n| Json::Number(Number::parse(&format!("{n:e}")).unwrap())),
            any::<String>().prop_map(Json::Text),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Json::List),
                prop::collection::vec((any::<String>(), inner), 0..5).prop_map(Json::map),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_ascii_and_read_as_the_same(value in values()) {
            let text = to_text(&value);
            prop_assert!(text.is_ascii());
            let parsed = parse(text.as_bytes()).unwrap();
            prop_assert_eq!(to_text(&parsed.value), text);
            prop_assert_eq!(parsed.dropped, 0);
        }
    }
}
