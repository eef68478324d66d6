//! Form encoding and percent-encoding.

/// Undoes form encoding; `None` where an escape or the UTF-8 behind it is broken.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => escaped(&mut rest)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let high = char::from(rest.next()?).to_digit(16)?;
    let low = char::from(rest.next()?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Undoes percent-encoding, where a `+` is a `+`; `None` where an escape or the UTF-8 behind it is
/// broken.
pub(crate) fn percent_decode(text: &str) -> Option<String> {
    decode(&text.replace('+', "%2B"))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_unreserved_and_can_be_decoded(text in any::<String>()) {
            let encoded = percent_encode(&text);
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
            prop_assert!(encoded.bytes().all(plain), "{}", encoded);
            prop_assert_eq!(decode(&encoded), Some(text));
        }
    }

    #[test]
    fn a_policy_is_encoded_as_iam_does() {
        assert_eq!(percent_encode(r#"{"a": "s3:*"}"#), "%7B%22a%22%3A%20%22s3%3A%2A%22%7D");
    }

    #[test]
    fn a_plus_is_a_space_and_broken_escapes_are_none() {
        assert_eq!(decode("a+b%2Bc").as_deref(), Some("a b+c"));
        for broken in ["%", "%2", "%G1", "%ff"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
