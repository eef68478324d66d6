//! Names of objects in the header that says what to copy.

/// A bucket and a key as `x-amz-copy-source` wants them: joined by a slash, every byte of the key
/// percent-encoded but letters, digits, `-`, `.`, `_`, `~` and slashes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html>
///
/// ```
/// use migration_tools::engine::objects::copy_source;
///
/// assert_eq!(copy_source("share", "ada+x@ex.edu/a b%20\n"), "share/ada%2Bx%40ex.edu/a%20b%2520%0A");
/// ```
#[must_use]
pub fn copy_source(bucket: &str, key: &str) -> String {
    format!("{bucket}/{}", encoded(key, "/"))
}

/// A text percent-encoded, but for letters, digits, `-`, `.`, `_`, `~` and what is to stay.
pub(super) fn encoded(text: &str, stays: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain || stays.as_bytes().contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            for half in [byte >> 4, byte & 15] {
                encoded.extend(
                    char::from_digit(half.into(), 16).map(|digit| digit.to_ascii_uppercase()),
                );
            }
        }
    }
    encoded
}
