//! The parts of the page that are the same for everybody.

/// Named gaps, `{{title}}`, in a page without anything from outside.
const PAGE: &str = include_str!("page.html");

const STYLE: &str = include_str!("page.css");

const SCRIPT: &str = concat!(
    include_str!("js/dom.js"),
    include_str!("js/filter.js"),
    include_str!("js/marks.js"),
    include_str!("js/detail.js"),
    include_str!("js/rows.js"),
    include_str!("js/sections.js"),
    include_str!("js/main.js"),
);

// The only style and script that the browser lets run. Fixed here and not computed: they change
// with the assets only, and a test says the new one.
const STYLE_HASH: &str = "sha256-lfhbJA1Qz4b/13hq5hRTXdLl7u8vUDy7DXjmlvETzGM=";
const SCRIPT_HASH: &str = "sha256-flrE3ldWisKwqZ7rscpkdy6biov5A4YYXOlX227OQF0=";

/// The page, with its gaps filled in one pass: what is filled in is not looked at again.
pub(super) fn fill(value: impl Fn(&str) -> String) -> String {
    let mut page = String::new();
    let mut rest = PAGE;
    while let Some((before, name, after)) = next_gap(rest) {
        page.push_str(before);
        match name {
            "style" => page.push_str(STYLE),
            "script" => page.push_str(SCRIPT),
            "style-hash" => page.push_str(STYLE_HASH),
            "script-hash" => page.push_str(SCRIPT_HASH),
            name => page.push_str(&value(name)),
        }
        rest = after;
    }
    page.push_str(rest);
    page
}

fn next_gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest as _, Sha256};

    use super::*;

    /// Browsers hash what they read: with line feeds only, however the files were checked out.
    fn hash(text: &str) -> String {
        let read = text.replace("\r\n", "\n");
        format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(read)))
    }

    #[test]
    fn the_policy_of_the_page_lets_exactly_its_own_style_and_script_run() {
        assert_eq!(STYLE_HASH, hash(STYLE), "put the new hash of the style into STYLE_HASH");
        assert_eq!(SCRIPT_HASH, hash(SCRIPT), "put the new hash of the script into SCRIPT_HASH");
    }

    #[test]
    fn style_and_script_do_not_end_their_own_elements() {
        assert!(!STYLE.contains("</"));
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
    }

    #[test]
    fn the_script_never_reads_text_as_markup_and_asks_nobody() {
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "fetch(",
            "XMLHttpRequest",
            "WebSocket",
            "http:",
            "https:",
            "import(",
        ] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
    }

    #[test]
    fn every_gap_of_the_page_has_a_filling() {
        let known = [
            "title",
            "source",
            "fresh",
            "summary",
            "data",
            "style",
            "script",
            "style-hash",
            "script-hash",
        ];
        let mut rest = PAGE;
        while let Some((_, name, after)) = next_gap(rest) {
            assert!(known.contains(&name), "{name}");
            rest = after;
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let page =
            fill(|name| if name == "title" { "{{source}}".to_owned() } else { "-".to_owned() });
        assert!(page.contains("<title>{{source}}</title>"), "{}", &page[..600]);
    }
}
