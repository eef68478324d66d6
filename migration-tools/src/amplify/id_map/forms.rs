//! An id without capital letters, as parts of the application write it.

use std::borrow::Cow;

/// Without capital letters.
pub(super) fn lower_case(id: &str) -> Cow<'_, str> {
    if id.chars().any(char::is_uppercase) {
        Cow::Owned(id.to_lowercase())
    } else {
        Cow::Borrowed(id)
    }
}
