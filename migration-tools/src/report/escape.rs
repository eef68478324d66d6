//! Texts from outside, made harmless for where they go.

/// As text of an element or of a quoted attribute of a page.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_deceptive(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// As text of a line on a terminal, which it neither ends nor steers.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) { escaped.extend(c.escape_unicode()) } else { escaped.push(c) }
    }
    escaped
}

/// Controls, what is not seen, and what turns the reading direction of other words.
fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{html, plain};

    #[test]
    fn marks_controls_and_hidden_directions_become_text() {
        assert_eq!(html("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
        assert_eq!(html("x\u{202e}y\0"), "x\\u{202e}y\\u{0}");
        assert_eq!(plain("a<b\u{1b}[2J\n\u{9b}"), "a<b\\u{1b}[2J\\u{a}\\u{9b}");
        assert_eq!(html("日本 🙂 שלום"), plain("日本 🙂 שלום"));
    }

    proptest! {
        #[test]
        fn nothing_steers_a_page_or_a_terminal(text in any::<Vec<char>>()) {
            let text = String::from_iter(text);
            let page = html(&text);
            prop_assert!(!page.contains(['<', '>', '"', '\'']) && !page.contains(char::is_control));
            prop_assert!(!plain(&text).contains(char::is_control));
        }
    }
}
