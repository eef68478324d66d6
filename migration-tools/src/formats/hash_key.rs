//! The keys of user storage: `{user}#{app}`, the hash key, and `{user}#{app}#{kind}`, the partition key.
//!
//! What is not allowed in them is written as `-`, so that different ids may have the same key: whoever
//! maps ids has to refuse those.

use std::borrow::Cow;

/// A key cannot be made of an empty part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key of user storage needs a {0}, which is empty")]
pub struct EmptyPartError(&'static str);

/// The hash key of a user's records of an application, which is also their `appId`.
///
/// ```
/// use migration_tools::formats::hash_key::hash_key;
///
/// let key = hash_key("ada+x@ex.edu", "amplify-workflows")?;
/// assert_eq!(key, "ada-x@ex.edu#amplify-workflows");
/// # Ok::<(), migration_tools::formats::hash_key::EmptyPartError>(())
/// ```
///
/// # Errors
///
/// Where user or application are empty.
pub fn hash_key(user: &str, app: &str) -> Result<String, EmptyPartError> {
    for (part, name) in [(user, "user"), (app, "application")] {
        if part.is_empty() {
            return Err(EmptyPartError(name));
        }
    }
    Ok(format!("{}#{}", sanitise_user(user), sanitise_app(app)))
}

/// The partition key (`PK`) of a user's records of one kind. The kind is taken as it is.
///
/// ```
/// use migration_tools::formats::hash_key::partition_key;
///
/// let key = partition_key("lovelaa1", "amplify-mcp", "mcp_servers")?;
/// assert_eq!(key, "lovelaa1#amplify-mcp#mcp_servers");
/// # Ok::<(), migration_tools::formats::hash_key::EmptyPartError>(())
/// ```
///
/// # Errors
///
/// Where user, application or kind are empty.
pub fn partition_key(user: &str, app: &str, kind: &str) -> Result<String, EmptyPartError> {
    if kind.is_empty() {
        return Err(EmptyPartError("kind of record"));
    }
    Ok(format!("{}#{kind}", hash_key(user, app)?))
}

/// How keys of user storage hold a user: every character but ASCII letters, digits and `@._-` is a
/// `-`, one for one.
///
/// ```
/// use migration_tools::formats::hash_key::sanitise_user;
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
/// use migration_tools::formats::hash_key::sanitise_app;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_of_the_application() {
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
            ("o'brien+x@e.edu", "amplify-shares", "o-brien-x@e.edu#amplify-shares"),
        ] {
            assert_eq!(hash_key(user, app).as_deref(), Ok(key));
            let partition = format!("{key}#api_keys");
            assert_eq!(partition_key(user, app, "api_keys"), Ok(partition));
        }
    }

    #[test]
    fn an_empty_part_is_refused_by_its_name() {
        for (user, app, kind, name) in [
            ("", "app", "kind", "user"),
            ("ada", "", "kind", "application"),
            ("ada", "app", "", "kind of record"),
        ] {
            assert_eq!(partition_key(user, app, kind), Err(EmptyPartError(name)));
        }
    }
}
