//! The forms in which the application writes an id.

use std::borrow::Cow;

/// How keys of user storage hold a user: every character but ASCII letters, digits and `@._-` is a
/// `-`, one for one.
///
/// ```
/// use migration_tools::amplify::id_map::sanitise_user;
///
/// assert_eq!(sanitise_user("ada+x@ex.edu"), "ada-x@ex.edu");
/// assert_eq!(sanitise_user("a b|c:é日😀"), "a-b-c----");
/// ```
#[must_use]
pub fn sanitise_user(id: &str) -> Cow<'_, str> {
    replaced(id, |c| "@._-".contains(c))
}

/// How keys of user storage hold an application: every character but ASCII letters, digits and `-` is
/// a `-`, one for one.
///
/// ```
/// use migration_tools::amplify::id_map::sanitise_app;
///
/// assert_eq!(sanitise_app("my_app.v2"), "my-app-v2");
/// ```
#[must_use]
pub fn sanitise_app(app: &str) -> Cow<'_, str> {
    replaced(app, |c| c == '-')
}

fn replaced(text: &str, besides: impl Fn(char) -> bool) -> Cow<'_, str> {
    let stays = |c: char| c.is_ascii_alphanumeric() || besides(c);
    if text.chars().all(&stays) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if stays(c) { c } else { '-' }).collect())
}

/// Without capital letters.
pub(super) fn lower_case(id: &str) -> Cow<'_, str> {
    if id.chars().any(char::is_uppercase) {
        Cow::Owned(id.to_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_those_of_the_application() {
        for (user, app, key) in [
            (
                "ada.lovelace@example.edu",
                "amplify-workflows",
                "ada.lovelace@example.edu#amplify-workflows",
            ),
            ("ada+x@ex.edu", "amplify-workflows", "ada-x@ex.edu#amplify-workflows"),
            ("a b|c:é日😀", "amplify-agent-logs", "a-b-c----#amplify-agent-logs"),
            ("lovelaa1", "my_app.v2", "lovelaa1#my-app-v2"),
            ("#", "a", "-#a"),
            ("ab\n", "a", "ab-#a"),
        ] {
            assert_eq!(format!("{}#{}", sanitise_user(user), sanitise_app(app)), key);
        }
    }
}
