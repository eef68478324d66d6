//! Pages of a listing that is sorted by a key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{AwsError, Members};

/// The key after which the page begins, from `NextToken`.
pub(super) fn start(members: Members<'_>) -> Result<Option<String>, AwsError> {
    let Some(token) = members.str("NextToken")? else { return Ok(None) };
    let invalid = || AwsError::new("InvalidNextToken", "The specified token isn't valid.");
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
    let key = String::from_utf8(bytes).map_err(|_| invalid())?;
    key.strip_prefix("after:").map(|key| Some(key.to_owned())).ok_or_else(invalid)
}

/// The token of the page after `last`.
pub(super) fn token(last: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{last}"))
}

/// The first `size` of the entries after `start`, and the token for the rest.
pub(super) fn cut<'a, T>(
    sorted: impl Iterator<Item = (&'a str, T)>,
    start: Option<&str>,
    size: usize,
) -> (Vec<T>, Option<String>) {
    let mut rest = sorted.skip_while(|(key, _)| start.is_some_and(|start| *key <= start));
    let mut page = Vec::new();
    let mut last = None;
    for (key, entry) in rest.by_ref().take(size) {
        page.push(entry);
        last = Some(key);
    }
    let token = rest.next().and(last).map(token);
    (page, token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    proptest! {
        #[test]
        fn pages_put_together_are_the_whole(
            keys in proptest::collection::btree_set("[a-c/]{1,4}", 0..30),
            size in 1..11_usize,
        ) {
            let mut found = Vec::new();
            let mut request = json!({});
            loop {
                let start = start(Members(&request)).unwrap();
                let sorted = keys.iter().map(|key| (key.as_str(), key.clone()));
                let (page, token) = cut(sorted, start.as_deref(), size);
                prop_assert!(page.len() <= size);
                found.extend(page);
                match token {
                    Some(token) => request = json!({ "NextToken": token }),
                    None => break,
                }
            }
            prop_assert_eq!(found, keys.into_iter().collect::<Vec<_>>());
        }
    }
}
