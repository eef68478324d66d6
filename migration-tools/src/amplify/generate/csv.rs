//! The text of `migration_users.csv`.

use std::borrow::Cow;

/// The file: a header and a line for each pair, in RFC 4180 with CRLF line ends, UTF-8.
///
/// ```
/// use migration_tools::amplify::generate::csv;
///
/// let pairs = [("ada@example.edu".to_owned(), "a,b".to_owned())];
/// assert_eq!(csv(&pairs), "old_id,new_id\r\nada@example.edu,\"a,b\"\r\n");
/// ```
#[must_use]
pub fn csv(pairs: &[(String, String)]) -> String {
    let mut text = "old_id,new_id\r\n".to_owned();
    for (old, new) in pairs {
        text += &value(old);
        text.push(',');
        text += &value(new);
        text += "\r\n";
    }
    text
}

fn value(id: &str) -> Cow<'_, str> {
    if id.contains([',', '"', '\r', '\n']) {
        Cow::Owned(format!("\"{}\"", id.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(id)
    }
}
