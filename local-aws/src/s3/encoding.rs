//! The encoding of keys in listings, and the characters that XML cannot carry.

use s3s::S3Result;
use s3s::dto::EncodingType;

use super::refusals;

/// How a listing shows keys, prefixes and delimiters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encoder {
    url: bool,
}

impl Encoder {
    /// As `encoding-type` wants it; the only type there is is `url`.
    pub(super) fn wanted(encoding: Option<&EncodingType>) -> S3Result<Self> {
        match encoding.map(EncodingType::as_str) {
            None => Ok(Encoder { url: false }),
            Some(EncodingType::URL) => Ok(Encoder { url: true }),
            Some(_) => {
                Err(refusals::invalid_argument("Invalid Encoding Method specified in Request"))
            }
        }
    }

    /// One text of a listing.
    pub(super) fn show(self, text: &str) -> String {
        if self.url { url(text) } else { text.to_owned() }
    }
}

/// Form encoding that leaves the slash alone.
fn url(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' | b'/' => {
                encoded.push(char::from(byte))
            }
            b' ' => encoded.push('+'),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

/// Whether XML 1.0 has the character at all, written out or as a reference.
fn xml_has(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// Writes characters that would break or change an XML document as references, as S3 does.
///
/// Strict parsers refuse the references too; that is why listings can be URL-encoded.
pub(super) fn escape_controls(xml: &str) -> Option<String> {
    let harmful = |c: char| c == '\r' || !xml_has(c);
    if !xml.contains(harmful) {
        return None;
    }
    let mut escaped = String::with_capacity(xml.len() + 16);
    for c in xml.chars() {
        if harmful(c) {
            escaped.push_str(&format!("&#x{:x};", u32::from(c)));
        } else {
            escaped.push(c);
        }
    }
    Some(escaped)
}

/// Refuses a request body with characters that XML 1.0 does not have, also as references: no key
/// that contains one can be deleted by `DeleteObjects`.
pub(super) fn check_xml(body: &[u8]) -> S3Result<()> {
    let text = std::str::from_utf8(body).map_err(|_| refusals::malformed_xml())?;
    let references =
        text.split("&#").skip(1).map(|tail| tail.split(';').next().and_then(referenced));
    if text.chars().all(xml_has) && references.into_iter().all(|c| c.is_some_and(xml_has)) {
        return Ok(());
    }
    Err(refusals::malformed_xml())
}

fn referenced(digits: &str) -> Option<char> {
    let code = match digits.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tags;
    use super::*;

    proptest! {
        #[test]
        fn an_encoded_key_is_plain_ascii_and_can_be_decoded(key in any::<String>()) {
            let encoded = url(&key);
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(tags::decode(&encoded).unwrap(), key);
        }

        #[test]
        fn an_escaped_text_holds_no_control_character_and_says_the_same(
            key in "([a-z;]|[\\x00-\\x1f]|\\PC|\u{fffe}){0,20}",
        ) {
            let key = key.replace('&', "");
            let escaped = escape_controls(&key).unwrap_or_else(|| key.clone());
            prop_assert!(escaped.chars().all(|c| xml_has(c) && c != '\r'));
            let mut parts = escaped.split("&#");
            let mut decoded = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let (digits, rest) = part.split_once(';').unwrap();
                decoded.push(referenced(digits).unwrap());
                decoded.push_str(rest);
            }
            prop_assert_eq!(decoded, key);
        }
    }

    #[test]
    fn listings_are_form_encoded() {
        assert_eq!(
            url("a b/test_file(3)+é%20\u{1}.png"),
            "a+b/test_file%283%29%2B%C3%A9%2520%01.png"
        );
    }

    #[test]
    fn control_characters_are_written_as_references() {
        assert_eq!(
            escape_controls("<Key>a\u{1}\r\n\u{ffff}</Key>").as_deref(),
            Some("<Key>a&#x1;&#xd;\n&#xffff;</Key>")
        );
        assert_eq!(escape_controls("<Key>a\tb é</Key>"), None);
    }

    #[test]
    fn a_body_may_name_every_character_of_xml_and_no_other() {
        assert!(check_xml("<Key>é &amp; &#13;&#xA; 😀</Key>".as_bytes()).is_ok());
        for bad in [
            "<Key>\u{1}</Key>",
            "<Key>&#x1;</Key>",
            "<Key>&#16;</Key>",
            "<Key>&#xd800;</Key>",
            "<Key>&#x",
            "\u{fffe}",
        ] {
            assert!(check_xml(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }
}
