//! Contents, and what the application makes of those that it parses.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What the application makes of a content.
pub type Parsed = BTreeMap<Vec<u8>, Value>;

/// A content.
#[derive(Clone)]
pub struct Body {
    pub bytes: Vec<u8>,
    /// What the application makes of it; nothing where it hands it on as it is.
    pub parsed: Option<Value>,
}

impl Body {
    pub fn text(text: &str) -> Self {
        Self { bytes: text.as_bytes().to_vec(), parsed: None }
    }

    pub fn json(value: Value) -> Self {
        Self { bytes: value.to_string().into_bytes(), parsed: Some(value) }
    }

    fn raw(text: String, parsed: Option<Value>) -> Self {
        Self { bytes: text.into_bytes(), parsed }
    }
}

/// How many kinds of contents become an item.
pub const GOOD: usize = 6;
/// How many kinds there are.
pub const KINDS: usize = 12;

/// A content of a kind that becomes an item, or, from [`GOOD`] on, does not.
pub fn of_kind(kind: usize, unique: &str) -> Body {
    let plain = json!({"name": unique, "contents": [60, 104, 256], "tags": [], "version": 3});
    match kind % KINDS {
        0 => Body::json(plain),
        1 => Body::raw(
            format!(
                r#"{{"name":"{unique}","steps":["{{'tool': 'search', 'args': 'it'}}",{{"wait":1.5}}]}}"#
            ),
            Some(
                json!({"name": unique, "steps": [{"tool": "search", "args": "it"}, {"wait": 1.5}]}),
            ),
        ),
        2 => Body::raw(
            format!(
                r#" {{"name" : "{unique}", "a":{{"b":[null,true,false,"é \u65e5 \ud83e\udd80",""]}}, "n":-12}} "#
            ),
            Some(
                json!({"name": unique, "a": {"b": [null, true, false, "é 日 \u{1F980}", ""]}, "n": -12}),
            ),
        ),
        3 => Body::raw(
            format!(r#"{{"name":"{unique}","text":"half \ud83d of one"}}"#),
            Some(json!({"name": unique, "text": "half  of one"})),
        ),
        4 => Body::raw(
            format!(r#"{{"name":"first","name":"{unique}","steps":["{{'x': 1}}","{{'no"]}}"#),
            Some(json!({"name": unique, "steps": ["{'x': 1}", "{'no"]})),
        ),
        5 => Body::json(json!({"name": unique, "contents": (0..2000).collect::<Vec<u32>>()})),
        6 => Body::raw(format!(r#"{{"name":"{unique}","x":NaN}}"#), None),
        7 => Body::raw(format!(r#"{{"name":"{unique}","#), None),
        8 => {
            let codes: Vec<u32> = (0..120_000).map(|code| code % 9973).collect();
            Body::json(json!({"name": unique, "contents": codes}))
        }
        9 => Body { bytes: [unique.as_bytes(), b"\xff\xfe"].concat(), parsed: None },
        10 => Body::raw(format!(r#"["{unique}"]"#), None),
        _ => Body::raw(format!(r#"{{"name":"{unique}","x":1e300}}"#), None),
    }
}
