//! The two forms of an artifact's key: `{user}/{YYYYMMDD}/{name}:v{version}` in its old bucket, and the
//! same without the user in user storage.

/// Digits of a date, `YYYYMMDD`.
const DATE_DIGITS: usize = 8;

/// Whether a key has the form of user storage: eight ASCII digits and a `/` at its start.
///
/// An old key of a user whose id is eight digits looks the same; who knows the owner must rule that
/// out first.
///
/// ```
/// use migration_tools::formats::artifact_key::is_migrated;
///
/// assert!(is_migrated("20250305/Game:v3"));
/// assert!(!is_migrated("ada.lovelace@example.edu/20250305/Game:v3"));
/// ```
#[must_use]
pub fn is_migrated(key: &str) -> bool {
    key.split_once('/').is_some_and(|(date, _)| {
        date.len() == DATE_DIGITS && date.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_start_with_a_date_are_migrated() {
        for (key, migrated) in [
            ("20250305/Game:v3", true),
            ("12345678/", true),
            ("ada.lovelace@example.edu/20250305/Game:v3", false),
            ("20250305", false),
            ("202503051/Game:v3", false),
            ("2025030/Game:v3", false),
            ("٢٠٢٥٠٣٠٥/Game:v3", false),
            ("", false),
        ] {
            assert_eq!(is_migrated(key), migrated, "{key}");
        }
    }
}
