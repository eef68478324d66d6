//! Texts from outside, made harmless for the place in the page where they go.

use std::fmt::Write as _;

use serde_json::Value;

/// As text of an element or of a quoted attribute.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Would vanish, or turn the reading direction of the page's own words.
            c if is_deceptive(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Controls, and what changes the reading direction. The script shows these as escapes, too.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// As JSON that has nothing in it that ends a script element or a line of script. The characters
/// replaced stand only inside of JSON texts, where an escape means the same.
pub(super) fn data_block(data: &Value) -> String {
    let json = data.to_string();
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// The lines of the summary, each a term and what is said about it.
pub(super) fn rows(lines: &[super::count::Line]) -> String {
    let mut rows = String::new();
    for line in lines {
        let (class, id) = (line.class, line.id);
        let (name, value) = (html(line.name), html(&line.value));
        let value = match line.section {
            Some(section) => format!("<a href=\"#{section}\">{value}</a>"),
            None => value,
        };
        let _ = writeln!(
            rows,
            "<div class=\"{class}\"><dt>{name}</dt><dd id=\"{id}\">{value}</dd></div>"
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{data_block, html};

    fn cannot_be_left(block: &str) -> bool {
        !block.contains(['<', '>', '&', '\u{2028}', '\u{2029}'])
    }

    #[test]
    fn nothing_in_the_data_ends_the_script() {
        let data = json!(["</script><!--", "<script>", "]]>", "\u{2028}\u{2029}", "&lt;"]);
        let block = data_block(&data);
        assert!(cannot_be_left(&block), "{block}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&block).unwrap(), data);
    }

    #[test]
    fn html_has_no_marks_and_no_hidden_directions() {
        assert_eq!(html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
        assert_eq!(html("x\u{202e}y\0"), "x\\u{202e}y\\u{0}");
        assert_eq!(html("日本 🙂 שלום"), "日本 🙂 שלום");
    }

    proptest! {
        #[test]
        fn any_texts_come_back_from_the_block(texts in prop::collection::vec(any::<String>(), 0..8)) {
            let data = json!({ "texts": texts, "keys": { texts.concat(): 1 } });
            let block = data_block(&data);
            prop_assert!(cannot_be_left(&block), "{}", block);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&block).unwrap(), data);
        }
    }
}
